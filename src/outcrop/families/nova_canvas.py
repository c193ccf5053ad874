"""Nova Canvas: a task in, pictures out.

Sources: the image generation pages of the Nova user guide, refusals quoted in 2025.
"""

from outcrop.chat.features import Model
from outcrop.chat.images import ImageHeader
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import image_tasks
from outcrop.families.image_tasks import CONDITION, FORMS, Terms, choice
from outcrop.pictures import PictureReply, PictureRequest

_SHORTEST, _LONGEST, _STEP, _RATIO, _PIXELS = 320, 4096, 16, 4, 4_194_304  # pixels
_STYLES = (
    "3D_ANIMATED_FAMILY_FILM",
    "DESIGN_SKETCH",
    "FLAT_VECTOR_ILLUSTRATION",
    "GRAPHIC_NOVEL_ILLUSTRATION",
    "MAXIMALISM",
    "MIDCENTURY_RETRO",
    "PHOTOREALISM",
    "SOFT_DIGITAL_PAINTING",
)


def _check_size(width: int, height: int) -> None:
    """The rules of the user guide that the schema does not know, in words of our own."""
    if width % _STEP or height % _STEP:
        raise ModelRefusal(f"The width and height must be divisible by {_STEP}, found {width} x {height}.")
    _check_shape(width, height)


def _check_shape(width: int, height: int) -> None:
    if max(width, height) > _RATIO * min(width, height):
        raise ModelRefusal(f"The aspect ratio must be between 1:{_RATIO} and {_RATIO}:1, found {width} x {height}.")
    if width * height > _PIXELS:
        raise ModelRefusal(f"The image must have at most {_PIXELS} pixels, found {width} x {height}.")


def _check_source(header: ImageHeader) -> None:
    if not (_SHORTEST <= header.width <= _LONGEST and _SHORTEST <= header.height <= _LONGEST):
        raise ModelRefusal(f"The sides of an input image must be between {_SHORTEST} and {_LONGEST} pixels.")
    _check_shape(header.width, header.height)


_TERMS = Terms(
    tasks=tuple(FORMS),
    text={"type": "string", "minLength": 1, "maxLength": 1024},  # quoted
    text_image={**CONDITION, "style": choice(*_STYLES)},
    side={"type": "integer", "minimum": _SHORTEST, "maximum": _LONGEST},
    seeds=858_993_459,
    seed=12,
    sized=False,
    check_size=_check_size,
    check_source=_check_source,
)


def decode(body: bytes, model: Model) -> PictureRequest:
    """A native body; raises ValidationException in everit's words, ModelRefusal for what the model cannot do."""
    return image_tasks.decode(body, _TERMS)


def encode_reply(reply: PictureReply, request: PictureRequest, model: Model) -> bytes:
    """The pictures in base64."""
    return image_tasks.encode_reply(reply)
