"""Names, descriptions and routes of system-defined profiles: facts of AWS's list and of answers users have shown."""

import datetime
import re

import pytest

from outcrop.catalog import Catalogue
from outcrop.catalog.profiles import FIRST, SystemProfile, profile

CATALOGUE = Catalogue.load()
ALL = [profile(geography, model) for model in CATALOGUE.listed() for geography in model.profiles]


def found(profile_id: str) -> SystemProfile:
    one = CATALOGUE.profile(profile_id)
    assert one is not None
    return one


def regions(arns: list[str]) -> list[str]:
    return [arn.split(":")[3] for arn in arns]


@pytest.mark.parametrize(
    ("profile_id", "name"),
    [
        ("us.anthropic.claude-3-haiku-20240307-v1:0", "US Anthropic Claude 3 Haiku"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "US Anthropic Claude 3.5 Sonnet v2"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "US Claude Opus 4.1"),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", "EU Claude Sonnet 4"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "EU Anthropic Claude Sonnet 4.5"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "Global Claude Sonnet 4.5"),
        ("global.anthropic.claude-opus-4-5-20251101-v1:0", "GLOBAL Anthropic Claude Opus 4.5"),
        ("global.anthropic.claude-opus-4-7", "Global Anthropic Claude Opus 4.7"),
        ("us-gov.anthropic.claude-3-haiku-20240307-v1:0", "US-GOV Claude 3 Haiku"),
        ("jp.anthropic.claude-haiku-4-5-20251001-v1:0", "JP Anthropic Claude Haiku 4.5"),
        ("au.anthropic.claude-haiku-4-5-20251001-v1:0", "AU Anthropic Claude Haiku 4.5"),
        ("ca.amazon.nova-lite-v1:0", "CA Nova Lite"),
        ("apac.amazon.nova-micro-v1:0", "APAC Nova Micro"),
        ("us.amazon.nova-2-lite-v1:0", "US Amazon Nova 2 Lite"),
        ("global.amazon.nova-2-lite-v1:0", "GLOBAL Amazon Nova 2 Lite"),
        ("global.cohere.embed-v4:0", "Global Cohere Embed v4"),
        ("us.deepseek.r1-v1:0", "US DeepSeek-R1"),
        ("us.meta.llama3-1-70b-instruct-v1:0", "US Meta Llama 3.1 70B Instruct"),
        ("us.meta.llama3-1-405b-instruct-v1:0", "US Meta Llama 3.1 Instruct 405B"),
        ("us.meta.llama4-scout-17b-instruct-v1:0", "US Llama 4 Scout 17B Instruct"),
        ("eu.mistral.pixtral-large-2502-v1:0", "EU Mistral Pixtral Large 25.02"),
        ("us.stability.stable-fast-upscale-v1:0", "US Stable Image Fast Upscale"),
        ("us.twelvelabs.pegasus-1-2-v1:0", "US Pegasus v1.2"),
        ("eu.twelvelabs.pegasus-1-2-v1:0", "EU TwelveLabs Pegasus v1.2"),
        ("us.writer.palmyra-x5-v1:0", "US Writer Palmyra X5"),
    ],
)
def test_names_are_aws_s(profile_id: str, name: str) -> None:
    assert found(profile_id).name == name


@pytest.mark.parametrize(
    ("profile_id", "source", "words"),
    [
        (
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "us-east-1",
            "Routes requests to Anthropic Claude Haiku 4.5 in us-east-1, us-east-2 and us-west-2.",
        ),
        (
            "us.amazon.nova-2-lite-v1:0",
            "ca-central-1",
            "Routes requests to Amazon Nova 2 Lite in ca-central-1, us-east-1, us-east-2 and us-west-2.",
        ),
        (
            "us.anthropic.claude-3-haiku-20240307-v1:0",
            "us-west-2",
            "Routes requests to Anthropic Claude 3 Haiku in us-east-1 and us-west-2.",
        ),
        (
            "global.amazon.nova-2-lite-v1:0",
            "ca-central-1",
            "Routes requests to Amazon Nova 2 Lite globally across all supported AWS Regions.",
        ),
    ],
)
def test_descriptions_are_aws_s(profile_id: str, source: str, words: str) -> None:
    assert found(profile_id).description(source) == words


@pytest.mark.parametrize(
    ("profile_id", "source", "expected"),
    [
        ("us.anthropic.claude-3-haiku-20240307-v1:0", "us-east-2", "us-east-1 us-east-2 us-west-2"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "us-west-1", "us-east-1 us-east-2 us-west-1 us-west-2"),
        ("eu.amazon.nova-pro-v1:0", "eu-west-1", "eu-central-1 eu-north-1 eu-west-1 eu-west-3"),
        ("eu.amazon.nova-pro-v1:0", "eu-south-2", "eu-central-1 eu-north-1 eu-south-2 eu-west-1 eu-west-3"),
        ("eu.anthropic.claude-3-sonnet-20240229-v1:0", "eu-west-3", "eu-central-1 eu-west-1 eu-west-3"),
        ("jp.anthropic.claude-haiku-4-5-20251001-v1:0", "ap-northeast-1", "ap-northeast-1 ap-northeast-3"),
        ("au.anthropic.claude-haiku-4-5-20251001-v1:0", "us-east-1", "ap-southeast-2 ap-southeast-4"),
        (
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "eu-west-2",
            "eu-central-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3",
        ),
        (
            "apac.amazon.nova-micro-v1:0",
            "ap-northeast-1",
            "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2",
        ),
    ],
)
def test_routes_are_aws_s(profile_id: str, source: str, expected: str) -> None:
    assert regions(found(profile_id).model_arns(source)) == expected.split()


def test_a_global_profile_has_an_arn_without_a_region_first() -> None:
    """Recorded on Claude Haiku 4.5 (2026-07-13)."""
    assert found("global.anthropic.claude-haiku-4-5-20251001-v1:0").model_arns("us-east-1") == [
        "arn:aws:bedrock:::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
    ]


def test_arns_follow_the_partition() -> None:
    (arn,) = {arn.split(":")[1] for arn in found("us-gov.anthropic.claude-sonnet-4-6").model_arns("us-gov-west-1")}
    assert arn == "aws-us-gov"


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_profile_fits_the_service_model(one: SystemProfile) -> None:
    assert re.fullmatch(r"([0-9a-zA-Z][ _-]?)+", one.name.replace(".", "")), one.name  # AWS itself has dots in names
    assert len(one.name) <= 64
    assert one.id == f"{one.id.split('.')[0]}.{one.model.id}"
    for source in ("us-east-1", "eu-central-1", "ap-south-1", "us-gov-east-1"):
        routes = regions(one.model_arns(source))
        assert len(set(routes)) == len(routes) > 0
        assert len(one.description(source)) <= 200


def test_profiles_began_with_cross_region_inference() -> None:
    assert {one.created for one in ALL if one.model.listed_from and one.model.listed_from < FIRST} == {FIRST}
    assert found("us.anthropic.claude-sonnet-4-6").created == datetime.date(2026, 2, 17)
