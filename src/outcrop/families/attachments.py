"""What native bodies of embedding and picture models carry in base64: pictures, and media taken as they are.

A picture is known by its first bytes; no pixel is looked at. What cannot be one is refused in one text for all families,
because none is recorded.
"""

import base64
import re
from collections.abc import Container

from outcrop.chat.images import ImageHeader, image_header
from outcrop.chat.refusals import ModelRefusal

_URI = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,")


def unreadable() -> ModelRefusal:
    """The refusal of bytes that are no picture (the text is Claude's; decided for all others)."""
    return ModelRefusal("Could not process image")


def media(text: str) -> bytes:
    """The bytes that `text` is the base64 of; raises ModelRefusal when it is not, or is empty."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise unreadable() from None
    if not data:
        raise unreadable()
    return data


def picture(text: str, formats: Container[str]) -> tuple[bytes, ImageHeader]:
    """A picture and its header; raises ModelRefusal for what is none, or is none of `formats`."""
    data = media(text)
    header = image_header(data)
    if header is None or header.format not in formats:
        raise unreadable()
    return data, header


def linked_picture(text: str, formats: Container[str]) -> tuple[bytes, ImageHeader]:
    """A picture behind ``data:image/...;base64,``; raises ModelRefusal as `picture` does."""
    found = _URI.match(text)
    if found is None:
        raise unreadable()
    return picture(text[found.end() :], formats)
