"""Finding a profile by any of its names, and the members it is shown with."""

import datetime
import re

import pytest
from dateutil.parser import isoparse
from hypothesis import given
from hypothesis import strategies as st
from tests.operations.conftest import Account, model_arn, system_arn

from outcrop.operations.inference_profiles import instant

LITE = "amazon.nova-lite-v1:0"


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (1783951242_680622107, "2026-07-13T14:00:42.680622107Z"),  # recorded
        (1783951242_680622000, "2026-07-13T14:00:42.680622Z"),
        (1783951242_680000000, "2026-07-13T14:00:42.680Z"),
        (1783951242_000000000, "2026-07-13T14:00:42Z"),
        (0, "1970-01-01T00:00:00Z"),
    ],
)
def test_moments_are_written_as_recorded(nanoseconds: int, text: str) -> None:
    assert instant(nanoseconds) == text


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_any_moment_is_a_date_in_utc(nanoseconds: int) -> None:
    text = instant(nanoseconds)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}){1,3})?Z", text)
    whole = datetime.datetime.fromtimestamp(nanoseconds // 10**9, datetime.UTC)
    assert isoparse(re.sub(r"\.\d+", "", text)) == whole


def test_an_application_profile_is_shown_as_recorded(account: Account) -> None:
    """GetInferenceProfile of 2026-07-13: members, their order, nulls and spacing; profile of a global profile."""
    arn = account.create(system_arn("global.anthropic.claude-haiku-4-5-20251001-v1:0"), description="A quarry").json[
        "inferenceProfileArn"
    ]
    got = account.get(arn)
    moment = got.json["createdAt"]
    assert got.body.decode() == (
        f'{{"createdAt":"{moment}","description":"A quarry","inferenceProfileArn":"{arn}",'
        f'"inferenceProfileId":"{arn.rpartition("/")[2]}","inferenceProfileName":"quarry",'
        '"models":[{"modelArn":"arn:aws:bedrock:::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"},'
        '{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"}],'
        f'"status":"ACTIVE","toolboxArn":null,"type":"APPLICATION","updatedAt":"{moment}"}}'
    )


@pytest.mark.parametrize(
    "identifier",
    [
        "us.amazon.nova-lite-v1:1",
        "amazon.nova-lite-v1:0",  # a model is no profile
        "1arbu5hu2sjr",
        system_arn("us.amazon.nova-lite-v1:0", "eu-west-1"),  # the ARN of another region
        system_arn("us.amazon.nova-lite-v1:0").replace("123456789012", "123456789012"[::-1]),
        system_arn("us.amazon.nova-lite-v1:0").replace("inference-profile", "application-inference-profile"),
        "arn:aws:bedrock:::inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws-us-gov:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
    ],
)
def test_who_names_no_profile_hears_so(account: Account, identifier: str) -> None:
    assert account.get(identifier).error == (404, "ResourceNotFoundException", "Inference profile not found")


@pytest.mark.parametrize("identifier", ["a_b", "a b", "x" * 2049, model_arn(LITE)])
def test_what_cannot_be_an_identifier_is_refused_in_the_service_model_s_words(
    account: Account, identifier: str
) -> None:
    status, kind, message = account.get(identifier.replace(" ", "%20")).error
    assert (status, kind) == (400, "ValidationException")
    assert message.startswith(
        f"1 validation error detected: Value '{identifier}' at 'inferenceProfileIdentifier' failed"
    )


def test_regions_do_not_see_each_other_s(account: Account) -> None:
    made = account.create(model_arn(LITE, "eu-west-1"), region="eu-west-1").json["inferenceProfileArn"]
    assert made.startswith("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/")
    for identifier in (made, made.rpartition("/")[2]):
        assert account.get(identifier, region="eu-west-1").json["inferenceProfileArn"] == made
        assert account.get(identifier).status == 404
