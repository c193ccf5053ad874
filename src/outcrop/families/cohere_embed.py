"""Cohere Embed: texts or pictures in, a vector for each out, as floats, small integers or bits.

Version 3 refuses in everit's words, with one choice of its own: what is embedded depends on `input_type`. Version 4 has two
sentences for everything. Only its bodies have `inputs`, which fuse texts and pictures, `output_dimension` and `max_tokens`.

Sources: the Embed pages of the Bedrock user guide, 41 recorded answers, refusals quoted from 2024 to 2026.
"""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import ValidationException
from outcrop.families import everit
from outcrop.families.attachments import linked_picture
from outcrop.vectors import Item, Purpose, Truncation, VectorReply, VectorRequest, encoded

_MOST = 96  # items
_FORMATS = ("png", "jpeg", "gif", "webp")
_PURPOSES: dict[str, Purpose] = {
    "search_document": "document",
    "search_query": "query",
    "classification": "classification",
    "clustering": "clustering",
}
_TYPES = ("image", *_PURPOSES)
_TRUNCATIONS: dict[str, Truncation] = {"NONE": "none", "START": "start", "END": "end", "LEFT": "start", "RIGHT": "end"}
_DIMENSIONS_3, _DIMENSIONS_4 = 1024, 1536


def _choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_COMMON = {
    "images": _list({"type": "string"}),
    "embedding_types": _list(_choice("float", "int8", "uint8", "binary", "ubinary")),
}
_SCHEMA_3: everit.Schema = {
    "type": "object",
    "required": ["input_type"],
    "properties": {
        **_COMMON,
        "texts": _list({"type": "string", "maxLength": 2048}),
        "input_type": _choice(*_TYPES),
        "truncate": _choice("NONE", "START", "END"),
    },
    "additionalProperties": False,
}
_PART: everit.Schema = {
    "anyOf": [
        {
            "type": "object",
            "required": ["type", "text"],
            "properties": {"type": _choice("text"), "text": {"type": "string"}},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["type", "image_url"],
            "properties": {
                "type": _choice("image_url"),
                "image_url": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}},
            },
            "additionalProperties": False,
        },
    ]
}
_SCHEMA_4: everit.Schema = {
    "type": "object",
    "required": ["input_type"],
    "properties": {
        **_COMMON,
        "texts": _list({"type": "string"}),
        "inputs": _list({"type": "object", "required": ["content"], "properties": {"content": _list(dict(_PART))}}),
        "input_type": _choice(*_TYPES),
        "truncate": _choice(*_TRUNCATIONS),
        "output_dimension": {"type": "integer", "enum": [256, 512, 1024, 1536]},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 128_000},
    },
    "additionalProperties": False,
}
_encode = msgspec.json.Encoder().encode


def _is_fourth(model: Model) -> bool:
    return model.id.startswith("cohere.embed-v4")


def decode(body: bytes, model: Model) -> VectorRequest:
    """A native body; raises ValidationException in the version's words, ModelRefusal for what the model cannot read."""
    fourth = _is_fourth(model)
    native = everit.decode(body)
    if fourth:
        _check_4(native)
    else:
        _check_3(native)
    request = VectorRequest(
        items=list(_items(native)),
        dimensions=native.get("output_dimension", _DIMENSIONS_4) if fourth else _DIMENSIONS_3,
        purpose=_PURPOSES.get(native["input_type"]),
        encodings=tuple(native.get("embedding_types", ())),
        truncation=_TRUNCATIONS[native.get("truncate", "END")],
        max_tokens=native.get("max_tokens", model.context_window),
    )
    _check_lengths(request)
    return request


def _check_3(native: dict[str, Any]) -> None:
    """Everit's words, and after them what no schema of ours says: how many, and at least one."""
    found = list(_violations_3(native))
    if found:
        raise everit.malformed(found)
    if not native.get("texts") and not native.get("images"):
        raise _combination()  # quoted 2026-07
    for name, most in (("texts", _MOST), ("images", 1)):
        if len(native.get(name, ())) > most:
            raise everit.malformed([f"#/{name}: expected maximum item count: {most}, found: {len(native[name])}"])


def _violations_3(native: dict[str, Any]) -> Iterator[str]:
    """Without texts and images each input type asks for its own, first of all (quoted 2025-03 to 2025-07).

    With one of them, it is taken for what it should be by the input type, pictures when there is none (quoted later).
    """
    kind = native.get("input_type")
    if "texts" not in native and "images" not in native:
        for each in (kind,) if kind in _TYPES else _TYPES:
            yield f"#: required key [{_content(each)}] not found"
        yield from everit.violations(_SCHEMA_3, native)
        return
    yield from everit.violations(_SCHEMA_3, native)
    wanted = _content(kind if "input_type" in native else "image")
    other = "images" if wanted == "texts" else "texts"
    if wanted not in native:
        yield f"#: required key [{wanted}] not found"
    if other in native:
        yield f"#/{other}: false schema always fails"


def _content(kind: Any) -> str:
    """What an input type embeds."""
    return "images" if kind == "image" else "texts"


def _check_4(native: dict[str, Any]) -> None:
    """One sentence for what is wrong by itself (quoted 2026-06), one for what is wrong together (version 3's)."""
    contents = [native[name] for name in ("texts", "images", "inputs") if name in native]
    wrong = any(True for _ in everit.violations(_SCHEMA_4, native))
    if wrong or any(len(content) > _MOST for content in contents):
        raise ValidationException("Malformed request. Please check your parameter/values and try again.")
    if len(contents) != 1 or not contents[0]:
        raise _combination()


def _combination() -> ValidationException:
    return ValidationException("Invalid parameter combination. Please check and try again.")


def _items(native: dict[str, Any]) -> Iterator[Item]:
    for text in native.get("texts", ()):
        yield Item(text=text)
    for image in native.get("images", ()):
        yield Item(media=(linked_picture(image, _FORMATS)[0],), modality="image")
    for fused in native.get("inputs", ()):
        yield _fused(fused["content"])


def _fused(parts: list[dict[str, Any]]) -> Item:
    text = " ".join(part["text"] for part in parts if "text" in part)
    media = tuple(linked_picture(part["image_url"]["url"], _FORMATS)[0] for part in parts if "image_url" in part)
    return Item(text=text, media=media, modality="image" if media else "text")


def _check_lengths(request: VectorRequest) -> None:
    """Without truncation, texts over the limit are refused (reported 2024)."""
    most = request.max_tokens
    if request.truncation != "none" or most is None:
        return
    if any(len(item.text) > most and tokens.count(item.text, most) > most for item in request.items):
        raise ModelRefusal("Input is too long for requested model.")


def encode_reply(reply: VectorReply, request: VectorRequest, model: Model) -> bytes:
    """The vectors: a list of them, or lists by type where types were asked for and in version 4 always.

    The keys of version 3 are sorted, those of version 4 are not (both recorded).
    """
    fourth = _is_fourth(model)
    kinds = request.encodings or (("float",) if fourth else ())
    embeddings: Any = {kind: [encoded(vector, kind) for vector in reply.vectors] for kind in kinds} or reply.vectors
    native = {
        "id": _identifier(request),
        "texts": _texts(request, lower=model.id.startswith("cohere.embed-english-v3")),
        "embeddings": embeddings,
        "response_type": "embeddings_by_type" if kinds else "embeddings_floats",
    }
    described = [_description(data) for item in request.items for data in item.media]
    if described:
        native["images"] = described
    return _encode(native if fourth else dict(sorted(native.items())))


def _texts(request: VectorRequest, *, lower: bool) -> list[str]:
    """The texts come back, the English model's in lower case (recorded); of pictures there are none (user guide)."""
    texts = [item.text for item in request.items if item.modality == "text"]
    return [text.lower() for text in texts] if lower else texts


def _description(data: bytes) -> dict[str, Any]:
    """A picture as version 3 describes it (user guide); the depth is of 8 bits for three colours."""
    header = image_header(data)
    if header is None:
        return {}
    return {"width": header.width, "height": header.height, "format": header.format, "bit_depth": 24}


def _identifier(request: VectorRequest) -> str:
    """A random UUID's form, from what was asked."""
    digest = hashlib.blake2b(msgspec.msgpack.encode(request), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))
