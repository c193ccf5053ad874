"""Stable Diffusion XL: weighted prompts, sizes, artifacts. It is asked through `stability`, as the catalogue has it."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.families.conftest import malformed, model, png
from tests.families.natives import BODIES, base64_of, objects, refused

from outcrop.families import stability, stability_xl
from outcrop.pictures import PictureReply, PictureRequest

XL = model("stability.stable-diffusion-xl-v1")


def body(*prompts: Any, **members: Any) -> dict[str, Any]:
    return {"text_prompts": list(prompts) or [{"text": "a tea plantation"}], **members}


def decode(sent: dict[str, Any]) -> PictureRequest:
    return stability.decode(json.dumps(sent).encode(), XL)


def test_a_body_is_read() -> None:
    # the sample of the user guide
    request = decode(body(cfg_scale=10, seed=0, steps=50, samples=1, style_preset="photographic"))

    assert (request.prompt, request.width, request.height, request.count) == ("a tea plantation", 1024, 1024, 1)
    assert request.fields == {"cfg_scale": 10, "steps": 50, "style_preset": "photographic"}
    assert request.seed == stability_xl.seed("a tea plantation") > 0


def test_weights_below_zero_make_prompts_negative() -> None:
    # documented
    request = decode(body({"text": "a", "weight": 0.5}, {"text": "b", "weight": -1.0}, {"text": "c"}))

    assert (request.prompt, request.negative_prompt) == ("a, c", "b")


def test_pictures_to_start_from() -> None:
    source = png(1152, 896)
    request = decode(body(init_image=base64_of(source), init_image_mode="IMAGE_STRENGTH", image_strength=0.5))

    assert (request.task, request.sources, request.width, request.height) == ("image_variation", [source], 1152, 896)
    masked = decode(body(init_image=base64_of(source), mask_source="MASK_IMAGE_WHITE", mask_image=base64_of(source)))
    assert (masked.task, masked.mask) == ("inpainting", source)


@pytest.mark.parametrize(
    ("sent", "violations"),
    [
        # in everit's words, what is documented
        ({"prompt": "a"}, "#: required key [text_prompts] not found#: extraneous key [prompt] is not permitted"),
        ({"text_prompts": []}, "#/text_prompts: expected minimum item count: 1, found: 0"),
        (body({"weight": 1}), "#/text_prompts/0: required key [text] not found"),
        (body(cfg_scale=36), "#/cfg_scale: 36 is not less or equal to 35"),
        (body(samples=2), "#/samples: 2 is not less or equal to 1"),
        (body(steps=9), "#/steps: 9 is not greater or equal to 10"),
    ],
)
def test_refusals(sent: Any, violations: str) -> None:
    assert refused(stability, sent, XL) == malformed(violations)


@pytest.mark.parametrize(("width", "height", "taken"), [(896, 1152, True), (1536, 640, True), (1024, 768, False)])
def test_sizes(width: int, height: int, taken: bool) -> None:
    # documented sizes, decided words
    text = refused(stability, body(width=width, height=height), XL)

    assert text == (
        None if taken else f"The image size {width} x {height} is not supported. Use one of the supported sizes."
    )


def test_the_reply() -> None:
    # documented
    reply = PictureReply(images=[b"one"], seeds=[7])

    assert stability.encode_reply(reply, PictureRequest(width=1, height=1), XL) == (
        b'{"result":"success","artifacts":[{"seed":7,"base64":"b25l","finishReason":"SUCCESS"}]}'
    )


@given(BODIES | objects("text_prompts", "width", "height", "seed", "init_image", "mask_image"))
def test_no_body_raises_anything_else(sent: bytes) -> None:
    refused(stability, sent, XL)
