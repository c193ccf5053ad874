"""Decisions, by AWS's evaluation logic: a table of documented cases, and what holds of all of them."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.iam.policies import ARTICLE, MODEL, USER, identity, policy, says

from outcrop.iam.decide import Grants, assume, decide, explain
from outcrop.iam.policy import Asked, Policy, parse

INVOKE, STREAM, LIST = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:ListFoundationModels"
ALL = policy(says("Allow"), name="all")
INVOKES = policy(says("Allow", INVOKE), name="invokes")
NO_INVOKE = policy(says("Deny", INVOKE, Sid="never"), name="no-invoke")
LOGIC, BOUNDS, TYPES = "reference_policies_evaluation-logic", "access_policies_boundaries", "access_policies"


@pytest.mark.parametrize(
    ("grants", "action", "kind", "place", "page"),
    [
        (Grants(), INVOKE, "implicit deny", "identity", f"{LOGIC}: by default all requests are denied"),
        (Grants(root=True), INVOKE, "allowed", "root", f"{LOGIC}: root has full access"),
        (Grants((INVOKES,)), INVOKE, "allowed", "identity", f"{LOGIC}: an explicit allow overrides the default"),
        (Grants((INVOKES,)), STREAM, "implicit deny", "identity", f"{LOGIC}: what no policy allows is denied"),
        (Grants((ALL, NO_INVOKE)), INVOKE, "explicit deny", "identity", f"{LOGIC}: an explicit deny overrides any allow"),
        (Grants((ALL, NO_INVOKE)), LIST, "allowed", "identity", f"{LOGIC}: a deny of another action"),
        (Grants((ALL,), boundary=INVOKES), INVOKE, "allowed", "identity", f"{BOUNDS}: allowed by both"),
        (Grants((ALL,), boundary=INVOKES), LIST, "implicit deny", "boundary", f"{BOUNDS}: not by the boundary"),
        (Grants((), boundary=ALL), INVOKE, "implicit deny", "identity", f"{BOUNDS}: a boundary grants nothing"),
        (Grants((ALL,), boundary=NO_INVOKE), INVOKE, "explicit deny", "boundary", f"{BOUNDS}: denied there"),
        (Grants((ALL,), session=(INVOKES,)), INVOKE, "allowed", "identity", f"{TYPES}: intersection with the session's"),
        (Grants((ALL,), session=(INVOKES,)), LIST, "implicit deny", "session", f"{TYPES}: the session limits the role"),
        (Grants((ALL,), session=()), LIST, "implicit deny", "session", f"{TYPES}: session policies that allow nothing"),
        (Grants((), session=(ALL,)), LIST, "implicit deny", "identity", f"{TYPES}: a session policy grants nothing"),
        (Grants((ALL,), session=(ALL, NO_INVOKE)), INVOKE, "explicit deny", "session", f"{TYPES}: denied by the session"),
        (Grants((ALL,), session=(NO_INVOKE, INVOKES)), LIST, "implicit deny", "session", f"{TYPES}: one of them must allow"),
        (Grants((ALL,), ALL, (ALL,)), INVOKE, "allowed", "identity", f"{LOGIC}: all three allow"),
        (Grants((ALL,), ALL, (INVOKES,)), LIST, "implicit deny", "session", f"{LOGIC}: one of three does not"),
    ],
)  # fmt: skip
def test_the_evaluation_logic(grants: Grants, action: str, kind: str, place: str, page: str) -> None:
    decision = decide(grants, Asked(action, MODEL))

    assert (decision.kind, decision.place) == (kind, place), page
    assert decision.allowed is (kind == "allowed")


def test_the_articles_policy_allows_models_by_their_ids_and_nothing_else() -> None:
    grants = Grants((parse(ARTICLE, name="bedrock-runtime"),))
    profile = "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0"

    decided = {
        (action, resource): decide(grants, Asked(action, resource)).allowed
        for action in (INVOKE, STREAM, "bedrock:CountTokens", LIST)
        for resource in (MODEL, profile, "*")
    }

    assert [asked for asked, allowed in decided.items() if allowed] == [(INVOKE, MODEL), (STREAM, MODEL)]


def test_a_decision_names_what_decided() -> None:
    denied = decide(Grants((ALL, NO_INVOKE)), Asked(INVOKE, MODEL))
    allowed = decide(Grants((INVOKES, ALL)), Asked(INVOKE, MODEL))

    assert denied.statement is not None
    assert (denied.policy, denied.statement.sid, denied.statement.index) == ("no-invoke", "never", 1)
    assert (allowed.policy, allowed.statement and allowed.statement.sid) == ("invokes", "")


PREFIX = f"User: {USER} is not authorized to perform: "


@pytest.mark.parametrize(
    ("grants", "asked", "message"),
    [
        (
            Grants(),
            Asked(INVOKE, MODEL),
            f"{INVOKE} on resource: {MODEL} because no identity-based policy allows the {INVOKE} action",  # recorded
        ),
        (Grants(), Asked(LIST), f"{LIST} because no identity-based policy allows the {LIST} action"),  # quoted
        (
            Grants((NO_INVOKE,)),
            Asked(INVOKE, MODEL),
            f"{INVOKE} on resource: {MODEL} with an explicit deny in an identity-based policy",  # quoted
        ),
        (
            Grants((ALL,), boundary=INVOKES),
            Asked(LIST),
            f"{LIST} because no permissions boundary allows the {LIST} action",  # documented, and what follows
        ),
        (
            Grants((ALL,), boundary=NO_INVOKE),
            Asked(INVOKE),
            f"{INVOKE} with an explicit deny in a permissions boundary",
        ),
        (Grants((ALL,), session=(INVOKES,)), Asked(LIST), f"{LIST} because no session policy allows the {LIST} action"),
        (Grants((ALL,), session=(NO_INVOKE,)), Asked(INVOKE), f"{INVOKE} with an explicit deny in a session policy"),
    ],
)
def test_a_denial_is_worded_as_aws_words_it(grants: Grants, asked: Asked, message: str) -> None:
    assert decide(grants, asked).refusal(USER, asked) == PREFIX + message


def trust(*principals: str, effect: str = "Allow", condition: Any = None) -> Policy:
    named = {"AWS": list(principals)}
    return policy(says(effect, "sts:AssumeRole", None, condition, Principal=named), kind="trust", name="trust")


ROLE = "arn:aws:iam::123456789012:role/r"
SESSION = "arn:aws:sts::123456789012:assumed-role/r/s"
ACCOUNT = "arn:aws:iam::123456789012:root"
MAY = Grants((policy(says("Allow", "sts:AssumeRole", ROLE)),))
MUST_NOT = Grants((policy(says("Deny", "sts:AssumeRole")),))


@pytest.mark.parametrize(
    ("policy_", "principal", "grants", "allowed", "place"),
    [
        (trust(USER), USER, Grants(), True, "trust"),  # named itself: its own policies need not allow it
        (trust(ACCOUNT), USER, Grants(), False, "identity"),  # named by its account: they have to
        (trust(ACCOUNT), USER, MAY, True, "trust"),
        (trust("123456789012"), USER, MAY, True, "trust"),  # the short form of an account
        (trust("*"), USER, Grants(), True, "trust"),
        (trust(USER), USER, MUST_NOT, False, "identity"),
        (trust(USER + "x"), USER, MAY, False, "trust"),
        (trust("arn:aws:iam::123456789012:user/*"), USER, MAY, False, "trust"),  # no wildcards in part of a name
        (trust(ROLE), SESSION, Grants(), True, "trust"),  # a session is also its role
        (trust(SESSION), SESSION, Grants(), True, "trust"),
        (trust(ROLE), SESSION, Grants((), session=()), False, "identity"),  # what a session's policies limit
        (trust(USER, condition={"StringEquals": {"sts:ExternalId": "x"}}), USER, Grants(), False, "trust"),
    ],
)
def test_who_may_assume_a_role(policy_: Policy, principal: str, grants: Grants, allowed: bool, place: str) -> None:
    """reference_policies_elements_principal, reference_policies_evaluation-logic: resource-based policies of one account."""
    decision = assume(policy_, grants, Asked("sts:AssumeRole", ROLE, {}, principal))

    assert (decision.allowed, decision.place) == (allowed, place)


def test_a_trust_policys_denial_is_worded_too() -> None:
    asked = Asked("sts:AssumeRole", ROLE, {}, USER)
    denying = policy(
        says("Allow", "sts:AssumeRole", None, Principal="*"),
        says("Deny", "sts:AssumeRole", None, Principal={"AWS": USER}),
        kind="trust",
    )

    assert assume(denying, MAY, asked).refusal(USER, asked).endswith("with an explicit deny in the role trust policy")


def test_an_explanation_has_every_statement_and_what_kept_it_from_applying() -> None:
    grants = Grants(
        (policy(says("Allow", LIST), says("Allow", INVOKE, "arn:aws:bedrock:*:*:guardrail/*"), name="mine"),),
        boundary=policy(says("Allow", INVOKE, condition={"Bool": {"aws:SecureTransport": "true"}}), name="edge"),
        session=(ALL,),
    )
    found = explain(grants, Asked(INVOKE, MODEL, {"aws:securetransport": "false"}))

    assert [(f.place, f.policy.name, f.statement.index) for f in found] == [
        ("identity", "mine", 1),
        ("identity", "mine", 2),
        ("boundary", "edge", 1),
        ("session", "all", 1),
    ]
    assert [f.mismatch if f.mismatch is None or isinstance(f.mismatch, str) else f.mismatch.name for f in found] == [
        "Action",
        "Resource",
        "aws:SecureTransport",
        None,
    ]


# Anything small enough to collide: two actions, two resources, one condition key.
ACTIONS, PLACES = (
    st.sampled_from(["*", "a:x", "a:y", "a:*", "A:X"]),
    st.sampled_from(["*", "arn:aws:a:::1", "arn:aws:a:::*"]),
)
CONDITIONS = st.none() | st.sampled_from(
    [{"StringEquals": {"k": "v"}}, {"StringNotEquals": {"k": "v"}}, {"Null": {"k": True}}]
)


@st.composite
def statements(draw: st.DrawFn, effect: str = "") -> dict[str, Any]:
    action, resource, condition = draw(ACTIONS), draw(PLACES), draw(CONDITIONS)
    found = says(effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])), action, resource, condition)
    if draw(st.booleans()):
        found["NotAction"] = found.pop("Action")
    if draw(st.booleans()):
        found["NotResource"] = found.pop("Resource")
    return found


ASKED = st.builds(
    Asked,
    st.sampled_from(["a:x", "a:y", "b:z"]),
    st.sampled_from(["arn:aws:a:::1", "arn:aws:a:::2", "*"]),
    st.sampled_from([{}, {"k": "v"}, {"k": "w"}]),
)
LISTS = st.lists(st.lists(statements(), min_size=1, max_size=3), max_size=3)


@given(LISTS, statements("Deny"), ASKED, st.randoms())
def test_a_deny_wins_wherever_it_stands(lists: list[list[Any]], deny: Any, asked: Asked, order: random.Random) -> None:
    applies = decide(identity(deny), asked).kind == "explicit deny"
    found = [*(policy(*statements) for statements in lists), policy(deny)]
    order.shuffle(found)

    if applies:
        for grants in (
            Grants(tuple(found)),
            Grants((ALL,), boundary=policy(deny, says("Allow"))),
            Grants((ALL,), None, tuple(found)),
        ):
            assert decide(grants, asked).kind == "explicit deny"


@given(LISTS, statements("Allow"), ASKED)
def test_one_more_allow_never_takes_anything_away(lists: list[list[Any]], allow: Any, asked: Asked) -> None:
    before = Grants(tuple(policy(*statements) for statements in lists))
    after = Grants((*before.identity, policy(allow)))

    assert decide(after, asked).allowed >= decide(before, asked).allowed


@given(LISTS, statements("Deny"), ASKED)
def test_one_more_deny_never_gives_anything(lists: list[list[Any]], deny: Any, asked: Asked) -> None:
    before = Grants(tuple(policy(*statements) for statements in lists))
    after = Grants((*before.identity, policy(deny)))

    assert decide(after, asked).allowed <= decide(before, asked).allowed


@given(LISTS, ASKED, st.randoms())
def test_neither_statements_nor_policies_have_an_order(
    lists: list[list[Any]], asked: Asked, order: random.Random
) -> None:
    shuffled = [order.sample(statements, len(statements)) for statements in order.sample(lists, len(lists))]
    together = [[statement for statements in lists for statement in statements]] if lists else []

    kinds = [
        decide(Grants(tuple(policy(*statements) for statements in found)), asked).kind
        for found in (lists, shuffled, together)
    ]
    assert all(one == other for one, other in pairwise(kinds))


@given(LISTS, LISTS, ASKED)
def test_a_boundary_or_a_session_only_ever_narrows(own: list[list[Any]], limit: list[list[Any]], asked: Asked) -> None:
    policies = tuple(policy(*statements) for statements in own)
    limits = tuple(policy(*statements) for statements in limit)
    alone, limiting = decide(Grants(policies), asked).allowed, decide(Grants(limits), asked).allowed

    assert decide(Grants(policies, session=limits), asked).allowed == (alone and limiting)
    if len(limits) == 1:
        assert decide(Grants(policies, boundary=limits[0]), asked).allowed == (alone and limiting)


@given(LISTS, ASKED)
def test_a_decision_depends_on_no_other_key_than_it_says(lists: list[list[Any]], asked: Asked) -> None:
    grants = Grants(tuple(policy(*statements) for statements in lists))
    context = {
        key: value for key, value in {"k": asked.context.get("k")}.items() if key in grants.keys(asked.action) and value
    }

    assert decide(grants, Asked(asked.action, asked.resource, context)) == decide(grants, asked)
