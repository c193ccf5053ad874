"""Each event as it goes over the wire: AWS's members and no more (the padding is the wire's)."""

import msgspec
import pytest

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.model.runtime import Citation, CitationLocation, CitationSourceContent, DocumentPageLocation

PAGE = CitationLocation(document_page=DocumentPageLocation(document_index=0, start=1, end=2))

EVENTS = {
    "message start": (events.message_start(), {"role": "assistant"}),
    "text": (events.text_delta(0, "Hi"), {"contentBlockIndex": 0, "delta": {"text": "Hi"}}),
    "empty text": (events.text_delta(1, ""), {"contentBlockIndex": 1, "delta": {"text": ""}}),
    "tool start": (
        events.tool_use_start(1, "look_up", "tooluse_1"),
        {"contentBlockIndex": 1, "start": {"toolUse": {"name": "look_up", "toolUseId": "tooluse_1"}}},
    ),
    "tool fragment": (
        events.tool_use_delta(1, '{"a'),
        {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"a'}}},
    ),
    "reasoning": (
        events.reasoning_delta(0, "Hm"),
        {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm"}}},
    ),
    "signature": (
        events.signature_delta(0, "Er"),
        {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "Er"}}},
    ),
    "citation": (
        events.citation_delta(
            0, Citation(location=PAGE, source_content=[CitationSourceContent(text="Dummy")], title="my-pdf")
        ),
        {
            "contentBlockIndex": 0,
            "delta": {
                "citation": {
                    "location": {"documentPage": {"documentIndex": 0, "end": 2, "start": 1}},
                    "sourceContent": [{"text": "Dummy"}],
                    "title": "my-pdf",
                }
            },
        },
    ),
    "block stop": (events.block_stop(2), {"contentBlockIndex": 2}),
    "message stop": (events.message_stop("end_turn"), {"stopReason": "end_turn"}),
    "stopped by a sequence": (
        events.message_stop("stop_sequence", "END"),
        {"additionalModelResponseFields": {"stop_sequence": "END"}, "stopReason": "stop_sequence"},
    ),
    "metadata": (
        events.metadata(events.usage(3, 4), 5),
        {"metrics": {"latencyMs": 5}, "usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}},
    ),
}


@pytest.mark.parametrize(("event", "members"), EVENTS.values(), ids=EVENTS.keys())
def test_holds_these_members_in_this_order(event: Event, members: object) -> None:
    assert msgspec.json.encode(event) == msgspec.json.encode(members)


def test_events_are_told_apart_by_their_type() -> None:
    assert all(isinstance(event, Event) for event, _ in EVENTS.values())
