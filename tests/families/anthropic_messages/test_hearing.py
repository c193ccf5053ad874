"""Native stream events as events of the hub: what our own family writes is heard as it was said."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import SONNET_4_5, decoded, hub, whole

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.families import anthropic_messages
from outcrop.families.anthropic_messages.hearing import Hearing, UnknownBlock, usage
from outcrop.model import runtime as r

TEXT = st.text(min_size=1, max_size=8)
PIECES = st.lists(TEXT, min_size=1, max_size=4)
CITATION = st.builds(
    lambda start, title, quoted: r.Citation(
        location=r.CitationLocation(document_char=r.DocumentCharLocation(document_index=0, start=start, end=start + 1)),
        source_content=[r.CitationSourceContent(text=quoted)],
        title=title,
    ),
    st.integers(0, 9),
    TEXT,
    TEXT,
)
REASONS = ("end_turn", "max_tokens", "stop_sequence", "tool_use", "content_filtered", "model_context_window_exceeded")


def block(kind: str, index: int, pieces: list[str], citation: r.Citation) -> list[Event]:
    """One block of a run, with its end."""
    match kind:
        case "text":
            said: list[Event] = [events.text_delta(index, piece) for piece in pieces]
        case "cited":
            said = [events.citation_delta(index, citation), *(events.text_delta(index, piece) for piece in pieces)]
        case "thought":
            said = [*(events.reasoning_delta(index, piece) for piece in pieces), events.signature_delta(index, "sig")]
        case "redacted":
            said = [events.redacted_delta(index, pieces[0].encode())]
        case _:
            start = events.tool_use_start(index, "f", f"toolu_{index}")
            said = [start, *(events.tool_use_delta(index, piece) for piece in ["", *pieces])]
    return [*said, events.block_stop(index)]


KINDS = st.sampled_from(["text", "cited", "thought", "redacted", "tool"])


@given(
    st.lists(st.tuples(KINDS, PIECES, CITATION), min_size=1, max_size=4),
    st.sampled_from(REASONS),
    st.none() | TEXT,
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_what_our_own_family_writes_is_heard_as_it_was_said(
    said: list[tuple[str, list[str], r.Citation]], reason: Any, sequence: str | None, read: int, written: int
) -> None:
    used = events.usage(11, 4)
    used.cache_read_input_tokens, used.cache_write_input_tokens = read, written
    used.total_tokens += read + written
    run = [
        events.message_start(),
        *(event for index, (kind, *rest) in enumerate(said) for event in block(kind, index, *rest)),
        events.message_stop(reason, sequence),
        events.metadata(used),
    ]
    chunks = decoded(anthropic_messages.stream(hub(), SONNET_4_5, 30).chunks(run))
    hearing = Hearing()
    assert [event for chunk in chunks for event in hearing.events(chunk)] == run


def heard(*natives: dict[str, Any]) -> list[Event]:
    hearing = Hearing()
    return [event for native in natives for event in hearing.events(native)]


def test_blocks_that_come_whole() -> None:
    # backends other than Anthropic's own open a block with all that is in it
    opened = [
        {"type": "text", "text": "Hi"},
        {"type": "thinking", "thinking": "Hm", "signature": "sig"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
        {"type": "text", "text": ""},
    ]
    found = heard(
        {"type": "message_start", "message": {"usage": {"input_tokens": 3, "cache_read_input_tokens": 2}}},
        *(
            {"type": kind, "index": index, "content_block": each}
            for index, each in enumerate(opened)
            for kind in ("content_block_start", "content_block_stop")
        ),
        {"type": "ping"},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 5, "input_tokens": None},
        },
        {"type": "message_stop"},
    )
    reply = whole(*found)
    assert msgspec.to_builtins(reply.message.content) == [
        {"text": "Hi"},
        {"reasoningContent": {"reasoningText": {"signature": "sig", "text": "Hm"}}},
        {"toolUse": {"input": {"a": 1}, "name": "f", "toolUseId": "t"}},
        {"text": ""},
    ]
    assert (reply.usage.input_tokens, reply.usage.cache_read_input_tokens, reply.usage.total_tokens) == (3, 2, 10)


@pytest.mark.parametrize(
    ("native", "hub_reason"),
    [("refusal", "content_filtered"), ("pause_turn", "end_turn"), ("of_tomorrow", "end_turn"), (None, "end_turn")],
)
def test_reasons_that_are_called_otherwise(native: str | None, hub_reason: str) -> None:
    stop, _ = heard({"type": "message_delta", "delta": {"stop_reason": native}}, {"type": "message_stop"})
    assert isinstance(stop, r.MessageStopEvent)
    assert stop.stop_reason == hub_reason


def test_what_was_written_to_the_cache_by_time() -> None:
    made = {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 5}
    used = usage({"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 12, "cache_creation": made})
    assert msgspec.to_builtins(used.cache_details) == [
        {"inputTokens": 5, "ttl": "1h"},
        {"inputTokens": 7, "ttl": "5m"},
    ]
    assert used.total_tokens == 14


@pytest.mark.parametrize(
    "native",
    [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "server_tool_use", "id": "x"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "compaction_delta"}},
        {"type": "of_tomorrow"},
    ],
)
def test_what_the_hub_has_no_word_for_is_an_error(native: dict[str, Any]) -> None:
    with pytest.raises(UnknownBlock):
        Hearing().events(native)
