"""Mistral's choices, whole and in pieces."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import hub, model, whole
from tests.families.runs import METRICS, TEXTS, call_run, end, streamed, text_run

from outcrop.chat import events
from outcrop.chat.events import Event, StopReason
from outcrop.families import mistral

LARGE = model("mistral.mistral-large-2407-v1:0")
LAST = (
    b',"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
    b'"firstByteLatency":30}}'
)
CALL = [
    events.message_start(),
    events.tool_use_start(0, "fetchCurrentWeather", "tooluse_3NcHNntdRyaHu8zisKJAhQ"),
    events.tool_use_delta(0, ""),
    events.tool_use_delta(0, '{"city":'),
    events.tool_use_delta(0, '"Singapore"}'),
    events.block_stop(0),
    *end("tool_use"),
]


def test_a_reply_in_bytes() -> None:
    # documented
    assert mistral.encode_reply(whole(*text_run("Hi", " there")), hub(), LARGE) == (
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi there"},"stop_reason":"stop"}]}'
    )


@pytest.mark.parametrize(
    ("reason", "native"), [("end_turn", "stop"), ("max_tokens", "length"), ("stop_sequence", "stop")]
)
def test_reasons(reason: StopReason, native: str) -> None:
    reply = msgspec.json.decode(mistral.encode_reply(whole(*text_run("Hi", reason=reason)), hub(), LARGE))
    assert reply["choices"][0]["stop_reason"] == native


def test_a_call_in_bytes() -> None:
    # documented, and quoted as a chunk: the arguments spaced, an identifier of 22 characters
    assert mistral.encode_reply(whole(*CALL), hub(), LARGE) == (
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"3NcHNntdRyaHu8zisKJAhQ",'
        b'"function":{"name":"fetchCurrentWeather","arguments":"{\\"city\\": \\"Singapore\\"}"}}]},'
        b'"stop_reason":"tool_calls"}]}'
    )


def test_a_stream_in_bytes() -> None:
    # quoted: `message` in every chunk, and no letters in the last
    assert mistral.stream(hub(), LARGE, 30).chunks(text_run("Hi", " there")) == [
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"stop_reason":null}]}',
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":" there"},"stop_reason":null}]}',
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":""},"stop_reason":"stop"}]' + LAST,
    ]


def test_a_streamed_call_comes_whole() -> None:
    # quoted: with its reason, in one chunk
    assert mistral.stream(hub(), LARGE, 30).chunks(CALL) == [
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"3NcHNntdRyaHu8zisKJAhQ",'
        b'"function":{"name":"fetchCurrentWeather","arguments":"{\\"city\\": \\"Singapore\\"}"}}]},'
        b'"stop_reason":"tool_calls"}]' + LAST
    ]


def test_several_calls() -> None:
    run: list[Event] = [*CALL[:-2], *call_run("")[1:]]
    [chunk] = streamed(mistral, hub(), LARGE, run)
    assert [call["function"]["arguments"] for call in chunk["choices"][0]["message"]["tool_calls"]] == [
        '{"city": "Singapore"}',
        "{}",
    ]


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    run = text_run(*pieces)
    chunks = streamed(mistral, hub(), LARGE, run, size)
    [choice] = msgspec.json.decode(mistral.encode_reply(whole(*run), hub(), LARGE))["choices"]
    assert "".join(chunk["choices"][0]["message"]["content"] for chunk in chunks) == choice["message"]["content"]
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
