"""Bedrock's arithmetic."""

import pytest

from outcrop.catalog import Catalogue
from outcrop.quota.rules import burndown, counted


@pytest.mark.parametrize(
    ("model", "rate"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", 1),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", 1),
        ("anthropic.claude-v2:1", 1),
        ("anthropic.claude-instant-v1", 1),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", 5),
        ("anthropic.claude-opus-4-20250514-v1:0", 5),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", 5),
        ("anthropic.claude-opus-4-7", 5),
        ("anthropic.claude-opus-4-8", 15),
        ("anthropic.claude-sonnet-5", 10),
        ("anthropic.claude-opus-5", 15),
        ("amazon.nova-pro-v1:0", 1),
        ("meta.llama4-scout-17b-instruct-v1:0", 1),
    ],
)
def test_output_counts_as_documented(model: str, rate: int) -> None:
    assert burndown(model) == rate


def test_the_catalogue_has_no_claude_of_4_or_later_that_counts_once(catalogue: Catalogue) -> None:
    odd = {model.id for model in catalogue.models if burndown(model.id) == 1 and "claude" in model.id}

    assert all("claude-3" in name or "claude-v" in name or "claude-instant" in name for name in odd)


def test_what_is_read_from_a_cache_counts_nothing() -> None:
    assert counted("anthropic.claude-opus-4-7", 100, 20, 3) == 135
