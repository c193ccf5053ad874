"""Replies of the hub as native Nova bodies: Converse's names in Nova's own order.

Sources: 21 recorded InvokeModel answers of 2025.
"""

from typing import Any
from uuid import UUID

import msgspec

from outcrop.chat.collect import Reply
from outcrop.families.identifiers import derived_uuid
from outcrop.model.runtime import ContentBlock, TokenUsage

_encode = msgspec.json.Encoder().encode


def encode(reply: Reply) -> bytes:
    """`reply` as the JSON bytes of an InvokeModel answer. Its usage is replaced by one that tells the cache counts, zeros
    included (28 of 30 recorded): the headers of the answer are made from it."""
    reply.usage = msgspec.structs.replace(
        reply.usage,
        cache_read_input_tokens=reply.usage.cache_read_input_tokens or 0,
        cache_write_input_tokens=reply.usage.cache_write_input_tokens or 0,
    )
    content = [_block(block) for block in reply.message.content]
    return _encode(
        {
            "output": {"message": {"content": content, "role": "assistant"}},
            "stopReason": reply.stop_reason,
            "usage": {
                "inputTokens": reply.usage.input_tokens,
                "outputTokens": reply.usage.output_tokens,
                "totalTokens": reply.usage.total_tokens,
                **cache_counts(reply.usage),
            },
        }
    )


def cache_counts(used: TokenUsage) -> dict[str, int]:
    """The pair that ends a usage."""
    return {
        "cacheReadInputTokenCount": used.cache_read_input_tokens or 0,
        "cacheWriteInputTokenCount": used.cache_write_input_tokens or 0,
    }


def _block(block: ContentBlock) -> dict[str, Any]:
    """A block in native form; an answer's text, tool calls and reasoning are all that engines make."""
    if block.tool_use:
        use = block.tool_use
        return {"toolUse": {"name": use.name, "toolUseId": tool_use_id(use.tool_use_id), "input": use.input}}
    if block.reasoning_content and block.reasoning_content.reasoning_text:
        return {"reasoningContent": {"reasoningText": {"text": block.reasoning_content.reasoning_text.text}}}
    return {"text": block.text or ""}


def tool_use_id(hub_id: str) -> str:
    """A UUID (recorded, where Converse has ``tooluse_`` and 22 characters); one that is a UUID already is kept."""
    try:
        return str(UUID(hub_id))
    except ValueError:
        return derived_uuid(hub_id.encode())
