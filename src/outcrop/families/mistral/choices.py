"""Replies and events of the hub as Mistral's native choices, whole and in pieces.

Sources: the Mistral chat completion page of the Bedrock user guide; the last chunk of a text and the chunk of a tool call,
both quoted in public client code.
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat.collect import Reply, arguments
from outcrop.chat.events import Event
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    ConverseStreamMetadataEvent,
    MessageStopEvent,
    ToolUseBlockStart,
)

_REASONS = {"max_tokens": "length", "tool_use": "tool_calls"}
_encode = msgspec.json.Encoder().encode
Call = dict[str, Any]


def encode_reply(reply: Reply) -> bytes:
    """One choice."""
    blocks = reply.message.content
    text = "".join([block.text for block in blocks if block.text])
    calls = [_call(use.tool_use_id, use.name, use.input) for block in blocks if (use := block.tool_use) is not None]
    return _encode(_choice(text, calls, _stop(reply.stop_reason)))


def _choice(text: str, calls: list[Call], stop: str | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    return {"choices": [{"index": 0, "message": message, "stop_reason": stop}]}


def _call(hub_id: str, name: str, input: Any) -> Call:
    """A tool call. Its identifier is 22 characters (documented), which the hub's has behind ``tooluse_``; its arguments are
    a string, spaced as Python spaces JSON (quoted)."""
    function = {"name": name, "arguments": json.dumps(input, ensure_ascii=False)}
    return {"id": hub_id.removeprefix("tooluse_"), "function": function}


def _stop(reason: str) -> str:
    return _REASONS.get(reason, "stop")


class ChoiceStream:
    """One run's encoder: a chunk per piece of text, then one with the tool calls, if any, and the reason."""

    def __init__(self, first_byte_ms: int) -> None:
        self._first_byte_ms = first_byte_ms
        self._tool: ToolUseBlockStart | None = None
        self._input: list[str] = []
        self._calls: list[Call] = []
        self._reason = "stop"

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text:
                    found.append(_encode(_choice(event.delta.text, [], None)))
                elif event.delta.tool_use:
                    self._input.append(event.delta.tool_use.input)
            elif isinstance(event, ContentBlockStartEvent):
                self._tool, self._input = event.start.tool_use, []
            elif isinstance(event, ContentBlockStopEvent):
                self._end_tool()
            elif isinstance(event, MessageStopEvent):
                self._reason = _stop(event.stop_reason)
            elif isinstance(event, ConverseStreamMetadataEvent):
                metrics = invocation_metrics(event, self._first_byte_ms)
                found.append(_encode({**_choice("", self._calls, self._reason), **metrics}))
        return found

    def _end_tool(self) -> None:
        if self._tool:
            given = arguments("".join(self._input))
            self._calls.append(_call(self._tool.tool_use_id, self._tool.name, given))
            self._tool = None
