"""Headers of pictures: the sizes an image library wrote, and None for what is no picture."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outcrop.chat.images import ImageHeader, image_header

SIZES = [(1, 1), (640, 480), (3, 2000), (16_383, 1)]
SAVED: list[tuple[str, dict[str, Any]]] = [
    ("png", {}),
    ("jpeg", {}),
    ("jpeg", {"progressive": True}),
    ("jpeg", {"exif": b"Exif\0\0" + b"\xff\xc0" * 2_000, "comment": b"\xff\xd9"}),
    ("gif", {}),
    ("webp", {}),
    ("webp", {"lossless": True}),
    ("webp", {"exif": b"Exif\0\0none"}),
]


def saved(kind: str, size: tuple[int, int], options: dict[str, Any], mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 1).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("kind", "options"), SAVED)
def test_format_and_size_are_read(kind: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    assert image_header(saved(kind, size, options)) == ImageHeader(kind, *size)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16"])
def test_pixels_of_any_kind_have_a_size(mode: str) -> None:
    assert image_header(saved("png", (7, 5), {}, mode)) == ImageHeader("png", 7, 5)


@pytest.mark.parametrize(("kind", "options"), SAVED)
def test_a_picture_cut_short_has_its_whole_header_or_none(kind: str, options: dict[str, Any]) -> None:
    data = saved(kind, (640, 480), options)
    headers = [image_header(data[:length]) for length in range(min(len(data), 6_000))]
    known = [header for header in headers if header]
    assert {*known} <= {ImageHeader(kind, 640, 480)}  # type: ignore[arg-type]
    assert headers == [None] * (len(headers) - len(known)) + known


def test_segments_and_fill_before_the_frame_are_stepped_over() -> None:
    frame = b"\xff\xc2\x00\x0b\x08" + (30).to_bytes(2, "big") + (40).to_bytes(2, "big")
    tables = b"\xff\xc4\x00\x04\xff\xc0" + b"\xff\xff\xff\xe0\x00\x02" + b"\xff\x01\xff\xd0"
    assert image_header(b"\xff\xd8" + tables + frame) == ImageHeader("jpeg", 40, 30)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BM" + bytes(60),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + bytes(60),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8),
        b"GIF89a" + bytes(20),
        b"GIF90a\x01\0\x01\0" + bytes(20),
        b"RIFF\0\0\0\0WAVEfmt " + bytes(40),
        b"RIFF\0\0\0\0WEBPVP9 " + bytes(40),
        b"RIFF\0\0\0\0WEBPVP8 " + bytes(40),
        b"RIFF\0\0\0\0WEBPVP8L" + bytes(40),
        b"\xff\xd8\xff\xd9" + bytes(20),
        b"\xff\xd8\xff\xda\x00\x02\xff\xc0\x00\x0b\x08\x00\x01\x00\x01",
        b"\xff\xd8\xff\xe0\x00\x01" + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01",
        b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x01",
    ],
)
def test_what_is_no_picture_of_a_size_has_no_header(data: bytes) -> None:
    assert image_header(data) is None


STARTS = [
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"GIF89a",
    b"\xff\xd8\xff",
    *(b"RIFF1234WEBPVP8" + end for end in (b" ", b"L", b"X")),
]


@given(st.sampled_from([b"", *STARTS]), st.binary(max_size=80))
def test_any_bytes_have_a_header_or_none(start: bytes, rest: bytes) -> None:
    header = image_header(start + rest)
    assert header is None or (header.width > 0 and header.height > 0)
