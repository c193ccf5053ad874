"""Chunks of a stream as events: blocks in order, calls, thoughts, reasons, counts, and nothing that is unheard."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import whole

from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.families.chat_completions.hearing import Hearing, Unheard, usage


def heard(*chunks: dict[str, Any]) -> Reply:
    hearing = Hearing()
    found = [event for chunk in chunks for event in hearing.events(chunk)]
    return whole(*found, *hearing.end(hearing.usage or events.usage(1, 1)))


def delta(reason: str | None = None, **said: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": said, "finish_reason": reason}]}


def call(number: int, arguments: str = "", **members: Any) -> dict[str, Any]:
    name = members.pop("name", None)
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return delta(tool_calls=[{"index": number, "function": function, **members}])


def test_thoughts_text_and_calls_are_blocks_in_order() -> None:
    reply = heard(
        delta(role="assistant", content=None),
        delta(reasoning_content="Let "),
        delta(reasoning="me"),
        delta(content="I "),
        delta(content="look"),
        call(0, name="weather", id="a.1"),
        call(0, '{"city":'),
        call(0, '"Oslo"}'),
        call(1, "{}", name="time", id="not an id"),
        delta("tool_calls"),
        {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 4}},
    )
    thought, text, first, second = reply.message.content
    assert thought.reasoning_content
    assert thought.reasoning_content.reasoning_text
    assert (thought.reasoning_content.reasoning_text.text, text.text) == ("Let me", "I look")
    assert first.tool_use
    assert second.tool_use
    assert (first.tool_use.name, first.tool_use.tool_use_id, first.tool_use.input) == (
        "weather",
        "a.1",
        {"city": "Oslo"},
    )
    assert second.tool_use.tool_use_id.startswith("tooluse_")
    assert (reply.stop_reason, reply.usage.input_tokens, reply.usage.output_tokens) == ("tool_use", 10, 4)


def stopped(by: Any) -> dict[str, Any]:
    """The end as vLLM tells it, with what stopped it."""
    return {"choices": [{"delta": {"content": "x"}, "finish_reason": "stop", "stop_reason": by}]}


@pytest.mark.parametrize(
    ("chunks", "reason", "sequence"),
    [
        ([delta("stop", content="x")], "end_turn", None),
        ([delta("length", content="x")], "max_tokens", None),
        ([delta("content_filter", refusal="no")], "content_filtered", None),
        ([delta("function_call", content="x")], "tool_use", None),
        ([delta("of tomorrow", content="x")], "end_turn", None),
        ([call(0, name="t"), delta("stop")], "tool_use", None),
        (
            [{"choices": [{"delta": {"content": "x"}, "finish_reason": "stop", "stop_reason": "END"}]}],
            "stop_sequence",
            "END",
        ),
        ([{"choices": [{"delta": {"content": "x"}, "finish_reason": "stop", "stop_reason": 7}]}], "end_turn", None),
    ],
)
def test_reasons(chunks: list[dict[str, Any]], reason: str, sequence: str | None) -> None:
    reply = heard(*chunks)
    assert (reply.stop_reason, reply.stop_sequence) == (reason, sequence)


def test_an_answer_that_was_not_streamed_is_heard_alike() -> None:
    message = {"content": "Hi", "tool_calls": [{"id": "a", "function": {"name": "t", "arguments": "{}"}}]}
    reply = heard({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]})
    assert [block.text or (block.tool_use and block.tool_use.name) for block in reply.message.content] == ["Hi", "t"]


def test_an_answer_of_nothing_is_a_turn_of_nothing() -> None:
    assert heard(delta("stop")).message.content == []


def test_cached_tokens_stand_beside_the_input() -> None:
    used = usage({"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 6}})
    assert (used.input_tokens, used.cache_read_input_tokens, used.output_tokens, used.total_tokens) == (4, 6, 2, 12)
    assert usage({"prompt_tokens": 3, "prompt_tokens_details": None}).cache_read_input_tokens is None


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [{"index": 1, "delta": {"content": "x"}}]},
        call(0, "{}"),
        delta(content=[{"type": "audio"}]),
        {"choices": [3]},
        {"choices": 3},
        delta(tool_calls=[3]),
        {"usage": 3},
    ],
)
def test_what_the_hub_has_no_word_for_is_an_error(chunk: dict[str, Any]) -> None:
    with pytest.raises(Unheard):
        Hearing().events(chunk)


def test_a_piece_of_a_call_that_is_closed_is_an_error() -> None:
    hearing = Hearing()
    for chunk in (call(0, name="a"), call(1, name="b")):
        hearing.events(chunk)
    with pytest.raises(Unheard, match="not the last"):
        hearing.events(call(0, "{}"))


names = st.sampled_from(
    ["choices", "delta", "content", "tool_calls", "function", "name", "index", "usage", "arguments"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["choices", "delta", "content", "tool_calls", "function", "name", "index", "usage", "arguments"]
)


@given(st.dictionaries(names, json_values))
def test_any_chunk_is_heard_or_unheard(chunk: dict[str, Any]) -> None:
    hearing = Hearing()
    try:
        found = hearing.events(chunk)
    except Unheard:
        return
    assert whole(*found, *hearing.end(events.usage(1, 1))).stop_reason


@given(
    st.lists(st.tuples(st.sampled_from(["content", "reasoning", "call"]), st.text(min_size=1, max_size=4)), max_size=12)
)
def test_nothing_said_is_lost(said: list[tuple[str, str]]) -> None:
    chunks = [
        call(number, text, name="t") if kind == "call" else delta(**{kind: text})
        for number, (kind, text) in enumerate(said)
    ]
    hearing = Hearing()
    found = [event for chunk in chunks for event in hearing.events(chunk)]
    told = [getattr(event, "delta", None) for event in found]
    pieces = [
        piece.text
        or (piece.tool_use and piece.tool_use.input)
        or (piece.reasoning_content and piece.reasoning_content.text)
        for piece in told
        if piece
    ]
    assert pieces == [text for _, text in said]
    opened = sum(isinstance(event, events.MessageStartEvent) for event in found)
    assert opened == bool(said)
