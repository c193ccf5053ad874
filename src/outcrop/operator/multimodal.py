"""Multimodal content: `{sl_type, sl_contentType, sl_content, name}` to Converse's image, document, video and audio blocks.

The content is base64, a data URL or bytes; the block has base64. Nothing is decoded further, the service judges pictures
and documents.
"""

import base64
import binascii
from typing import Any

from outcrop.operator.exceptions import DataException, Document

# MIME type -> format of a Converse block, by kind of block (service model: ImageFormat, DocumentFormat and so on).
FORMATS: dict[str, dict[str, str]] = {
    "image": {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp"},
    "document": {
        "application/pdf": "pdf",
        "text/csv": "csv",
        "application/msword": "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "text/html": "html",
        "text/plain": "txt",
        "text/markdown": "md",
    },
    "video": {
        "video/x-matroska": "mkv",
        "video/quicktime": "mov",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "video/x-flv": "flv",
        "video/mpeg": "mpeg",
        "video/x-ms-wmv": "wmv",
        "video/3gpp": "three_gp",
    },
    "audio": {"audio/mpeg": "mp3", "audio/wav": "wav", "audio/ogg": "ogg", "audio/flac": "flac", "audio/aac": "aac"},
}
DOCUMENT_NAME = "document"


def is_multimodal(item: Any) -> bool:
    """Whether an item of a message's content is multimodal content."""
    return isinstance(item, dict) and "sl_type" in item


def block(item: Document) -> Document:
    """The Converse content block of multimodal content. Raises DataException."""
    kind = str(item["sl_type"]).lower()
    if kind == "text":
        return {"text": item.get("sl_content")}
    if kind not in FORMATS:
        raise _unusable(f"The type {item['sl_type']!r} is not one of text, {', '.join(FORMATS)}.")
    mime = str(item.get("sl_contentType") or "").split(";")[0].strip().lower()
    if mime not in FORMATS[kind]:
        raise _unusable(f"The content type {mime!r} is not one of {', '.join(FORMATS[kind])}.")
    made: Document = {"format": FORMATS[kind][mime], "source": {"bytes": encoded(item.get("sl_content"))}}
    if kind == "document":
        made["name"] = item.get("name") or DOCUMENT_NAME
    return {kind: made}


def encoded(content: Any) -> str:
    """`content` (base64, a data URL, or bytes) as base64. Raises DataException."""
    if isinstance(content, bytes | bytearray | memoryview):
        return base64.b64encode(content).decode()
    if not isinstance(content, str) or not content:
        raise _unusable("The content is neither base64 nor bytes.")
    text = content.partition(",")[2] if content.startswith("data:") else content
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unusable(f"The content is not base64: {error}.") from error
    return text


def _unusable(reason: str) -> DataException:
    return DataException(
        "Unable to use the multimodal content", reason, "Use the output of the Multimodal Content Generator."
    )
