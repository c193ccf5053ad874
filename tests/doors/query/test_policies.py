"""Managed policies through boto3: versions, what is in force, what may go."""

import json

from tests.doors.query.conftest import Client, allow, refused

BEDROCK = {"Version": "2012-10-17", "Statement": allow("bedrock:InvokeModel")}
EMPTY = {"Version": "2012-10-17", "Statement": allow("bedrock:Nothing")}
FULL = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"


def made(iam: Client, name: str, **given: object) -> str:
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(BEDROCK), **given)["Policy"]["Arn"]
    return arn


def test_a_policy_is_kept_as_it_was_written(iam: Client) -> None:
    text = '{ "Version": "2012-10-17",\n "Statement": {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"} }'
    tags = [{"Key": "a", "Value": "b"}]
    policy = iam.create_policy(PolicyName="Kept", Path="/x/", Description="as it is", PolicyDocument=text, Tags=tags)[
        "Policy"
    ]
    assert policy["Arn"] == "arn:aws:iam::123456789012:policy/x/Kept"
    assert policy["PolicyId"].startswith("ANPA")
    found = iam.get_policy(PolicyArn=policy["Arn"])["Policy"]
    assert (found["DefaultVersionId"], found["AttachmentCount"], found["Description"]) == ("v1", 0, "as it is")
    assert found["Tags"] == tags
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(text)
    assert version["IsDefaultVersion"]


def test_versions_count_on_and_five_are_the_most(iam: Client) -> None:
    arn = made(iam, "Versioned")

    def add(**given: object) -> str:
        answer = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(EMPTY), **given)
        number: str = answer["PolicyVersion"]["VersionId"]
        return number

    assert [add(), add(SetAsDefault=True), add(), add()] == ["v2", "v3", "v4", "v5"]
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=json.dumps(EMPTY)) == (
        409,
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    )
    assert refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v3") == (
        409,
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
    assert add() == "v6"  # a number is never used again
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [
        ("v6", False),
        ("v4", False),
        ("v3", False),
        ("v2", False),
        ("v1", True),
    ]
    missing = f"Policy {arn} version v5 does not exist or is not attachable."
    assert refused(iam.get_policy_version, PolicyArn=arn, VersionId="v5") == (404, "NoSuchEntity", missing)


def test_what_is_used_is_not_deleted(iam: Client) -> None:
    arn = made(iam, "Used")
    iam.create_user(UserName="user-of-policy")
    iam.attach_user_policy(UserName="user-of-policy", PolicyArn=arn)
    in_use = (409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    assert refused(iam.delete_policy, PolicyArn=arn) == in_use
    iam.detach_user_policy(UserName="user-of-policy", PolicyArn=arn)
    iam.put_user_permissions_boundary(UserName="user-of-policy", PermissionsBoundary=arn)
    assert refused(iam.delete_policy, PolicyArn=arn) == in_use
    iam.delete_user_permissions_boundary(UserName="user-of-policy")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(EMPTY))
    assert refused(iam.delete_policy, PolicyArn=arn)[2].startswith("This policy has more than one version.")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn) == (404, "NoSuchEntity", f"Policy {arn} was not found.")


def test_documents_that_are_none_are_refused_in_aws_words(iam: Client) -> None:
    refusals = {
        "{": "Syntax errors in policy.",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"bedrock:*"}]}': (
            "Policy statement must contain resources."
        ),
    }
    for document, message in refusals.items():
        given = {"PolicyName": "Malformed", "PolicyDocument": document}
        assert refused(iam.create_policy, **given) == (400, "MalformedPolicyDocument", message)
    large = json.dumps({"Version": "2012-10-17", "Statement": allow(*(f"bedrock:Action{n:04}" for n in range(400)))})
    assert refused(iam.create_policy, PolicyName="Large", PolicyDocument=large) == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
    )
    assert refused(iam.get_policy, PolicyArn="arn:aws:iam::123456789012:policy/Malformed")[1] == "NoSuchEntity"


def test_names_are_one_whatever_path_and_case(iam: Client) -> None:
    made(iam, "Once")
    given = {"PolicyName": "ONCE", "Path": "/y/", "PolicyDocument": json.dumps(BEDROCK)}
    message = "A policy called ONCE already exists. Duplicate names are not allowed."
    assert refused(iam.create_policy, **given) == (409, "EntityAlreadyExists", message)


def test_lists_know_scope_path_and_use(iam: Client) -> None:
    arn, idle = made(iam, "Listed", Path="/listed/"), made(iam, "Idle", Path="/listed/")
    iam.create_role(RoleName="lister", AssumeRolePolicyDocument=json.dumps(trust()))
    iam.attach_role_policy(RoleName="lister", PolicyArn=arn)

    def names(**given: object) -> set[str]:
        return {one["Arn"] for one in iam.list_policies(**given)["Policies"]}

    assert names(Scope="Local", PathPrefix="/listed/") == {arn, idle}
    assert names(Scope="Local", PathPrefix="/listed/", OnlyAttached=True) == {arn}
    assert FULL in names(Scope="AWS")
    assert arn not in names(Scope="AWS")
    assert {FULL, arn} <= names()
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert [one["RoleName"] for one in entities["PolicyRoles"]] == ["lister"]
    assert (entities["PolicyUsers"], entities["PolicyGroups"]) == ([], [])


def test_aws_own_policies_are_read_and_attached_and_never_changed(iam: Client) -> None:
    document = iam.get_policy_version(PolicyArn=FULL, VersionId="v1")["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == ["bedrock:*"]
    for call, given in ((iam.delete_policy, {}), (iam.create_policy_version, {"PolicyDocument": json.dumps(EMPTY)})):
        assert refused(call, PolicyArn=FULL, **given)[:2] == (403, "AccessDenied")


def test_tags(iam: Client) -> None:
    arn = made(iam, "Tagged")
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_policy(PolicyArn=arn, TagKeys=["A"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def trust() -> dict[str, object]:
    """A trust policy for the account."""
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
