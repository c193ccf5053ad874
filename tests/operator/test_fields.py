"""What a setting says of itself."""

import pytest

from outcrop.operator import Agent, ConverseOperator, Operator, PromptGenerator, ToolCalling
from outcrop.operator.fields import settings, titles

# The page's fields in its order, and those that newer versions of it have.
PAGE = (
    "Label, Model name, Use message payload, Message payload, Prompt, Maximum tokens, Temperature, Top P, Stop sequences, "
    "Thinking, Budget tokens, JSON mode, System Prompt, Cache system prompt, Simplify response, Continuation requests, "
    "Continuation requests limit, Debug mode, Snap execution, When errors occur"
).split(", ")
PARAMETERS = {
    "Top P": "top_p",
    "Snap execution": "execution_mode",
    "When errors occur": "on_error",
    "Model name": "model",
}


@pytest.mark.parametrize("title", PAGE)
def test_every_field_of_the_page_is_a_setting_of_its_name(title: str) -> None:
    name = PARAMETERS.get(title, title.lower().replace(" ", "_"))
    assert titles(ConverseOperator)[name] == title


@pytest.mark.parametrize("kind", [ConverseOperator, PromptGenerator, ToolCalling, Agent])
def test_every_setting_says_what_it_does(kind: type[Operator]) -> None:
    for one in settings(kind):
        assert one.metadata["text"].endswith("."), one.name
    assert "client" not in titles(kind)
