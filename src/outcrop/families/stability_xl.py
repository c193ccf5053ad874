"""Stable Diffusion XL: weighted prompts in, one picture among artifacts out.

Sources: the Stability.ai Diffusion 1.0 pages of the Bedrock user guide.
"""

import base64
import hashlib
from typing import Any

import msgspec

from outcrop.chat.refusals import ModelRefusal
from outcrop.families import everit
from outcrop.families.attachments import picture
from outcrop.pictures import PictureReply, PictureRequest

_FORMATS = ("png", "jpeg")
_SIDE = 1024
_WIDE = ((1152, 896), (1216, 832), (1344, 768), (1536, 640))
_SIZES = frozenset(
    {(1024, 1024), *_WIDE, *((height, width) for width, height in _WIDE), (512, 512)}
)  # 512: version 0.8
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SAMPLERS = (
    "DDIM DDPM K_DPMPP_2M K_DPMPP_2S_ANCESTRAL K_DPM_2 K_DPM_2_ANCESTRAL K_EULER K_EULER_ANCESTRAL K_HEUN K_LMS".split()
)
_STYLES = (
    "3d-model analog-film anime cinematic comic-book digital-art enhance fantasy-art isometric line-art low-poly "
    "modeling-compound neon-punk origami photographic pixel-art tile-texture".split()
)
_SCHEMA: everit.Schema = {
    "type": "object",
    "required": ["text_prompts"],
    "properties": {
        "text_prompts": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["text"],
                "properties": {"text": {"type": "string", "maxLength": 2000}, "weight": {"type": "number"}},
                "additionalProperties": False,
            },
        },
        "height": {"type": "integer"},
        "width": {"type": "integer"},
        "cfg_scale": {"type": "number", "minimum": 0, "maximum": 35},
        "clip_guidance_preset": {
            "type": "string",
            "enum": ["FAST_BLUE", "FAST_GREEN", "NONE", "SIMPLE", "SLOW", "SLOWER", "SLOWEST"],
        },
        "sampler": {"type": "string", "enum": _SAMPLERS},
        "samples": {"type": "integer", "minimum": 1, "maximum": 1},
        "seed": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295},
        "steps": {"type": "integer", "minimum": 10, "maximum": 150},
        "style_preset": {"type": "string", "enum": _STYLES},
        "extras": {"type": "object"},
        "init_image": {"type": "string", "minLength": 1},
        "init_image_mode": {"type": "string", "enum": ["IMAGE_STRENGTH", "STEP_SCHEDULE"]},
        "image_strength": _SHARE,
        "step_schedule_start": _SHARE,
        "step_schedule_end": _SHARE,
        "mask_source": {"type": "string", "enum": ["MASK_IMAGE_WHITE", "MASK_IMAGE_BLACK", "INIT_IMAGE_ALPHA"]},
        "mask_image": {"type": "string", "minLength": 1},
    },
    "additionalProperties": False,
}
_KNOWN = frozenset({"text_prompts", "width", "height", "seed", "samples", "init_image", "mask_image"})
_encode = msgspec.json.Encoder().encode


def decode(body: bytes) -> PictureRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot do."""
    native = everit.decode(body)
    everit.check(_SCHEMA, native)
    width, height = native.get("width", _SIDE), native.get("height", _SIDE)
    sources = []
    if "init_image" in native:
        data, header = picture(native["init_image"], _FORMATS)
        sources, width, height = [data], header.width, header.height
    if (width, height) not in _SIZES:  # decided: the user guide has the sizes, no record the words
        raise ModelRefusal(f"The image size {width} x {height} is not supported. Use one of the supported sizes.")
    mask = picture(native["mask_image"], _FORMATS)[0] if "mask_image" in native else None
    prompt = _prompts(native, negative=False)
    return PictureRequest(
        width=width,
        height=height,
        prompt=prompt,
        negative_prompt=_prompts(native, negative=True),
        seed=native.get("seed", 0) or seed(prompt),
        task="inpainting" if mask else "image_variation" if sources else "text_image",
        sources=sources,
        mask=mask,
        fields={name: value for name, value in native.items() if name not in _KNOWN},
    )


def _prompts(native: dict[str, Any], *, negative: bool) -> str:
    """The prompts of one sign, joined; a weight below zero makes a prompt negative."""
    return ", ".join(each["text"] for each in native["text_prompts"] if (each.get("weight", 1) < 0) == negative)


def seed(prompt: str) -> int:
    """Where AWS takes a random seed (for 0 or none), one that follows from the prompt, and is not 0."""
    return 1 + int.from_bytes(hashlib.blake2b(prompt.encode(), digest_size=4).digest(), "big") % 4_294_967_294


def encode_reply(reply: PictureReply) -> bytes:
    """The pictures as artifacts, each with its seed."""
    artifacts = [
        {"seed": seed, "base64": base64.b64encode(image).decode(), "finishReason": "SUCCESS"}
        for seed, image in zip(reply.seeds, reply.images, strict=True)
    ]
    return _encode({"result": "success", "artifacts": artifacts})
