"""Titan Multimodal Embeddings: a text, a picture or both in, one vector out.

The schema is a choice between this body and one of `requests`, a batch that nothing documents; a body that fits neither is
told what is wrong with it as either, the violations joined by a comma, as no other model does.

Sources: the Titan Multimodal Embeddings pages of the Bedrock user guide, refusals quoted in 2025 and 2026.
"""

from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit
from outcrop.families.attachments import picture
from outcrop.vectors import Item, VectorReply, VectorRequest

_FORMATS = ("png", "jpeg")
_PIXELS = 2048 * 2048
_DIMENSIONS = 1024
_SOME = {"type": "string", "minLength": 1}
_SCHEMA: everit.Schema = {
    "anyOf": [
        {
            "type": "object",
            "anyOf": [{"required": ["inputText"]}, {"required": ["inputImage"]}],
            "properties": {
                "inputText": _SOME,
                "inputImage": _SOME,
                "embeddingConfig": {
                    "type": "object",
                    "properties": {"outputEmbeddingLength": {"type": "integer", "enum": [256, 384, 1024]}},
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["requests"],
            "properties": {"requests": {"type": "array"}},
            "additionalProperties": False,
        },
    ]
}
_encode = msgspec.json.Encoder().encode


def decode(body: bytes, model: Model) -> VectorRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot read."""
    native = everit.decode(body)
    found = list(everit.violations(_SCHEMA, native))
    if found or "requests" in native:
        raise everit.malformed([", ".join(found)])
    text = native.get("inputText", "")
    most = model.context_window
    if most is not None and (count := tokens.count(text, most)) > most:
        raise ModelRefusal(  # as quoted for the text models
            f"400 Bad Request: Too many input tokens. Max input tokens: {most}, request input token count: {count} "
        )
    config: dict[str, Any] = native.get("embeddingConfig", {})
    return VectorRequest(
        items=[_item(text, native.get("inputImage"))],
        dimensions=config.get("outputEmbeddingLength", _DIMENSIONS),
    )


def _item(text: str, image: str | None) -> Item:
    if image is None:
        return Item(text=text)
    data, header = picture(image, _FORMATS)
    if header.width * header.height > _PIXELS:
        raise ModelRefusal("400 Bad Request: Image exceeds max pixels allowed. ")  # reported 2025-02
    return Item(text=text, media=(data,), modality="image")


def encode_reply(reply: VectorReply, request: VectorRequest, model: Model) -> bytes:
    """The vector, and the tokens of the text alone."""
    return _encode({"embedding": reply.vectors[0], "inputTextTokenCount": reply.text_tokens})
