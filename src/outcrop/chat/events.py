"""What an engine answers: Converse's stream events, and short ways to make them.

A turn is `MessageStart`, then per block an optional start, deltas and a stop, then `MessageStop` and `Metadata`.
Engines yield lists of events: those in one list are ready together and leave in one write. The structures are the
service model's own; the functions here only spare writing them out.
"""

from typing import Any, Literal

from outcrop.model.runtime import (
    Citation,
    CitationsDelta,
    CitationSourceContentDelta,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStart,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    ConverseStreamMetrics,
    MessageStartEvent,
    MessageStopEvent,
    ReasoningContentBlockDelta,
    TokenUsage,
    ToolUseBlockDelta,
    ToolUseBlockStart,
)


class EstimatedUsage(TokenUsage, kw_only=True):
    """Usage that nobody counted: estimated, because the backend did not say. Callers see plain usage."""


Event = (
    MessageStartEvent
    | ContentBlockStartEvent
    | ContentBlockDeltaEvent
    | ContentBlockStopEvent
    | MessageStopEvent
    | ConverseStreamMetadataEvent
)
StopReason = Literal[
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
]


def message_start() -> MessageStartEvent:
    return MessageStartEvent(role="assistant")


def text_delta(index: int, text: str) -> ContentBlockDeltaEvent:
    return ContentBlockDeltaEvent(content_block_index=index, delta=ContentBlockDelta(text=text))


def tool_use_start(index: int, name: str, tool_use_id: str) -> ContentBlockStartEvent:
    start = ContentBlockStart(tool_use=ToolUseBlockStart(name=name, tool_use_id=tool_use_id))
    return ContentBlockStartEvent(content_block_index=index, start=start)


def tool_use_delta(index: int, fragment: str) -> ContentBlockDeltaEvent:
    delta = ContentBlockDelta(tool_use=ToolUseBlockDelta(input=fragment))
    return ContentBlockDeltaEvent(content_block_index=index, delta=delta)


def reasoning_delta(index: int, text: str) -> ContentBlockDeltaEvent:
    delta = ContentBlockDelta(reasoning_content=ReasoningContentBlockDelta(text=text))
    return ContentBlockDeltaEvent(content_block_index=index, delta=delta)


def signature_delta(index: int, signature: str) -> ContentBlockDeltaEvent:
    delta = ContentBlockDelta(reasoning_content=ReasoningContentBlockDelta(signature=signature))
    return ContentBlockDeltaEvent(content_block_index=index, delta=delta)


def redacted_delta(index: int, data: bytes) -> ContentBlockDeltaEvent:
    """A thought that nobody may read, whole."""
    delta = ContentBlockDelta(reasoning_content=ReasoningContentBlockDelta(redacted_content=data))
    return ContentBlockDeltaEvent(content_block_index=index, delta=delta)


def citation_delta(index: int, citation: Citation) -> ContentBlockDeltaEvent:
    """One citation of a text that follows it in the same block (recorded)."""
    quoted = [CitationSourceContentDelta(text=part.text) for part in citation.source_content or []]
    delta = CitationsDelta(
        location=citation.location, source=citation.source, source_content=quoted, title=citation.title
    )
    return ContentBlockDeltaEvent(content_block_index=index, delta=ContentBlockDelta(citation=delta))


def block_stop(index: int) -> ContentBlockStopEvent:
    return ContentBlockStopEvent(content_block_index=index)


def message_stop(reason: StopReason, stop_sequence: str | None = None) -> MessageStopEvent:
    """The end of the turn; a stop sequence that ended it travels as the native answer's member of that name."""
    extra: Any = {"stop_sequence": stop_sequence} if stop_sequence is not None else None
    return MessageStopEvent(stop_reason=reason, additional_model_response_fields=extra)


def metadata(usage: TokenUsage, latency_ms: int = 0) -> ConverseStreamMetadataEvent:
    """The last event. The latency is measured by `outcrop.generation`, whatever an engine says."""
    return ConverseStreamMetadataEvent(usage=usage, metrics=ConverseStreamMetrics(latency_ms=latency_ms))


def usage(input_tokens: int, output_tokens: int) -> TokenUsage:
    """Plain usage; cache members are added by who knows of a cache."""
    return TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens, total_tokens=input_tokens + output_tokens)
