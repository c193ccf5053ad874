"""A stream of events, put together into one reply.

`Collector.add` takes events one by one, `reply` gives the whole. It waits for nothing and checks nothing: an engine
that breaks the order of events is wrong, and its tests say so.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from outcrop.chat.events import Event, StopReason
from outcrop.model.runtime import (
    Citation,
    CitationGeneratedContent,
    CitationsContentBlock,
    CitationsDelta,
    CitationSourceContent,
    ContentBlock,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ConverseStreamMetadataEvent,
    Message,
    MessageStopEvent,
    ReasoningContentBlock,
    ReasoningTextBlock,
    TokenUsage,
    ToolUseBlock,
    ToolUseBlockStart,
)


class Reply(msgspec.Struct, kw_only=True):
    """A whole turn: the assistant's message, why it ended, what it used and how long it took (milliseconds)."""

    message: Message
    stop_reason: StopReason
    usage: TokenUsage
    latency_ms: int = 0
    stop_sequence: str | None = None


class _Block:
    """One block as it grows."""

    __slots__ = ("deltas", "tool_use")

    def __init__(self) -> None:
        self.tool_use: ToolUseBlockStart | None = None
        self.deltas: list[ContentBlockDelta] = []

    def content(self) -> ContentBlock:
        if self.tool_use:
            return ContentBlock(tool_use=_tool_use(self.tool_use, self.deltas))
        if any(delta.reasoning_content for delta in self.deltas):
            return ContentBlock(reasoning_content=_reasoning(self.deltas))
        text = "".join([delta.text or "" for delta in self.deltas])
        citations = [citation(delta.citation) for delta in self.deltas if delta.citation]
        return cited(text, citations) if citations else ContentBlock(text=text)


def cited(text: str, citations: list[Citation]) -> ContentBlock:
    """A text with what it cites, in the one block that holds both."""
    generated = [CitationGeneratedContent(text=text)]
    return ContentBlock(citations_content=CitationsContentBlock(citations=citations, content=generated))


def citation(delta: CitationsDelta) -> Citation:
    """The citation that a delta holds whole."""
    quoted = [CitationSourceContent(text=part.text) for part in delta.source_content or []]
    return Citation(location=delta.location, source=delta.source, source_content=quoted, title=delta.title)


def _tool_use(start: ToolUseBlockStart, deltas: list[ContentBlockDelta]) -> ToolUseBlock:
    text = "".join([delta.tool_use.input for delta in deltas if delta.tool_use])
    return ToolUseBlock(name=start.name, tool_use_id=start.tool_use_id, type=start.type, input=arguments(text))


def arguments(text: str) -> Any:
    """A tool call's input; `{}` for one that the token limit cut off, which is no JSON."""
    try:
        return msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {}


def _reasoning(deltas: list[ContentBlockDelta]) -> ReasoningContentBlock:
    parts = [delta.reasoning_content for delta in deltas if delta.reasoning_content]
    redacted = b"".join([part.redacted_content for part in parts if part.redacted_content is not None])
    if redacted:
        return ReasoningContentBlock(redacted_content=redacted)
    signature = next((part.signature for part in parts if part.signature), None)
    text = "".join([part.text or "" for part in parts])
    return ReasoningContentBlock(reasoning_text=ReasoningTextBlock(text=text, signature=signature))


class Collector:
    """Takes the events of one turn in order."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._stop: MessageStopEvent | None = None
        self._metadata: ConverseStreamMetadataEvent | None = None

    def add(self, event: Event) -> None:
        take = _TAKE.get(type(event))
        if take:
            take(self, event)

    def _delta(self, event: ContentBlockDeltaEvent) -> None:
        self._at(event.content_block_index).deltas.append(event.delta)

    def _start(self, event: ContentBlockStartEvent) -> None:
        self._at(event.content_block_index).tool_use = event.start.tool_use

    def _end(self, event: MessageStopEvent) -> None:
        self._stop = event

    def _cost(self, event: ConverseStreamMetadataEvent) -> None:
        self._metadata = event

    def _at(self, index: int) -> _Block:
        if index == len(self._blocks):
            self._blocks.append(_Block())
        return self._blocks[index]

    def reply(self) -> Reply:
        """The whole turn; raises ValueError when it has not ended."""
        if self._stop is None or self._metadata is None:
            raise ValueError("the engine ended its events before the end of the turn")
        extra = self._stop.additional_model_response_fields or {}
        return Reply(
            message=Message(role="assistant", content=[block.content() for block in self._blocks]),
            stop_reason=self._stop.stop_reason,
            stop_sequence=extra.get("stop_sequence"),
            usage=self._metadata.usage,
            latency_ms=self._metadata.metrics.latency_ms,
        )


# What is done with each event; the others (the start of the message, the end of a block) tell the collector nothing.
_TAKE: dict[type[Any], Callable[[Collector, Any], None]] = {
    ContentBlockDeltaEvent: Collector._delta,
    ContentBlockStartEvent: Collector._start,
    MessageStopEvent: Collector._end,
    ConverseStreamMetadataEvent: Collector._cost,
}
