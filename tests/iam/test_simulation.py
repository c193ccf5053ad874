"""Simulation: grounds of decisions, and where they stand, as AWS's answers were reported."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.iam.policies import MODEL, identity, policy, says

from outcrop.iam.decide import Grants
from outcrop.iam.policy import Asked, parse
from outcrop.iam.simulation import Position, reason, simulate, span

INVOKE = "bedrock:InvokeModel"


def spans(text: str) -> list[tuple[Position, Position]]:
    found = simulate(Grants((parse(text),)), Asked("a:b", "*"))
    return [span(finding) for finding in found.findings]


CUSTOM = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)
ADMINISTRATOR = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CUSTOM, [(Position(1, 38), Position(1, 167))]),  # the CLI's documented example
        (ADMINISTRATOR, [(Position(3, 17), Position(8, 6))]),  # reported of AdministratorAccess
        (
            '{"Version": "2012-10-17", "Statement": [{"Effect":"Allow","Action":"*","Resource":"*"} , '
            '{"Effect":"Deny","Action":"s3:*","Resource":"*"}], "Id": ""}',
            [(Position(1, 41), Position(1, 87)), (Position(1, 89), Position(1, 138))],  # the first column reported
        ),
    ],
)
def test_statements_stand_where_aws_says(text: str, expected: list[Any]) -> None:
    assert spans(text) == expected


@given(
    st.lists(st.sampled_from(["Allow", "Deny"]), min_size=1, max_size=4), st.none() | st.integers(1, 4), st.booleans()
)
def test_every_statement_is_found_in_its_text(effects: list[str], indent: int | None, first: bool) -> None:
    statements = [says(effect, "a:b", Sid=f"s{n}", Resource='arn:aws:s3:::{[",') for n, effect in enumerate(effects)]
    document = (
        {"Statement": statements, "Version": "2012-10-17"}
        if first
        else {"Version": "2012-10-17", "Statement": statements}
    )
    text = json.dumps(document, indent=indent)
    lines = text.split("\n")

    for (begin, end), statement in zip(spans(text), statements, strict=True):
        offset = sum(len(line) + 1 for line in lines[: begin.line - 1]) + begin.column - 1
        until = sum(len(line) + 1 for line in lines[: end.line - 1]) + end.column - 1
        assert json.loads(text[offset:until]) == statement


def test_what_determines_an_answer() -> None:
    mine = policy(
        says("Allow", "bedrock:*", Sid="one"),
        says("Allow", "*", Sid="two"),
        says("Deny", INVOKE, MODEL, Sid="no"),
        name="mine",
    )
    edge = policy(says("Allow", "bedrock:*"), name="edge")
    grants = Grants((mine,), boundary=edge)

    def matched(action: str, resource: str = MODEL) -> list[tuple[str, str]]:
        return [(one.policy.name, one.statement.sid) for one in simulate(grants, Asked(action, resource)).matched]

    assert matched("bedrock:GetFoundationModel") == [("mine", "one"), ("mine", "two")]
    assert matched(INVOKE) == [("mine", "no")]  # the deny is the only entry (service model)
    assert matched("s3:GetObject") == []  # the boundary does not allow it
    assert simulate(grants, Asked("s3:GetObject", MODEL)).boundary_allows is False
    assert simulate(grants, Asked(INVOKE, MODEL)).boundary_allows is True
    assert simulate(Grants((mine,)), Asked(INVOKE, MODEL)).boundary_allows is None


def test_keys_without_a_value_are_named_as_aws_names_them() -> None:
    condition = {
        "IpAddress": {"AWS:sourceip": "10.0.0.0/8"},
        "StringLike": {"aws:PrincipalTag/Team": "${aws:username}", "x:y": "z"},
    }
    grants = identity(
        says("Allow", INVOKE, condition=condition), says("Allow", "s3:*", condition={"Null": {"s3:prefix": True}})
    )

    assert simulate(grants, Asked(INVOKE)).missing == ("aws:PrincipalTag/team", "aws:SourceIp", "aws:username", "x:y")
    assert simulate(grants, Asked(INVOKE, context={"aws:username": "ann", "x:y": "z"})).missing == (
        "aws:PrincipalTag/team",
        "aws:SourceIp",
    )


@pytest.mark.parametrize(
    ("statement", "context", "expected"),
    [
        (says("Allow"), {}, ""),
        (says("Allow", "s3:*"), {}, "Action does not match"),
        (says("Allow", None, NotAction=INVOKE), {}, "NotAction matches"),
        (says("Allow", "*", "arn:aws:s3:::b"), {}, "Resource does not match"),
        (says("Allow", condition={"StringLike": {"aws:UserAgent": "x"}}), {}, "StringLike aws:UserAgent: absent"),
        (
            says("Allow", condition={"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "x"}}),
            {"aws:tagkeys": ("a", "b")},
            "ForAnyValue:StringEqualsIfExists aws:TagKeys: a, b",
        ),
    ],
)
def test_a_statement_that_does_not_apply_has_a_reason(statement: Any, context: Any, expected: str) -> None:
    asked = Asked(INVOKE, MODEL, context)
    (finding,) = simulate(identity(statement), asked).findings

    assert reason(finding, asked) == expected
