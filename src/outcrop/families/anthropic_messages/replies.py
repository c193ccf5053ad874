"""Replies of the hub as native Claude messages. Which members a model's answers have is recorded, model by model.

Sources: 1,000 recorded InvokeModel answers of 2024 to 2026. Newer forms: `model` first (since 2025-10-30), `cache_creation`
and `stop_details` (2026, Claude 4.5), the newest backend's identifiers, `service_tier` and `output_tokens_details`.
"""

import base64
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from outcrop.chat import tokens
from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages import citations
from outcrop.families.anthropic_messages.generation import version
from outcrop.families.anthropic_messages.identifiers import NEWEST_BACKEND, message_id, tool_use_id
from outcrop.model.runtime import CitationsContentBlock, ContentBlock, ReasoningContentBlock, TokenUsage

# The hub's reasons that have other names here.
STOP_REASONS = {
    "guardrail_intervened": "end_turn",  # recorded
    "content_filtered": "refusal",
    "malformed_model_output": "end_turn",
    "malformed_tool_use": "end_turn",
}
_encode = msgspec.json.Encoder().encode


class CacheCreation(Struct):
    """Tokens written to the cache, by how long they stay."""

    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class ThinkingTokens(Struct):
    thinking_tokens: int


class Usage(Struct, kw_only=True):
    """Token counts in recorded order; cached input is not in `input_tokens`."""

    input_tokens: int
    cache_creation_input_tokens: int | UnsetType = UNSET
    cache_read_input_tokens: int | UnsetType = UNSET
    cache_creation: CacheCreation | UnsetType = UNSET
    output_tokens: int
    service_tier: str | UnsetType = UNSET
    output_tokens_details: ThinkingTokens | UnsetType = UNSET


class NativeMessage(Struct, kw_only=True):
    """An answer, whole or just begun. `stop_details` is there from Claude 4.5 on and always null."""

    model: str
    id: str
    type: str = "message"
    role: str = "assistant"
    content: list[dict[str, Any]]
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: UnsetType | None = UNSET
    usage: Usage


def encode(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """`reply` as the JSON bytes of an InvokeModel answer."""
    message = start(request, model, usage(reply.usage, model, _thinking_tokens(reply)))
    message.content = [part for block in reply.message.content for part in _blocks(block)]
    message.stop_reason = stop_reason(reply.stop_reason)
    message.stop_sequence = reply.stop_sequence
    return _encode(message)


def start(request: ChatRequest, model: Model, used: Usage) -> NativeMessage:
    """A message without content yet."""
    return NativeMessage(
        model=model.short_name or model.id,
        id=message_id(request, model),
        content=[],
        stop_details=None if model.features.cache_details else UNSET,
        usage=used,
    )


def stop_reason(reason: str) -> str:
    return STOP_REASONS.get(reason, reason)


def usage(used: TokenUsage, model: Model, thinking_tokens: int | None = None) -> Usage:
    """The usage of a whole answer; `thinking_tokens` is told by the newest backend only."""
    found = Usage(input_tokens=used.input_tokens, output_tokens=used.output_tokens)
    if model.features.cache_usage != "never":
        found.cache_creation_input_tokens = used.cache_write_input_tokens or 0
        found.cache_read_input_tokens = used.cache_read_input_tokens or 0
    if model.features.cache_details:
        found.cache_creation = _cache_creation(used)
    if version(model) >= NEWEST_BACKEND and thinking_tokens is not None:
        found.service_tier = "standard"
        found.output_tokens_details = ThinkingTokens(thinking_tokens)
    return found


def _cache_creation(used: TokenUsage) -> CacheCreation:
    hour = sum(detail.input_tokens for detail in used.cache_details or () if detail.ttl == "1h")
    return CacheCreation((used.cache_write_input_tokens or 0) - hour, hour)


def _thinking_tokens(reply: Reply) -> int:
    thoughts = [block.reasoning_content for block in reply.message.content]
    return sum(tokens.count(thought.reasoning_text.text) for thought in thoughts if thought and thought.reasoning_text)


def _blocks(block: ContentBlock) -> Iterator[dict[str, Any]]:
    """A block in native form; an answer's text, citing or not, its tool calls, and what it thought, are all that engines
    make."""
    if block.reasoning_content:
        yield thought(block.reasoning_content)
    elif block.tool_use:
        use = block.tool_use
        yield {"type": "tool_use", "id": tool_use_id(use.tool_use_id), "name": use.name, "input": use.input}
    elif block.text:  # Claude sends no empty text
        yield {"type": "text", "text": block.text}
    elif block.citations_content:
        yield cited(block.citations_content)


def cited(block: CitationsContentBlock) -> dict[str, Any]:
    """A text with what it cites; raises ValueError as `citations.native` does."""
    text = "".join([part.text or "" for part in block.content or []])
    return {"type": "text", "text": text, "citations": [citations.native(one) for one in block.citations or []]}


def thought(block: ReasoningContentBlock) -> dict[str, Any]:
    """What a model thought, as it comes and as it goes back."""
    if block.reasoning_text:
        text = block.reasoning_text
        return {"type": "thinking", "thinking": text.text, "signature": text.signature or ""}
    return redacted(block.redacted_content or b"")


def redacted(data: bytes) -> dict[str, Any]:
    """A thought nobody may read: opaque, in base64 as on the wire of Converse."""
    return {"type": "redacted_thinking", "data": base64.b64encode(data).decode()}
