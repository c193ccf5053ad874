"""Native answers that no model has made: what InvokeModel answers where a guardrail blocks what was asked.

Recorded for Claude, whole and as a stream, and for Llama, whole; others answer in their family's own form (decided).
"""

import secrets
from typing import Any

import msgspec

from outcrop.chat.features import Model

_encode = msgspec.json.Encoder().encode


def reply(text: str, model: Model) -> bytes | None:
    """The whole answer; None for a model whose own form it has."""
    if model.api == "anthropic_messages":
        return _encode({**_message(model), "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"})
    return _encode({"generation": text}) if model.api == "llama" else None


def chunks(text: str, model: Model) -> list[bytes] | None:
    """The stream's chunks; likewise."""
    if model.api != "anthropic_messages":
        return None
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": _message(model)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}},
        {"type": "message_stop"},
    ]
    return [_encode(chunk) for chunk in told]


def _message(model: Model) -> dict[str, Any]:
    return {
        "id": f"bedrock-guardrails-{secrets.token_hex(4)}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": model.short_name or model.id,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
