"""Roles through boto3."""

import json

from tests.doors.query.conftest import Client, refused
from tests.doors.query.test_policies import trust


def test_a_role_is_made_shown_changed_and_deleted(iam: Client) -> None:
    made = iam.create_role(
        RoleName="Digger",
        Path="/service/",
        AssumeRolePolicyDocument=json.dumps(trust()),
        Description="digs",
        MaxSessionDuration=7200,
        Tags=[{"Key": "a", "Value": "b"}],
    )["Role"]
    assert made["Arn"] == "arn:aws:iam::123456789012:role/service/Digger"
    assert made["RoleId"].startswith("AROA")
    found = iam.get_role(RoleName="digger")["Role"]
    assert found.pop("RoleLastUsed") == {}
    assert found == made
    assert (found["AssumeRolePolicyDocument"], found["MaxSessionDuration"]) == (trust(), 7200)
    iam.update_role(RoleName="Digger", Description="digs deeper")
    assert iam.get_role(RoleName="Digger")["Role"]["Description"] == "digs deeper"
    assert iam.get_role(RoleName="Digger")["Role"]["MaxSessionDuration"] == 7200
    narrower = {**trust(), "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}
    iam.update_assume_role_policy(RoleName="Digger", PolicyDocument=json.dumps(narrower))
    assert iam.list_roles(PathPrefix="/service/")["Roles"][0]["AssumeRolePolicyDocument"] == narrower
    iam.untag_role(RoleName="Digger", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="Digger")["Tags"] == []
    iam.delete_role(RoleName="Digger")
    missing = (404, "NoSuchEntity", "The role with name Digger cannot be found.")
    assert refused(iam.get_role, RoleName="Digger") == missing


def test_refusals(iam: Client) -> None:
    document = json.dumps(trust())
    iam.create_role(RoleName="once", AssumeRolePolicyDocument=document)
    assert refused(iam.create_role, RoleName="ONCE", AssumeRolePolicyDocument=document) == (
        409,
        "EntityAlreadyExists",
        "Role with name ONCE already exists.",
    )
    assert refused(iam.create_role, RoleName="bad", AssumeRolePolicyDocument="{}")[:2] == (
        400,
        "MalformedPolicyDocument",
    )
    given = {"RoleName": "bad", "AssumeRolePolicyDocument": document, "MaxSessionDuration": 100}
    assert refused(iam.create_role, **given)[2] == (
        "1 validation error detected: Value '100' at 'maxSessionDuration' failed to satisfy constraint: "
        "Member must have value greater than or equal to 3600"
    )
    arn = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
    iam.attach_role_policy(RoleName="once", PolicyArn=arn)
    assert refused(iam.delete_role, RoleName="once")[2] == "Cannot delete entity, must detach all policies first."
