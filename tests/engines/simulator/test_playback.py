"""The events of an answer, family by family: how calls, empty text and reasoning look in a stream (all recorded)."""

from typing import Any

import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import DEEPSEEK, GPT_OSS, LLAMA_3_1, MISTRAL_LARGE, NOVA, NOVA_2, SONNET_4, tool, tools

COMMAND_R = "cohere.command-r-v1:0"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
NO_ARGUMENTS = tool("look_up", {"type": "object", "properties": {}, "additionalProperties": False})
THINKING = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}


def stream(ask: Ask, model: str, body: Any) -> list[tuple[str, Any]]:
    got = ask(converse_path(model, "converse-stream"), body)
    assert got.status == 200, got.error
    return got.events


def deltas(ask: Ask, model: str, body: Any, index: int = 0) -> list[Any]:
    """The deltas of one block, without their frame."""
    events = stream(ask, model, body)
    return [e["delta"] for kind, e in events if kind == "contentBlockDelta" and e["contentBlockIndex"] == index]


def calling(schema: Any = SCHEMA, *, given: Any = None) -> Any:
    return {**said("Rome, 3 days"), **tools(given or tool("get_weather", schema, description="weather of Rome"))}


@pytest.mark.parametrize("model", [HAIKU, SONNET_4])
def test_claude_sends_an_empty_fragment_then_the_arguments_in_pieces(ask: Ask, model: str) -> None:
    fragments = [delta["toolUse"]["input"] for delta in deltas(ask, model, calling())]

    assert fragments[0] == ""
    assert len(fragments) > 2
    assert all(0 < len(fragment) <= 61 for fragment in fragments[1:])  # the longest that was recorded


def test_claude_sends_the_empty_fragment_alone_for_no_arguments(ask: Ask) -> None:
    body = {**said("look it up"), **tools(NO_ARGUMENTS, toolChoice={"any": {}})}

    assert deltas(ask, SONNET_4, body) == [{"toolUse": {"input": ""}}]


@pytest.mark.parametrize("model", [NOVA, NOVA_2])
def test_nova_sends_the_arguments_at_once(ask: Ask, model: str) -> None:
    nothing = {**said("look it up"), **tools(NO_ARGUMENTS, toolChoice={"any": {}})}

    assert len(deltas(ask, model, calling())) == 1
    assert deltas(ask, model, nothing) == [{"toolUse": {"input": "{}"}}]


def test_command_r_sends_pieces_and_no_empty_one(ask: Ask) -> None:
    fragments = [delta["toolUse"]["input"] for delta in deltas(ask, COMMAND_R, calling())]

    assert len(fragments) > 1
    assert all(fragments)


def test_claude_streams_reasoning_then_its_signature_then_text(ask: Ask) -> None:
    body = {**said("Why?"), **THINKING}
    first = [next(iter(delta["reasoningContent"])) for delta in deltas(ask, SONNET_4, body)]

    assert len(first) > 2
    assert first == ["text"] * (len(first) - 1) + ["signature"]
    assert all("text" in delta for delta in deltas(ask, SONNET_4, body, 1))


def test_deepseek_streams_its_reasoning_first_and_answers_with_it_last(ask: Ask) -> None:
    whole = ask(converse_path(DEEPSEEK), said("Why?")).json["output"]["message"]["content"]

    assert [next(iter(block)) for block in whole] == ["text", "reasoningContent"]
    assert all("reasoningContent" in delta for delta in deltas(ask, DEEPSEEK, said("Why?")))
    assert all("text" in delta for delta in deltas(ask, DEEPSEEK, said("Why?"), 1))


def test_gpt_oss_opens_with_an_empty_block_of_text(ask: Ask) -> None:
    kinds = [kind for kind, _ in stream(ask, GPT_OSS, said("Why?"))]

    assert kinds[:3] == ["messageStart", "contentBlockDelta", "contentBlockStop"]
    assert deltas(ask, GPT_OSS, said("Why?")) == [{"text": ""}]
    assert all("reasoningContent" in delta for delta in deltas(ask, GPT_OSS, said("Why?"), 1))
    assert all(delta["text"] for delta in deltas(ask, GPT_OSS, said("Why?"), 2))


@pytest.mark.parametrize(
    ("model", "index", "places"),
    [
        (NOVA, 0, [0]),
        (NOVA_2, 0, [-1]),
        (LLAMA_3_1, 0, [-1]),
        (MISTRAL_LARGE, 0, [-1]),
        (DEEPSEEK, 1, [-1]),
        ("ai21.jamba-1-5-mini-v1:0", 0, [0]),
        (HAIKU, 0, []),
        (COMMAND_R, 0, []),
    ],
)
def test_some_families_send_an_empty_delta(ask: Ask, model: str, index: int, places: list[int]) -> None:
    words = [delta["text"] for delta in deltas(ask, model, said("Hello"), index)]

    assert words.count("") == len(places)
    assert all(words[place] == "" for place in places)


def test_text_comes_in_pieces_like_the_recorded_ones(ask: Ask) -> None:
    words = [delta["text"] for delta in deltas(ask, HAIKU, said("Hello there, how do you do today?"))]

    assert len(words) > 5
    assert max(map(len, words)) <= 61
