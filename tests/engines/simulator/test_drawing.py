"""The simulator's pictures: valid files of the size asked for, the same every time, and others for other wishes."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from outcrop.chat.images import image_header
from outcrop.engines.simulator import drawing, picture
from outcrop.pictures import PictureReply, PictureRequest


def paint(width: int = 96, height: int = 64, **members: Any) -> PictureReply:
    return drawing.paint(PictureRequest(width=width, height=height, **{"prompt": "a mountain", **members}))


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@settings(max_examples=15)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 2**32), st.text(max_size=30))
def test_a_picture_is_a_png_of_the_size_asked_for(width: int, height: int, seed: int, prompt: str) -> None:
    [data] = paint(width, height, seed=seed, prompt=prompt).images
    header = image_header(data)

    assert header is not None
    assert (header.format, header.width, header.height) == ("png", width, height)
    assert opened(data).size == (width, height)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_formats(kind: str) -> None:
    image = opened(paint(format=kind).images[0])

    assert (image.format or "").lower() == kind
    assert image.mode == "RGB"


def test_the_same_wish_is_the_same_picture() -> None:
    assert paint(seed=3).images == paint(seed=3).images


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 4},
        {"prompt": "a valley"},
        {"negative_prompt": "trees"},
        {"sources": [b"x"]},
        {"fields": {"cfgScale": 7}},
        {"task": "image_variation"},
    ],
)
def test_another_wish_is_another_picture(other: dict[str, Any]) -> None:
    assert paint(seed=3).images != paint(**{"seed": 3, **other}).images


def test_each_of_several_is_another_and_tells_its_seed() -> None:
    reply = paint(count=3, seed=5)

    assert reply.seeds == [5, 6, 7]
    assert len(set(reply.images)) == 3
    assert paint(seed=6).images == [reply.images[1]]


def test_it_is_stone_under_a_pale_sky_with_a_seam() -> None:
    image = opened(paint(256, 256).images[0])
    colours = {colour for _, colour in image.getcolors(256 * 256) or []}

    assert drawing.TEAL in colours
    assert min(image.getpixel((128, 2))) > 200  # type: ignore[type-var]
    assert max(image.getpixel((128, 253))) < 170  # type: ignore[type-var]


def test_a_colour_that_the_prompt_names_is_the_seams() -> None:
    colours = {colour for _, colour in opened(paint(prompt="a navy sea").images[0]).getcolors(96 * 64) or []}

    assert picture.COLOURS["navy"] in colours
    assert drawing.TEAL not in colours


def test_colours_that_are_listed_come_before_those_of_the_prompt() -> None:
    image = opened(paint(256, 256, prompt="a navy sea", colors=["#ff8800", "nonsense", "00aa00"]).images[0])
    colours = {colour for _, colour in image.getcolors(256 * 256) or []}

    assert {(255, 136, 0), (0, 170, 0)} <= colours
    assert picture.COLOURS["navy"] not in colours


def test_two_words_are_one_colour() -> None:
    colours = {colour for _, colour in opened(paint(256, 256, prompt="dark green").images[0]).getcolors(65536) or []}

    assert picture.COLOURS["dark green"] in colours
    assert picture.COLOURS["green"] not in colours


def test_without_background_the_sky_is_transparent() -> None:
    image = opened(paint(task="background_removal").images[0])

    assert image.mode == "RGBA"
    assert image.getpixel((48, 0))[3] == 0  # type: ignore[index]
    assert image.getpixel((48, 63))[3] == 255  # type: ignore[index]


def test_a_mask_comes_back_where_it_was_asked_for() -> None:
    assert paint(task="inpainting").mask is None
    assert paint(task="inpainting", mask=b"given", return_mask=True).mask == b"given"
    made = paint(task="inpainting", return_mask=True).mask
    assert made is not None
    image = opened(made)
    # documented: black is what changes, white is what stays
    assert (image.size, image.getpixel((48, 32)), image.getpixel((0, 0))) == ((96, 64), 0, 255)


def test_a_picture_can_be_described_in_the_seams_colour() -> None:
    """The simulator sees in its own pictures what it has drawn."""
    colours = [f"#{0x00AA00:06x}"] * 3

    assert "green" in picture.describe(paint(256, 256, colors=colours).images[0])
