"""The body of tasks that Titan Image Generator and Nova Canvas share: each task read, its refusals, and the reply."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import malformed, model, png
from tests.families.natives import base64_of, refused
from tests.families.test_everit import JSON

from outcrop.families import image_tasks, nova_canvas
from outcrop.families.image_tasks import FORMS
from outcrop.pictures import PictureReply, PictureRequest

CANVAS = model("amazon.nova-canvas-v1:0")
SOURCE, OTHER = png(480, 400), png(512, 512)
PARAMETERS: dict[str, dict[str, Any]] = {
    "TEXT_IMAGE": {"text": "a stone"},
    "IMAGE_VARIATION": {"images": [base64_of(SOURCE)]},
    "INPAINTING": {"image": base64_of(SOURCE), "maskPrompt": "sky"},
    "OUTPAINTING": {"text": "a desert", "image": base64_of(SOURCE), "maskImage": base64_of(OTHER)},
    "COLOR_GUIDED_GENERATION": {"text": "a stone", "colors": ["#ff0000"]},
    "BACKGROUND_REMOVAL": {"image": base64_of(SOURCE)},
    "VIRTUAL_TRY_ON": {
        "sourceImage": base64_of(SOURCE),
        "referenceImage": base64_of(OTHER),
        "maskType": "PROMPT",
        "promptBasedMask": {"maskPrompt": "shirt"},
    },
}


def body(task: str, config: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A body of the task; a member that is `...` is left out."""
    params = {name: value for name, value in {**PARAMETERS[task], **members}.items() if value is not ...}
    sent = {"taskType": task, FORMS[task].member: params}
    return sent if config is None else {**sent, "imageGenerationConfig": config}


def decode(sent: dict[str, Any]) -> PictureRequest:
    return nova_canvas.decode(json.dumps(sent).encode(), CANVAS)


def test_a_prompt_becomes_a_request() -> None:
    config = {"width": 1280, "height": 720, "numberOfImages": 3, "seed": 7, "cfgScale": 6.5, "quality": "premium"}
    request = decode(body("TEXT_IMAGE", config, negativeText="mirrors", style="PHOTOREALISM"))

    assert (request.prompt, request.negative_prompt, request.task) == ("a stone", "mirrors", "text_image")
    assert (request.width, request.height, request.count, request.seed) == (1280, 720, 3, 7)
    assert request.fields == {"style": "PHOTOREALISM", "cfgScale": 6.5, "quality": "premium"}


def test_what_is_not_said_is_the_default() -> None:
    # documented: one of 1024 by 1024, seed 12
    request = decode(body("TEXT_IMAGE"))

    assert (request.width, request.height, request.count, request.seed) == (1024, 1024, 1, 12)


@pytest.mark.parametrize(
    ("task", "sources", "size"),
    [
        ("TEXT_IMAGE", [], (1024, 1024)),
        ("IMAGE_VARIATION", [SOURCE], (1024, 1024)),
        ("COLOR_GUIDED_GENERATION", [], (1024, 1024)),
        # documented: editing keeps the source's size
        ("INPAINTING", [SOURCE], (480, 400)),
        ("OUTPAINTING", [SOURCE], (480, 400)),
        ("BACKGROUND_REMOVAL", [SOURCE], (480, 400)),
        ("VIRTUAL_TRY_ON", [SOURCE, OTHER], (480, 400)),
    ],
)
def test_every_task_is_read(task: str, sources: list[bytes], size: tuple[int, int]) -> None:
    request = decode(body(task))

    assert request.task == task.lower()
    assert request.sources == sources
    assert (request.width, request.height) == size


def test_colours_and_references() -> None:
    request = decode(body("COLOR_GUIDED_GENERATION", referenceImage=base64_of(OTHER)))

    assert (request.colors, request.sources) == (["#ff0000"], [OTHER])


def test_masks() -> None:
    assert decode(body("INPAINTING", returnMask=True)).return_mask
    assert decode(body("INPAINTING")).mask_prompt == "sky"
    assert decode(body("OUTPAINTING")).mask == OTHER
    assert decode(body("VIRTUAL_TRY_ON")).mask_prompt == "shirt"
    picture = {"maskImage": base64_of(OTHER)}
    assert decode(body("VIRTUAL_TRY_ON", maskType="IMAGE", imageBasedMask=picture)).mask == OTHER


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # in everit's words, what is documented
        ({}, "#: required key [taskType] not found"),
        ({"taskType": "PAINT"}, "#/taskType: PAINT is not a valid enum value"),
        (
            {"taskType": None},
            "#/taskType: expected type: String, found: Null#/taskType: null is not a valid enum value",
        ),
        ({"taskType": "TEXT_IMAGE"}, "#: required key [textToImageParams] not found"),
        (body("TEXT_IMAGE", text=...), "#/textToImageParams: required key [text] not found"),
        (
            {**body("TEXT_IMAGE"), "inPaintingParams": {}},
            "#: extraneous key [inPaintingParams] is not permitted",
        ),
        (
            body("TEXT_IMAGE", {"numberOfImages": 6}),
            "#/imageGenerationConfig/numberOfImages: 6 is not less or equal to 5",
        ),
        (body("TEXT_IMAGE", {"quality": "best"}), "#/imageGenerationConfig/quality: best is not a valid enum value"),
        (body("BACKGROUND_REMOVAL", {}), "#: extraneous key [imageGenerationConfig] is not permitted"),
        (
            body("IMAGE_VARIATION", similarityStrength=0.1),
            "#/imageVariationParams/similarityStrength: 0.1 is not greater or equal to 0.2",
        ),
    ],
)
def test_refusals(sent: Any, violations: str) -> None:
    assert refused(nova_canvas, sent, CANVAS) == malformed(violations)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # documented rules, decided words
        (body("INPAINTING", maskPrompt=...), "Exactly one of maskPrompt and maskImage must be provided."),
        (body("OUTPAINTING", maskPrompt="sky"), "Exactly one of maskPrompt and maskImage must be provided."),
        (body("TEXT_IMAGE", controlStrength=0.5), "controlMode and controlStrength need a conditionImage."),
        (body("IMAGE_VARIATION", images=[base64_of(SOURCE)] * 6), "At most 5 images can be provided, found 6."),
        (body("COLOR_GUIDED_GENERATION", colors=["#000000"] * 11), "At most 10 colors can be provided, found 11."),
        (body("VIRTUAL_TRY_ON", maskType="IMAGE"), "maskType IMAGE needs imageBasedMask."),
        (body("BACKGROUND_REMOVAL", image="aGVsbG8="), "Could not process image"),
    ],
)
def test_what_no_schema_says(sent: Any, text: str) -> None:
    assert refused(nova_canvas, sent, CANVAS) == text


def test_the_reply_is_the_pictures_in_base64() -> None:
    # documented: error is absent when nothing was blocked
    assert image_tasks.encode_reply(PictureReply(images=[b"one", b"two"], seeds=[1, 2])) == (
        b'{"images":["b25l","dHdv"]}'
    )


def test_the_mask_comes_back_where_asked_for() -> None:
    native = json.loads(image_tasks.encode_reply(PictureReply(images=[b"one"], seeds=[1], mask=b"mask")))

    assert base64.b64decode(native["maskImage"]) == b"mask"


@given(st.sampled_from(list(FORMS)), st.dictionaries(st.sampled_from(sorted(PARAMETERS["VIRTUAL_TRY_ON"])), JSON), JSON)
def test_no_task_raises_anything_else(task: str, members: dict[str, Any], config: Any) -> None:
    for sent in (body(task, config, **members), body(task, None, maskPrompt=config, text=config, colors=config)):
        refused(nova_canvas, sent, CANVAS)
