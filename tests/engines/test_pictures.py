"""Pictures that a backend does not take become PNG; everything else is left alone."""

import asyncio
import io

import pytest
from PIL import Image
from tests.families.conftest import PIXEL, hub, png

from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines import pictures
from outcrop.model import runtime as r


def webp() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(made, "WEBP", lossless=True)
    return made.getvalue()


def block(data: bytes, kind: str) -> r.ContentBlock:
    return r.ContentBlock(image=r.ImageBlock(format=kind, source=r.ImageSource(bytes=data)))  # type: ignore[arg-type]


def test_what_is_not_taken_becomes_png_wherever_it_stands() -> None:
    inner = r.ToolResultContentBlock(image=block(webp(), "webp").image)
    result = r.ContentBlock(tool_result=r.ToolResultBlock(tool_use_id="a", content=[inner]))
    request = hub(("user", ["see", block(webp(), "webp"), block(PIXEL, "png"), result]))
    made = asyncio.run(pictures.convert(request, kept=frozenset({"png"})))
    _, first, second, third = made.messages[0].content
    for found in (first.image, third.tool_result and third.tool_result.content[0].image):
        assert found
        assert found.format == "png"
        header = image_header(found.source.bytes or b"")
        assert header
        assert (header.format, header.width, header.height) == ("png", 3, 2)
        with Image.open(io.BytesIO(found.source.bytes or b"")) as picture:
            assert picture.convert("RGB").getpixel((0, 0)) == (0, 128, 128)
    assert second.image is request.messages[0].content[2].image
    assert request.messages[0].content[1].image == block(webp(), "webp").image


def test_what_is_taken_is_not_touched() -> None:
    request = hub(("user", [block(webp(), "webp")]))
    assert asyncio.run(pictures.convert(request, kept=frozenset({"webp"}))) is request


@pytest.mark.parametrize("data", [b"no picture", webp()[:30], png(8001, 1), PIXEL[:40]])
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(ModelRefusal, match="Could not process image"):
        asyncio.run(pictures.convert(hub(("user", [block(data, "webp")])), kept=frozenset({"png"})))
