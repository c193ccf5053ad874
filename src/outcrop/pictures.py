"""The third hub: what is to be painted, and the pictures that come of it.

Plain structures between the native bodies of the families and the engines, as `outcrop.chat` has them for conversations.
Nothing here waits, and nothing here opens a picture.
"""

from typing import Any, Literal

from msgspec import Struct

Format = Literal["png", "jpeg", "webp"]
Task = Literal[
    "text_image",
    "image_variation",
    "color_guided_generation",
    "inpainting",
    "outpainting",
    "background_removal",
    "virtual_try_on",
    "upscale",
]


class PictureRequest(Struct, kw_only=True):
    """`count` pictures of `width` by `height` pixels in `format`; pictures to start from are `sources`.

    The same `seed` makes the same pictures. `colors` are wanted colours, as "#rrggbb". What of a source is to change is
    told by `mask`, a picture, or `mask_prompt`, and comes back as a picture when `return_mask`. What else a family takes
    travels in `fields` under its own names.
    """

    width: int
    height: int
    prompt: str = ""
    negative_prompt: str = ""
    count: int = 1
    seed: int = 0
    task: Task = "text_image"
    sources: list[bytes] = []
    mask: bytes | None = None
    mask_prompt: str = ""
    return_mask: bool = False
    colors: list[str] = []
    format: Format = "png"
    fields: dict[str, Any] = {}


class PictureReply(Struct, kw_only=True):
    """The pictures, each a whole file in the format asked for; the seed of each; the mask, where it was asked for."""

    images: list[bytes]
    seeds: list[int]
    mask: bytes | None = None
