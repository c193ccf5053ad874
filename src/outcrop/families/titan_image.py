"""Titan Image Generator, both versions: a task in, pictures out.

Sources: the Titan Image Generator page of the Bedrock user guide, a refusal quoted in 2024. The page's default size, 1408 by
1408, is none of the sizes it permits; 1024 by 1024 is taken instead.
"""

from outcrop.chat.features import Model
from outcrop.chat.images import ImageHeader
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import image_tasks
from outcrop.families.image_tasks import CONDITION, Terms
from outcrop.pictures import PictureReply, PictureRequest

_LONGEST = 1408  # pixels, of a source's longer side
_TASKS = ("TEXT_IMAGE", "INPAINTING", "OUTPAINTING", "IMAGE_VARIATION")
_UPRIGHT = (
    (1024, 1024),
    (768, 768),
    (512, 512),
    (768, 1152),
    (384, 576),
    (768, 1280),
    (384, 640),
    (896, 1152),
    (448, 576),
)
_TALL = ((768, 1408), (384, 704), (640, 1408), (320, 704))
_SIZES = frozenset(
    {*_UPRIGHT, *_TALL, *((height, width) for width, height in (*_UPRIGHT, *_TALL)), (1152, 640), (1173, 640)}
)


def _check_size(width: int, height: int) -> None:
    if (width, height) not in _SIZES:  # decided: the user guide has the sizes, no record the words
        raise ModelRefusal(f"The image size {width} x {height} is not supported. Use one of the supported sizes.")


def _check_source(header: ImageHeader) -> None:
    if max(header.width, header.height) > _LONGEST:  # decided likewise
        raise ModelRefusal(f"The longer side of an input image must be at most {_LONGEST} pixels.")


_FIRST = Terms(
    tasks=_TASKS,
    text={"type": "string", "maxLength": 512},  # quoted
    text_image={},
    side={"type": "integer"},
    seeds=2_147_483_646,
    seed=42,
    sized=True,
    check_size=_check_size,
    check_source=_check_source,
)
_SECOND = Terms(
    tasks=(*_TASKS, "COLOR_GUIDED_GENERATION", "BACKGROUND_REMOVAL"),
    text=_FIRST.text,
    text_image=CONDITION,
    side=_FIRST.side,
    seeds=_FIRST.seeds,
    seed=_FIRST.seed,
    sized=True,
    check_size=_check_size,
    check_source=_check_source,
)


def decode(body: bytes, model: Model) -> PictureRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot do."""
    second = model.id.startswith("amazon.titan-image-generator-v2")
    return image_tasks.decode(body, _SECOND if second else _FIRST)


def encode_reply(reply: PictureReply, request: PictureRequest, model: Model) -> bytes:
    """The pictures in base64."""
    return image_tasks.encode_reply(reply)
