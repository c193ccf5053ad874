"""Rules of Claude models about pictures and documents: what their first bytes say, and how large they are.

Sources are named as in `rules`; the limits are those of the quoted refusals.
"""

from collections.abc import Iterator

from outcrop.chat.features import Model
from outcrop.chat.images import image_header
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages.turns import blocks
from outcrop.model.runtime import DocumentBlock, ImageBlock

MAX_BASE64 = 5 * 1024 * 1024  # of one picture, as it is sent
MAX_SIDE = 8000  # pixels
MANY = 20  # pictures; beyond, their sides are bounded more tightly
MAX_SIDE_OF_MANY = 2000


def media(request: ChatRequest, model: Model) -> str | None:
    """The first picture or document that cannot be taken."""
    images = list(_images(request))
    if images and not model.features.images:
        return f"'{model.short_name}' does not support image input."  # decided, in the pattern of quoted neighbours
    most = MAX_SIDE_OF_MANY if len(images) > MANY else MAX_SIDE
    for place, image in images:
        if refusal := _image(f"{place}.image.source.base64", image, most):
            return refusal
    for place, document in _documents(request):
        data = document.source.bytes
        if document.format == "pdf" and data is not None and b"%PDF" not in data[:1024]:
            return (
                f"{place}.source.bytes: The document source bytes could not be parsed as the specified format. If using "
                "a text-based format, try source.text instead of source.bytes."
            )
    return None


def _images(request: ChatRequest) -> Iterator[tuple[str, ImageBlock]]:
    """Every picture with its native place, those in results of tools included."""
    for index, message in enumerate(request.messages):
        for at, block in blocks(message):
            place = f"messages.{index}.content.{at}"
            if block.image:
                yield place, block.image
            elif block.tool_result:
                for inner, item in enumerate(block.tool_result.content):
                    if item.image:
                        yield f"{place}.tool_result.content.{inner}", item.image


def _documents(request: ChatRequest) -> Iterator[tuple[str, DocumentBlock]]:
    for index, message in enumerate(request.messages):
        for at, block in blocks(message):
            if block.document:
                yield f"messages.{index}.content.{at}", block.document


def _image(place: str, image: ImageBlock, most: int) -> str | None:
    """All quoted; the size counts in base64."""
    data = image.source.bytes or b""
    if not data:
        return f"{place}: image cannot be empty"
    size = -(-len(data) // 3) * 4
    if size > MAX_BASE64:
        return f"{place}: image exceeds 5 MB maximum: {size} bytes > {MAX_BASE64} bytes"
    header = image_header(data)
    if header is None:
        return "Could not process image"
    if header.format != image.format:
        return (
            f"{place}: The image was specified using the image/{image.format} media type, but the image appears to be a "
            f"image/{header.format} image"
        )
    if max(header.width, header.height) > most:
        many = " for many-image requests" if most == MAX_SIDE_OF_MANY else ""
        return f"{place}.data: At least one of the image dimensions exceed max allowed size{many}: {most} pixels"
    return None
