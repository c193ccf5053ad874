"""The documented defaults are within Converse's range and belong to models that chat."""

from outcrop.catalog import Catalogue
from outcrop.catalog.parameters import defaults, reasoning


def test_defaults_are_shares_of_one(catalogue: Catalogue) -> None:
    found = [defaults(model) for model in catalogue.listed() if model.features.converse]

    assert sum(map(bool, found)) > 50
    assert all(0 <= value <= 1 for values in found for value in values.values())


def test_claude_and_nova_say_how_they_are_made_to_reason(catalogue: Catalogue) -> None:
    by_id = {model.id: reasoning(model) for model in catalogue.listed()}

    assert by_id["anthropic.claude-sonnet-4-20250514-v1:0"] == {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    assert by_id["anthropic.claude-opus-4-7"] == {"thinking": {"type": "adaptive"}}
    assert by_id["amazon.nova-2-lite-v1:0"] == {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}
    assert by_id["meta.llama3-70b-instruct-v1:0"] is None
