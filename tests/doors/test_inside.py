"""What doors of other shapes share."""

import pytest
from tests.conftest import HAIKU

from outcrop.catalog import Catalogue
from outcrop.config import Built
from outcrop.doors.inside import Inside, refused
from outcrop.errors import ServiceError, ThrottlingException
from outcrop.iam.keys import RootKey
from outcrop.storage.profiles import Profiles
from outcrop.wire.http import HttpRequest

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.fixture
def inside(built: Built, catalogue: Catalogue) -> Inside:
    return Inside(built.gateway, RootKey(built.credentials), catalogue, Profiles(), "us-east-1")


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_a_key_in_either_header(inside: Inside, built: Built, header: str) -> None:
    token = built.credentials.bearer_token
    given = {header: token if header == "x-api-key" else f"Bearer {token}"}
    caller = inside.caller(HttpRequest("POST", "/v1/messages", "", given, b""))
    assert (caller.principal.arn, caller.region) == ("arn:aws:iam::123456789012:root", "us-east-1")


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "nobody"}, {"authorization": "Bearer nobody"}])
def test_nobody(inside: Inside, headers: dict[str, str]) -> None:
    with pytest.raises(ServiceError) as raised:
        inside.caller(HttpRequest("POST", "/v1/messages", "", headers, b""))
    assert raised.value.code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("name", "region", "expected"),
    [
        (HAIKU, "us-east-1", HAIKU),
        (SONNET, "us-east-1", f"us.{SONNET}"),
        (SONNET, "eu-west-1", f"eu.{SONNET}"),
        (f"global.{SONNET}", "eu-west-1", f"global.{SONNET}"),
        ("nobody.knows", "us-east-1", "nobody.knows"),
    ],
)
def test_a_bare_id_stands_for_a_profile(inside: Inside, name: str, region: str, expected: str) -> None:
    assert inside.model_id(name, region) == expected


def test_the_model_that_is_meant(inside: Inside) -> None:
    model = inside.model(SONNET, "us-east-1")
    assert model is not None
    assert model.id == SONNET
    assert inside.model("nobody.knows", "us-east-1") is None


def test_errors_in_awss_words() -> None:
    found = refused(ThrottlingException("slow"))
    assert (found.code, found.status, found.message) == ("ThrottlingException", 429, "slow")
    assert refused(KeyError("x")).code == "InternalServerException"
