"""Pictures for backends that do not take every format: converted to PNG beside the event loop.

What a backend takes is left as it is. A picture that cannot be read, or that has more pixels than any model takes, is
refused in the model's words before it is decoded. Requests are copied where they change; nobody else's is touched.
"""

import asyncio
import io
from typing import Any

from msgspec.structs import replace

from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.model.runtime import ContentBlock, ImageBlock, ImageSource, Message, ToolResultContentBlock

LONGEST = 8000  # pixels of a side (documented for Claude, the most of any model here)


async def convert(request: ChatRequest, *, kept: frozenset[str]) -> ChatRequest:
    """`request` with every picture whose format is not in `kept` as PNG; raises ModelRefusal for one that is none."""
    if request.plain or not any(map(_needed(kept), _items(request.messages))):
        return request
    return replace(request, messages=[await _message(message, kept) for message in request.messages])


def _items(messages: list[Message]) -> "list[ContentBlock | ToolResultContentBlock]":
    blocks = [block for message in messages for block in message.content]
    return [*blocks, *(item for block in blocks if block.tool_result for item in block.tool_result.content)]


def _needed(kept: frozenset[str]) -> Any:
    return lambda item: item.image is not None and item.image.format not in kept


async def _message(message: Message, kept: frozenset[str]) -> Message:
    content = []
    for block in message.content:
        if block.tool_result:
            items = [replace(item, image=await _image(item.image, kept)) for item in block.tool_result.content]
            block = replace(block, tool_result=replace(block.tool_result, content=items))
        content.append(replace(block, image=await _image(block.image, kept)))
    return replace(message, content=content)


async def _image(image: ImageBlock | None, kept: frozenset[str]) -> ImageBlock | None:
    if image is None or image.format in kept or image.source.bytes is None:
        return image
    made = await asyncio.to_thread(as_png, image.source.bytes)
    return replace(image, format="png", source=ImageSource(bytes=made))


def as_png(data: bytes) -> bytes:
    """`data` as PNG, its first frame; raises ModelRefusal for what is no picture or a too large one (Claude's words)."""
    from PIL import Image

    header = image_header(data)
    if header is None or max(header.width, header.height) > LONGEST:
        raise ModelRefusal("Could not process image")
    try:
        with Image.open(io.BytesIO(data), formats=[header.format]) as picture:
            made = io.BytesIO()
            picture.save(made, "PNG", compress_level=1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ModelRefusal("Could not process image") from error
    return made.getvalue()
