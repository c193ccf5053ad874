"""The door itself: which requests are its own, who gets in, what policies allow there, and errors in XML."""

import re
from typing import Any

import pytest
from tests.doors.query.conftest import Account, Client, allow, refused

from outcrop.doors.query import ACTIONS
from outcrop.iam.keys import Principal
from outcrop.model.service import service
from outcrop.wire.http import HttpRequest

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "host": "127.0.0.1"}
ROOT = Principal("arn:aws:iam::123456789012:root", "AKIA")


def post(account: Account, body: bytes, **headers: str) -> tuple[int, str]:
    answer = account.ask(HttpRequest("POST", "/", "", {**FORM, **headers}, body))
    assert dict(answer.headers)["content-type"] == "text/xml"
    return answer.status, answer.body.decode()


def test_an_error_as_it_is_on_the_wire(account: Account) -> None:
    status, text = post(account, b"Action=GetUser&Version=2010-05-08")
    assert status == 403
    identifier = re.search("<RequestId>(.*)</RequestId>", text)
    assert identifier
    assert text == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        "<Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error>"
        f"<RequestId>{identifier[1]}</RequestId></ErrorResponse>"
    )
    assert "https://sts.amazonaws.com/" in post(account, b"Action=GetCallerIdentity&Version=2011-06-15")[1]


def test_bearer_keys_do_not_open_this_door(account: Account) -> None:
    token = account.built.credentials.bearer_token
    status, text = post(account, b"Action=GetUser&Version=2010-05-08", authorization=f"Bearer {token}")
    assert status == 403
    assert "MissingAuthenticationToken" in text


def test_a_signature_is_for_one_service(account: Account) -> None:
    iam, sts = account.client("iam"), account.client("sts")
    assert sts.get_caller_identity()
    wrong = {"AccessKeyId": account.root[0], "SecretAccessKey": "x" * 40}
    assert refused(account.client("iam", wrong).list_users)[:2] == (403, "SignatureDoesNotMatch")
    assert iam.list_users()


@pytest.mark.parametrize("action", ["CreateVirtualMFADevice", "NoSuchAction"])
def test_actions_that_are_not_served_are_said(account: Account, action: str) -> None:
    def rename(params: Any, **_: Any) -> None:
        params["body"]["Action"] = action

    iam = account.client("iam")
    iam.meta.events.register("before-call", rename)
    message = f"Could not find operation {action} for version 2010-05-08"
    assert refused(iam.list_users) == (400, "InvalidAction", message)


def test_what_a_policy_allows_is_allowed_and_nothing_else(account: Account, user: Any) -> None:
    key = user(
        allow("iam:CreateUser", "iam:GetUser", resource="arn:aws:iam::123456789012:user/team/*"),
        allow("iam:ListUsers", resource="arn:aws:iam::123456789012:user/team/"),
    )
    mine = account.client("iam", key)
    mine.create_user(UserName="team-member", Path="/team/")
    assert mine.get_user(UserName="team-member")["User"]["Path"] == "/team/"
    assert mine.list_users(PathPrefix="/team/")["Users"]
    status, code, message = refused(mine.create_user, UserName="loner")
    assert (status, code) == (403, "AccessDenied")
    assert message.endswith(
        "is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::123456789012:user/loner because no "
        "identity-based policy allows the iam:CreateUser action"
    )
    assert refused(mine.list_users)[1] == "AccessDenied"


def test_conditions_see_tags_policies_and_boundaries(account: Account, iam: Client, user: Any) -> None:
    read = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
    bounded = {"StringEquals": {"iam:PermissionsBoundary": read}}
    attach = {"ArnEquals": {"iam:PolicyARN": read}}
    tagged = {"StringEquals": {"aws:ResourceTag/team": "stone"}, "Null": {"aws:RequestTag/team": "true"}}
    key = user(
        allow("iam:CreateUser", Condition=bounded),
        allow("iam:AttachUserPolicy", Condition=attach),
        allow("iam:TagUser", Condition=tagged),
    )
    mine = account.client("iam", key)
    assert refused(mine.create_user, UserName="unbounded")[1] == "AccessDenied"
    mine.create_user(UserName="bounded", PermissionsBoundary=read)
    mine.attach_user_policy(UserName="bounded", PolicyArn=read)
    full = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert refused(mine.attach_user_policy, UserName="bounded", PolicyArn=full)[1] == "AccessDenied"
    given = {"UserName": "bounded", "Tags": [{"Key": "depth", "Value": "3"}]}
    assert refused(mine.tag_user, **given)[1] == "AccessDenied"
    iam.tag_user(UserName="bounded", Tags=[{"Key": "team", "Value": "stone"}])
    mine.tag_user(**given)
    assert refused(mine.tag_user, UserName="bounded", Tags=[{"Key": "team", "Value": "x"}])[1] == "AccessDenied"


def test_other_schemes_do_not_sign(account: Account) -> None:
    status, text = post(account, b"Action=ListUsers&Version=2010-05-08", authorization="Basic dXNlcjpwYXNz")
    assert status == 400
    assert "<Code>IncompleteSignature</Code>" in text


def test_from_within_an_action_needs_no_http(account: Account) -> None:
    door = account.built.identity
    made = account.runner.run(door.perform(ROOT, "us-east-1", "iam", "CreateUser", {"UserName": "within"}))
    assert made["User"]["UserName"] == "within"


def test_every_action_of_the_model_is_in_the_table_and_no_other() -> None:
    for name, actions in ACTIONS.items():
        assert set(actions) == set(service(name).operations)


def test_a_fault_of_ours_is_an_error_and_says_nothing_of_it(
    account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("outcrop.iam.store.Store.change", fail)
    status, code, message = refused(account.client("iam").create_user, UserName="unlucky")
    assert (status, code) == (500, "ServiceFailure")
    assert "secret" not in message
    assert [record.levelname for record in caplog.records] == ["ERROR"]
