"""Events of the hub as native Claude chunks: the same grammar with every block opened, and no pings.

A chunk is bytes put together from a prefix made once per block and the one string that is new. `message_delta` waits for
the usage, with which it leaves; `message_stop` carries the invocation metrics.

Sources: 452 recorded streams (no ``ping`` in 9,566 chunks; text blocks are opened, too).
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.collect import citation
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, has_cache_point
from outcrop.families.anthropic_messages import citations, replies
from outcrop.families.anthropic_messages.identifiers import tool_use_id
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    CitationsDelta,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStartEvent,
    MessageStopEvent,
    ReasoningContentBlockDelta,
    TokenUsage,
)

_FIRST_OUTPUT = 1  # the output tokens message_start tells of, before there are any (recorded: 1 to 8)
_encode = msgspec.json.Encoder().encode


class MessageStream:
    """One run's encoder: give it batches of events in order."""

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._request, self._model, self._first_byte_ms = request, model, first_byte_ms
        self._index = -1  # of the open block
        self._prefixes: dict[str, bytes] = {}  # kind of delta -> the bytes up to its string
        self._stop: MessageStopEvent | None = None

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        """The chunks that `batch` completes."""
        found: list[bytes] = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                self._delta(event.content_block_index, event.delta, found)
            elif isinstance(event, ContentBlockStartEvent):
                self._start(event, found)
            elif isinstance(event, ContentBlockStopEvent):
                self._close(event.content_block_index, found)
            elif isinstance(event, MessageStopEvent):
                self._stop = event
            elif isinstance(event, ConverseStreamMetadataEvent):
                self._end(event, found)
            elif isinstance(event, MessageStartEvent):
                found.append(self._message_start())
        return found

    def _message_start(self) -> bytes:
        """The input is counted by estimate here; what the engine says of it comes with the usage at the end."""
        count = tokens.count_request(self._request, self._model)
        used = TokenUsage(input_tokens=count, output_tokens=_FIRST_OUTPUT, total_tokens=count + _FIRST_OUTPUT)
        message = replies.start(self._request, self._model, replies.usage(used, self._model))
        return _encode({"type": "message_start", "message": message})

    def _delta(self, index: int, delta: ContentBlockDelta, found: list[bytes]) -> None:
        if delta.text is not None:
            if index != self._index:
                self._open(index, {"type": "text", "text": ""}, found)
            if delta.text:  # Claude sends no empty text
                found.append(self._prefix("text_delta", "text") + _encode(delta.text) + b"}}")
        elif delta.tool_use:
            found.append(self._prefix("input_json_delta", "partial_json") + _encode(delta.tool_use.input) + b"}}")
        elif delta.reasoning_content:
            self._thought(index, delta.reasoning_content, found)
        elif delta.citation:
            self._cite(index, delta.citation, found)
        else:
            raise ValueError("an engine made a delta that native Claude chunks have no form for")

    def _thought(self, index: int, thought: ReasoningContentBlockDelta, found: list[bytes]) -> None:
        if thought.redacted_content is not None:
            self._open(index, replies.redacted(thought.redacted_content), found)
            return
        if index != self._index:
            self._open(index, {"type": "thinking", "thinking": "", "signature": ""}, found)
        if thought.text:
            found.append(self._prefix("thinking_delta", "thinking") + _encode(thought.text) + b"}}")
        if thought.signature is not None:
            found.append(self._prefix("signature_delta", "signature") + _encode(thought.signature) + b"}}")

    def _cite(self, index: int, cited: CitationsDelta, found: list[bytes]) -> None:
        """A citation stands before its text, as on ConverseStream (recorded there)."""
        if index != self._index:
            self._open(index, {"citations": [], "type": "text", "text": ""}, found)
        native = citations.native(citation(cited))
        found.append(self._prefix("citations_delta", "citation") + _encode(native) + b"}}")

    def _prefix(self, kind: str, member: str) -> bytes:
        prefix = self._prefixes.get(kind)
        if prefix is None:
            head = f'{{"type":"content_block_delta","index":{self._index},"delta":{{"type":"{kind}","{member}":'
            prefix = self._prefixes[kind] = head.encode()
        return prefix

    def _start(self, event: ContentBlockStartEvent, found: list[bytes]) -> None:
        use = event.start.tool_use
        if use is None:
            raise ValueError("an engine started a block that native Claude chunks have no form for")
        block = {"type": "tool_use", "id": tool_use_id(use.tool_use_id), "name": use.name, "input": {}}
        self._open(event.content_block_index, block, found)

    def _open(self, index: int, block: dict[str, Any], found: list[bytes]) -> None:
        self._index = index
        self._prefixes.clear()
        found.append(_encode({"type": "content_block_start", "index": index, "content_block": block}))

    def _close(self, index: int, found: list[bytes]) -> None:
        if index != self._index:  # nothing came
            self._open(index, {"type": "text", "text": ""}, found)
        found.append(_encode({"type": "content_block_stop", "index": index}))

    def _end(self, event: ConverseStreamMetadataEvent, found: list[bytes]) -> None:
        if self._stop is None:
            raise ValueError("the engine told its usage before the end of the turn")
        extra = self._stop.additional_model_response_fields or {}
        delta: dict[str, Any] = {
            "stop_reason": replies.stop_reason(self._stop.stop_reason),
            "stop_sequence": extra.get("stop_sequence"),
        }
        if self._model.features.cache_details:
            delta["stop_details"] = None
        found.append(_encode({"type": "message_delta", "delta": delta, "usage": self._delta_usage(event.usage)}))
        cached = has_cache_point(self._request)
        metrics = invocation_metrics(event, self._first_byte_ms, cached=cached)
        found.append(_encode({"type": "message_stop", **metrics}))

    def _delta_usage(self, used: TokenUsage) -> dict[str, int]:
        """Output alone; from Claude 4.5 on the input again, since 2026-06 (recorded)."""
        if not self._model.features.cache_details:
            return {"output_tokens": used.output_tokens}
        return {
            "input_tokens": used.input_tokens,
            "cache_creation_input_tokens": used.cache_write_input_tokens or 0,
            "cache_read_input_tokens": used.cache_read_input_tokens or 0,
            "output_tokens": used.output_tokens,
        }
