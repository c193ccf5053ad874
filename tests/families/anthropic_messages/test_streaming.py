"""Native Claude chunks, byte by byte and by their grammar."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import HAIKU_3, HAIKU_3_5, SONNET_4_5, SONNET_5, decoded, hub, whole

from outcrop.chat import events, tokens
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import anthropic_messages
from outcrop.model.runtime import (
    CachePointBlock,
    Citation,
    CitationLocation,
    CitationSourceContent,
    ContentBlock,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStart,
    ContentBlockStartEvent,
    DocumentCharLocation,
    ReasoningContentBlockDelta,
)

END: list[Event] = [events.message_stop("end_turn"), events.metadata(events.usage(11, 4), 250)]
GRAMMAR = r"message_start (content_block_start (content_block_delta )*content_block_stop )*message_delta message_stop"


def chunks(*batch: Event, model: Model = HAIKU_3, request: ChatRequest | None = None) -> list[bytes]:
    return anthropic_messages.stream(request or hub(), model, 90).chunks(batch)


def test_a_stream_in_bytes() -> None:
    # recorded 2024 to 2026: text blocks are opened, no ping, metrics are the last member of the last chunk
    run = [
        events.message_start(),
        events.text_delta(0, "Hel"),
        events.text_delta(0, "lo\n"),
        events.block_stop(0),
        *END,
    ]
    first, *others = chunks(*run)
    count = tokens.count_request(hub(), HAIKU_3)
    assert re.sub(rb'"id":"msg_bdrk_\w+"', b'"id":"..."', first) == (
        b'{"type":"message_start","message":{"model":"claude-3-haiku-20240307","id":"...","type":"message",'
        b'"role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":%d,'
        b'"output_tokens":1}}}' % count
    )
    assert others == [
        b'{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
        b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}',
        rb'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo\n"}}',
        b'{"type":"content_block_stop","index":0}',
        b'{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}}',
        b'{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":11,"outputTokenCount":4,'
        b'"invocationLatency":250,"firstByteLatency":90}}',
    ]


def test_newer_models_tell_their_usage_twice() -> None:
    # recorded on Claude Sonnet 4.5, 2026-07
    start, delta, _ = chunks(events.message_start(), *END, model=SONNET_4_5)
    message = json.loads(start)["message"]
    assert list(message)[-2:] == ["stop_details", "usage"]
    assert list(message["usage"]) == [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "output_tokens",
    ]
    assert delta == (
        b'{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,"stop_details":null},'
        b'"usage":{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}'
    )


def test_the_cache_pair_comes_with_cache_points_only() -> None:
    # recorded: 6 of 369 streams of Claude, those with cache_control
    marked = hub(("user", ["Hello", ContentBlock(cache_point=CachePointBlock(type="default"))]))
    for request, names in ((hub(), 4), (marked, 6)):
        last = decoded(chunks(*END, model=HAIKU_3_5, request=request))[-1]
        assert len(last["amazon-bedrock-invocationMetrics"]) == names


def test_tool_calls() -> None:
    # recorded: the first piece of input is empty
    run = [
        events.tool_use_start(0, "f", "tooluse_x"),
        events.tool_use_delta(0, ""),
        events.tool_use_delta(0, '{"city":'),
        events.tool_use_delta(0, ' "Rome"}'),
        events.block_stop(0),
    ]
    start, *deltas, stop = decoded(chunks(*run))
    block = start["content_block"]
    assert list(block) == ["type", "id", "name", "input"]
    assert (block["type"], block["name"], block["input"]) == ("tool_use", "f", {})
    assert block["id"].startswith("toolu_bdrk_01")
    assert [chunk["delta"] for chunk in deltas] == [
        {"type": "input_json_delta", "partial_json": piece} for piece in ("", '{"city":', ' "Rome"}')
    ]
    assert stop == {"type": "content_block_stop", "index": 0}


def test_thinking() -> None:
    # recorded
    run = [
        events.reasoning_delta(0, "Hm"),
        events.signature_delta(0, "sig"),
        events.block_stop(0),
        events.text_delta(1, "Yes"),
        events.block_stop(1),
    ]
    found = decoded(chunks(*run, model=SONNET_5))
    assert found[0]["content_block"] == {"type": "thinking", "thinking": "", "signature": ""}
    assert found[1]["delta"] == {"type": "thinking_delta", "thinking": "Hm"}
    assert found[2]["delta"] == {"type": "signature_delta", "signature": "sig"}
    assert found[4] == {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}
    assert found[5]["index"] == 1


def test_redacted_thinking_is_a_block_without_deltas() -> None:
    # recorded: one block per piece
    delta = ContentBlockDelta(reasoning_content=ReasoningContentBlockDelta(redacted_content=b"opaque"))
    start, stop = decoded(chunks(ContentBlockDeltaEvent(content_block_index=0, delta=delta), events.block_stop(0)))
    assert start["content_block"] == {"type": "redacted_thinking", "data": "b3BhcXVl"}
    assert stop["type"] == "content_block_stop"


def test_empty_text_opens_a_block_and_says_nothing() -> None:
    # recorded: Claude sends no empty text deltas
    found = [chunk["type"] for chunk in decoded(chunks(events.text_delta(0, ""), events.block_stop(0)))]
    assert found == ["content_block_start", "content_block_stop"]
    assert [chunk["type"] for chunk in decoded(chunks(events.block_stop(0)))] == found


def test_a_stop_sequence_is_named() -> None:
    run = [events.message_stop("stop_sequence", "END"), END[1]]
    assert decoded(chunks(*run))[0]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "END"}


def test_the_end_waits_for_the_usage() -> None:
    stream = anthropic_messages.stream(hub(), HAIKU_3, 90)
    assert stream.chunks([END[0]]) == []
    assert len(stream.chunks([END[1]])) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        END[1],
        ContentBlockDeltaEvent(content_block_index=0, delta=ContentBlockDelta()),
        ContentBlockStartEvent(content_block_index=0, start=ContentBlockStart()),
    ],
)
def test_an_engine_that_breaks_the_order_is_told(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"an engine|the engine"):
        chunks(wrong)


TEXT = st.lists(st.text(), min_size=1, max_size=4)
BLOCKS = st.lists(st.tuples(st.sampled_from(["text", "tool", "thought"]), TEXT), max_size=4)


def run_of(blocks: Any) -> list[Event]:
    run: list[Event] = [events.message_start()]
    for index, (kind, pieces) in enumerate(blocks):
        if kind == "tool":
            run.append(events.tool_use_start(index, "f", f"toolu_{index}"))
            run += [events.tool_use_delta(index, piece) for piece in ("", json.dumps({"said": pieces}))]
        elif kind == "thought":
            run += [events.reasoning_delta(index, piece) for piece in pieces]
            run.append(events.signature_delta(index, "s"))
        else:
            run += [events.text_delta(index, piece) for piece in pieces]
        run.append(events.block_stop(index))
    return [*run, *END]


def assembled(found: list[Any]) -> list[Any]:
    """What a client of the Messages API puts together."""
    blocks: dict[int, Any] = {}
    inputs: dict[int, str] = {}
    for chunk in found:
        if chunk["type"] == "content_block_start":
            blocks[chunk["index"]] = dict(chunk["content_block"])
        elif chunk["type"] == "content_block_delta":
            delta, block = chunk["delta"], blocks[chunk["index"]]
            for member in ("text", "thinking", "signature"):
                if member in delta:
                    block[member] += delta[member]
            inputs[chunk["index"]] = inputs.get(chunk["index"], "") + delta.get("partial_json", "")
    for index, block in blocks.items():
        if block["type"] == "tool_use":
            block["input"] = json.loads(inputs[index])
    return [block for block in blocks.values() if block != {"type": "text", "text": ""}]


@given(BLOCKS, st.integers(1, 5), st.sampled_from([HAIKU_3, SONNET_4_5, SONNET_5]))
def test_a_stream_says_what_the_whole_reply_says(blocks: Any, size: int, model: Model) -> None:
    run, request = run_of(blocks), hub()
    stream = anthropic_messages.stream(request, model, 0)
    found = [chunk for at in range(0, len(run), size) for chunk in decoded(stream.chunks(run[at : at + size]))]
    assert re.fullmatch(GRAMMAR, " ".join(chunk["type"] for chunk in found))
    reply = json.loads(anthropic_messages.encode_reply(whole(*run), request, model))
    assert assembled(found) == reply["content"]
    assert (found[0]["message"]["id"], found[0]["message"]["model"]) == (reply["id"], reply["model"])
    assert found[-2]["delta"]["stop_reason"] == reply["stop_reason"]
    assert list(found[-1]) == ["type", "amazon-bedrock-invocationMetrics"]


def test_a_citation_comes_before_its_text_and_is_whole() -> None:
    # citations_delta as the Claude documentation has it; its place in the block as recorded on ConverseStream
    place = CitationLocation(document_char=DocumentCharLocation(document_index=0, start=0, end=5))
    cited = Citation(location=place, source_content=[CitationSourceContent(text="Grass")], title="Colours")
    run = [events.citation_delta(0, cited), events.text_delta(0, "Green"), events.block_stop(0), *END]
    opened, delta, text, *_ = decoded(chunks(*run, model=SONNET_4_5))

    # the order of members as reported from Anthropic's own streams
    assert list(opened["content_block"].items()) == [("citations", []), ("type", "text"), ("text", "")]
    assert delta["delta"] == {
        "type": "citations_delta",
        "citation": {
            "type": "char_location",
            "cited_text": "Grass",
            "document_index": 0,
            "document_title": "Colours",
            "start_char_index": 0,
            "end_char_index": 5,
        },
    }
    assert text["delta"] == {"type": "text_delta", "text": "Green"}
    reply = json.loads(anthropic_messages.encode_reply(whole(*run), hub(), SONNET_4_5))
    assert reply["content"] == [{"type": "text", "text": "Green", "citations": [delta["delta"]["citation"]]}]
