"""What a picture says of itself in its first bytes: format and size, of the four formats Converse takes.

Each format is a few fixed offsets behind a signature; every read is behind a length check. No pixel is ever decoded, so
a header may promise pixels that do not follow.
"""

from dataclasses import dataclass
from typing import Literal

Format = Literal["png", "jpeg", "gif", "webp"]

# Markers of a JPEG: those that begin a frame and hold its size, and those that stand alone, without a length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_ENDS = frozenset((0xD9, 0xDA))  # end of image, start of scan: no frame came before


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`format` in Converse's words; `width` and `height` in pixels, both at least 1."""

    format: Format
    width: int
    height: int


def image_header(data: bytes) -> ImageHeader | None:
    """The header of a PNG, JPEG, GIF or WebP picture; None when `data` is none of them or ends before its size."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return _header("png", _number(data, 16, 4, "big"), _number(data, 20, 4, "big"))
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _header("gif", _number(data, 6, 2), _number(data, 8, 2))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    return None


def _header(kind: Format, width: int, height: int) -> ImageHeader | None:
    return ImageHeader(kind, width, height) if width > 0 and height > 0 else None


def _number(data: bytes, at: int, size: int, order: Literal["little", "big"] = "little") -> int:
    """The unsigned number at an offset; 0, which is no size, where `data` ends before it."""
    field = data[at : at + size]
    return int.from_bytes(field, order) if len(field) == size else 0


def _webp(data: bytes) -> ImageHeader | None:
    """Lossy (14 bits each, behind a start code), lossless (14 bits each, less one) or extended (24 bits, less one)."""
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _header("webp", _number(data, 26, 2) & 0x3FFF, _number(data, 28, 2) & 0x3FFF)
    if kind == b"VP8L" and data[20:21] == b"\x2f" and len(data) >= 25:
        bits = _number(data, 21, 4)
        return _header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X" and len(data) >= 30:
        return _header("webp", _number(data, 24, 3) + 1, _number(data, 27, 3) + 1)
    return None


def _jpeg(data: bytes) -> ImageHeader | None:
    """The size in the first frame header; the segments before it are stepped over by their lengths."""
    at = 2
    while at + 1 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _FRAMES:
            return _header("jpeg", _number(data, at + 7, 2, "big"), _number(data, at + 5, 2, "big"))
        elif marker in _ENDS or (length := _number(data, at + 2, 2, "big")) < 2:
            return None
        else:
            at += 2 + length
    return None
