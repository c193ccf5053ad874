"""The body that Titan Image Generator and Nova Canvas share: a task, the parameters of that task, a configuration.

`Terms` are what the two differ in. A schema is made for each task, so that what belongs to another task is refused like
any stray key. Words are everit's; rules that no schema can say are in words of our own, because none are recorded.

Sources: the Titan Image Generator page of the Bedrock user guide, the image pages of the Nova user guide, refusals quoted
in 2024 and 2025.
"""

import base64
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat.images import ImageHeader
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit
from outcrop.families.attachments import picture
from outcrop.pictures import PictureReply, PictureRequest, Task

FORMATS = ("png", "jpeg")
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_IMAGE = {"type": "string", "minLength": 1}
_MASKED = {"maskPrompt": {"type": "string", "minLength": 1}, "maskImage": _IMAGE, "returnMask": {"type": "boolean"}}
_NO_SIZE: frozenset[str] = frozenset({"INPAINTING", "OUTPAINTING", "VIRTUAL_TRY_ON"})  # keep their source's


def choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


class Form(Struct, frozen=True):
    """A task: the member that holds its parameters, those it must have, and those it may have beside the two texts."""

    member: str
    required: tuple[str, ...]
    properties: dict[str, Any] = {}
    task: Task = "text_image"


FORMS: dict[str, Form] = {
    "TEXT_IMAGE": Form("textToImageParams", ("text",)),
    "IMAGE_VARIATION": Form(
        "imageVariationParams",
        ("images",),
        {
            "images": {"type": "array", "minItems": 1, "items": _IMAGE},
            "similarityStrength": {"type": "number", "minimum": 0.2, "maximum": 1.0},
        },
        "image_variation",
    ),
    "INPAINTING": Form("inPaintingParams", ("image",), {"image": _IMAGE, **_MASKED}, "inpainting"),
    "OUTPAINTING": Form(
        "outPaintingParams",
        ("text", "image"),
        {"image": _IMAGE, **_MASKED, "outPaintingMode": choice("DEFAULT", "PRECISE")},
        "outpainting",
    ),
    "COLOR_GUIDED_GENERATION": Form(
        "colorGuidedGenerationParams",
        ("text", "colors"),
        {"colors": {"type": "array", "minItems": 1, "items": {"type": "string"}}, "referenceImage": _IMAGE},
        "color_guided_generation",
    ),
    "BACKGROUND_REMOVAL": Form("backgroundRemovalParams", ("image",), {"image": _IMAGE}, "background_removal"),
    "VIRTUAL_TRY_ON": Form(
        "virtualTryOnParams",
        ("sourceImage", "referenceImage", "maskType"),
        {
            "sourceImage": _IMAGE,
            "referenceImage": _IMAGE,
            "maskType": choice("IMAGE", "GARMENT", "PROMPT"),
            "imageBasedMask": {"type": "object", "required": ["maskImage"], "properties": {"maskImage": _IMAGE}},
            "garmentBasedMask": {"type": "object", "required": ["garmentClass"]},
            "promptBasedMask": {"type": "object", "required": ["maskPrompt"], "properties": _MASKED},
            "maskExclusions": {"type": "object"},
            "mergeStyle": choice("BALANCED", "SEAMLESS", "DETAILED"),
            "returnMask": {"type": "boolean"},
        },
        "virtual_try_on",
    ),
}
CONDITION = {
    "conditionImage": _IMAGE,
    "controlMode": choice("CANNY_EDGE", "SEGMENTATION"),
    "controlStrength": _SHARE,
}


class Terms(Struct, frozen=True, kw_only=True):
    """What one model takes: its tasks, prompts, sizes (pixels) and source pictures.

    `text_image` are the parameters that TEXT_IMAGE has beyond its texts; `sized` says whether editing tasks may name a size
    (they keep their source's all the same). `check_size` and `check_source` raise ModelRefusal.
    """

    tasks: tuple[str, ...]
    text: dict[str, Any]
    text_image: dict[str, Any]
    side: dict[str, Any]
    seeds: int
    seed: int
    sized: bool
    check_size: Callable[[int, int], None]
    check_source: Callable[[ImageHeader], None]


SIZE = 1024  # pixels, of both sides when none is named
_encode = msgspec.json.Encoder().encode


def decode(body: bytes, terms: Terms) -> PictureRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot do."""
    native = everit.decode(body)
    everit.check({"required": ["taskType"], "properties": {"taskType": choice(*terms.tasks)}}, native)
    name: str = native["taskType"]
    form = FORMS[name]
    everit.check(_schema(name, terms), native)
    asked: dict[str, Any] = native[form.member]
    _check_together(name, asked)
    return _request(form, name, asked, native.get("imageGenerationConfig", {}), terms)


def _schema(name: str, terms: Terms) -> everit.Schema:
    form = FORMS[name]
    texts = {} if name in ("BACKGROUND_REMOVAL", "VIRTUAL_TRY_ON") else {"text": terms.text, "negativeText": terms.text}
    properties = {**texts, **form.properties, **(terms.text_image if name == "TEXT_IMAGE" else {})}
    asked = {"type": "object", "required": form.required, "properties": properties, "additionalProperties": False}
    root = {"taskType": {}, form.member: asked}
    if name != "BACKGROUND_REMOVAL":
        root["imageGenerationConfig"] = _configuration(name, terms)
    return {"type": "object", "required": [form.member], "properties": root, "additionalProperties": False}


def _configuration(name: str, terms: Terms) -> dict[str, Any]:
    sides = {"width": terms.side, "height": terms.side} if terms.sized or name not in _NO_SIZE else {}
    properties = {
        **sides,
        "quality": choice("standard", "premium"),
        "numberOfImages": {"type": "integer", "minimum": 1, "maximum": 5},
        "cfgScale": {"type": "number", "minimum": 1.1, "maximum": 10},
        "seed": {"type": "integer", "minimum": 0, "maximum": terms.seeds},
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _check_together(name: str, asked: dict[str, Any]) -> None:
    """Rules of the user guides about two members at once, in words of our own."""
    if name in ("INPAINTING", "OUTPAINTING") and ("maskPrompt" in asked) == ("maskImage" in asked):
        raise ModelRefusal("Exactly one of maskPrompt and maskImage must be provided.")
    if "conditionImage" not in asked and ("controlMode" in asked or "controlStrength" in asked):
        raise ModelRefusal("controlMode and controlStrength need a conditionImage.")
    for listed, most in (("images", 5), ("colors", 10)):
        if len(asked.get(listed, ())) > most:
            raise ModelRefusal(f"At most {most} {listed} can be provided, found {len(asked[listed])}.")
    mask = {"IMAGE": "imageBasedMask", "GARMENT": "garmentBasedMask", "PROMPT": "promptBasedMask"}
    if name == "VIRTUAL_TRY_ON" and mask[asked["maskType"]] not in asked:
        raise ModelRefusal(f"maskType {asked['maskType']} needs {mask[asked['maskType']]}.")


# Members that become members of the hub; the rest travels in its fields.
_SOURCES = ("image", "sourceImage", "conditionImage", "referenceImage")
_KNOWN = frozenset(
    {*_SOURCES, "images", "text", "negativeText", "colors", "maskPrompt", "maskImage", "returnMask"}
    | {"width", "height", "numberOfImages", "seed"}
)


def _request(form: Form, name: str, asked: dict[str, Any], config: dict[str, Any], terms: Terms) -> PictureRequest:
    given = [asked[member] for member in _SOURCES if member in asked] + asked.get("images", [])
    sources = [picture(text, FORMATS) for text in given]
    for _, header in sources:
        terms.check_source(header)
    width, height = config.get("width", SIZE), config.get("height", SIZE)
    if name in _NO_SIZE or name == "BACKGROUND_REMOVAL":
        width, height = sources[0][1].width, sources[0][1].height
    else:
        terms.check_size(width, height)
    masked = {**asked, **asked.get("imageBasedMask", {}), **asked.get("promptBasedMask", {})}
    return PictureRequest(
        width=width,
        height=height,
        prompt=asked.get("text", ""),
        negative_prompt=asked.get("negativeText", ""),
        count=config.get("numberOfImages", 1),
        seed=config.get("seed", terms.seed),
        task=form.task,
        sources=[data for data, _ in sources],
        mask=picture(masked["maskImage"], FORMATS)[0] if "maskImage" in masked else None,
        mask_prompt=masked.get("maskPrompt", ""),
        return_mask=asked.get("returnMask", False),
        colors=asked.get("colors", []),
        fields={key: value for key, value in {**asked, **config}.items() if key not in _KNOWN},
    )


def encode_reply(reply: PictureReply) -> bytes:
    """The pictures, and the mask where it was asked for. `error` is absent when nothing was blocked (user guide)."""
    native: dict[str, Any] = {"images": [base64.b64encode(image).decode() for image in reply.images]}
    if reply.mask is not None:
        native["maskImage"] = base64.b64encode(reply.mask).decode()
    return _encode(native)
