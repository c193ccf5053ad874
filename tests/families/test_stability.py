"""Stability AI's models: a form for each in the catalogue, what becomes of sizes and seeds, refusals, the reply."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import CATALOGUE, malformed, model, png
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import stability
from outcrop.pictures import PictureReply, PictureRequest

ULTRA = model("stability.stable-image-ultra-v1:1")
CORE = model("stability.stable-image-core-v1:1")
SD3 = model("stability.sd3-5-large-v1:0")
SOURCE = png(800, 600)
ALL = [*CATALOGUE.listed(provider="Stability AI"), model("stability.sd3-large-v1:0")]


def service(name: str) -> Any:
    return model(f"stability.{name}-v1:0")


def decode(sent: dict[str, Any], asked: Any = ULTRA) -> PictureRequest:
    return stability.decode(json.dumps(sent).encode(), asked)


def edit(**members: Any) -> dict[str, Any]:
    return {"image": base64_of(SOURCE), **members}


def test_a_prompt_is_enough() -> None:
    request = decode({"prompt": "A car made out of vegetables."})

    assert (request.prompt, request.width, request.height, request.format) == (
        "A car made out of vegetables.",
        1024,
        1024,
        "png",
    )


def test_the_rest_is_read() -> None:
    request = decode(
        {"prompt": "a", "negative_prompt": "b", "seed": 9, "aspect_ratio": "16:9", "output_format": "jpeg"}, CORE
    )

    assert (request.negative_prompt, request.seed, request.format) == ("b", 9, "jpeg")
    assert (request.width, request.height) == (1344, 768)


@pytest.mark.parametrize("sent", [{}, {"seed": 0}])
def test_no_seed_is_one_that_follows_from_the_prompt(sent: dict[str, Any]) -> None:
    # documented: 0 and none are random
    one, same, other = (decode({"prompt": prompt, **sent}).seed for prompt in ("a", "a", "b"))

    assert one == same != other
    assert 0 < one <= 4_294_967_295


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_every_model_has_a_form(asked: Any) -> None:
    text = refused(stability, {}, asked)

    assert text is not None
    assert text.startswith("Malformed input request: #: required key [")


def test_a_picture_to_start_from() -> None:
    # documented
    request = decode(edit(prompt="a", mode="image-to-image", strength=0.7), SD3)

    assert (request.task, request.sources, request.fields) == (
        "image_variation",
        [SOURCE],
        {"mode": "image-to-image", "strength": 0.7},
    )
    assert (request.width, request.height) == (800, 600)


@pytest.mark.parametrize(
    ("name", "sent", "size"),
    [
        ("stable-fast-upscale", edit(), (3200, 2400)),  # documented: four times
        ("stable-conservative-upscale", edit(prompt="a"), (2364, 1773)),  # documented: four megapixels
        ("stable-outpaint", edit(left=100, down=50), (900, 650)),
        ("stable-image-inpaint", edit(prompt="a"), (800, 600)),
        ("stable-image-style-guide", edit(prompt="a", aspect_ratio="1:1"), (1024, 1024)),
    ],
)
def test_sizes(name: str, sent: dict[str, Any], size: tuple[int, int]) -> None:
    request = decode(sent, service(name))

    assert (request.width, request.height) == size


def test_what_is_searched_for_is_a_mask() -> None:
    request = decode(edit(prompt="jacket", search_prompt="sweater"), service("stable-image-search-replace"))

    assert (request.task, request.mask_prompt) == ("inpainting", "sweater")
    masked = decode(edit(mask=base64_of(SOURCE)), service("stable-image-erase-object"))
    assert masked.mask == SOURCE


def test_two_sources() -> None:
    sent = {"init_image": base64_of(SOURCE), "style_image": base64_of(png(100, 100))}
    request = decode(sent, service("stable-style-transfer"))

    assert (request.sources, request.width) == ([SOURCE, png(100, 100)], 800)


@pytest.mark.parametrize(
    ("asked", "sent", "violations"),
    [
        # quoted 2024-11, for a body of another model: strays are not the schema's matter
        (ULTRA, {"text_prompts": [{"text": "a"}]}, "#: required key [prompt] not found"),
        # in everit's words, what is documented
        (ULTRA, {"prompt": "a" * 10_001}, "#/prompt: expected maxLength: 10000, actual: 10001"),
        (CORE, {"prompt": "a", "aspect_ratio": "7:5"}, "#/aspect_ratio: 7:5 is not a valid enum value"),
        (
            SD3,
            {"prompt": "a", "mode": "image-to-image"},
            "#: required key [image] not found#: required key [strength] not found",
        ),
    ],
)
def test_refusals(asked: Any, sent: Any, violations: str) -> None:
    assert refused(stability, sent, asked) == malformed(violations)


def test_a_field_that_the_model_does_not_know() -> None:
    # quoted 2024-11
    assert refused(stability, {"prompt": "a", "max_tokens": 1}, ULTRA) == (
        "{\"detail\":\"Invalid field in request. Available fields: ['prompt', 'negative_prompt', 'mode', "
        "'strength', 'seed', 'output_format', 'image', 'aspect_ratio']\"}"
    )


@pytest.mark.parametrize(
    ("name", "sent", "text"),
    [
        # documented rules, decided words
        ("stable-outpaint", edit(), "At least one of left, right, up and down must be greater than zero."),
        (
            "stable-image-remove-background",
            {"image": base64_of(png(63, 99))},
            "Every side of the image must be at least 64 pixels.",
        ),
        ("stable-fast-upscale", {"image": base64_of(png(1025, 1024))}, "The image must have at most 1048576 pixels."),
        (
            "stable-image-remove-background",
            {"image": base64_of(png(100, 251))},
            "The aspect ratio of the image must be between 1:2.5 and 2.5:1.",
        ),
        (
            "stable-outpaint",
            {"image": base64_of(png(3072, 3072)), "left": 2000, "up": 2000},
            "The output image must have at most 16777216 pixels, found 5072 x 5072.",
        ),
        ("stable-image-remove-background", {"image": "aGVsbG8="}, "Could not process image"),
    ],
)
def test_what_no_schema_says(name: str, sent: Any, text: str) -> None:
    assert refused(stability, sent, service(name)) == text


def test_the_reply() -> None:
    # documented
    reply = PictureReply(images=[b"one"], seeds=[2130420379])

    assert stability.encode_reply(reply, PictureRequest(width=1, height=1), ULTRA) == (
        b'{"seeds":[2130420379],"finish_reasons":[null],"images":["b25l"]}'
    )


@given(BODIES | objects("prompt", "image", "seed", "mode", "strength", "aspect_ratio", "left", "mask"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    for asked in (ULTRA, service("stable-outpaint"), service("stable-style-transfer")):
        refused(stability, sent, asked)
