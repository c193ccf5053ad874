"""Nova Canvas: the sizes, tasks and limits that are its own. The body it shares is in test_image_tasks."""

from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import malformed, model, png
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import nova_canvas

CANVAS = model("amazon.nova-canvas-v1:0")


def text_image(config: Any = None, **members: Any) -> dict[str, Any]:
    params = {"text": "a stone", **members}
    return {"taskType": "TEXT_IMAGE", "textToImageParams": params, "imageGenerationConfig": config or {}}


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # quoted 2025
        (text_image(text="a" * 1469), "#/textToImageParams/text: expected maxLength: 1024, actual: 1469"),
        (text_image(images=[]), "#/textToImageParams: extraneous key [images] is not permitted"),
        # in everit's words, what is documented
        (text_image(text=""), "#/textToImageParams/text: expected minLength: 1, actual: 0"),
        (text_image(style="CUBISM"), "#/textToImageParams/style: CUBISM is not a valid enum value"),
        (text_image({"width": 304}), "#/imageGenerationConfig/width: 304 is not greater or equal to 320"),
        (text_image({"height": 4112}), "#/imageGenerationConfig/height: 4112 is not less or equal to 4096"),
        (text_image({"cfgScale": 11}), "#/imageGenerationConfig/cfgScale: 11 is not less or equal to 10"),
        (
            text_image({"seed": 858_993_460}),
            "#/imageGenerationConfig/seed: 858993460 is not less or equal to 858993459",
        ),
    ],
)
def test_refusals(sent: Any, violations: str) -> None:
    assert refused(nova_canvas, sent, CANVAS) == malformed(violations)


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [
        # documented rules, decided words
        (1000, 1024, "The width and height must be divisible by 16, found 1000 x 1024."),
        (320, 1296, "The aspect ratio must be between 1:4 and 4:1, found 320 x 1296."),
        (4096, 1040, "The image must have at most 4194304 pixels, found 4096 x 1040."),
        (4096, 1024, None),
        (320, 1280, None),
    ],
)
def test_sizes(width: int, height: int, text: str | None) -> None:
    assert refused(nova_canvas, text_image({"width": width, "height": height}), CANVAS) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ((319, 400), "The sides of an input image must be between 320 and 4096 pixels."),
        ((400, 5000), "The sides of an input image must be between 320 and 4096 pixels."),
        ((320, 1281), "The aspect ratio must be between 1:4 and 4:1, found 320 x 1281."),
        ((2049, 2048), "The image must have at most 4194304 pixels, found 2049 x 2048."),
        ((321, 333), None),
    ],
)
def test_sources(size: tuple[int, int], text: str | None) -> None:
    sent = {"taskType": "BACKGROUND_REMOVAL", "backgroundRemovalParams": {"image": base64_of(png(*size))}}

    assert refused(nova_canvas, sent, CANVAS) == text


def test_styles_are_taken() -> None:
    assert refused(nova_canvas, text_image(style="PHOTOREALISM"), CANVAS) is None


def test_editing_tasks_take_no_size() -> None:
    # documented
    params = {"image": base64_of(png(400, 400)), "maskPrompt": "the sky"}
    sent = {"taskType": "INPAINTING", "inPaintingParams": params, "imageGenerationConfig": {"width": 1024}}

    assert refused(nova_canvas, sent, CANVAS) == malformed(
        "#/imageGenerationConfig: extraneous key [width] is not permitted"
    )


@given(BODIES | objects("taskType", "textToImageParams", "imageGenerationConfig"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    refused(nova_canvas, sent, CANVAS)
