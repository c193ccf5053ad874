"""The generation of a Claude model, read off its short name."""

import pytest
from tests.families.conftest import CATALOGUE, model

from outcrop.families.anthropic_messages.generation import version


@pytest.mark.parametrize(
    ("model_id", "generation"),
    [
        ("anthropic.claude-instant-v1", (1, 2)),
        ("anthropic.claude-v2:1", (2, 1)),
        ("anthropic.claude-3-haiku-20240307-v1:0", (3, 0)),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", (3, 5)),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", (3, 7)),
        ("anthropic.claude-opus-4-20250514-v1:0", (4, 0)),
        ("anthropic.claude-opus-4-1-20250805-v1:0", (4, 1)),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", (4, 5)),
        ("anthropic.claude-opus-4-8", (4, 8)),
        ("anthropic.claude-sonnet-5", (5, 0)),
    ],
)
def test_every_form_of_name(model_id: str, generation: tuple[int, int]) -> None:
    assert version(model(model_id)) == generation


def test_every_claude_of_the_catalogue_has_one() -> None:
    named = [found for found in CATALOGUE.listed(provider="Anthropic") if version(found) != (0, 0)]
    assert named == CATALOGUE.listed(provider="Anthropic")


def test_other_models_have_none() -> None:
    assert version(model("meta.llama3-8b-instruct-v1:0")) == (0, 0)
