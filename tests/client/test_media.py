"""Pictures and documents out of bytes, paths and open files."""

import io
import re

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.client import UnknownFormat, attachment, document, image, media
from outcrop.model.runtime import ContentBlock

FORMATS = ["png", "jpeg", "gif", "webp"]


def picture(kind: str) -> bytes:
    made = io.BytesIO()
    PIL.Image.new("RGB", (4, 3)).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("make", [image, attachment])
def test_a_pictures_format_is_in_its_bytes_whatever_its_name(tmp_path, kind, make):
    path = tmp_path / "picture.jpg"
    path.write_bytes(picture(kind))
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes()), path.open("rb")):
        made = make(source).image
        assert (made.format, made.source.bytes) == (kind, picture(kind))
        if hasattr(source, "close"):
            source.close()


def test_a_picture_that_cannot_be_told_goes_by_its_name_or_what_is_said(tmp_path):
    (tmp_path / "x.JPG").write_bytes(b"?")
    assert image(tmp_path / "x.JPG").image.format == "jpeg"
    assert image(b"?", format="webp").image.format == "webp"
    with pytest.raises(UnknownFormat, match="what was given is no picture Converse takes: png, jpeg, gif, webp"):
        image(b"?")


@pytest.mark.parametrize(("suffix", "kind"), media.DOCUMENTS.items())
@pytest.mark.parametrize("make", [document, attachment])
def test_a_documents_format_is_its_names(tmp_path, suffix, kind, make):
    path = tmp_path / f"Q2_report (final).v2.{suffix.upper()}"
    path.write_bytes(b"?")
    made = make(path).document
    assert (made.format, made.name, made.source.bytes) == (kind, "Q2 report (final) v2", b"?")


def test_a_pdf_is_known_by_its_bytes():
    made = attachment(b"%PDF-1.7 ...").document
    assert (made.format, made.name) == ("pdf", "document")
    assert document(b"x", name="a/b", format="txt").document.name == "a b"


def test_what_is_neither_is_refused(tmp_path):
    (tmp_path / "notes").write_bytes(b"?")
    with pytest.raises(UnknownFormat, match=r"notes is no picture or document Converse takes: png, .*, md"):
        attachment(tmp_path / "notes")
    with pytest.raises(UnknownFormat, match="is no document"):
        document(tmp_path / "notes")


@given(st.text())
def test_any_name_becomes_one_converse_takes(text):
    name = media.allowed_name(text)
    assert re.fullmatch(r"[A-Za-z0-9()\[\]-]+( [A-Za-z0-9()\[\]-]+)*", name)
    assert len(name) <= 200


@given(st.lists(st.sampled_from(["a", "a 2", "b" * 200]), max_size=6), st.sets(st.sampled_from(["a", "a 3", "c"])))
def test_documents_end_up_with_names_of_their_own(names, taken):
    blocks = [document(b"x", name=name, format="txt") for name in names]
    made = [block.document.name for block in media.apart(blocks, taken)]
    assert len(set(made)) == len(made)
    assert not set(made) & taken
    assert all(len(name) <= 200 for name in made)


def test_content_is_texts_blocks_and_attachments(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"?")
    block = ContentBlock(text="block")
    made = media.content(["text", block, {"text": "dict"}, tmp_path / "a.txt", picture("png")])
    assert [part.text for part in made[:3]] == ["text", "block", "dict"]
    assert made[3].document.name == "a"
    assert made[4].image.format == "png"
