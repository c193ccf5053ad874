"""Inline and attached policies and boundaries, of users, groups and roles alike."""

import json
from typing import Any

import pytest
from tests.doors.query.conftest import Client, allow, refused
from tests.doors.query.test_policies import FULL, trust

DOCUMENT = {"Version": "2012-10-17", "Statement": [allow("bedrock:InvokeModel")]}
READ = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
SIZES = {"user": 2048, "group": 5120, "role": 10_240}


class Kind:
    """The calls of one kind, and one of that kind by name."""

    def __init__(self, iam: Client, kind: str) -> None:
        self._iam, self.kind = iam, kind
        self.name = {f"{kind.capitalize()}Name": f"attached-{kind}"}

    def __call__(self, call: str, **given: Any) -> Any:
        return getattr(self._iam, call.replace("KIND", self.kind))(**self.name, **given)

    def refused(self, call: str, **given: Any) -> tuple[int, str, str]:
        return refused(lambda **all_of: self(call, **all_of), **given)


@pytest.fixture(params=["user", "group", "role"])
def one(iam: Client, request: pytest.FixtureRequest) -> Any:
    kind = Kind(iam, request.param)
    kind("create_KIND", **({"AssumeRolePolicyDocument": json.dumps(trust())} if kind.kind == "role" else {}))
    yield kind
    for arn in kind("list_attached_KIND_policies")["AttachedPolicies"]:
        kind("detach_KIND_policy", PolicyArn=arn["PolicyArn"])
    for name in kind("list_KIND_policies")["PolicyNames"]:
        kind("delete_KIND_policy", PolicyName=name)
    kind("delete_KIND")


def test_inline_policies(one: Kind) -> None:
    for name in ("b", "a"):
        one("put_KIND_policy", PolicyName=name, PolicyDocument=json.dumps(DOCUMENT))
    assert one("list_KIND_policies")["PolicyNames"] == ["a", "b"]
    found = one("get_KIND_policy", PolicyName="a")
    assert found["PolicyDocument"] == DOCUMENT
    assert found["PolicyName"] == "a"
    one("delete_KIND_policy", PolicyName="a")
    missing = (404, "NoSuchEntity", f"The {one.kind} policy with name a cannot be found.")
    assert one.refused("get_KIND_policy", PolicyName="a") == missing
    assert one.refused("delete_KIND_policy", PolicyName="a") == missing


def test_inline_policies_are_bounded_together(one: Kind) -> None:
    size = SIZES[one.kind]
    action = "bedrock:" + "a" * (size // 2)
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    half = json.dumps({"Version": "2012-10-17", "Statement": statement})
    one("put_KIND_policy", PolicyName="a", PolicyDocument=half)
    one("put_KIND_policy", PolicyName="a", PolicyDocument=half)  # in its own place
    name = f"attached-{one.kind}"
    message = f"Maximum policy size of {size} bytes exceeded for {one.kind} {name}"
    assert one.refused("put_KIND_policy", PolicyName="b", PolicyDocument=half) == (409, "LimitExceeded", message)


def test_attached_policies(one: Kind) -> None:
    for arn in (READ, FULL, FULL):
        one("attach_KIND_policy", PolicyArn=arn)
    assert one("list_attached_KIND_policies")["AttachedPolicies"] == [
        {"PolicyName": "AmazonBedrockFullAccess", "PolicyArn": FULL},
        {"PolicyName": "AmazonBedrockReadOnly", "PolicyArn": READ},
    ]
    one("detach_KIND_policy", PolicyArn=FULL)
    gone = (404, "NoSuchEntity", f"Policy {FULL} was not found.")
    assert one.refused("detach_KIND_policy", PolicyArn=FULL) == gone
    none = "arn:aws:iam::123456789012:policy/none"
    assert one.refused("attach_KIND_policy", PolicyArn=none) == (
        404,
        "NoSuchEntity",
        f"Policy {none} does not exist or is not attachable.",
    )


def test_ten_are_the_most(one: Kind, iam: Client) -> None:
    arns = []
    for number in range(11):
        name = f"ten-{one.kind}-{number}"
        arns.append(iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"])
    for arn in arns[:10]:
        one("attach_KIND_policy", PolicyArn=arn)
    message = f"Cannot exceed quota for PoliciesPer{one.kind.capitalize()}: 10"
    assert one.refused("attach_KIND_policy", PolicyArn=arns[10]) == (409, "LimitExceeded", message)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_boundaries(iam: Client, kind: str) -> None:
    one = Kind(iam, kind)
    more = {"AssumeRolePolicyDocument": json.dumps(trust())} if kind == "role" else {}
    made = one("create_KIND", PermissionsBoundary=READ, **more)[kind.capitalize()]
    assert made["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ,
    }
    one("put_KIND_permissions_boundary", PermissionsBoundary=FULL)
    assert one("get_KIND")[kind.capitalize()]["PermissionsBoundary"]["PermissionsBoundaryArn"] == FULL
    none = "arn:aws:iam::123456789012:policy/none"
    assert one.refused("put_KIND_permissions_boundary", PermissionsBoundary=none)[:2] == (404, "NoSuchEntity")
    one("delete_KIND_permissions_boundary")
    assert "PermissionsBoundary" not in one("get_KIND")[kind.capitalize()]
    assert one.refused("delete_KIND_permissions_boundary")[:2] == (404, "NoSuchEntity")
    one("delete_KIND")
