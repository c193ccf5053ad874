"""AWS's own policies: documents that are policies, and say what their names promise."""

import pytest

from outcrop.iam.decide import Grants, decide
from outcrop.iam.managed import AWS_POLICIES
from outcrop.iam.policy import Asked, parse

INVOKE, LIST, BEARER = "bedrock:InvokeModel", "bedrock:ListFoundationModels", "bedrock:CallWithBearerToken"
DELETE, USERS = "bedrock:DeleteCustomModel", "iam:CreateUser"


@pytest.mark.parametrize("arn", AWS_POLICIES)
def test_each_is_a_policy_of_aws(arn: str) -> None:
    policy = AWS_POLICIES[arn]
    assert policy.arn == arn == f"arn:aws:iam::aws:policy/{policy.name}"
    assert parse(policy.document, kind="managed").statements
    assert len(policy.id) == 21


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("AdministratorAccess", {INVOKE, LIST, BEARER, DELETE, USERS}),
        ("AmazonBedrockFullAccess", {INVOKE, LIST, BEARER, DELETE}),
        ("AmazonBedrockLimitedAccess", {INVOKE, LIST, BEARER}),
        ("AmazonBedrockReadOnly", {LIST}),
        ("IAMFullAccess", {USERS}),
        ("ReadOnlyAccess", {LIST}),
    ],
)
def test_what_they_allow(name: str, allowed: set[str]) -> None:
    policy = parse(AWS_POLICIES[f"arn:aws:iam::aws:policy/{name}"].document, kind="managed")
    found = {one for one in (INVOKE, LIST, BEARER, DELETE, USERS) if decide(Grants((policy,)), Asked(one)).allowed}
    assert found == allowed
