"""Statements: when one applies, element by element, as the elements reference says."""

import json
from typing import Any

import pytest
from tests.iam.policies import MODEL, USER, policy, says

from outcrop.iam.operators import Comparison
from outcrop.iam.policy import Asked, parse

ELSEWHERE = "123456789012"[::-1]  # another account

INVOKE = "bedrock:InvokeModel"


def mismatch(statement: dict[str, Any], asked: Asked, kind: str = "inline", version: str = "2012-10-17") -> str | None:
    found = policy(statement, kind=kind, version=version).statements[0].mismatch(asked)
    return found.name if isinstance(found, Comparison) else found


@pytest.mark.parametrize(
    ("statement", "asked", "expected"),
    [
        (says("Allow", INVOKE), Asked(INVOKE), None),
        (says("Allow", [INVOKE, "s3:*"]), Asked("s3:GetObject"), None),
        (says("Allow", "BEDROCK:invokemodel"), Asked(INVOKE), None),  # actions in any case of letters
        (says("Allow", "bedrock:Invoke*"), Asked("bedrock:InvokeModelWithResponseStream"), None),
        (says("Allow", INVOKE), Asked("bedrock:InvokeModelWithResponseStream"), "Action"),
        (says("Allow", "bedrock:Converse"), Asked(INVOKE), "Action"),  # no action of AWS's (peers ask for it)
        (says("Allow", None, NotAction="iam:*"), Asked(INVOKE), None),
        (says("Allow", None, NotAction="bedrock:*"), Asked(INVOKE), "NotAction"),
        (says("Allow", "*", MODEL), Asked(INVOKE, MODEL), None),
        (says("Allow", "*", MODEL), Asked(INVOKE, MODEL.upper()), "Resource"),  # resources as they are
        (says("Allow", "*", MODEL), Asked(INVOKE), "Resource"),  # an action without resource needs the asterisk
        (says("Allow", "*", "arn:aws:bedrock:us-*"), Asked(INVOKE, MODEL), None),
        (says("Allow", "*", "arn:aws:bedrock"), Asked(INVOKE, MODEL), None),  # what is missing is anything (reported)
        (says("Allow", "*", "arn:aws:s3"), Asked(INVOKE, MODEL), "Resource"),
        (says("Allow", "*", None, NotResource=MODEL), Asked(INVOKE, MODEL), "NotResource"),
        (says("Allow", "*", None, NotResource=MODEL), Asked(INVOKE, MODEL + "x"), None),
        (says("Deny", None, None, NotAction=INVOKE, NotResource=MODEL), Asked("s3:x", "arn:aws:s3:::b"), None),
        (
            says("Allow", "*", "arn:aws:iam::*:user/${aws:username}"),
            Asked("iam:x", USER, {"aws:username": "bedrock-runtime"}),
            None,
        ),
        (says("Allow", "*", "arn:aws:iam::*:user/${aws:username}"), Asked("iam:x", USER), "Resource"),
        (says("Allow", condition={"Bool": {"aws:SecureTransport": True}}), Asked(INVOKE), "aws:SecureTransport"),
        (says("Allow", condition={"Null": {"AWS:username": "false"}}), Asked("a:b", "*", {"aws:username": "ann"}), None),
        (says("Allow", condition={"StringEquals": {"a": "1", "b": "2"}}), Asked("a:b", "*", {"a": "1"}), "b"),  # AND
        (says("Allow", condition={"StringEquals": {"a": "1"}, "Null": {"b": "true"}}), Asked("a:b", "*", {"a": "1"}), None),
        (says("Allow", condition={"StringEquals": {"a": []}}), Asked("a:b", "*", {"a": "1"}), "a"),
        (says("Allow", condition={"NumericLessThan": {"n": 10}}), Asked("a:b", "*", {"n": "9.5"}), None),
        (says("Allow", condition={}), Asked(INVOKE), None),
    ],
)  # fmt: skip
def test_a_statement_applies_when_every_element_matches(statement: Any, asked: Asked, expected: str | None) -> None:
    """reference_policies_elements_action, _notaction, _resource, _notresource, _condition."""
    assert mismatch(statement, asked) == expected


def test_before_2012_there_are_no_variables() -> None:
    """reference_policies_elements_version: an older policy's variables are text."""
    statement = says("Allow", "*", "arn:aws:iam::123456789012:user/${aws:username}")
    asked = Asked("iam:x", USER, {"aws:username": "bedrock-runtime"})

    assert mismatch(statement, asked) is None
    assert mismatch(statement, asked, version="2008-10-17") == "Resource"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"Principal": "*"}, None),
        ({"Principal": {"AWS": USER}}, None),
        ({"Principal": {"AWS": ["arn:aws:iam::123456789012:user/other", "123456789012"]}}, None),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, None),
        ({"Principal": {"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}}, "Principal"),
        ({"Principal": {"Service": "bedrock.amazonaws.com"}}, "Principal"),
        ({"Effect": "Deny", "NotPrincipal": {"AWS": USER}}, "NotPrincipal"),
        ({"Effect": "Deny", "NotPrincipal": {"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}}, None),
    ],
)
def test_a_trust_policys_statement_names_principals(named: dict[str, Any], expected: str | None) -> None:
    """reference_policies_elements_principal, _notprincipal."""
    statement = {**says("Allow", "sts:AssumeRole", None), **named}

    assert mismatch(statement, Asked("sts:AssumeRole", "*", {}, USER), "trust") == expected


def test_a_policy_knows_its_name_its_statements_and_the_keys_it_looks_at() -> None:
    found = policy(
        says("Allow", Sid="one", condition={"StringLike": {"aws:UserAgent": "${aws:PrincipalTag/agent}"}}),
        says("Deny", "*", "arn:aws:iam::*:user/${aws:username}", {"Bool": {"aws:SecureTransport": "false"}}),
        name="named",
    )

    assert (found.name, [(s.index, s.sid, s.allows) for s in found.statements]) == (
        "named",
        [(1, "one", True), (2, "", False)],
    )
    assert found.keys == {"aws:useragent", "aws:principaltag/agent", "aws:username", "aws:securetransport"}


def test_a_single_statement_stands_without_a_list() -> None:
    assert len(parse(json.dumps({"Version": "2012-10-17", "Statement": says("Allow")})).statements) == 1
