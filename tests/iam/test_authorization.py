"""Checks of calls: the same answers remembered as not, for as long as they hold, in bounded room."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.iam.policies import ARTICLE, MODEL, USER, identity, policy, says

from outcrop.errors import AuthorizationFailure
from outcrop.iam import authorization
from outcrop.iam.authorization import Authorization, Need
from outcrop.iam.decide import Grants
from outcrop.iam.keys import ROOT_ARN, Principal
from outcrop.iam.policy import parse
from outcrop.wire.http import HttpRequest

INVOKE = "bedrock:InvokeModel"
ANN = Principal(USER, "AKIA1", name="bedrock-runtime")
NEEDS = (Need(INVOKE, MODEL),)
NOT = f"User: {USER} is not authorized to perform: "


class Directory:
    """Everybody has the same grants; counts how often it is asked for them."""

    def __init__(self, grants: Grants) -> None:
        self._grants, self.version, self.asked = grants, object(), 0

    def grants(self, principal: Principal) -> Grants:
        self.asked += 1
        return self._grants

    def change(self, grants: Grants) -> None:
        self._grants, self.version = grants, object()


def request(address: str = "203.0.113.7", agent: str = "a") -> HttpRequest:
    return HttpRequest("POST", "/", "", {"user-agent": agent}, b"", address)


def refusal(access: Authorization, *needs: Need, principal: Principal = ANN, key: Any = "call", by: Any = None) -> str:
    """The words of the refusal; "" for none."""
    try:
        access.check(principal, "us-west-2", key, lambda: needs or NEEDS, by)
    except AuthorizationFailure as error:
        return error.message
    return ""


def test_a_refusal_is_the_front_layers() -> None:
    with pytest.raises(AuthorizationFailure) as caught:
        Authorization(Directory(Grants())).check(ANN, "us-west-2", "call", lambda: NEEDS)

    assert (caught.value.status, caught.value.code, caught.value.message_key) == (
        403,
        "AccessDeniedException",
        "Message",
    )
    assert caught.value.message == (
        f"{NOT}{INVOKE} on resource: {MODEL} because no identity-based policy allows the {INVOKE} action"
    )


def test_without_a_directory_root_may_do_everything_and_nobody_else_anything() -> None:
    access = Authorization()

    assert not refusal(access, principal=Principal(ROOT_ARN, "AKIA0"))
    assert "because no identity-based policy allows" in refusal(access)


def test_all_needs_have_to_be_allowed_and_the_first_that_is_not_is_the_answer() -> None:
    access = Authorization(Directory(Grants((parse(ARTICLE),))))
    profile = Need(INVOKE, "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.x")

    assert not refusal(access, *NEEDS, key=1)
    assert profile.resource in refusal(access, profile, *NEEDS, key=2)
    assert profile.resource in refusal(access, *NEEDS, profile, Need("s3:x"), key=3)


@pytest.mark.parametrize("grants", [Grants(), identity(says("Allow")), identity(says("Allow"), says("Deny", INVOKE))])
def test_what_depends_on_nothing_else_is_decided_once(grants: Grants) -> None:
    directory = Directory(grants)
    access = Authorization(directory)
    answers = {refusal(access, by=request(agent=str(n))) for n in range(10)}

    assert len(answers) == 1
    assert directory.asked == 1


def test_a_new_version_counts_at_once() -> None:
    directory = Directory(Grants())
    access = Authorization(directory)

    assert refusal(access)
    directory.change(identity(says("Allow")))
    assert not refusal(access)
    directory.change(identity(says("Allow"), says("Deny", INVOKE)))
    assert refusal(access).endswith("with an explicit deny in an identity-based policy")


def test_what_depends_on_the_request_is_remembered_with_its_values() -> None:
    grants = identity(says("Allow", condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    directory = Directory(grants)
    access = Authorization(directory)

    for _ in range(3):
        assert not refusal(access, by=request("203.0.113.7"))
        assert refusal(access, by=request("198.51.100.1"))
        assert refusal(access)  # from within the process: no address
    assert directory.asked == 1


def test_what_depends_on_the_clock_is_asked_every_time() -> None:
    now = [1_700_000_000.0]
    grants = identity(says("Allow", condition={"DateLessThan": {"aws:CurrentTime": "2023-11-14T22:13:21Z"}}))
    access = Authorization(Directory(grants), lambda: now[0])

    assert not refusal(access)
    now[0] += 1
    assert refusal(access)


def test_callers_regions_and_calls_are_told_apart() -> None:
    grants = identity(
        says(
            "Allow", condition={"StringEquals": {"aws:username": "bedrock-runtime", "aws:RequestedRegion": "us-west-2"}}
        )
    )
    access = Authorization(Directory(grants))

    assert not refusal(access)
    assert refusal(access, principal=Principal(USER + "2", "AKIA1", name="bob"))
    assert refusal(access, principal=Principal(USER, "AKIA2", name="bob"))
    with pytest.raises(AuthorizationFailure):
        access.check(ANN, "eu-west-1", "call", lambda: NEEDS)


def test_a_call_without_a_key_is_decided_anew() -> None:
    directory = Directory(identity(says("Allow", INVOKE)))
    access = Authorization(directory)

    assert not refusal(access, key=None)
    assert refusal(access, Need("bedrock:CreateGuardrail"), key=None)
    assert directory.asked == 2


@pytest.mark.parametrize("kind", ["SHORT_TERM", "LONG_TERM"])
def test_bearer_callers_need_leave_to_call_with_a_key(kind: Any) -> None:
    """api-keys-permissions: bedrock:CallWithBearerToken, and its condition key."""
    bearer = Principal(USER, "AKIA1", name="bedrock-runtime", bearer=kind)
    without = Authorization(Directory(identity(says("Allow", INVOKE))))
    short = says(
        "Allow", "bedrock:CallWithBearerToken", condition={"StringEquals": {"bedrock:BearerTokenType": "SHORT_TERM"}}
    )
    only_short = Authorization(Directory(identity(says("Allow", INVOKE), short)))

    assert not refusal(without)
    assert refusal(without, principal=bearer) == (
        f"{NOT}bedrock:CallWithBearerToken on resource: * because no identity-based policy allows the "
        "bedrock:CallWithBearerToken action"
    )
    assert bool(refusal(only_short, principal=bearer)) is (kind == "LONG_TERM")
    assert not refusal(only_short)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorization, "REMEMBERED", 50)
    grants = identity(says("Allow", condition={"StringNotLike": {"aws:UserAgent": "bad*"}}), says("Allow", "s3:*"))
    access = Authorization(Directory(grants))

    for n in range(500):
        assert bool(refusal(access, key=n % 70, by=request(agent="bad" * (n % 2) + str(n)))) is bool(n % 2)
        assert not refusal(access, Need("s3:x"), key=n)
        assert access.remembered <= 50


def test_what_is_long_is_not_remembered() -> None:
    access = Authorization(Directory(identity(says("Allow", condition={"StringLike": {"aws:UserAgent": "*"}}))))

    assert not refusal(access, by=request(agent="x" * 100_000))
    assert not refusal(access, Need(INVOKE, MODEL + "x" * 100_000), key="long", by=request())
    assert access.remembered == 0


CONDITIONS = st.sampled_from(
    [
        None,
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringLike": {"aws:UserAgent": "a*"}},
        {"StringEquals": {"aws:username": "bedrock-runtime"}},
        {"DateLessThan": {"aws:CurrentTime": "2001-09-09T01:46:40Z"}},
        {"StringNotEquals": {"aws:UserAgent": "${aws:username}"}},
    ]
)
STATEMENT = st.builds(
    says, st.sampled_from(["Allow", "Deny"]), st.sampled_from([INVOKE, "*"]), st.just("*"), CONDITIONS
)
ASKED = st.tuples(
    st.sampled_from(["203.0.113.7", "198.51.100.1"]),
    st.sampled_from(["a", "b", "bedrock-runtime"]),
    st.sampled_from([999_999_999.0, 1_000_000_001.0]),
)


@given(st.lists(STATEMENT, min_size=1, max_size=3), st.lists(ASKED, min_size=1, max_size=8))
def test_what_is_remembered_is_what_would_be_decided(statements: list[Any], questions: list[Any]) -> None:
    now = [0.0]
    grants = Grants((policy(*json.loads(json.dumps(statements))),))
    remembering = Authorization(Directory(grants), lambda: now[0])

    for address, agent, now[0] in questions * 2:
        fresh = Authorization(Directory(grants), lambda: now[0])
        by = request(address, agent)
        assert refusal(remembering, by=by) == refusal(fresh, by=by)
