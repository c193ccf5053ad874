"""The simplified response: one shape for every provider, made from a Converse response and nothing else."""

from typing import Any, Literal

import msgspec

from outcrop.operator.continuation import blocks, text_of
from outcrop.operator.exceptions import Document

FinishReasonStyle = Literal["converse", "openai"]
# Chat completions' words for Converse's stop reasons; a reason without one stays as it is.
OPENAI = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
_encode = msgspec.json.Encoder().encode


def simplified(response: Document, content: Any, style: FinishReasonStyle) -> Document:
    """`response` in the page's simplified shape, its `content` being the text or the JSON of JSON mode."""
    reason, usage = response.get("stopReason"), response.get("usage") or {}
    made: Document = {"role": ((response.get("output") or {}).get("message") or {}).get("role"), "content": content}
    calls = [_call(block["toolUse"]) for block in blocks(response) if "toolUse" in block]
    if calls:
        made["tool_calls"] = calls
    made["finish_reason"] = OPENAI.get(str(reason), reason) if style == "openai" else reason
    made["usage"] = {
        "prompt_tokens": usage.get("inputTokens"),
        "output_tokens": usage.get("outputTokens"),
        "total_tokens": usage.get("totalTokens"),
    }
    return made


def text(response: Document) -> str:
    """The texts of a response, joined."""
    return text_of(blocks(response))


def _call(use: Document) -> Document:
    """A tool call as chat completions write it."""
    arguments = _encode(use.get("input")).decode()
    return {"id": use["toolUseId"], "type": "function", "function": {"name": use["name"], "arguments": arguments}}
