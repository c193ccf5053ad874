"""Stability AI's pictures, from Stable Diffusion 3 to the Stable Image services: a flat body in, one picture out.

What a model takes is a row: the fields it must have, those it may, how large its sources are and what becomes of their
size. Stable Diffusion XL has a body of its own and is in `stability_xl`. Refusals are everit's, but for a field that a model
does not know, which the model refuses itself, in JSON within the message.

Sources: the Stability AI pages of the Bedrock user guide, refusals quoted in 2024.
"""

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat.features import Model
from outcrop.chat.images import ImageHeader
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit, stability_xl
from outcrop.families.attachments import picture
from outcrop.pictures import PictureReply, PictureRequest, Task

FORMATS = ("png", "jpeg", "webp")
_RATIOS = {  # one megapixel in each, in steps of 64 (Stability's published sizes)
    "16:9": (1344, 768),
    "1:1": (1024, 1024),
    "21:9": (1536, 640),
    "2:3": (832, 1216),
    "3:2": (1216, 832),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
_MOST_PIXELS = 16_777_216  # of what is painted: what fast upscaling makes of the largest picture it takes
_FOUR = 4_194_304  # pixels that upscaling aims at
_FAST = 4  # times each side
_SOURCE_PIXELS, _SOURCE_RATIO = 9_437_184, 2.5

Size = tuple[int, int]


def _choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _number(least: float, most: float) -> dict[str, Any]:
    return {"type": "number", "minimum": least, "maximum": most}


_PROMPT = {"type": "string", "maxLength": 10_000}
_PICTURE = {"type": "string", "minLength": 1}
_MARGIN = {"type": "integer", "minimum": 0, "maximum": 2000}
_FIELDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("prompt", "negative_prompt", "select_prompt", "search_prompt"), _PROMPT),
    **dict.fromkeys(("image", "mask", "init_image", "style_image"), _PICTURE),
    **dict.fromkeys(("left", "right", "up", "down"), _MARGIN),
    **dict.fromkeys(("strength", "control_strength", "fidelity"), _number(0, 1)),
    **dict.fromkeys(("composition_fidelity", "style_strength"), _number(0, 1)),
    "change_strength": _number(0.1, 1),
    "creativity": _number(0.1, 1),
    "grow_mask": {"type": "integer", "minimum": 0, "maximum": 20},
    "mode": _choice("text-to-image", "image-to-image"),
    "seed": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295},
    "output_format": _choice("png", "jpeg", "webp"),
    "aspect_ratio": _choice(*_RATIOS),
    "style_preset": _choice(
        *"3d-model analog-film anime cinematic comic-book digital-art enhance fantasy-art isometric line-art low-poly "
        "modeling-compound neon-punk origami photographic pixel-art tile-texture".split()
    ),
}


def _same(source: Size, native: dict[str, Any]) -> Size:
    return source


def _extended(source: Size, native: dict[str, Any]) -> Size:
    """The source and what is added on its sides, some of it (user guide; the words are decided)."""
    left, right, up, down = (native.get(side, 0) for side in ("left", "right", "up", "down"))
    if not left + right + up + down:
        raise ModelRefusal("At least one of left, right, up and down must be greater than zero.")
    return source[0] + left + right, source[1] + up + down


def _enlarged(source: Size, native: dict[str, Any]) -> Size:
    """Up to four megapixels in the same shape."""
    factor = max(1.0, (_FOUR / (source[0] * source[1])) ** 0.5)
    return int(source[0] * factor), int(source[1] * factor)


def _fast(source: Size, native: dict[str, Any]) -> Size:
    return source[0] * _FAST, source[1] * _FAST


class Form(Struct, frozen=True):
    """A model's body: fields, and what becomes of the size of its first source, whose limits are in pixels."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    task: Task = "text_image"
    size: Callable[[Size, dict[str, Any]], Size] = _same
    shortest: int = 64
    pixels: int = _SOURCE_PIXELS


_OUT = ("seed", "output_format")
_EDIT = ("style_preset", "negative_prompt", *_OUT)
_SHEET = ("negative_prompt", "mode", "strength", *_OUT, "image", "aspect_ratio")  # the order as quoted for Ultra
_FORMS: dict[str, Form] = {
    "sd3-large": Form(("prompt",), _SHEET),
    "sd3-5-large": Form(("prompt",), _SHEET),
    "stable-image-ultra": Form(("prompt",), _SHEET),
    "stable-image-core": Form(("prompt",), ("negative_prompt", "mode", *_OUT, "aspect_ratio")),
    "stable-creative-upscale": Form(
        ("prompt", "image"), ("creativity", *_EDIT), "upscale", _enlarged, pixels=1_048_576
    ),
    "stable-conservative-upscale": Form(
        ("prompt", "image"), ("creativity", "negative_prompt", *_OUT), "upscale", _enlarged
    ),
    "stable-fast-upscale": Form(("image",), ("output_format",), "upscale", _fast, shortest=32, pixels=1_048_576),
    "stable-image-inpaint": Form(("prompt", "image"), (*_EDIT, "mask", "grow_mask"), "inpainting"),
    "stable-outpaint": Form(
        ("image",),
        ("prompt", "style_preset", *_OUT, "creativity", "left", "right", "up", "down"),
        "outpainting",
        _extended,
    ),
    "stable-image-search-recolor": Form(("prompt", "image", "select_prompt"), (*_EDIT, "grow_mask"), "inpainting"),
    "stable-image-search-replace": Form(("prompt", "image", "search_prompt"), (*_EDIT, "grow_mask"), "inpainting"),
    "stable-image-erase-object": Form(("image",), (*_OUT, "mask", "grow_mask"), "inpainting"),
    "stable-image-remove-background": Form(("image",), ("output_format",), "background_removal"),
    "stable-image-control-sketch": Form(("prompt", "image"), ("control_strength", *_EDIT), "image_variation"),
    "stable-image-control-structure": Form(("prompt", "image"), ("control_strength", *_EDIT), "image_variation"),
    "stable-image-style-guide": Form(("prompt", "image"), ("aspect_ratio", "fidelity", *_EDIT), "image_variation"),
    "stable-style-transfer": Form(
        ("init_image", "style_image"),
        ("prompt", "negative_prompt", *_OUT, "composition_fidelity", "style_strength", "change_strength"),
        "image_variation",
    ),
}
_encode = msgspec.json.Encoder().encode


def _is_xl(model: Model) -> bool:
    return model.id.startswith("stability.stable-diffusion-xl")


def _form(model: Model) -> Form:
    return _FORMS[model.id.removeprefix("stability.").rpartition("-v")[0]]


@lru_cache
def _schema(required: tuple[str, ...]) -> everit.Schema:
    return {"type": "object", "required": required, "properties": _FIELDS}


def decode(body: bytes, model: Model) -> PictureRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot do."""
    if _is_xl(model):
        return stability_xl.decode(body)
    form = _form(model)
    native = everit.decode(body)
    from_picture = native.get("mode") == "image-to-image"  # needs what is optional otherwise (user guide)
    everit.check(_schema((*form.required, "image", "strength") if from_picture else form.required), native)
    fields = (*form.required, *form.optional)
    if not native.keys() <= set(fields):
        detail = f"Invalid field in request. Available fields: {list(fields)}"  # quoted 2024-11
        raise ModelRefusal(_encode({"detail": detail}).decode())
    return _request(form, native)


_KNOWN = frozenset({"prompt", "negative_prompt", "seed", "output_format", "image", "init_image", "style_image", "mask"})


def _request(form: Form, native: dict[str, Any]) -> PictureRequest:
    sources = [picture(native[name], FORMATS) for name in ("image", "init_image", "style_image") if name in native]
    for _, header in sources:
        _check_source(header, form)
    width, height = _size(form, native, sources)
    prompt = native.get("prompt", "")
    return PictureRequest(
        width=width,
        height=height,
        prompt=prompt,
        negative_prompt=native.get("negative_prompt", ""),
        seed=native.get("seed", 0) or stability_xl.seed(prompt),
        task=form.task if form.task != "text_image" or not sources else "image_variation",
        sources=[data for data, _ in sources],
        mask=picture(native["mask"], FORMATS)[0] if "mask" in native else None,
        mask_prompt=native.get("select_prompt", native.get("search_prompt", "")),
        format=native.get("output_format", "png"),
        fields={name: value for name, value in native.items() if name not in _KNOWN},
    )


def _check_source(header: ImageHeader, form: Form) -> None:
    """Limits of the user guide, in words of our own."""
    shorter, longer = sorted((header.width, header.height))
    if shorter < form.shortest:
        raise ModelRefusal(f"Every side of the image must be at least {form.shortest} pixels.")
    if header.width * header.height > form.pixels:
        raise ModelRefusal(f"The image must have at most {form.pixels} pixels.")
    if form.pixels == _SOURCE_PIXELS and longer > _SOURCE_RATIO * shorter:
        raise ModelRefusal("The aspect ratio of the image must be between 1:2.5 and 2.5:1.")


def _size(form: Form, native: dict[str, Any], sources: list[tuple[bytes, ImageHeader]]) -> Size:
    """Of the first source, changed as the form says; of the aspect ratio, for what has no source or may name one."""
    if not sources or "aspect_ratio" in native:
        return _RATIOS[native.get("aspect_ratio", "1:1")]
    width, height = form.size((sources[0][1].width, sources[0][1].height), native)
    if width * height > _MOST_PIXELS:
        raise ModelRefusal(f"The output image must have at most {_MOST_PIXELS} pixels, found {width} x {height}.")
    return width, height


def encode_reply(reply: PictureReply, request: PictureRequest, model: Model) -> bytes:
    """The picture in base64, its seed, and null for a reason why it might have been withheld."""
    if _is_xl(model):
        return stability_xl.encode_reply(reply)
    images = [base64.b64encode(image).decode() for image in reply.images]
    return _encode({"seeds": reply.seeds, "finish_reasons": [None] * len(images), "images": images})
