"""The third hub: what is to be painted, and the pictures that come of it.

Plain structures between the native bodies of the families and the engines, as `outcrop.chat` has them for conversations.
Nothing here waits, and nothing here opens a picture.
"""

from typing import Literal

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

    The same `seed` makes the same pictures. `colors` are wanted colours, as "#rrggbb". A task that removes the background
    wants transparency.
    """

    width: int
    height: int
    prompt: str = ""
    negative_prompt: str = ""
    count: int = 1
    seed: int = 0
    task: Task = "text_image"
    sources: list[bytes] = []
    colors: list[str] = []
    format: Format = "png"


class PictureReply(Struct, kw_only=True):
    """The pictures, each a whole file in the format that was asked for, and the seed each was made with."""

    images: list[bytes]
    seeds: list[int]
