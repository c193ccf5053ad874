"""What a Claude model refuses of pictures and documents."""

import base64
from typing import Any

import pytest
from tests.families.conftest import (
    HAIKU_3_5,
    PIXEL,
    SONNET_4_5,
    claude,
    image,
    png,
    refusal,
    text,
    tool,
    tool_result,
    tool_use,
    turns,
)

from outcrop.families import anthropic_messages


def asked(*content: Any) -> str | None:
    return refusal(anthropic_messages, claude(text("Look"), *content), SONNET_4_5)


def test_a_picture_is_taken() -> None:
    assert asked(image(), image(png(8000, 8000))) is None


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        # quoted, all of them
        (image(b""), "messages.0.content.1.image.source.base64: image cannot be empty"),
        (image(b"words"), "Could not process image"),
        (
            image(PIXEL, "image/jpeg"),
            "messages.0.content.1.image.source.base64: The image was specified using the image/jpeg media type, but the "
            "image appears to be a image/png image",
        ),
        (
            image(png(8001, 1)),
            "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size: "
            "8000 pixels",
        ),
        (
            image(PIXEL + b"\0" * (3_932_160 - len(PIXEL) + 1)),
            "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 5242884 bytes > 5242880 bytes",
        ),
    ],
)
def test_pictures_that_are_not(picture: Any, words: str) -> None:
    assert asked(picture) == words


def test_five_megabytes_exactly_are_taken() -> None:
    assert asked(image(PIXEL + b"\0" * (3_932_160 - len(PIXEL)))) is None


def test_many_pictures_are_smaller() -> None:
    # quoted: more than 20 in a request
    wide = image(png(2001, 10))
    assert asked(*[wide] * 20) is None
    assert asked(*[wide] * 21) == (
        "messages.0.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size for "
        "many-image requests: 2000 pixels"
    )


def test_pictures_in_results_of_tools() -> None:
    # quoted with this form of place
    said = turns(("user", "a"), ("assistant", [tool_use()]), ("user", [tool_result(content=[text("b"), image(b"")])]))
    assert refusal(anthropic_messages, claude(messages=said, tools=[tool()]), SONNET_4_5) == (
        "messages.2.content.0.tool_result.content.1.image.source.base64: image cannot be empty"
    )


def test_a_model_that_sees_nothing() -> None:
    found = refusal(anthropic_messages, claude(image()), HAIKU_3_5)
    assert found == "'claude-3-5-haiku-20241022' does not support image input."  # decided


def test_a_pdf_that_is_none() -> None:
    # quoted
    def pdf(data: bytes) -> Any:
        source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
        return {"type": "document", "source": source}

    assert asked(pdf(b"%PDF-1.7\n")) is None
    assert asked(pdf(b"PK\x03\x04")) == (
        "messages.0.content.1.source.bytes: The document source bytes could not be parsed as the specified format. If "
        "using a text-based format, try source.text instead of source.bytes."
    )
