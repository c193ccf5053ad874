"""STS through boto3: who may assume what, what a session may do, and when it ends."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import HAIKU, said
from tests.doors.query.conftest import Account, Client, allow, refused

ANN = "arn:aws:iam::123456789012:user/sts-ann"
ASSUME = allow("sts:AssumeRole")
User = Callable[..., dict[str, Any]]


def trust(principal: Any, *actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": [*(actions or ("sts:AssumeRole",))], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(iam: Client, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Make a role with a trust policy and its statements: its ARN."""

    def make(trusting: str, *statements: dict[str, Any], **given: Any) -> str:
        name = request.node.name[:60].partition("[")[0]
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting, **given)["Role"]["Arn"]
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements) or [allow("bedrock:*")]})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return arn

    return make


def arn_of(key: dict[str, Any]) -> str:
    return f"arn:aws:iam::123456789012:user/{key['UserName']}"


def called(account: Account, keys: dict[str, Any]) -> int:
    """Call a model: output tokens."""
    tokens: int = account.client("bedrock-runtime", keys).converse(modelId=HAIKU, **said())["usage"]["outputTokens"]
    return tokens


def test_root_and_users_learn_who_they_are(account: Account, user: User) -> None:
    root = account.client("sts").get_caller_identity()
    assert (root["Arn"], root["UserId"]) == ("arn:aws:iam::123456789012:root", "123456789012")
    key = user()
    who = account.client("sts", key).get_caller_identity()
    assert (who["Arn"], who["Account"], who["UserId"][:4]) == (arn_of(key), "123456789012", "AIDA")


def test_a_role_is_assumed_and_calls(account: Account, user: User, role: Callable[..., str]) -> None:
    key = user(ASSUME)
    arn = role(trust({"AWS": "arn:aws:iam::123456789012:root"}))
    got = account.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="shift", DurationSeconds=900)
    name = arn.rpartition("/")[2]
    assert got["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::123456789012:assumed-role/{name}/shift"
    assert got["AssumedRoleUser"]["AssumedRoleId"].endswith(":shift")
    assert got["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert "PackedPolicySize" not in got
    assert called(account, got["Credentials"]) > 0
    assert account.client("sts", got["Credentials"]).get_caller_identity()["UserId"][:4] == "AROA"


def test_a_session_narrows_itself(account: Account, user: User, role: Callable[..., str]) -> None:
    key = user(ASSUME)
    arn = role(trust({"AWS": arn_of(key)}))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("bedrock:ListFoundationModels")]})
    got = account.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="narrow", Policy=policy)
    assert 0 < got["PackedPolicySize"] <= 100
    assert account.client("bedrock", got["Credentials"]).list_foundation_models()["modelSummaries"]
    status, code, message = refused(lambda: called(account, got["Credentials"]))
    assert (status, code) == (403, "AccessDeniedException")
    assert message.endswith("because no session policy allows the bedrock:InvokeModel action")
    by_arn = account.client("sts", key).assume_role(
        RoleArn=arn, RoleSessionName="by-arn", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"}]
    )
    assert refused(lambda: called(account, by_arn["Credentials"]))[1] == "AccessDeniedException"


def test_the_external_id_has_to_match(account: Account, user: User, role: Callable[..., str]) -> None:
    key = user()
    arn = role(trust({"AWS": arn_of(key)}, Condition={"StringEquals": {"sts:ExternalId": "42"}}))
    sts = account.client("sts", key)
    denied = (
        403,
        "AccessDenied",
        f"User: {arn_of(key)} is not authorized to perform: sts:AssumeRole on resource: {arn}",
    )
    assert refused(sts.assume_role, RoleArn=arn, RoleSessionName="no") == denied
    assert refused(sts.assume_role, RoleArn=arn, RoleSessionName="no", ExternalId="43") == denied
    assert sts.assume_role(RoleArn=arn, RoleSessionName="yes", ExternalId="42")["Credentials"]


def test_tags_need_to_be_allowed_too(account: Account, user: User, role: Callable[..., str], iam: Client) -> None:
    key = user()
    may_not, may = trust({"AWS": arn_of(key)}), trust({"AWS": arn_of(key)}, "sts:AssumeRole", "sts:TagSession")
    condition = {"StringEquals": {"aws:PrincipalTag/crew": "night"}}
    arn = role(may_not, allow("bedrock:InvokeModel", Condition=condition))
    given = {"RoleArn": arn, "RoleSessionName": "tagged", "Tags": [{"Key": "crew", "Value": "night"}]}
    sts = account.client("sts", key)
    assert "sts:TagSession" in refused(sts.assume_role, **given)[2]
    iam.update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=may)
    assert called(account, sts.assume_role(**given)["Credentials"]) > 0
    untagged = sts.assume_role(RoleArn=arn, RoleSessionName="untagged")["Credentials"]
    assert refused(lambda: called(account, untagged))[1] == "AccessDeniedException"


def test_who_may_not(account: Account, user: User, role: Callable[..., str]) -> None:
    key, other = user(ASSUME), user()
    arn = role(trust({"AWS": arn_of(key)}))
    given = {"RoleArn": arn, "RoleSessionName": "s1"}
    root = (403, "AccessDenied", "Roles may not be assumed by root accounts.")
    assert refused(account.client("sts").assume_role, **given) == root
    assert refused(account.client("sts", other).assume_role, **given)[1] == "AccessDenied"
    absent = {**given, "RoleArn": "arn:aws:iam::123456789012:role/none"}
    assert refused(account.client("sts", key).assume_role, **absent)[1] == "AccessDenied"
    elsewhere = {**given, "RoleArn": arn.replace("role/", "role/path/")}
    assert refused(account.client("sts", key).assume_role, **elsewhere)[1] == "AccessDenied"


def test_how_long(account: Account, user: User, role: Callable[..., str]) -> None:
    key = user(ASSUME)
    arn = role(trust({"AWS": "*"}), allow("sts:AssumeRole"), MaxSessionDuration=7200)
    sts, given = account.client("sts", key), {"RoleArn": arn, "RoleSessionName": "long"}
    got = sts.assume_role(**given, DurationSeconds=7200)
    default = sts.assume_role(**given)
    longer = got["Credentials"]["Expiration"] - default["Credentials"]["Expiration"]
    assert abs(longer - timedelta(hours=1)) < timedelta(minutes=1)
    too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert refused(sts.assume_role, **given, DurationSeconds=7201) == (400, "ValidationError", too_long)
    chained = account.client("sts", got["Credentials"])
    assert refused(chained.assume_role, **given, DurationSeconds=3601)[2] == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    )
    assert chained.assume_role(**given)["Credentials"]
    assert refused(sts.assume_role, **given, DurationSeconds=899)[2] == (
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 900"
    )


def test_a_changed_role_changes_its_sessions(
    account: Account, user: User, role: Callable[..., str], iam: Client
) -> None:
    key = user(ASSUME)
    arn = role(trust({"AWS": "123456789012"}))
    name = arn.rpartition("/")[2]
    session = account.client("sts", key).assume_role(RoleArn=arn, RoleSessionName="s1")["Credentials"]
    assert called(account, session) > 0
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    assert refused(lambda: called(account, session))[1] == "AccessDeniedException"
    iam.delete_role(RoleName=name)
    gone = (403, "UnrecognizedClientException", "The security token included in the request is invalid.")
    assert refused(lambda: called(account, session)) == gone


def test_a_session_of_one_s_own(account: Account, user: User) -> None:
    key = user(allow("bedrock:InvokeModel", "iam:*"))
    session = account.client("sts", key).get_session_token(DurationSeconds=900)["Credentials"]
    assert account.client("sts", session).get_caller_identity()["Arn"] == arn_of(key)
    assert called(account, session) > 0
    assert refused(account.client("sts", session).get_session_token)[1] == "AccessDenied"
    assert refused(account.client("iam", session).list_users)[1] == "InvalidClientTokenId"
    root = account.client("sts").get_session_token()["Credentials"]
    assert account.client("sts", root).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"


def test_what_is_not_honoured_is_refused(account: Account, user: User, role: Callable[..., str]) -> None:
    key = user(ASSUME)
    arn = role(trust({"AWS": arn_of(key)}))
    for more in ({"SourceIdentity": "ann"}, {"TransitiveTagKeys": ["a"]}, {"TokenCode": "123456"}):
        given = {"RoleArn": arn, "RoleSessionName": "s1", **more}
        assert refused(account.client("sts", key).assume_role, **given)[:2] == (400, "ValidationError")


def test_whose_a_key_is(account: Account) -> None:
    assert account.client("sts").get_access_key_info(AccessKeyId="AKIAEXAMPLEEXAMPLE22")["Account"] == "123456789012"
