"""The table of readers, and the one refusal."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.documents import formats
from outcrop.documents.formats import READERS, read
from outcrop.documents.limits import UnreadableDocument

# What makes a reader look further than the first bytes. Not for workbooks: see test_worker.
OPENINGS = {"pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04", "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "html": b"<p>"}


def test_every_format_of_converse_has_a_reader(samples: dict[str, bytes]) -> None:
    assert set(READERS) == set(samples)
    assert sorted(READERS) == ["csv", "doc", "docx", "html", "md", "pdf", "txt", "xls", "xlsx"]


@pytest.mark.parametrize("format", READERS)
def test_a_sample_of_each_gives_its_words(samples: dict[str, bytes], format: str) -> None:
    word = {"pdf": "Grüße", "csv": "4,00 €"}.get(format, "日本語")
    assert word in read(format, samples[format])


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnreadableDocument, match="pdf, csv, doc, docx, xls, xlsx, html, txt, md"):
        read("rtf", b"{\\rtf1 x}")


@pytest.mark.parametrize("format", ["pdf", "doc", "docx", "xls", "xlsx"])
def test_truncated_documents_are_refused(samples: dict[str, bytes], format: str) -> None:
    whole = samples[format]
    for length in (0, 1, 7, 100, len(whole) // 2, len(whole) * 9 // 10):
        with pytest.raises(UnreadableDocument):
            read(format, whole[:length])


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ValueError("no such part."), "The txt document is damaged (ValueError: no such part)."),
        (RecursionError(), "The txt document is damaged (RecursionError: no details)."),
        (MemoryError(), "The txt document takes too much memory to read."),
        (KeyError("x" * 1000), f"The txt document is damaged (KeyError: '{'x' * 199})."),
    ],
)
def test_whatever_a_library_raises_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, reason: str
) -> None:
    def fail(data: bytes) -> str:
        raise failure

    monkeypatch.setitem(formats.READERS, "txt", fail)
    with pytest.raises(UnreadableDocument) as refusal:
        read("txt", b"")
    assert refusal.value.reason == reason
    assert refusal.value.__cause__ is failure


@pytest.mark.parametrize("format", READERS)
@settings(max_examples=30)
@given(st.booleans(), st.binary(max_size=600))
def test_any_bytes_give_text_or_a_refusal(format: str, opened: bool, data: bytes) -> None:
    with suppress(UnreadableDocument):
        found = read(format, OPENINGS.get(format, b"") + data if opened else data)
        assert found.encode().decode() == found


@pytest.mark.parametrize("format", ["pdf", "doc", "docx"])
@settings(max_examples=30)
@given(st.data())
def test_damaged_documents_give_text_or_a_refusal(samples: dict[str, bytes], format: str, data: st.DataObject) -> None:
    damaged = bytearray(samples[format])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(UnreadableDocument):
        assert isinstance(read(format, bytes(damaged)), str)
