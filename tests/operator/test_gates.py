"""What goes together: the page's tables of models, its words for limits, and what it hides (A.2)."""

from typing import Any

import pytest
from tests.operator.asking import HAIKU, SONNET, failed, operator, refused


@pytest.mark.parametrize("limit", [None, 0, 21, -1, 1.5, True, "3"])
def test_the_pages_words_for_a_limit_out_of_range(limit: Any) -> None:
    error = refused(continuation_requests=True, continuation_requests_limit=limit)
    assert error.error == "Continuation requests limit error."
    assert error.reason == "The Continuation requests limit value is invalid."
    assert error.resolution == "Provide a valid value for Continuation requests limit that is between 1-20."


def test_a_hidden_limit_is_refused() -> None:
    assert refused(continuation_requests_limit=3).reason == "It appears with Continuation requests."


@pytest.mark.parametrize("setting", ["json_mode", "continuation_requests"])
def test_strict_gates(setting: str) -> None:
    settings: dict[str, Any] = {setting: True, "strict_compatibility": True}
    if setting == "continuation_requests":
        settings["continuation_requests_limit"] = 1
    for model in (HAIKU, SONNET, "anthropic.claude-instant-v1"):
        operator(model=model, **settings)
    error = refused(model="amazon.nova-lite-v1:0", **settings)
    assert error.reason == "This field only supports models that start with anthropic.claude."
    assert failed({"msg": "Hi", "m": "amazon.nova-lite-v1:0"}, model="$m", **settings).reason == error.reason
    operator(model="amazon.nova-lite-v1:0", **{**settings, "strict_compatibility": False})


def test_the_strict_table_of_system_prompts() -> None:
    named = (
        "anthropic.claude-instant-v1 anthropic.claude-v2:1 anthropic.claude-v2 anthropic.claude-3-sonnet-20240229-v1:0 "
        "anthropic.claude-3-haiku-20240307-v1:0 anthropic.claude-3-opus-20240229-v1:0 "
        "anthropic.claude-3-5-sonnet-20240620-v1:0 cohere.command-r-v1:0 cohere.command-r-plus-v1:0 "
        "meta.llama3-8b-instruct-v1:0 meta.llama3-70b-instruct-v1:0 meta.llama3-1-8b-instruct-v1:0 "
        "meta.llama3-1-70b-instruct-v1:0 meta.llama3-1-405b-instruct-v1:0 mistral.mistral-large-2402-v1:0 "
        "mistral.mistral-large-2407-v1:0"
    ).split()
    for model in named:
        operator(model=model, system_prompt="Be kind.", strict_compatibility=True)
    error = refused(model="mistral.mistral-7b-instruct-v0:2", system_prompt="Be kind.", strict_compatibility=True)
    assert error.error == "System prompt is not supported by the model mistral.mistral-7b-instruct-v0:2."
