"""Long-term Bedrock API keys through boto3, used as SDKs use them."""

import base64
from datetime import timedelta
from typing import Any

import msgspec
from tests.conftest import converse_path, said
from tests.doors.query.conftest import Account, Client, allow, refused

from outcrop.wire.http import HttpRequest

BEDROCK = "bedrock.amazonaws.com"
MAY = [allow("bedrock:CallWithBearerToken", "bedrock:InvokeModel")]


def asked(account: Account, token: str) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "host": "127.0.0.1"}
    answer = account.ask(HttpRequest("POST", converse_path(), "", headers, msgspec.json.encode(said())))
    return answer.status, msgspec.json.decode(answer.body)


def holder(iam: Client, name: str, *statements: dict[str, Any]) -> None:
    iam.create_user(UserName=name)
    document = msgspec.json.encode({"Version": "2012-10-17", "Statement": statements or MAY}).decode()
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)


def test_a_key_is_shown_once_and_calls_as_its_user(account: Account, iam: Client) -> None:
    holder(iam, "bearer")
    made = iam.create_service_specific_credential(UserName="bearer", ServiceName=BEDROCK, CredentialAgeDays=30)
    credential = made["ServiceSpecificCredential"]
    token = credential.pop("ServiceCredentialSecret")
    assert base64.b64decode(token.removeprefix("ABSK")).decode().startswith("bearer-at-123456789012:")
    assert credential["ServiceCredentialAlias"] == "bearer-at-123456789012"
    assert credential["ExpirationDate"] - credential["CreateDate"] == timedelta(days=30)
    assert (credential["ServiceName"], credential["Status"], credential["UserName"]) == (BEDROCK, "Active", "bearer")
    assert iam.list_service_specific_credentials(UserName="bearer")["ServiceSpecificCredentials"] == [credential]
    assert asked(account, token)[0] == 200


def test_it_is_switched_off_reset_and_deleted(account: Account, iam: Client) -> None:
    bad = (403, {"Message": "Authentication failed: Please make sure your API Key is valid."})
    holder(iam, "bearer2")
    made = iam.create_service_specific_credential(UserName="bearer2", ServiceName=BEDROCK)["ServiceSpecificCredential"]
    assert "ExpirationDate" not in made
    which = {"UserName": "bearer2", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    old = made["ServiceCredentialSecret"]
    iam.update_service_specific_credential(**which, Status="Inactive")
    assert asked(account, old) == bad
    iam.update_service_specific_credential(**which, Status="Active")
    assert asked(account, old)[0] == 200
    new = iam.reset_service_specific_credential(**which)["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    assert asked(account, old) == bad
    assert asked(account, new)[0] == 200
    iam.delete_service_specific_credential(**which)
    assert asked(account, new) == bad
    assert refused(iam.delete_service_specific_credential, **which)[:2] == (404, "NoSuchEntity")


def test_two_are_the_most_and_the_second_is_marked(iam: Client) -> None:
    holder(iam, "bearer3")
    made = [
        iam.create_service_specific_credential(UserName="bearer3", ServiceName=BEDROCK)["ServiceSpecificCredential"]
        for _ in range(2)
    ]
    aliases = [one["ServiceCredentialAlias"] for one in made]
    assert aliases == ["bearer3-at-123456789012", "bearer3+1-at-123456789012"]
    assert refused(iam.create_service_specific_credential, UserName="bearer3", ServiceName=BEDROCK)[2] == (
        "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"
    )
    assert refused(iam.delete_user, UserName="bearer3")[1] == "DeleteConflict"
    everybody = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert {one["ServiceSpecificCredentialId"] for one in made} <= {
        one["ServiceSpecificCredentialId"] for one in everybody
    }


def test_the_policy_has_to_allow_bearer_keys(account: Account, iam: Client) -> None:
    holder(iam, "bearer4", allow("bedrock:InvokeModel"))
    made = iam.create_service_specific_credential(UserName="bearer4", ServiceName=BEDROCK)
    status, body = asked(account, made["ServiceSpecificCredential"]["ServiceCredentialSecret"])
    assert status == 403
    assert body["Message"].startswith(
        "User: arn:aws:iam::123456789012:user/bearer4 is not authorized to perform: bedrock:CallWithBearerToken"
    )


def test_other_services_have_none(iam: Client) -> None:
    iam.create_user(UserName="committer")
    given = {"UserName": "committer", "ServiceName": "codecommit.amazonaws.com"}
    assert refused(iam.create_service_specific_credential, **given)[:2] == (404, "NotSupportedService")
    assert iam.list_service_specific_credentials(**given)["ServiceSpecificCredentials"] == []
    given = {"UserName": "committer", "ServiceName": BEDROCK, "CredentialAgeDays": 36_601}
    assert refused(iam.create_service_specific_credential, **given) == (
        400,
        "ValidationError",
        "1 validation error detected: Value '36601' at 'credentialAgeDays' failed to satisfy constraint: "
        "Member must have value less than or equal to 36600",
    )
