"""Pictures in a phrase, from whatever bytes."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from outcrop.engines.simulator.picture import COLOURS, describe

Colour = tuple[int, ...]
TEAL, GREY, WHITE, CLEAR = (0, 128, 128), (60, 60, 60), (255, 255, 255), (9, 9, 9, 0)


def drawn(
    *stripes: tuple[Colour, float], size: tuple[int, int] = (640, 480), kind: str = "png", **options: Any
) -> bytes:
    """A picture of upright stripes, each of a colour and a share of the width."""
    image = Image.new("RGBA" if any(len(colour) == 4 for colour, _ in stripes) else "RGB", size)
    left = 0.0
    for colour, share in stripes:
        ImageDraw.Draw(image).rectangle((left, 0, left + share * size[0], size[1]), fill=colour)
        left += share * size[0]
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("png", "PNG", {}),
        ("jpeg", "JPEG", {}),
        ("jpeg", "JPEG", {"progressive": True}),
        ("gif", "GIF", {}),
        ("webp", "WebP", {}),
        ("webp", "WebP", {"lossless": True}),
    ],
)
def test_each_format_is_described(kind: str, name: str, options: dict[str, Any]) -> None:
    picture = drawn((TEAL, 0.75), (GREY, 0.25), kind=kind, **options)
    assert describe(picture) == f"a 640 by 480 pixel {name}, mostly teal with some dark grey"


@pytest.mark.parametrize(
    ("stripes", "colours"),
    [
        ([(TEAL, 1.0)], "all teal"),
        ([(TEAL, 0.93), (GREY, 0.07)], "mostly teal"),
        ([(TEAL, 0.6), (GREY, 0.25), (WHITE, 0.15)], "mostly teal with some dark grey and white"),
        ([(TEAL, 0.4), (GREY, 0.35), (WHITE, 0.25)], "a mix of teal, dark grey and white"),
        ([(CLEAR, 0.7), (WHITE, 0.3)], "mostly transparent with some white"),
    ],
)
def test_the_shares_decide_the_words(stripes: list[tuple[Colour, float]], colours: str) -> None:
    assert describe(drawn(*stripes)) == f"a 640 by 480 pixel PNG, {colours}"


def test_many_colours_are_a_mix() -> None:
    stripes = [(colour, 0.1) for colour in [*COLOURS.values()][:10]]
    assert ", a mix of " in describe(drawn(*stripes))


@pytest.mark.parametrize("name", COLOURS)
def test_each_colour_has_its_own_name(name: str) -> None:
    assert describe(drawn((COLOURS[name], 1.0), size=(4, 4))) == f"a 4 by 4 pixel PNG, all {name}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pixels_of_any_kind_are_understood(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (9, 9), 0).save(file, "png")
    assert describe(file.getvalue()).startswith("a 9 by 9 pixel PNG, all ")


@pytest.mark.parametrize(
    ("width", "article"),
    [(8, "an"), (11, "an"), (18, "an"), (80, "an"), (110, "a"), (1, "a"), (1800, "a"), (11_000, "an")],
)
def test_the_article_suits_the_number(width: int, article: str) -> None:
    assert describe(drawn((WHITE, 1.0), size=(width, 1))).startswith(f"{article} {width} by 1 pixel PNG")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_broken_pixels_leave_format_and_size(kind: str) -> None:
    picture = drawn((TEAL, 0.5), (GREY, 0.5), kind=kind)
    assert describe(picture[: len(picture) // 2]).startswith("a 640 by 480 pixel ")
    assert describe(picture[:40] + bytes(60)) in {f"a 640 by 480 pixel {name}" for name in ("PNG", "WebP")} | {
        f"a file of {len(picture[:40] + bytes(60))} bytes that is no PNG, JPEG, GIF or WebP picture",
    }


def bomb(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9)))]
    body = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


@pytest.mark.parametrize("size", [(8_000, 8_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_not_decoded(size: tuple[int, int]) -> None:
    width, height = size
    assert describe(bomb(width, height)).endswith(f" {width} by {height} pixel PNG")


def test_what_is_no_picture_says_so() -> None:
    assert describe(bytes(1234)) == "a file of 1,234 bytes that is no PNG, JPEG, GIF or WebP picture"


PICTURES = [drawn((TEAL, 0.5), (GREY, 0.5), size=(20, 20), kind=kind) for kind in ("png", "jpeg", "gif", "webp")]


@settings(deadline=None)
@given(st.sampled_from(PICTURES), st.integers(0, 2_000), st.binary(max_size=8))
def test_damaged_pictures_are_described(picture: bytes, at: int, damage: bytes) -> None:
    assert describe(picture[:at] + damage + picture[at + len(damage) :]).startswith(("a ", "an "))
    assert describe(picture[:at]).startswith(("a ", "an "))


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_described(data: bytes) -> None:
    assert describe(data).startswith("a file of ")
