"""Base64 in native bodies: what is a picture, and what is none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import PIXEL, png
from tests.families.natives import base64_of, link

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.attachments import linked_picture, media, picture

JPEG = b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x20\x03" + b"\0" * 9


def test_a_picture_is_its_bytes_and_its_size() -> None:
    data, header = picture(base64_of(png(640, 480)), ("png",))

    assert data == png(640, 480)
    assert (header.format, header.width, header.height) == ("png", 640, 480)


def test_a_linked_picture_is_what_its_bytes_say() -> None:
    """The type in the link is not what counts."""
    assert linked_picture(link(JPEG, "png"), ("jpeg",))[1].format == "jpeg"


def test_media_are_taken_as_they_are() -> None:
    assert media(base64_of(b"RIFF")) == b"RIFF"


@pytest.mark.parametrize("text", ["", "!", "aGVsbG8", "aGVsbG8=", base64_of(PIXEL)[:-1], "é"])
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(ModelRefusal, match="Could not process image"):
        picture(text, ("png",))


def test_formats_a_model_does_not_take_are_refused() -> None:
    with pytest.raises(ModelRefusal):
        picture(base64_of(JPEG), ("png",))


@pytest.mark.parametrize("text", [base64_of(), "data:image/png,x", "data:text/plain;base64,aGVsbG8=", link(b"hello")])
def test_a_link_to_no_picture_is_refused(text: str) -> None:
    with pytest.raises(ModelRefusal):
        linked_picture(text, ("png",))


@given(st.text(max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    for read in (lambda given: picture(given, ("png",)), lambda given: linked_picture(given, ("png",)), media):
        with suppress(ModelRefusal):
            assert read(text)
