"""Text of doc files: the piece table on streams made here, the container on a file made by a word processor."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.documents.doc97 import pieces, shown, table_name, text
from outcrop.documents.limits import UnreadableDocument

SHOWN = [
    ("Head\rbody\r", "Head\nbody"),
    ("a\x07b\x07\x07c\x07d\x07\x07", "a\tb\nc\td"),
    ("line\x0bbreak\x0cpage", "line\nbreak\npage"),
    ('see \x13 HYPERLINK "https://example.com/" \x14the link\x15.', "see the link."),
    ("\x13 TOC \x14one \x13 PAGEREF \x147\x15\x15 end", "one 7 end"),
    ("\x13 IF \x13 PAGE \x141\x15 > 1 \x14yes\x15", "yes"),
    ("no result \x13 XE entry \x15here", "no result here"),
    ("stray \x14marks\x15", "stray marks"),
    ("a\x1eb\x1fc \x01\x08note\x02", "a-bc note"),
    ("\r\r", ""),
]


def streams(
    parts: list[str], *, flags: int = 0, body: int | None = None, properties: bytes = b""
) -> tuple[bytes, bytes]:
    """The two streams of a document whose pieces are `parts`: single bytes where cp1252 has the characters."""
    word = bytearray(0x200)
    bounds, plan = [0], b""
    for part in parts:
        start = len(word)
        try:
            word += part.encode("cp1252")
            place = start * 2 | 0x4000_0000
        except UnicodeEncodeError:
            word += part.encode("utf-16-le")
            place = start
        bounds.append(bounds[-1] + len(part.encode("utf-16-le")) // 2)
        plan += struct.pack("<HIH", 0, place, 0)
    plan = struct.pack(f"<{len(bounds)}I", *bounds) + plan
    clx = properties + b"\x02" + struct.pack("<I", len(plan)) + plan
    struct.pack_into("<HH", word, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", word, 0x0A, flags)
    struct.pack_into("<I", word, 0x4C, bounds[-1] if body is None else body)
    struct.pack_into("<II", word, 0x01A2, 16, len(clx))
    return bytes(word), bytes(16) + clx


def test_a_file_of_a_word_processor(samples: dict[str, bytes]) -> None:
    assert text(samples["doc"]) == (
        "Überschrift 日本語\nPlain “quoted” words with a link, and a note1.\nCafé Zürich – ½ €\n"
        "Name\tPreis\nBrot\t3,50\nLast line"
    )


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=6))
def test_pieces_of_both_widths_come_together(parts: list[str]) -> None:
    assert "".join(pieces(*streams(parts))) == "".join(parts)


def test_notes_and_headers_behind_the_body_are_left_out() -> None:
    word, table = streams(["𝔹ody ", "日本語|a note", "more"], body=9)
    assert "".join(pieces(word, table)) == "𝔹ody 日本語"


def test_property_lists_before_the_pieces_are_passed_over() -> None:
    word, table = streams(["words"], properties=b"\x01\x03\x00abc\x01\x00\x00")
    assert list(pieces(word, table)) == ["words"]


@pytest.mark.parametrize(("flags", "name"), [(0, "0Table"), (0x0200, "1Table")])
def test_the_flags_name_the_table(flags: int, name: str) -> None:
    assert table_name(streams(["x"], flags=flags)[0]) == name


def test_an_encrypted_document_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="protected by a password"):
        table_name(streams(["x"], flags=0x0100)[0])


@pytest.mark.parametrize("start", [b"\xdc\xa5\x65\x00", b"\xec\xa5\x65\x00"])
def test_an_older_word_is_refused(start: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="older than Word 97"):
        table_name(start + bytes(100))


def test_a_document_cut_short_is_refused() -> None:
    word, table = streams(["some words"])
    with pytest.raises(UnreadableDocument, match="cut short"):
        list(pieces(word[:-1], table))


def test_a_table_without_pieces_is_refused() -> None:
    word, table = streams(["x"], properties=b"\x09")
    with pytest.raises(UnreadableDocument, match="no pieces"):
        list(pieces(word, table))


def test_pieces_that_run_backwards_are_refused() -> None:
    word, table = streams(["abc", "def"])
    backwards = table.replace(struct.pack("<III", 0, 3, 6), struct.pack("<III", 3, 0, 6))
    with pytest.raises(UnreadableDocument, match="cut short"):
        list(pieces(word, backwards))


@pytest.mark.parametrize(("stored", "seen"), SHOWN)
def test_marks_are_shown_as_word_shows_them(stored: str, seen: str) -> None:
    assert shown(stored) == seen


@given(st.text("ab\r\x07\x13\x14\x15\x01"))
def test_no_mark_is_left_over(stored: str) -> None:
    assert not set(shown(stored)) - set("ab\n\t")


def test_other_containers_are_refused(samples: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableDocument, match="holds no Word document"):
        text(samples["xls"])
    with pytest.raises(UnreadableDocument, match="not a Word 97 to 2003 file"):
        text(samples["docx"])
