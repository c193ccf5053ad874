"""Ids and ARNs told apart by their text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog.identifier import Identifier, model_arn, parse, partition, profile_arn

ACCOUNT = "123456789012"


def test_a_bare_id_is_itself() -> None:
    assert parse("anthropic.claude-v2:1") == Identifier("anthropic.claude-v2:1", None, None)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-tg1-large",
            Identifier("amazon.titan-tg1-large", "us-east-1", "foundation-model"),
        ),
        (
            f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0",
            Identifier("us.amazon.nova-lite-v1:0", "us-west-2", "inference-profile"),
        ),
        (
            f"arn:aws-us-gov:bedrock:us-gov-west-1:{ACCOUNT}:inference-profile/us-gov.anthropic.claude-sonnet-4-6",
            Identifier("us-gov.anthropic.claude-sonnet-4-6", "us-gov-west-1", "inference-profile"),
        ),
        (
            f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:application-inference-profile/1arbu5hu2sjr",
            Identifier("1arbu5hu2sjr", "eu-west-1", "application-inference-profile"),
        ),
    ],
)
def test_arns_of_models_and_profiles(arn: str, expected: Identifier) -> None:
    assert parse(arn) == expected


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/abcd1234efgh",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:prompt/ABCDEFGHIJ:1",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:foundation-model/amazon.titan-tg1-large",
        "arn:aws:bedrock:us-east-1::inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:12345:inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws:s3:us-east-1::foundation-model/amazon.titan-tg1-large",
        "arn:aws:bedrock:us-east-1::foundation-model/",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-tg1-large/x",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-tg1-large\n/",
        "arn:",
    ],
)
def test_other_arns_are_nothing(arn: str) -> None:
    assert parse(arn) is None


@given(
    st.text()
    | st.text().map("arn:aws:bedrock:{}".format)
    | st.text().map("arn:aws:bedrock:r::foundation-model/{}".format)
)
def test_any_text_parses_to_a_part_of_itself_or_nothing(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or text.endswith(parsed.id)


@given(
    st.sampled_from(["us-east-1", "us-gov-east-1", "cn-north-1", "eu-central-2"]),
    st.from_regex(r"[a-z0-9]{1,9}\.[a-z0-9-]{1,20}(:[a-z0-9]{1,4}){0,2}", fullmatch=True),
)
def test_a_model_arn_parses_back(region: str, model_id: str) -> None:
    assert parse(model_arn(region, model_id)) == Identifier(model_id, region, "foundation-model")


@given(
    st.sampled_from(["us-east-1", "us-gov-east-1", "cn-north-1", "eu-central-2"]),
    st.from_regex(r"[a-zA-Z0-9.:-]{1,60}", fullmatch=True),
    st.sampled_from(["inference-profile", "application-inference-profile"]),
)
def test_a_profile_arn_parses_back(region: str, profile_id: str, kind: str) -> None:
    assert parse(profile_arn(region, ACCOUNT, profile_id, kind=kind)) == Identifier(profile_id, region, kind)


def test_partitions() -> None:
    assert [partition(r) for r in ("us-east-1", "us-gov-west-1", "cn-north-1")] == ["aws", "aws-us-gov", "aws-cn"]
