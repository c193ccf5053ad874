"""What models can do, by id."""

import pytest

from outcrop.operator import capabilities


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "anthropic.claude-sonnet-4-20250514-v1:0"),
        ("us-gov.anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("global.anthropic.claude-sonnet-4-6", "anthropic.claude-sonnet-4-6"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
        (
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
            "amazon.nova-lite-v1:0",
        ),
    ],
)
def test_the_models_own_id(given: str, base: str) -> None:
    assert capabilities.base(given) == base


def test_capabilities_follow_the_catalogue() -> None:
    assert capabilities.of("anthropic.claude-v2:1") == capabilities.Capabilities(prefill=True, structured=False)
    assert capabilities.of("us.anthropic.claude-sonnet-4-6").prefill is False
    assert capabilities.of("anthropic.claude-of-tomorrow") == capabilities.Capabilities(prefill=False, structured=False)
