"""Multimodal content to Converse's blocks."""

import base64
from typing import Any

import pytest

from outcrop.model import service
from outcrop.operator.exceptions import DataException
from outcrop.operator.multimodal import FORMATS, block

PIXEL = "iVBORw0KGgo="


@pytest.mark.parametrize("content", [PIXEL, f"data:image/png;base64,{PIXEL}", base64.b64decode(PIXEL)])
def test_content_is_base64_a_data_url_or_bytes(content: Any) -> None:
    made = block({"sl_type": "IMAGE", "sl_contentType": "image/PNG; x=1", "sl_content": content})
    assert made == {"image": {"format": "png", "source": {"bytes": PIXEL}}}


def test_a_document_has_a_name() -> None:
    item = {"sl_type": "document", "sl_contentType": "text/csv", "sl_content": PIXEL}
    assert block(item)["document"]["name"] == "document"
    assert block({**item, "name": "sales"})["document"]["name"] == "sales"


def test_text_is_text() -> None:
    assert block({"sl_type": "text", "sl_content": "Hi"}) == {"text": "Hi"}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"sl_type": "smell"}, "The type 'smell' is not one of text, image, document, video, audio."),
        ({"sl_type": "image", "sl_contentType": "image/tiff"}, "The content type 'image/tiff' is not one of"),
        ({"sl_type": "image", "sl_contentType": "image/png"}, "The content is neither base64 nor bytes."),
        ({"sl_type": "image", "sl_contentType": "image/png", "sl_content": "*"}, "The content is not base64"),
        ({"sl_type": "image", "sl_contentType": "image/png", "sl_content": "ä"}, "The content is not base64"),
    ],
)
def test_what_cannot_be_used(item: dict[str, Any], reason: str) -> None:
    with pytest.raises(DataException) as caught:
        block(item)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_are_the_service_models(kind: str) -> None:
    known = service.service("bedrock-runtime").shapes[f"{kind.capitalize()}Format"]["enum"]
    assert set(FORMATS[kind].values()) <= set(known)


def test_every_image_and_document_format_can_be_said() -> None:
    shapes = service.service("bedrock-runtime").shapes
    for kind in ("image", "document"):
        assert set(FORMATS[kind].values()) == set(shapes[f"{kind.capitalize()}Format"]["enum"])
