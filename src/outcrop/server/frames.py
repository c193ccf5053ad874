"""The frames of the chat's socket, in both of its contracts: plain text, and typed JSON.

Plain is the tutorial's: a frame in is a prompt, a frame out is a piece of the answer or all of it, nothing says where an
answer ends; errors are text as well. JSON says what the plain contract cannot: where an answer starts and ends, what it
cost, what was thought, that something went wrong. Nothing here sends or waits.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from outcrop.chat.events import Event
from outcrop.model.runtime import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ConverseStreamMetadataEvent,
    MessageStopEvent,
)
from outcrop.wire import bounds

_encode = msgspec.json.Encoder().encode


class WrongFrame(ValueError):
    """A frame that is no prompt; the text says why."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A JSON frame in. Everything but a text, content or messages is optional.

    `content` are Converse's blocks in place of `text`; `messages` a whole conversation in place of what the socket
    remembers. `history` makes the socket remember. The rest are Converse's members of the same names.
    """

    type: Literal["prompt", "stop", "clear"] = "prompt"
    text: str | None = None
    content: list[Any] | None = None
    messages: list[Any] | None = None
    history: bool | None = None
    system: str | None = None
    inference_config: dict[str, Any] | None = None
    additional_model_request_fields: dict[str, Any] | None = None
    tool_config: dict[str, Any] | None = None
    output_config: dict[str, Any] | None = None

    def turn(self) -> list[Any]:
        """The messages this frame adds."""
        if self.messages is not None:
            return self.messages
        content = self.content if self.content is not None else [{"text": self.text}]
        return [{"role": "user", "content": content}]

    def body(self, messages: list[Any]) -> bytes:
        """The body of Converse with `messages`."""
        members = {
            "messages": messages,
            "system": [{"text": self.system}] if self.system else None,
            "inferenceConfig": self.inference_config,
            "additionalModelRequestFields": self.additional_model_request_fields,
            "toolConfig": self.tool_config,
            "outputConfig": self.output_config,
        }
        return _encode({name: value for name, value in members.items() if value is not None})


def read_json(data: str | bytes) -> Prompt:
    """A JSON frame; raises WrongFrame."""
    if bounds.crowded(data.encode() if isinstance(data, str) else data):
        raise WrongFrame(bounds.TOO_LONG)
    try:
        prompt = msgspec.json.decode(data, type=Prompt)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WrongFrame(f"This frame is not a prompt: {error}") from error
    if prompt.type == "prompt" and prompt.text is None and prompt.content is None and prompt.messages is None:
        raise WrongFrame("This frame is not a prompt: it has neither text, content nor messages")
    return prompt


def read_plain(data: str | bytes) -> Prompt:
    """A plain frame: all of it is the prompt; raises WrongFrame for bytes that are no UTF-8."""
    try:
        return Prompt(text=data if isinstance(data, str) else data.decode())
    except UnicodeDecodeError as error:
        raise WrongFrame("This frame is not UTF-8 text") from error


def texts(batch: Iterable[Event]) -> list[str]:
    """The pieces of text in a batch."""
    return [e.delta.text for e in batch if isinstance(e, ContentBlockDeltaEvent) and e.delta.text]


class Typed:
    """Makes the JSON frames of one answer; an `end` leaves when both its halves are known."""

    def __init__(self) -> None:
        self._stop_reason = ""

    def frames(self, batch: Iterable[Event], first_token_ms: int) -> list[dict[str, Any]]:
        """The frames of a batch of a stream."""
        found: list[dict[str, Any]] = []
        for event in batch:
            if isinstance(event, ContentBlockDeltaEvent):
                found += _delta(event)
            elif isinstance(event, ContentBlockStartEvent) and event.start.tool_use:
                call = {"toolUseId": event.start.tool_use.tool_use_id, "name": event.start.tool_use.name}
                found.append({"type": "delta", "index": event.content_block_index, "toolUse": call})
            elif isinstance(event, MessageStopEvent):
                self._stop_reason = event.stop_reason
            elif isinstance(event, ConverseStreamMetadataEvent):
                cost = {"usage": event.usage, "latencyMs": event.metrics.latency_ms, "firstTokenMs": first_token_ms}
                found.append({"type": "end", "stopReason": self._stop_reason, **cost})
        return found


def whole(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of a whole answer of Converse: a delta for each of its blocks, then the end."""
    found: list[dict[str, Any]] = []
    for index, block in enumerate(reply["output"]["message"]["content"]):
        frame: dict[str, Any] = {"type": "delta", "index": index}
        if "text" in block:
            found.append({**frame, "text": block["text"]})
        elif "toolUse" in block:
            found.append({**frame, "toolUse": block["toolUse"]})
        elif "reasoningText" in block.get("reasoningContent", {}):
            found.append({**frame, "reasoning": block["reasoningContent"]["reasoningText"]["text"]})
    cost = {"usage": reply["usage"], "latencyMs": reply["metrics"]["latencyMs"]}
    return [*found, {"type": "end", "stopReason": reply["stopReason"], **cost}]


def text_of(reply: dict[str, Any]) -> str:
    """The text of a whole answer of Converse."""
    return "".join(block.get("text", "") for block in reply["output"]["message"]["content"])


def _delta(event: ContentBlockDeltaEvent) -> list[dict[str, Any]]:
    delta, frame = event.delta, {"type": "delta", "index": event.content_block_index}
    if delta.text:
        return [{**frame, "text": delta.text}]
    if delta.reasoning_content and delta.reasoning_content.text:
        return [{**frame, "reasoning": delta.reasoning_content.text}]
    if delta.tool_use:
        return [{**frame, "toolUse": {"input": delta.tool_use.input}}]
    return []


def error(code: str, message: str, *, plain: bool) -> str:
    """A frame that says what went wrong; the socket lives on."""
    return f"Error: {message}" if plain else _encode({"type": "error", "code": code, "message": message}).decode()


def frame(value: dict[str, Any]) -> str:
    """A JSON frame out."""
    return _encode(value).decode()
