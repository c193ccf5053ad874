"""A.7: the multimodal content generator."""

import base64
from typing import Any

import pytest
from tests.operator.clients import done

from outcrop.operator import ConfigurationException, DataException, MultimodalContentGenerator

PIXEL = "iVBORw0KGgo="


def test_a_field_becomes_content() -> None:
    op = MultimodalContentGenerator(
        type="document", content="$file", content_type="application/pdf", name=lambda record: record["title"]
    )
    record = {"file": PIXEL, "title": "Q2 report"}
    assert done(op.process(record)) == {
        "sl_type": "document",
        "sl_contentType": "application/pdf",
        "sl_content": PIXEL,
        "name": "Q2 report",
        "original": record,
    }


def test_a_binary_record_becomes_content_and_its_name_tells_the_type() -> None:
    op = MultimodalContentGenerator(input="binary", name="photo.png")
    made = done(op.process(base64.b64decode(PIXEL)))
    assert made == {"sl_type": "image", "sl_contentType": "image/png", "sl_content": PIXEL, "name": "photo.png"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"file": "*", "type": "image/png"}, "The content is not base64"),
        ({"file": PIXEL, "type": "image/tiff"}, "The content type 'image/tiff' is not one of"),
        ({"file": PIXEL, "type": ""}, "There is no Content-type, and the name None does not tell it."),
        ({"type": "image/png"}, "file is undefined."),
    ],
)
def test_what_cannot_be_used_is_the_records_fault(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(DataException) as caught:
        done(MultimodalContentGenerator(content="$file", content_type="$type").process(record))
    assert caught.value.reason.startswith(reason)


def test_a_binary_record_is_shown_in_base64() -> None:
    op = MultimodalContentGenerator(input="binary", content_type="image/tiff")
    with pytest.raises(DataException) as caught:
        done(op.process(base64.b64decode(PIXEL)))
    assert caught.value.document()["original"] == {"content": PIXEL}


@pytest.mark.parametrize(
    "settings",
    [{}, {"content": "$a", "type": "smell"}, {"content": "$a", "input": "binary"}, {"content": "$a", "input": "x"}],
)
def test_what_can_never_work(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationException):
        MultimodalContentGenerator(**settings)
