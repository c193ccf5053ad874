"""The Responses API's answers: Converse's events as a response's items, told one by one in a stream or whole at its end.

A whole answer is the last event of a stream that nobody read. Identifiers have the recorded forms.

Sources: OpenAI's API reference, 23 recorded exchanges with bedrock-mantle.
"""

import base64
import random
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from outcrop.chat.events import Event
from outcrop.doors.openai.json_mode import Opening
from outcrop.doors.openai.responses import Body
from outcrop.model.runtime import (
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStartEvent,
    MessageStopEvent,
    TokenUsage,
)
from outcrop.wire import sse

Native = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_INCOMPLETE = {
    "max_tokens": "max_output_tokens",
    "model_context_window_exceeded": "max_output_tokens",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}


def _identifier(kind: str) -> str:
    """``resp_`` and 52 letters of base 32, others and 16 of base 16 (recorded)."""
    if kind == "resp":
        return "resp_" + base64.b32encode(random.randbytes(32)).decode().rstrip("=").lower()
    return f"{kind}_{random.getrandbits(64):016x}"


class Answer:
    """One response as it grows. `take` gives the events that one of Converse's makes; `response` is all so far.

    `begun` is what the answer was begun with.
    """

    def __init__(self, native: Body, value: Native, begun: str) -> None:
        self._native, self._opening = native, Opening(begun)
        self._number = 0
        self._output: list[Native] = []
        self._at: dict[int, Native] = {}  # Converse's index of a block -> its item
        self._reason = ""
        self.response: Native = self._begun(native, value)

    def _begun(self, native: Body, value: Native) -> Native:
        return {
            "background": False,
            "created_at": int(time.time()),
            "error": None,
            "id": _identifier("resp"),
            "incomplete_details": None,
            "instructions": native.instructions,
            "max_output_tokens": native.max_output_tokens,
            "metadata": native.metadata or {},
            "model": native.model,
            "object": "response",
            "output": self._output,
            "parallel_tool_calls": native.parallel_tool_calls is not False,
            "previous_response_id": None,
            "service_tier": "default",
            "status": "in_progress",
            "store": False,
            "temperature": 1.0 if native.temperature is None else native.temperature,
            "text": value.get("text") or {"format": {"type": "text"}},
            "tool_choice": value.get("tool_choice") or "auto",
            "tools": value.get("tools") or [],
            "top_p": 1.0 if native.top_p is None else native.top_p,
            "truncation": "disabled",
            "usage": None,
        }

    def take(self, event: Event) -> Iterator[Native]:
        """What `event` makes known."""
        event = self._opening.of(event)
        if isinstance(event, MessageStartEvent):
            yield self._event("response.created", response=self.response)
            yield self._event("response.in_progress", response=self.response)
        elif isinstance(event, ContentBlockStartEvent) and event.start.tool_use:
            use = event.start.tool_use
            item = {"arguments": "", "call_id": use.tool_use_id, "id": _identifier("fc"), "name": use.name}
            yield self._add(event.content_block_index, item | {"status": "in_progress", "type": "function_call"})
        elif isinstance(event, ContentBlockDeltaEvent):
            yield from self._delta(event.content_block_index, event.delta)
        elif isinstance(event, ContentBlockStopEvent):
            yield from self._close(event.content_block_index)
        elif isinstance(event, MessageStopEvent):
            self._reason = event.stop_reason
        elif isinstance(event, ConverseStreamMetadataEvent):
            yield self._end(event.usage)

    def _event(self, kind: str, **members: Any) -> Native:
        self._number += 1
        return {"type": kind, "sequence_number": self._number - 1, **members}

    def _add(self, index: int, item: Native) -> Native:
        self._at[index] = item
        self._output.append(item)
        return self._event("response.output_item.added", item=item, output_index=len(self._output) - 1)

    def _delta(self, index: int, delta: ContentBlockDelta) -> Iterator[Native]:
        if delta.tool_use:
            item = self._at[index]
            item["arguments"] += delta.tool_use.input
            if delta.tool_use.input:
                yield self._said("response.function_call_arguments.delta", item, delta=delta.tool_use.input)
        elif delta.text:  # an empty one says nothing, and gpt-oss's streams open with a block of it (recorded)
            yield from self._text(index, delta.text, "message")
        elif delta.reasoning_content and delta.reasoning_content.text:
            yield from self._text(index, delta.reasoning_content.text, "reasoning")

    def _text(self, index: int, text: str, kind: str) -> Iterator[Native]:
        item = self._at.get(index)
        if item is None:
            content: list[Native] = []
            item = {"content": content, "id": _identifier("msg"), "status": "in_progress", "type": kind}
            own: Native = {"role": "assistant"} if kind == "message" else {"summary": []}
            item |= own
            yield self._add(index, item)
            part = {"annotations": [], "text": "", "type": "output_text"}
            content.append(part if kind == "message" else {"text": "", "type": "reasoning_text"})
            yield self._said("response.content_part.added", item, content_index=0, part=content[0])
        item["content"][0]["text"] += text
        yield self._said(f"response.{_kind(item)}.delta", item, content_index=0, delta=text)

    def _said(self, kind: str, item: Native, **members: Any) -> Native:
        index = next(at for at, each in enumerate(self._output) if each is item)
        return self._event(kind, item_id=item["id"], output_index=index, **members)

    def _close(self, index: int) -> Iterator[Native]:
        item = self._at.get(index)
        if item is None:  # a block of which nothing is told here, such as a thought that nobody may read
            return
        item["status"] = "completed"
        if item["type"] == "function_call":
            item["arguments"] = item["arguments"] or "{}"
            yield self._said(
                "response.function_call_arguments.done", item, arguments=item["arguments"], name=item["name"]
            )
        else:
            part = item["content"][0]
            yield self._said(f"response.{_kind(item)}.done", item, content_index=0, text=part["text"])
            yield self._said("response.content_part.done", item, content_index=0, part=part)
        index = next(at for at, each in enumerate(self._output) if each is item)
        yield self._event("response.output_item.done", item=item, output_index=index)

    def _end(self, used: TokenUsage) -> Native:
        reason = _INCOMPLETE.get(self._reason)
        self.response["status"] = "incomplete" if reason else "completed"
        self.response["incomplete_details"] = {"reason": reason} if reason else None
        self.response["usage"] = usage(used)
        return self._event(f"response.{self.response['status']}", response=self.response)


def _kind(item: Native) -> str:
    return "output_text" if item["type"] == "message" else "reasoning_text"


def usage(used: TokenUsage) -> Native:
    """Counts in OpenAI's words; thoughts are not counted apart, because Converse does not."""
    read, written = used.cache_read_input_tokens or 0, used.cache_write_input_tokens or 0
    given = used.input_tokens + read + written
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": read},
        "output_tokens": used.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": given + used.output_tokens,
    }


def event(native: Native) -> bytes:
    """One event of a stream."""
    return sse.event(_encode(native), native["type"])
