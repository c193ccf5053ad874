"""Nova Multimodal Embeddings: a text, picture, sound or film in, its vector out, two for a film whose sound is apart.

Only SINGLE_EMBEDDING answers here; segments are for asynchronous invocations. A body that names no task is taken for one
of Nova's chat models and told so.

Sources: the embeddings schema of the Nova user guide, 19 recorded answers, one refusal quoted by four reports.
"""

from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit
from outcrop.families.attachments import media, picture
from outcrop.vectors import Item, Modality, Purpose, Truncation, VectorReply, VectorRequest

_DIMENSIONS = 3072
_PICTURES = ("png", "jpeg", "gif", "webp")
_PURPOSES: dict[str, Purpose] = {
    "GENERIC_INDEX": "document",
    "GENERIC_RETRIEVAL": "query",
    "TEXT_RETRIEVAL": "query",
    "IMAGE_RETRIEVAL": "query",
    "VIDEO_RETRIEVAL": "query",
    "DOCUMENT_RETRIEVAL": "query",
    "AUDIO_RETRIEVAL": "query",
    "CLASSIFICATION": "classification",
    "CLUSTERING": "clustering",
}
_TRUNCATIONS: dict[str, Truncation] = {"START": "start", "END": "end", "NONE": "none"}
_MODALITIES = ("text", "image", "audio", "video")
_FILMS: dict[str, tuple[Modality, ...]] = {
    "AUDIO_VIDEO_COMBINED": ("audio_video",),
    "AUDIO_VIDEO_SEPARATE": ("video", "audio"),
}
_TYPES: dict[Modality, str] = {"audio_video": "AUDIO_VIDEO_COMBINED"}


def _choice(*values: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_SOURCE = _object([], bytes={"type": "string"}, s3Location=_object(["uri"], uri={"type": "string"}))
_SCHEMA: everit.Schema = _object(
    ["taskType", "singleEmbeddingParams"],
    schemaVersion=_choice("nova-multimodal-embed-v1"),
    taskType=_choice("SINGLE_EMBEDDING"),
    singleEmbeddingParams=_object(
        ["embeddingPurpose"],
        embeddingPurpose=_choice(*_PURPOSES),
        embeddingDimension={"type": "integer", "enum": [256, 384, 1024, 3072]},
        text=_object(
            ["truncationMode"],
            truncationMode=_choice(*_TRUNCATIONS),
            value={"type": "string", "minLength": 1, "maxLength": 8192},
            source=_SOURCE,
        ),
        image=_object(
            ["format", "source"],
            detailLevel=_choice("STANDARD_IMAGE", "DOCUMENT_IMAGE"),
            format=_choice(*_PICTURES),
            source=_SOURCE,
        ),
        audio=_object(["format", "source"], format=_choice("mp3", "wav", "ogg"), source=_SOURCE),
        video=_object(
            ["format", "source", "embeddingMode"],
            format=_choice("mp4", "mov", "mkv", "webm", "flv", "mpeg", "mpg", "wmv", "3gp"),
            source=_SOURCE,
            embeddingMode=_choice(*_FILMS),
        ),
    ),
)
_encode = msgspec.json.Encoder().encode


def decode(body: bytes, model: Model) -> VectorRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot read."""
    native = everit.decode(body)
    if "taskType" not in native:
        raise everit.malformed(["#: required key [messages] not found"])  # reported 2025-11 to 2026-08
    everit.check(_SCHEMA, native)
    asked = native["singleEmbeddingParams"]
    kinds = [kind for kind in _MODALITIES if kind in asked]
    if len(kinds) != 1:  # decided: the user guide has the rule, no record the words
        raise ModelRefusal(f"Exactly one of text, image, audio and video must be provided, found {len(kinds)}.")
    truncation = _TRUNCATIONS[asked["text"]["truncationMode"]] if kinds == ["text"] else "none"
    request = VectorRequest(
        items=_items(kinds[0], asked[kinds[0]]),
        dimensions=asked.get("embeddingDimension", _DIMENSIONS),
        purpose=_PURPOSES[asked["embeddingPurpose"]],
        truncation=truncation,
        max_tokens=model.context_window,
    )
    _check_length(request)
    return request


def _items(kind: str, asked: dict[str, Any]) -> list[Item]:
    if kind == "text":
        return [Item(text=_text(asked))]
    data = _bytes(asked["source"])
    if kind == "image":
        return [Item(media=(picture(data, (asked["format"],))[0],), modality="image")]
    modalities = _FILMS[asked["embeddingMode"]] if kind == "video" else ("audio",)
    return [Item(media=(media(data),), modality=modality) for modality in modalities]


def _text(asked: dict[str, Any]) -> str:
    """The text; `source` can only name a file in S3 (user guide)."""
    text: str | None = asked.get("value")
    if text is None:
        _bytes(asked.get("source", {}))
        raise ModelRefusal("The text field must have a value.")  # decided
    return text


def _bytes(source: dict[str, Any]) -> str:
    """The base64 of inline bytes. Outcrop reads from no bucket, and says so in Converse's words."""
    if "s3Location" in source:
        raise ModelRefusal("This model doesn't support the s3Uri field. Remove s3Uri and try again.")
    data: str = source.get("bytes", "")
    return data


def _check_length(request: VectorRequest) -> None:
    most = request.max_tokens
    text = request.items[0].text
    if request.truncation == "none" and most is not None and len(text) > most and tokens.count(text, most) > most:
        raise ModelRefusal("Input is too long for requested model.")  # decided: the text is Cohere's


def encode_reply(reply: VectorReply, request: VectorRequest, model: Model) -> bytes:
    """The vectors with their kinds; where the text was truncated, how many of its characters were read."""
    return _encode({"embeddings": [_embedding(reply, request, at) for at in range(len(request.items))]})


def _embedding(reply: VectorReply, request: VectorRequest, at: int) -> dict[str, Any]:
    kind = request.items[at].modality
    native: dict[str, Any] = {"embeddingType": _TYPES.get(kind, kind.upper()), "embedding": reply.vectors[at]}
    if at in reply.truncated:
        native["truncatedCharLength"] = reply.truncated[at]
    return native
