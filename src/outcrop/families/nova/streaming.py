"""Events of the hub as the native chunks of a Nova stream.

Nova closes its "block" after every delta and counts on, so a text of sixty pieces has sixty blocks (recorded); a tool call
has one delta with the whole of its input, and the number after it is left out. The last chunk has the usage and, as its
last key, the metrics.

Sources: 15 recorded streams of 2025.
"""

from collections.abc import Iterable

import msgspec

from outcrop.chat.events import Event
from outcrop.families.metrics import invocation_metrics
from outcrop.families.nova.replies import cache_counts, tool_use_id
from outcrop.model.runtime import (
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStartEvent,
    MessageStopEvent,
    ToolUseBlockStart,
)

_encode = msgspec.json.Encoder().encode


class ChunkStream:
    """One run's encoder: give it batches of events in order."""

    def __init__(self, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._index = 0  # of the next native block
        self._tool: ToolUseBlockStart | None = None
        self._input: list[str] = []

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        """The chunks that `batch` completes."""
        found: list[bytes] = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                self._delta(event.delta, found)
            elif isinstance(event, ContentBlockStartEvent):
                self._tool, self._input = event.start.tool_use, []
            elif isinstance(event, ContentBlockStopEvent):
                self._end_tool(found)
            elif isinstance(event, MessageStartEvent):
                found.append(b'{"messageStart":{"role":"assistant"}}')
            elif isinstance(event, MessageStopEvent):
                found.append(_encode({"messageStop": {"stopReason": event.stop_reason}}))
            elif isinstance(event, ConverseStreamMetadataEvent):
                found.append(self._last(event))
        return found

    def _delta(self, delta: ContentBlockDelta, found: list[bytes]) -> None:
        if delta.text is not None:
            self._piece(b'{"text":' + _encode(delta.text) + b"}", found)
        elif delta.tool_use:
            self._input.append(delta.tool_use.input)
        elif delta.reasoning_content and delta.reasoning_content.text is not None:
            thought = {"reasoningContent": {"reasoningText": {"text": delta.reasoning_content.text}}}
            self._piece(_encode(thought), found)

    def _piece(self, delta: bytes, found: list[bytes]) -> None:
        """A delta and the stop behind it."""
        found.append(b'{"contentBlockDelta":{"delta":%b,"contentBlockIndex":%d}}' % (delta, self._index))
        found.append(b'{"contentBlockStop":{"contentBlockIndex":%d}}' % self._index)
        self._index += 1

    def _end_tool(self, found: list[bytes]) -> None:
        if self._tool is None:
            return
        start = {"toolUse": {"toolUseId": tool_use_id(self._tool.tool_use_id), "name": self._tool.name}}
        found.append(_encode({"contentBlockStart": {"start": start, "contentBlockIndex": self._index}}))
        self._piece(_encode({"toolUse": {"input": "".join(self._input) or "{}"}}), found)
        self._index += 1
        self._tool = None

    def _last(self, event: ConverseStreamMetadataEvent) -> bytes:
        used = event.usage
        usage = {"inputTokens": used.input_tokens, "outputTokens": used.output_tokens, **cache_counts(used)}
        metadata = {"usage": usage, "metrics": {}, "trace": {}}
        return _encode({"metadata": metadata, **invocation_metrics(event, self._first_byte_ms, cached=True)})
