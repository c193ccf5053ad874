"""Titan Image Generator: the sizes, tasks and limits that are its own. The body it shares is in test_image_tasks."""

from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import malformed, model, png
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import titan_image

FIRST = model("amazon.titan-image-generator-v1")
SECOND = model("amazon.titan-image-generator-v2:0")


def text_image(text: str = "a stone", **config: Any) -> dict[str, Any]:
    return {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": text}, "imageGenerationConfig": config}


def test_a_long_prompt() -> None:
    # quoted 2024
    assert refused(titan_image, text_image("a" * 536), FIRST) == malformed(
        "#/textToImageParams/text: expected maxLength: 512, actual: 536"
    )


def test_a_body_that_is_no_json() -> None:
    # recorded for Titan, quoted 2023-12 for this model
    assert refused(titan_image, b"{", FIRST) == "Malformed input request, please reformat your input and try again."


@pytest.mark.parametrize("size", [(1024, 1024), (512, 512), (768, 1152), (1152, 768), (320, 704), (1173, 640)])
def test_sizes_of_the_user_guide(size: tuple[int, int]) -> None:
    assert refused(titan_image, text_image(width=size[0], height=size[1]), FIRST) is None


@pytest.mark.parametrize("size", [(1000, 1000), (1024, 512), (640, 1152), (1408, 1408)])
def test_other_sizes(size: tuple[int, int]) -> None:
    # documented rule, decided words
    assert refused(titan_image, text_image(width=size[0], height=size[1]), FIRST) == (
        f"The image size {size[0]} x {size[1]} is not supported. Use one of the supported sizes."
    )


@pytest.mark.parametrize("task", ["COLOR_GUIDED_GENERATION", "BACKGROUND_REMOVAL"])
def test_tasks_of_the_second_version(task: str) -> None:
    # documented
    assert refused(titan_image, {"taskType": task}, FIRST) == malformed(f"#/taskType: {task} is not a valid enum value")
    assert "required key" in (refused(titan_image, {"taskType": task}, SECOND) or "")


def test_a_condition_is_for_the_second_version() -> None:
    sent = text_image()
    sent["textToImageParams"]["conditionImage"] = base64_of(png(512, 512))

    assert refused(titan_image, sent, SECOND) is None
    assert refused(titan_image, sent, FIRST) == malformed(
        "#/textToImageParams: extraneous key [conditionImage] is not permitted"
    )


def test_large_sources() -> None:
    # documented rule, decided words
    sent = {"taskType": "IMAGE_VARIATION", "imageVariationParams": {"images": [base64_of(png(1409, 100))]}}

    assert refused(titan_image, sent, FIRST) == "The longer side of an input image must be at most 1408 pixels."


@given(BODIES | objects("taskType", "textToImageParams", "imageGenerationConfig"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    for asked in (FIRST, SECOND):
        refused(titan_image, sent, asked)
