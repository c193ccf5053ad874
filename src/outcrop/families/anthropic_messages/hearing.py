"""Native stream events as events of the hub, as a caller hears them: the other direction of `streaming`.

One `Hearing` reads one run, event by event as a backend sends them. Pings say nothing; a kind of block that the hub has no
word for is an error, never left out. The usage waits for the end of the message, as it does on Converse.
"""

from typing import Any

import msgspec

from outcrop.chat import events
from outcrop.chat.events import Event, StopReason
from outcrop.families.anthropic_messages import citations
from outcrop.families.anthropic_messages.blocks import redacted
from outcrop.model.runtime import CacheDetail, TokenUsage

Native = dict[str, Any]
# Native reasons in the hub's words. A pause of the service's own tools is the end of a turn that may be continued by
# sending it back, for which Converse has no other word (decided); so is a reason that is not known yet.
STOP_REASONS: dict[str, StopReason] = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "pause_turn": "end_turn",
    "refusal": "content_filtered",  # as `replies.STOP_REASONS` has it the other way
    "model_context_window_exceeded": "model_context_window_exceeded",
}


class UnknownBlock(Exception):
    """A kind of block, delta or event that the hub has no word for; `args[0]` is its native name."""


class Hearing:
    """The reader of one run."""

    def __init__(self) -> None:
        self._usage: Native = {}
        self._ending: Native = {}
        self._silent = False  # whether the open block has said nothing yet

    def events(self, native: Native) -> list[Event]:
        """What one native event says; raises UnknownBlock for a kind that the hub has no word for."""
        match native["type"]:
            case "content_block_delta":
                self._silent = False
                return _delta(native["index"], native["delta"])
            case "content_block_start":
                said = _start(native["index"], native["content_block"])
                self._silent = not said
                return said
            case "content_block_stop":
                # an empty block is one, and on Converse a block without a delta is none
                empty: list[Event] = [events.text_delta(native["index"], "")] if self._silent else []
                return [*empty, events.block_stop(native["index"])]
            case "message_start":
                self._learn(native["message"].get("usage"))
                return [events.message_start()]
            case "message_delta":
                self._learn(native.get("usage"))
                self._ending = native["delta"]
                return []
            case "message_stop":
                return self._end()
            case "ping":
                return []
        raise UnknownBlock(native["type"])

    def _learn(self, used: Native | None) -> None:
        """Counts are cumulative: what is told last holds, and what is told as null was told before."""
        self._usage |= {name: value for name, value in (used or {}).items() if value is not None}

    def _end(self) -> list[Event]:
        reason = STOP_REASONS.get(self._ending.get("stop_reason") or "", "end_turn")
        return [events.message_stop(reason, self._ending.get("stop_sequence")), events.metadata(usage(self._usage))]


def usage(native: Native) -> TokenUsage:
    """The hub's usage; cached tokens are not among the input tokens in either."""
    given, made = native.get("input_tokens", 0), native.get("output_tokens", 0)
    read, written = native.get("cache_read_input_tokens"), native.get("cache_creation_input_tokens")
    return TokenUsage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=given + made + (read or 0) + (written or 0),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_details=_cache_details(native.get("cache_creation") or {}) or None,
    )


def _cache_details(written: Native) -> list[CacheDetail]:
    hour, minutes = written.get("ephemeral_1h_input_tokens"), written.get("ephemeral_5m_input_tokens")
    details = [CacheDetail(input_tokens=hour, ttl="1h")] if hour else []
    return [*details, CacheDetail(input_tokens=minutes, ttl="5m")] if minutes else details


def _start(index: int, block: Native) -> list[Event]:
    """What the opening of a block says: on Converse only calls of tools are opened."""
    match block["type"]:
        case "text":
            said = [events.citation_delta(index, citations.hub(one)) for one in block.get("citations") or ()]
            return [*said, events.text_delta(index, block["text"])] if block.get("text") else [*said]
        case "tool_use":
            start = events.tool_use_start(index, block["name"], block["id"])
            whole = block.get("input")
            return [start, events.tool_use_delta(index, _text(whole))] if whole else [start]
        case "thinking":
            found: list[Event] = [events.reasoning_delta(index, block["thinking"])] if block.get("thinking") else []
            return [*found, events.signature_delta(index, block["signature"])] if block.get("signature") else found
        case "redacted_thinking":
            return [events.redacted_delta(index, redacted(block["data"]))]
    raise UnknownBlock(block["type"])


def _delta(index: int, delta: Native) -> list[Event]:
    match delta["type"]:
        case "text_delta":
            return [events.text_delta(index, delta["text"])]
        case "input_json_delta":
            return [events.tool_use_delta(index, delta["partial_json"])]
        case "thinking_delta":
            return [events.reasoning_delta(index, delta["thinking"])]
        case "signature_delta":
            return [events.signature_delta(index, delta["signature"])]
        case "citations_delta":
            return [events.citation_delta(index, citations.hub(delta["citation"]))]
    raise UnknownBlock(delta["type"])


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
