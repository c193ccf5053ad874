"""Titan Text Embeddings: one text in, its vector out; the second version also in bits and in three sizes.

Refusals are everit's, in a manner that these models alone have kept from 2023 on: one violation is told without its place,
of several only the number.

Sources: the Titan Embeddings page of the Bedrock user guide, 32 recorded answers, quoted refusals of 2023 to 2026.
"""

from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit
from outcrop.vectors import Item, VectorReply, VectorRequest, bits

_FIRST_DIMENSIONS, _SECOND_DIMENSIONS = 1536, 1024
_TEXT = {"type": "string", "minLength": 1, "maxLength": 50_000}
_FIRST: everit.Schema = {
    "type": "object",
    "required": ["inputText"],
    "properties": {"inputText": _TEXT},
    "additionalProperties": False,
}
_SECOND: everit.Schema = {
    **_FIRST,
    "properties": {
        "inputText": _TEXT,
        "dimensions": {"type": "integer", "enum": [256, 512, 1024]},
        "normalize": {"type": "boolean"},
        "embeddingTypes": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": ["float", "binary"]}},
    },
}
_encode = msgspec.json.Encoder().encode


def _is_second(model: Model) -> bool:
    return model.id.startswith("amazon.titan-embed-text-v2")


def decode(body: bytes, model: Model) -> VectorRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for too many tokens."""
    second = _is_second(model)
    native = everit.decode(body)
    _check(_SECOND if second else _FIRST, native)
    text = native["inputText"]
    most = model.context_window
    if most is not None and (count := tokens.count(text, most)) > most:
        raise ModelRefusal(  # quoted, the space at its end included
            f"400 Bad Request: Too many input tokens. Max input tokens: {most}, request input token count: {count} "
        )
    return VectorRequest(
        items=[Item(text=text)],
        dimensions=native.get("dimensions", _SECOND_DIMENSIONS) if second else _FIRST_DIMENSIONS,
        normalize=native.get("normalize", second),
        encodings=tuple(native.get("embeddingTypes", ("float",))),
    )


def _check(schema: everit.Schema, native: dict[str, Any]) -> None:
    found = list(everit.violations(schema, native))
    if found:
        only = found[0].partition(": ")[2]
        raise everit.malformed([only if len(found) == 1 else f"{len(found)} schema violations found"])


def encode_reply(reply: VectorReply, request: VectorRequest, model: Model) -> bytes:
    """The vector, in floats whatever else was asked for (user guide), and the tokens of the text."""
    vector = reply.vectors[0]
    native: dict[str, Any] = {"embedding": vector}
    if _is_second(model):
        written = {"binary": bits(vector), "float": vector}
        native["embeddingsByType"] = {name: written[name] for name in sorted(set(request.encodings))}
    native["inputTextTokenCount"] = reply.input_tokens
    return _encode(native)
