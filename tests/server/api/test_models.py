"""What the playground is told about models: enough to call each, and nothing that cannot be called."""

import pytest
from tests.conftest import converse_path, said
from tests.server.api.site import Browser


@pytest.fixture
def models(browser: Browser) -> dict[str, dict]:
    return {model["id"]: model for model in browser.ask("GET", "/_outcrop/api/models").json["models"]}


def test_every_one_answers(browser: Browser, models: dict[str, dict]) -> None:
    answered = {id: browser.ask("POST", "/_outcrop/api/aws" + converse_path(id), said()).status for id in models}

    assert len(answered) > 70
    assert {id: status for id, status in answered.items() if status != 200} == {}


def test_a_row_says_limits_features_price_and_engine(models: dict[str, dict]) -> None:
    row = models["us.anthropic.claude-sonnet-4-5-20250929-v1:0"]

    assert (row["name"], row["provider"], row["engine"]) == ("Claude Sonnet 4.5", "Anthropic", "simulator")
    assert row["parameters"] == {"temperature": 1.0, "topP": 0.999}
    assert row["features"]["tools"]
    assert "png" in row["features"]["images"]
    assert "pdf" in row["features"]["documents"]
    assert row["price"]["input"] == 3.3  # of the geography's profile
    assert row["maxOutputTokens"] > 0


def test_turning_reasoning_on_gives_reasoning(browser: Browser, models: dict[str, dict]) -> None:
    kinds = {}
    for id, row in models.items():
        if row["reasoningFields"]:
            body = {
                **said(),
                "additionalModelRequestFields": row["reasoningFields"],
                "inferenceConfig": {"maxTokens": 2048},  # Claude wants more than it may think
            }
            kinds[id] = b"reasoningContent" in browser.ask("POST", "/_outcrop/api/aws" + converse_path(id), body).body

    assert len(kinds) > 10
    assert [id for id, reasoned in kinds.items() if not reasoned] == []
