"""Text of PDF files."""

from collections.abc import Callable

import pytest
from fpdf import FPDF

from outcrop.documents import pdf
from outcrop.documents.limits import UnreadableDocument

PDF = Callable[..., bytes]


def test_pages_come_in_order_with_a_blank_line_between(make_pdf: PDF) -> None:
    assert pdf.text(make_pdf("Grüße aus Zürich", "Second page")) == "Grüße aus Zürich\n\nSecond page"


def test_lines_end_with_one_character(make_pdf: PDF) -> None:
    assert pdf.text(make_pdf("one\ntwo")) == "one\ntwo"


def test_a_hyphen_at_the_end_of_a_line_stays_a_hyphen(make_pdf: PDF) -> None:
    assert pdf.text(make_pdf("a well-\nknown word")) == "a well-known word"


def test_pages_without_text_give_none(make_pdf: PDF) -> None:
    assert pdf.text(make_pdf("", "")) == ""


def test_the_header_may_come_late(make_pdf: PDF) -> None:
    assert pdf.text(b"Content-Type: application/pdf\n\n" + make_pdf("late")) == "late"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<p>%PD", b"x" * 1024 + b"%PDF-1.7"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="not a PDF file"):
        pdf.text(data)


def test_a_password_is_named_as_the_reason() -> None:
    paper = FPDF()
    paper.set_encryption(owner_password="owner", user_password="user")
    paper.add_page()
    with pytest.raises(UnreadableDocument, match="password"):
        pdf.text(bytes(paper.output()))


def test_too_many_pages_are_refused(make_pdf: PDF, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    assert pdf.text(make_pdf("1")) == "1"
    with pytest.raises(UnreadableDocument, match="more than 1 pages"):
        pdf.text(make_pdf("1", "2"))


def test_japanese_comes_through_the_fonts_own_map() -> None:
    """Four glyphs of a font that is not shipped, and the table with which a PDF says what they mean."""
    meaning = "begincmap 4 beginbfchar <0001><65E5> <0002><672C> <0003><8A9E> <0004><00FC> endbfchar endcmap"
    page = "BT /F 12 Tf 9 99 Td <0001000200030004> Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(page)}>>stream\n{page}\nendstream",
        "<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/F"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        f"<</Length {len(meaning)}>>stream\n{meaning}\nendstream",
    ]
    assert pdf.text(assembled(objects)) == "日本語ü"


def assembled(objects: list[str]) -> bytes:
    """A PDF file of `objects`, numbered from 1, the first being its catalogue."""
    file, places = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(file)
        file += f"{number} 0 obj\n{content}\nendobj\n".encode()
    count = len(objects) + 1
    return file + b"xref\n0 %d\n%btrailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        count,
        places,
        count,
        len(file),
    )
