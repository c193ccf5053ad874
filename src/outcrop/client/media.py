"""Pictures and documents as content blocks, from bytes, paths and open files.

The format is the one given, else the one the bytes show, else the one of the file's name. Names of documents are made of
what Converse allows. Sizes and contents are the service's to judge.
"""

import re
from collections.abc import Collection
from os import PathLike
from pathlib import Path
from typing import IO, Any

import msgspec

from outcrop.chat.images import image_header
from outcrop.client import parameters
from outcrop.client.calls import blob
from outcrop.model.runtime import ContentBlock, DocumentBlock, DocumentSource, ImageBlock, ImageSource

Blob = bytes | bytearray | memoryview | PathLike[str] | IO[bytes]

IMAGES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}
DOCUMENTS = {
    "pdf": "pdf",
    "csv": "csv",
    "doc": "doc",
    "docx": "docx",
    "xls": "xls",
    "xlsx": "xlsx",
    "html": "html",
    "htm": "html",
    "txt": "txt",
    "md": "md",
    "markdown": "md",
}
NAME_LENGTH = 200  # the service model's limit
# The documents that begin with bytes of their own; the others are text, and only their name tells them apart.
_BEGINNINGS = {b"%PDF-": "pdf"}


class UnknownFormat(ValueError):
    """Neither the name nor the bytes say which of Converse's formats something has."""


def image(source: Blob, *, format: str | None = None) -> ContentBlock:
    """A picture: png, jpeg, gif or webp."""
    data = blob(source)
    found = format or _image_format(data) or IMAGES.get(_suffix(source))
    if found is None:
        raise UnknownFormat(
            f"{_called(source)} is no picture Converse takes: {', '.join(dict.fromkeys(IMAGES.values()))}"
        )
    return ContentBlock(image=ImageBlock(format=found, source=ImageSource(bytes=data)))  # type: ignore[arg-type]


def document(source: Blob, *, name: str | None = None, format: str | None = None) -> ContentBlock:
    """A document in one of nine formats; `name` is what the model reads as its name, else the file's."""
    data = blob(source)
    found = format or _document_format(data) or DOCUMENTS.get(_suffix(source))
    if found is None:
        raise UnknownFormat(
            f"{_called(source)} is no document Converse takes: {', '.join(dict.fromkeys(DOCUMENTS.values()))}"
        )
    named = allowed_name(name or Path(_path(source)).stem)
    return ContentBlock(document=DocumentBlock(format=found, name=named, source=DocumentSource(bytes=data)))  # type: ignore[arg-type]


def attachment(source: Blob) -> ContentBlock:
    """A picture or a document, whichever it is."""
    data = blob(source)
    named = _suffix(source)
    if named in IMAGES or (named not in DOCUMENTS and _image_format(data)):
        return image(data, format=_image_format(data) or IMAGES.get(named))
    kind = _document_format(data) or DOCUMENTS.get(named)
    if kind is None:
        allowed = ", ".join([*IMAGES, *DOCUMENTS])
        raise UnknownFormat(f"{_called(source)} is no picture or document Converse takes: {allowed}")
    return document(data, name=Path(_path(source)).stem or None, format=kind)


def content(parts: Collection[Any]) -> list[ContentBlock]:
    """Content blocks of texts, blocks as structures or dicts, and attachments, in their order."""
    return [_block(part) for part in parts]


def _block(part: Any) -> ContentBlock:
    if isinstance(part, str):
        return ContentBlock(text=part)
    if isinstance(part, ContentBlock):
        return part
    if isinstance(part, dict):
        parameters.check_shape("ContentBlock", part)
        return msgspec.convert(part, ContentBlock)
    return attachment(part)


def apart(blocks: Collection[ContentBlock], taken: Collection[str]) -> list[ContentBlock]:
    """`blocks` with the names of documents changed that are `taken`, or used twice: Converse refuses a request for that."""
    names, made = set(taken), []
    for block in blocks:
        if block.document:
            name = _free(block.document.name, names)
            names.add(name)
            block = ContentBlock(document=msgspec.structs.replace(block.document, name=name))
        made.append(block)
    return made


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: NAME_LENGTH - 8]} {number}"
    return free


def allowed_name(text: str) -> str:
    """`text` as a document's name: letters, digits, single spaces, hyphens, parentheses and square brackets."""
    return re.sub(r"[^A-Za-z0-9()\[\]-]+", " ", text).strip()[:NAME_LENGTH].strip() or "document"


def _image_format(data: bytes) -> str | None:
    header = image_header(data)
    return header.format if header else None


def _document_format(data: bytes) -> str | None:
    return next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), None)


def _path(source: Any) -> str:
    """The path of a path or an open file; nothing for bytes."""
    if isinstance(source, PathLike):
        return str(source)
    name = getattr(source, "name", "")
    return name if isinstance(name, str) else ""


def _suffix(source: Any) -> str:
    return Path(_path(source)).suffix.lower()[1:]


def _called(source: Any) -> str:
    return _path(source) or "what was given"
