"""Encodings of txt, csv and md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.documents.limits import MAX_CHARACTERS, UnreadableDocument
from outcrop.documents.plain import text

GERMAN = "Name;Preis\nBrötchen;0,40\nKäse;4,20 €\n"

LEGACY = [
    ("cp1252", "Müller;Zürich"),
    ("cp1252", GERMAN),
    ("cp1252", "El niño comió una piña mañana por la mañana en España."),
    ("cp1252", "It’s “fine” – really…"),
    ("cp1252", "Voilà l’été : où le garçon apporta des crêpes sucrées à 4,20 €."),
    ("cp1252", "Tolerance ±2 µm, area 30 m², price £5 each; see §4.2 of the manual © 2024 Acme®"),
    ("cp1250", "Zażółć gęślą jaźń; książka, łódź, święto, źródło"),
    ("cp1251", "Привет мир"),
    ("koi8_r", "Привет, мир. Это проверка текста на русском языке."),
    ("cp1253", "Αυτό είναι ένα ελληνικό κείμενο για δοκιμή."),
    ("cp1254", "İstanbul'da güneşli bir gün, çok güzel şeyler"),
    ("cp932", "名前,値段\nパン,350\n"),
    ("euc_jp", "日本語のテキストです。これは試験です。"),
    ("gb18030", "这是一个中文文本测试，用于检测编码。"),
    ("big5", "這是一個中文文本測試，用於檢測編碼。"),
    ("cp949", "이름,가격\n빵,350\n"),
    ("utf-16-le", "Plain text without a mark"),
    ("utf-16-be", "Plain text, für Zürich"),
]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")))
def test_utf8_is_itself(original: str) -> None:
    assert text(original.encode()) == original.removeprefix("\ufeff")


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"), min_size=1),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_a_byte_order_mark_decides(original: str, encoding: str) -> None:
    assert text(original.encode(encoding)) == original


def test_big_endian_marks_are_known() -> None:
    assert text(b"\xfe\xff" + "Zürich 日本語".encode("utf-16-be")) == "Zürich 日本語"
    assert text(b"\0\0\xfe\xff" + "Zürich 日本語".encode("utf-32-be")) == "Zürich 日本語"


@pytest.mark.parametrize(("encoding", "original"), LEGACY)
def test_legacy_encodings_are_recognised(encoding: str, original: str) -> None:
    assert text(original.encode(encoding)) == original


def test_line_ends_become_one_kind() -> None:
    assert text(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_markdown_and_commas_are_left_alone() -> None:
    assert text(b'# T\n\n"a, b",c\n') == '# T\n\n"a, b",c\n'


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x90\0\0\1,\x08\x06", bytes(100), b"%\xe2\xe3\xcf\xd3" + bytes(range(256))],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="not text in any known encoding"):
        text(data)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="characters"):
        text(b"x" * (MAX_CHARACTERS + 1))


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        found = text(data)
    except UnreadableDocument:
        return
    assert found.encode().decode() == found
