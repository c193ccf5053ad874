"""Condition keys: what a request says of each, and for how long."""

from typing import Any

import pytest
from tests.iam.policies import USER

from outcrop.iam.conditions import KEYS, Scene, row_of
from outcrop.iam.keys import ROOT_ARN, Principal, Session
from outcrop.wire.http import HttpRequest

ANN = Principal(USER, "AKIA1", name="bedrock-runtime", unique_id="AIDA1", tags={"Team": "stone"})
ROOT = Principal(ROOT_ARN, "AKIA0")
SESSION = Session(source="AROA1", access_key_id="ASIA1", secret="s", issued=1_600_000_000_000_000, expires=2**50)
ROLE = Principal(
    "arn:aws:sts::123456789012:assumed-role/reader/s",
    "ASIA1",
    name="s",
    unique_id="AROA1:s",
    role="arn:aws:iam::123456789012:role/team/reader",
    session=SESSION,
)
HEADERS = {"user-agent": "Boto3/1.44", "referer": "https://page.example"}
OVER_TLS = HttpRequest("POST", "/", "", HEADERS, b"", "203.0.113.7", True)
PLAIN = HttpRequest("POST", "/", "", {}, b"")


def value(key: str, principal: Principal = ANN, request: HttpRequest | None = OVER_TLS, **given: Any) -> Any:
    return Scene(principal, "eu-west-1", given, request, 1_600_000_000.9).get(key.lower())


@pytest.mark.parametrize(
    ("key", "principal", "expected"),
    [
        ("aws:username", ANN, "bedrock-runtime"),
        ("aws:username", ROLE, None),  # the table of principal key values: not present
        ("aws:username", ROOT, None),
        ("aws:userid", ANN, "AIDA1"),
        ("aws:userid", ROLE, "AROA1:s"),
        ("aws:userid", ROOT, "123456789012"),
        ("aws:PrincipalArn", ANN, USER),
        ("aws:PrincipalArn", ROLE, "arn:aws:iam::123456789012:role/team/reader"),  # of a session, its role's
        ("aws:PrincipalArn", ROOT, ROOT_ARN),
        ("aws:PrincipalAccount", ANN, "123456789012"),
        ("aws:PrincipalType", ANN, "User"),
        ("aws:PrincipalType", ROLE, "AssumedRole"),
        ("aws:PrincipalType", ROOT, "Account"),
        ("aws:PrincipalTag/team", ANN, "stone"),
        ("aws:PrincipalTag/TEAM", ANN, "stone"),
        ("aws:PrincipalTag/other", ANN, None),
        ("aws:TokenIssueTime", ROLE, "2020-09-13T12:26:40Z"),
        ("aws:TokenIssueTime", ANN, None),
        ("aws:MultiFactorAuthPresent", ROLE, "false"),
        ("aws:MultiFactorAuthPresent", ANN, None),
        ("aws:PrincipalIsAWSService", ANN, "false"),
        ("aws:ViaAWSService", ANN, "false"),
    ],
)
def test_what_is_known_of_a_principal(key: str, principal: Principal, expected: str | None) -> None:
    """reference_policies_condition-keys, reference_policies_variables."""
    assert value(key, principal) == expected


@pytest.mark.parametrize(
    ("key", "request_", "expected"),
    [
        ("aws:SourceIp", OVER_TLS, "203.0.113.7"),
        ("aws:SourceIp", PLAIN, None),
        ("aws:SecureTransport", OVER_TLS, "true"),
        ("aws:SecureTransport", PLAIN, "false"),
        ("aws:SecureTransport", None, None),
        ("aws:UserAgent", OVER_TLS, "Boto3/1.44"),
        ("aws:UserAgent", PLAIN, None),
        ("aws:referer", OVER_TLS, "https://page.example"),
        ("aws:RequestedRegion", None, "eu-west-1"),
        ("aws:CurrentTime", None, "2020-09-13T12:26:40Z"),
        ("aws:EpochTime", None, "1600000000"),
        ("bedrock:ServiceTier", OVER_TLS, None),
        ("aws:SourceVpce", OVER_TLS, None),
        ("nothing", OVER_TLS, None),
        ("nothing/of/the/kind", OVER_TLS, None),
    ],
)
def test_what_is_known_of_a_request(key: str, request_: HttpRequest | None, expected: str | None) -> None:
    assert value(key, request=request_) == expected


def test_what_an_operation_gives_stands_before_all_else() -> None:
    given = {"aws:requestedregion": "unspecified", "aws:tagkeys": ("a", "b"), "aws:requesttag/a": "1"}

    assert [value(key, **given) for key in ("aws:RequestedRegion", "aws:TagKeys", "aws:RequestTag/A")] == [
        "unspecified",
        ("a", "b"),
        "1",
    ]


def test_a_family_of_keys_has_one_row() -> None:
    assert row_of("aws:principaltag/team") is row_of("aws:principaltag/other") is KEYS["aws:principaltag/"]
    assert row_of("aws:principaltag") is row_of("aws:username/x") is None
