"""Simulating policies with boto3: the documented examples, a user with groups and a boundary, and what is refused."""

import json
from typing import Any

import pytest
from tests.doors.query.conftest import Client, allow, refused
from tests.iam.policies import ARTICLE, MODEL

INVOKE, LIST = "bedrock:InvokeModel", "bedrock:ListFoundationModels"
AFTER = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def decisions(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["EvalActionName"], one["EvalResourceName"]): one["EvalDecision"] for one in answer["EvaluationResults"]
    }


@pytest.mark.parametrize(
    ("moment", "decision"), [("2019-04-25T11:00:00Z", "allowed"), ("2014-04-25T11:00:00Z", "implicitDeny")]
)
def test_the_documented_examples(iam: Client, moment: str, decision: str) -> None:
    """The CLI's examples of simulate-custom-policy, positions and all."""
    (got,) = iam.simulate_custom_policy(
        PolicyInputList=[AFTER],
        ActionNames=["dynamodb:CreateBackup"],
        ContextEntries=[{"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [moment], "ContextKeyType": "date"}],
    )["EvaluationResults"]

    assert (got["EvalActionName"], got["EvalResourceName"], got["EvalDecision"]) == (
        "dynamodb:CreateBackup",
        "*",
        decision,
    )
    assert got["MissingContextValues"] == []
    assert (
        got["MatchedStatements"]
        == [
            {
                "SourcePolicyId": "PolicyInputList.1",
                "SourcePolicyType": "IAM Policy",
                "StartPosition": {"Line": 1, "Column": 38},
                "EndPosition": {"Line": 1, "Column": 167},
            }
        ][: decision == "allowed"]
    )


def test_a_users_policies_its_groups_and_its_boundary_count(iam: Client) -> None:
    iam.create_user(UserName="simulated")
    iam.put_user_policy(UserName="simulated", PolicyName="own", PolicyDocument=ARTICLE)
    iam.create_group(GroupName="simulated-group")
    iam.put_group_policy(
        GroupName="simulated-group", PolicyName="lists", PolicyDocument=document(allow("bedrock:List*"), allow("s3:*"))
    )
    iam.add_user_to_group(UserName="simulated", GroupName="simulated-group")
    edge = iam.create_policy(PolicyName="simulated-edge", PolicyDocument=document(allow("bedrock:*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="simulated", PermissionsBoundary=edge)
    source = iam.get_user(UserName="simulated")["User"]["Arn"]

    got = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=[INVOKE, LIST, "s3:GetObject"], ResourceArns=[MODEL]
    )

    assert decisions(got) == {
        (INVOKE, MODEL): "allowed",
        (LIST, MODEL): "allowed",
        ("s3:GetObject", MODEL): "implicitDeny",
    }
    first, second, third = got["EvaluationResults"]
    assert [one["SourcePolicyId"] for one in first["MatchedStatements"]] == ["user_simulated_own"]
    assert [one["SourcePolicyId"] for one in second["MatchedStatements"]] == ["group_simulated-group_lists"]
    assert third["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert first["ResourceSpecificResults"][0]["EvalResourceDecision"] == "allowed"
    without = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=["s3:GetObject"], PermissionsBoundaryPolicyInputList=[document(allow("*"))]
    )
    assert decisions(without) == {("s3:GetObject", "*"): "allowed"}
    with_deny = iam.simulate_principal_policy(
        PolicySourceArn=source, ActionNames=[LIST], PolicyInputList=[document(allow(LIST, effect="Deny"))]
    )
    assert decisions(with_deny) == {(LIST, "*"): "explicitDeny"}


def test_the_simulation_is_what_would_happen(iam: Client, account: Any, user: Any) -> None:
    keys = user(allow(INVOKE, resource="arn:aws:bedrock:*::foundation-model/amazon.*"))
    source = iam.get_user(UserName=keys["UserName"])["User"]["Arn"]
    runtime = account.client("bedrock-runtime", keys)

    for model in ("amazon.nova-lite-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"):
        arn = f"arn:aws:bedrock:us-east-1::foundation-model/{model}"
        (simulated,) = decisions(
            iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=[INVOKE], ResourceArns=[arn])
        ).values()
        asked = {"modelId": model, "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
        if simulated == "allowed":
            assert runtime.converse(**asked)["stopReason"] == "end_turn"
        else:
            assert refused(runtime.converse, **asked)[:2] == (403, "AccessDeniedException")


def test_missing_keys_and_several_values_are_told_apart(iam: Client) -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    asked = {"PolicyInputList": [document(allow(INVOKE, Condition=condition))], "ActionNames": [INVOKE]}
    tags = {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": ["a", "b"], "ContextKeyType": "stringList"}
    address = {"ContextKeyName": "aws:sourceip", "ContextKeyValues": ["10.0.0.1"], "ContextKeyType": "ip"}

    (missing,) = iam.simulate_custom_policy(**asked, ContextEntries=[tags])["EvaluationResults"]
    (whole,) = iam.simulate_custom_policy(**asked, ContextEntries=[tags, address])["EvaluationResults"]

    assert (missing["EvalDecision"], missing["MissingContextValues"]) == ("implicitDeny", ["aws:SourceIp"])
    assert (whole["EvalDecision"], whole["MissingContextValues"]) == ("allowed", [])


def test_results_come_in_pages(iam: Client) -> None:
    asked = {
        "PolicyInputList": [document(allow("s3:*"))],
        "ActionNames": ["s3:A", INVOKE],
        "ResourceArns": [MODEL, "arn:aws:s3:::b"],
    }
    pages = list(iam.get_paginator("simulate_custom_policy").paginate(**asked, PaginationConfig={"PageSize": 3}))

    assert [len(page["EvaluationResults"]) for page in pages] == [3, 1]
    assert [one["EvalDecision"] for page in pages for one in page["EvaluationResults"]] == [
        "allowed",
        "allowed",
        "implicitDeny",
        "implicitDeny",
    ]


def test_a_caller_is_known_to_conditions(iam: Client) -> None:
    iam.create_user(UserName="simulated-caller", Tags=[{"Key": "team", "Value": "stone"}])
    source = iam.get_user(UserName="simulated-caller")["User"]["Arn"]
    text = document(
        allow(
            INVOKE, Condition={"StringEquals": {"aws:PrincipalTag/team": "stone", "aws:username": "simulated-caller"}}
        )
    )
    asked = {"PolicyInputList": [text], "ActionNames": [INVOKE]}

    assert decisions(iam.simulate_custom_policy(**asked, CallerArn=source)) == {(INVOKE, "*"): "allowed"}
    assert decisions(iam.simulate_custom_policy(**asked)) == {(INVOKE, "*"): "implicitDeny"}
    assert decisions(iam.simulate_principal_policy(PolicySourceArn=source, **asked)) == {(INVOKE, "*"): "allowed"}


def test_what_cannot_be_simulated_is_refused(iam: Client, user: Any, account: Any) -> None:
    good = {"PolicyInputList": [ARTICLE], "ActionNames": [INVOKE]}

    assert refused(iam.simulate_custom_policy, **{**good, "PolicyInputList": ["{"]}) == (
        400,
        "InvalidInput",
        "Invalid input policy PolicyInputList.1: Syntax errors in policy.",
    )
    assert refused(iam.simulate_custom_policy, **good, ResourcePolicy=ARTICLE)[:2] == (400, "InvalidInput")
    assert (
        refused(iam.simulate_custom_policy, **good, CallerArn="arn:aws:iam::123456789012:user/nobody")[1]
        == "InvalidInput"
    )
    gone = "arn:aws:iam::123456789012:role/nobody"
    assert refused(iam.simulate_principal_policy, PolicySourceArn=gone, ActionNames=[INVOKE])[:2] == (
        404,
        "NoSuchEntity",
    )
    nobody = account.client("iam", user())
    assert refused(nobody.simulate_principal_policy, PolicySourceArn=gone, ActionNames=[INVOKE])[:2] == (
        403,
        "AccessDenied",
    )
