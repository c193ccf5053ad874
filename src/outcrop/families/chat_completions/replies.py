"""Replies of the hub in the chat-completions vocabulary: messages, the deltas of a stream, reasons, counts.

A family puts these into its own envelope. What was thought stands in the text, between the marks the family names; without
marks it is left out. Arguments of calls are text, as the engine made them in a stream.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentBlockStopEvent,
    TokenUsage,
    ToolUseBlockStart,
)

Identify = Callable[[str], str]
Marks = tuple[str, str] | None
_FINISH = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
_encode = msgspec.json.Encoder().encode


def finish_reason(reason: str) -> str:
    """Converse's reason in native words; ``stop`` for whatever ended of itself."""
    return _FINISH.get(reason, "stop")


def usage(used: TokenUsage) -> dict[str, int]:
    """Token counts under their native names, in alphabetical order."""
    return {
        "completion_tokens": used.output_tokens,
        "prompt_tokens": used.input_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
    }


def text(reply: Reply, marks: Marks) -> str:
    """What was said, behind what was thought."""
    return "".join([*_thoughts(reply, marks), *(block.text or "" for block in reply.message.content)])


def _thoughts(reply: Reply, marks: Marks) -> Iterator[str]:
    for block in reply.message.content:
        if marks and (thought := _thought(block)):
            yield marks[0] + thought + marks[1]


def _thought(block: ContentBlock) -> str | None:
    reasoning = block.reasoning_content.reasoning_text if block.reasoning_content else None
    return reasoning.text if reasoning else None


def calls(reply: Reply, identify: Identify) -> list[dict[str, Any]]:
    """The calls of a reply, their members in alphabetical order."""
    uses = [block.tool_use for block in reply.message.content if block.tool_use]
    return [call(use.name, identify(use.tool_use_id), _encode(use.input).decode()) for use in uses]


def call(name: str, identifier: str, arguments: str) -> dict[str, Any]:
    """One call; `arguments` is JSON as text."""
    return {"function": {"arguments": arguments, "name": name}, "id": identifier, "type": "function"}


class Deltas:
    """Turns the events of one run into native deltas, in order."""

    def __init__(self, identify: Identify, marks: Marks) -> None:
        self._identify, self._marks = identify, marks
        self._thinking = False
        self._called = -1  # index of the last call

    def of(self, event: Event) -> dict[str, Any] | None:
        """The delta `event` makes; None for one that adds nothing."""
        if isinstance(event, ContentBlockDeltaEvent):
            return self._delta(event.delta)
        if isinstance(event, ContentBlockStartEvent) and event.start.tool_use:
            return self._start(event.start.tool_use)
        if isinstance(event, ContentBlockStopEvent) and self._thinking and self._marks:
            self._thinking = False
            return {"content": self._marks[1]}
        return None

    def _delta(self, delta: ContentBlockDelta) -> dict[str, Any] | None:
        if delta.tool_use:
            call = {"function": {"arguments": delta.tool_use.input}, "index": self._called}
            return {"tool_calls": [call]} if delta.tool_use.input else None
        thought = delta.reasoning_content.text if delta.reasoning_content else None
        if thought and self._marks:
            opening = "" if self._thinking else self._marks[0]
            self._thinking = True
            return {"content": opening + thought}
        return {"content": delta.text} if delta.text else None

    def _start(self, use: ToolUseBlockStart) -> dict[str, Any]:
        self._called += 1
        return {"tool_calls": [{**call(use.name, self._identify(use.tool_use_id), ""), "index": self._called}]}
