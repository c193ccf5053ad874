"""Runs of an engine as the families' tests need them: a plain one, and any.

A run is what an engine yields for one turn, in order and in one list, with one delta per block at the least; `streamed` cuts
it into batches of any size.
"""

from typing import Any

from hypothesis import strategies as st
from tests.families.conftest import decoded

from outcrop.chat import events
from outcrop.chat.events import Event, StopReason
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import Family

METRICS = "amazon-bedrock-invocationMetrics"
LAST = (
    '"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
    '"firstByteLatency":30}}'
)
TEXTS = st.lists(st.text(), max_size=5)


def text_run(*pieces: str, reason: StopReason = "end_turn", sequence: str | None = None) -> list[Event]:
    """One block of text: 14 tokens in, 3 out, 120 ms."""
    return [
        events.message_start(),
        *(events.text_delta(0, piece) for piece in pieces or [""]),
        events.block_stop(0),
        *end(reason, sequence),
    ]


def thought_run(thoughts: list[str], pieces: list[str], reason: StopReason = "end_turn") -> list[Event]:
    """A thought, then text."""
    return [
        events.message_start(),
        *(events.reasoning_delta(0, thought) for thought in thoughts or [""]),
        events.block_stop(0),
        *(events.text_delta(1, piece) for piece in pieces or [""]),
        events.block_stop(1),
        *end(reason),
    ]


def call_run(*fragments: str, name: str = "get_weather") -> list[Event]:
    """One call of a tool, its arguments in fragments."""
    return [
        events.message_start(),
        events.tool_use_start(0, name, "tooluse_1"),
        *(events.tool_use_delta(0, fragment) for fragment in fragments),
        events.block_stop(0),
        *end("tool_use"),
    ]


def end(reason: StopReason = "end_turn", sequence: str | None = None) -> list[Event]:
    return [events.message_stop(reason, sequence), events.metadata(events.usage(14, 3), 120)]


def streamed(family: Family, request: ChatRequest, model: Model, run: list[Event], size: int = 100) -> list[Any]:
    """The chunks of `run`, cut into batches of `size`, with the first byte after 30 ms."""
    stream = family.stream(request, model, 30)
    return [chunk for at in range(0, len(run), size) for chunk in decoded(stream.chunks(run[at : at + size]))]
