"""In which words a Mistral chat model refuses a body: as one class's exception, or as a web framework's list.

Mistral Large says what one class of request finds wrong (probed 2026-08). Pixtral Large, whose server takes requests of four
kinds, says of each kind what is wrong, and repeats the body (recorded 2025-10). What a class knows beyond the recorded
members is Mistral's public API.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.families.mistral.faults import Fault, Schema, faults, refusal_of

TITLE = "ThirdPartyChatCompletionRequest"
_STRING: Schema = {"type": "string"}
_ANY: Schema = {}
_NUMBER: Schema = {"type": "integer", "nullable": True}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1, "nullable": True}


def _closed(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_FUNCTION = _closed(("name", "parameters"), name=_STRING, description=_ANY, strict=_ANY, parameters={"type": "object"})
_MESSAGE = _closed(
    ("role",),
    role={"enum": ("system", "user", "assistant", "tool")},
    content=_ANY,
    tool_calls=_ANY,
    tool_call_id=_ANY,
    name=_ANY,
    prefix=_ANY,
)
_CHAT: dict[str, Schema] = {
    "messages": {"type": "array", "items": _MESSAGE},
    "tools": {
        "type": "array",
        "items": _closed(("function",), type={"enum": ("function",)}, function=_FUNCTION),
        "nullable": True,
    },
    "tool_choice": {"enum": ("auto", "any", "none"), "nullable": True},
    "max_tokens": {"type": "integer", "minimum": 1, "nullable": True},
    "temperature": _SHARE,
    "top_p": _SHARE,
}
_COMMON: dict[str, Schema] = {
    "model": _ANY,
    "temperature": _SHARE,
    "top_p": _SHARE,
    "max_tokens": _CHAT["max_tokens"],
    "min_tokens": _NUMBER,
    "stream": _ANY,
    "stream_options": {**_closed(()), "nullable": True},
    "stop": _ANY,
    "random_seed": _NUMBER,
}
# The kinds of request of Pixtral's server, in the order it tells of them.
_KINDS: dict[str, Schema] = {
    "ChatCompletionRequest": _closed(
        ("messages",),
        **_COMMON,
        messages=_CHAT["messages"],
        tools=_CHAT["tools"],
        tool_choice=_ANY,
        safe_prompt=_ANY,
        response_format=_ANY,
        presence_penalty=_ANY,
        frequency_penalty=_ANY,
        n=_NUMBER,
        prediction=_ANY,
        parallel_tool_calls=_ANY,
    ),
    "CompletionRequest": _closed(("prompt",), **_COMMON, prompt=_STRING),
    "FIMCompletionRequest": _closed(("prompt",), **_COMMON, prompt=_STRING, suffix=_ANY),
    "OCRRequest": _closed(("document",), model=_ANY, document=_ANY, id=_ANY, pages=_ANY),
}


def refusal(body: dict[str, Any], model: Model, *, whole: bool = True) -> ModelRefusal:
    """The refusal of `body`, which is a whole one or the additional fields of Converse."""
    if model.features.images:
        return _framework_refusal(body, whole)
    return refusal_of(TITLE, list(_violations(body, model.max_output_tokens, whole)))


def acceptable(fields: dict[str, Any], model: Model) -> bool:
    """Whether the model takes these additional fields."""
    if model.features.images:
        known = _KINDS["ChatCompletionRequest"]["properties"]
        return all(name in known and not any(faults(known[name], value)) for name, value in fields.items())
    return not any(_violations(fields, model.max_output_tokens, whole=False))


def _violations(body: dict[str, Any], longest: int | None, whole: bool) -> Iterator[Fault]:
    length = {**_CHAT["max_tokens"]} | ({} if longest is None else {"maximum": longest})
    yield from faults(_closed(("messages",) if whole else (), **{**_CHAT, "max_tokens": length}), body)


def _framework_refusal(body: dict[str, Any], whole: bool) -> ModelRefusal:
    """What every kind of request finds wrong, unless it is a good chat; of additional fields only what a chat does."""
    kinds = _KINDS if whole else {"ChatCompletionRequest": {**_KINDS["ChatCompletionRequest"], "required": ()}}
    found = {name: list(faults(schema, body)) for name, schema in kinds.items()}
    if not found["ChatCompletionRequest"]:
        return refusal_of(TITLE, [])
    detail = [fault.detail("body", name) for name, each in found.items() for fault in each]
    return ModelRefusal(msgspec.json.encode({"detail": detail, "body": body}).decode())
