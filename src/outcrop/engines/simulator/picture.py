"""A picture in a phrase: its size, its format and the colours it is mostly made of.

It sees no things, only colours: the picture is shrunk to a few hundred pixels and each is called by the nearest of a
table of names. Pixels that cannot be decoded, or would be too many, leave the size and format alone; nothing raises.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from outcrop.chat.images import ImageHeader, image_header

MOST_PIXELS = 16_000_000  # more are not decoded: 64 MB as RGBA, and Converse's largest picture is 64 million pixels
SIDE = 32  # pixels, of the shrunk picture
OPAQUE = 128  # of 255, from which a pixel counts
SOME = 0.08  # the share from which a colour is named
MOSTLY = 0.5
ALL = 0.96

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "black": (0, 0, 0),
    "dark grey": (70, 70, 70),
    "grey": (130, 130, 130),
    "light grey": (200, 200, 200),
    "white": (255, 255, 255),
    "red": (215, 30, 35),
    "dark red": (120, 15, 20),
    "orange": (250, 140, 20),
    "brown": (120, 75, 35),
    "beige": (235, 215, 180),
    "yellow": (250, 225, 50),
    "green": (50, 170, 60),
    "dark green": (15, 80, 30),
    "teal": (0, 128, 128),
    "light blue": (135, 200, 240),
    "blue": (35, 85, 220),
    "navy": (10, 20, 90),
    "purple": (125, 50, 165),
    "pink": (245, 150, 190),
}


def describe(data: bytes) -> str:
    """A phrase such as "a 640 by 480 pixel PNG, mostly teal with some dark grey"."""
    header = image_header(data)
    if header is None:
        return f"a file of {len(data):,} bytes that is no PNG, JPEG, GIF or WebP picture"
    name = "WebP" if header.format == "webp" else header.format.upper()
    phrase = f"{_article(header.width)} {header.width} by {header.height} pixel {name}"
    shares = _shares(data, header)
    return f"{phrase}, {_colouring(shares)}" if shares else phrase


def _article(number: int) -> str:
    """Eight, eleven and eighteen begin with a vowel, with their thousands."""
    return "an" if str(number).startswith("8") or number in (11, 18) or number // 1000 in (11, 18) else "a"


def _colouring(shares: list[tuple[str, float]]) -> str:
    """How much of which colour, in words; `shares` of 1, greatest first."""
    first, share = shares[0]
    named = [name for name, part in shares[1:3] if part >= SOME]
    if share >= ALL or not named:
        return f"all {first}" if share >= ALL else f"mostly {first}"
    if share >= MOSTLY:
        return f"mostly {first} with some {' and '.join(named)}"
    return f"a mix of {', '.join([first, *named[:-1]])} and {named[-1]}"


def _shares(data: bytes, header: ImageHeader) -> list[tuple[str, float]]:
    """The names of the colours and their shares, greatest first; empty when the pixels cannot be had."""
    try:
        pixels = _pixels(data, header)
    except Exception:  # hostile bytes: the decoders raise a dozen types, and every one means the same here
        return []
    counted = Counter(_name(colour) if opacity >= OPAQUE else "transparent" for *colour, opacity in pixels)
    return [(name, number / len(pixels)) for name, number in counted.most_common()]


def _pixels(data: bytes, header: ImageHeader) -> list[tuple[int, ...]]:
    """The pixels of the first frame, shrunk, as red, green, blue and opacity; raises what the decoder raises."""
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(data), formats=(header.format.upper(),)) as image:
        if image.width * image.height > MOST_PIXELS:  # the decoder's word: a header elsewhere may say otherwise
            raise ValueError("Too many pixels")
        image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded at an eighth
        image.thumbnail((SIDE, SIDE))
        raw = image.convert("RGBA").tobytes()
    return [tuple(raw[at : at + 4]) for at in range(0, len(raw), 4)]


def _name(colour: Sequence[int]) -> str:
    return _nearest(*(part // 16 * 16 + 8 for part in colour))


@cache  # of at most 4,096 colours
def _nearest(red: int, green: int, blue: int) -> str:
    return min(COLOURS, key=lambda name: _distance((red, green, blue), COLOURS[name]))


def _distance(one: Colour, other: Colour) -> float:
    """How different two colours look: weighted by how red they are, which is cheap and near enough."""
    red = (one[0] + other[0]) / 512
    squares = [(a - b) ** 2 for a, b in zip(one, other, strict=True)]
    return (2 + red) * squares[0] + 4 * squares[1] + (3 - red) * squares[2]
