"""Nova's native chunks."""

from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import decoded, hub, model, whole
from tests.families.runs import METRICS, TEXTS, call_run, end, streamed, text_run, thought_run

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.families import nova

LITE = model("amazon.nova-lite-v1:0")
LAST = (
    b'{"metadata":{"usage":{"inputTokens":14,"outputTokens":3,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0},'
    b'"metrics":{},"trace":{}},"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,'
    b'"invocationLatency":120,"firstByteLatency":30,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0}}'
)


def test_a_stream_in_bytes() -> None:
    # recorded, 2025: a stop behind every delta, a new number for each, no total in the usage
    assert nova.stream(hub(), LITE, 30).chunks(text_run("RAW", "STREAM", "")) == [
        b'{"messageStart":{"role":"assistant"}}',
        b'{"contentBlockDelta":{"delta":{"text":"RAW"},"contentBlockIndex":0}}',
        b'{"contentBlockStop":{"contentBlockIndex":0}}',
        b'{"contentBlockDelta":{"delta":{"text":"STREAM"},"contentBlockIndex":1}}',
        b'{"contentBlockStop":{"contentBlockIndex":1}}',
        b'{"contentBlockDelta":{"delta":{"text":""},"contentBlockIndex":2}}',
        b'{"contentBlockStop":{"contentBlockIndex":2}}',
        b'{"messageStop":{"stopReason":"end_turn"}}',
        LAST,
    ]


def test_calls_in_bytes() -> None:
    # recorded, 2025: the whole input in one delta, and the number after a call left out (texts to 21, calls 22 and 24)
    run: list[Event] = [events.message_start(), events.text_delta(0, "So."), events.block_stop(0)]
    for index, identifier in ((1, "3cd5c4df-1540-4fed-933f-707f9ca8286c"), (2, "2e97e0b0-bef4-4d65-9774-e61de7bc454c")):
        run += [
            events.tool_use_start(index, "get_current_weather", identifier),
            events.tool_use_delta(index, '{"location":'),
            events.tool_use_delta(index, '"Seattle"}'),
            events.block_stop(index),
        ]
    chunks = nova.stream(hub(), LITE, 30).chunks([*run, *end("tool_use")])
    assert chunks[3:6] == [
        b'{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"3cd5c4df-1540-4fed-933f-707f9ca8286c",'
        b'"name":"get_current_weather"}},"contentBlockIndex":1}}',
        b'{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\\"location\\":\\"Seattle\\"}"}},"contentBlockIndex":1}}',
        b'{"contentBlockStop":{"contentBlockIndex":1}}',
    ]
    assert [next(iter(chunk.values()))["contentBlockIndex"] for chunk in decoded(chunks[6:9])] == [3, 3, 3]
    assert chunks[9] == b'{"messageStop":{"stopReason":"tool_use"}}'


def test_a_call_without_arguments() -> None:
    # recorded: Nova sends an empty object
    delta = streamed(nova, hub(), LITE, call_run())[2]
    assert delta["contentBlockDelta"]["delta"] == {"toolUse": {"input": "{}"}}


def test_reasoning_is_pieces_too() -> None:
    # documented for Nova 2, numbered as texts are (decided)
    deltas = streamed(nova, hub(), LITE, thought_run(["[REDACTED]"], ["345"]))[1:5:2]
    assert [chunk["contentBlockDelta"] for chunk in deltas] == [
        {"delta": {"reasoningContent": {"reasoningText": {"text": "[REDACTED]"}}}, "contentBlockIndex": 0},
        {"delta": {"text": "345"}, "contentBlockIndex": 1},
    ]


def test_what_was_cached_is_counted_twice() -> None:
    # recorded: in the usage and in the metrics
    used = events.usage(6, 3)
    used.cache_read_input_tokens, used.cache_write_input_tokens = 14922, 0
    [last] = decoded(nova.stream(hub(), LITE, 0).chunks([events.metadata(used)]))
    for counts in (last["metadata"]["usage"], last[METRICS]):
        assert (counts["cacheReadInputTokenCount"], counts["cacheWriteInputTokenCount"]) == (14922, 0)


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    run = text_run(*pieces)
    chunks = streamed(nova, hub(), LITE, run, size)
    deltas = [chunk["contentBlockDelta"] for chunk in chunks if "contentBlockDelta" in chunk]
    [text] = [block.text for block in whole(*run).message.content] or [""]
    assert "".join(delta["delta"]["text"] for delta in deltas) == text
    assert [delta["contentBlockIndex"] for delta in deltas] == list(range(len(deltas)))
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
