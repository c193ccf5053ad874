"""Text of docx files."""

from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml

from outcrop.documents.formats import read
from outcrop.documents.limits import UnreadableDocument
from outcrop.documents.word import text

Save = Callable[[object], bytes]

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


@pytest.fixture
def body(save: Save) -> Callable[[str], bytes]:
    """Makes a document of a piece of WordprocessingML."""

    def made(xml: str) -> bytes:
        document = docx.Document()
        for element in parse_xml(f"<w:body {SPACES}>{xml}</w:body>"):
            document.element.body.insert_element_before(element, "w:sectPr")
        return save(document)

    return made


def test_paragraphs_and_tables_keep_their_order(samples: dict[str, bytes]) -> None:
    assert text(samples["docx"]) == "Vorher: 日本語\nName\tPreis\n日本語\t3.5\nBrötchen\t4\nNachher"


def test_an_empty_document_has_no_text(save: Save) -> None:
    assert text(save(docx.Document())) == ""


def test_a_cell_is_one_line_and_a_table_inside_it_too(save: Save) -> None:
    document = docx.Document()
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text = "one\ntwo"
    cells[1].add_table(rows=1, cols=2).rows[0].cells[1].text = "inner"
    assert text(save(document)) == "one two\t\tinner"


def test_merged_cells_come_once(save: Save) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 1).text = "right"
    assert text(save(document)) == "wide\n\tright"


@pytest.mark.parametrize(
    ("xml", "seen"),
    [
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r></w:p>", "a\tb\nc-"),
        ('<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs></w:pPr><w:r><w:t>x</w:t></w:r></w:p>', "x"),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>form field</w:t></w:r></w:p></w:sdtContent></w:sdt>", "form field"),
        (
            "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>",
            "new",
        ),
        ("<w:p><w:moveFrom><w:r><w:t>here</w:t></w:r></w:moveFrom><w:r><w:t>there</w:t></w:r></w:p>", "there"),
        ("<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>", "link"),
        ("<w:p><m:oMath><m:r><m:t>E=mc²</m:t></m:r></m:oMath></w:p>", "E=mc²"),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r></w:p>", "7"),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p>"
            "</w:txbxContent></mc:Choice><mc:Fallback><w:t>box</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "box",
        ),
    ],
)
def test_what_word_shows_is_read(body: Callable[[str], bytes], xml: str, seen: str) -> None:
    assert text(body(xml)) == seen


def test_an_archive_of_something_else_is_refused(samples: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableDocument, match="docx document is damaged"):
        read("docx", samples["xlsx"])


@pytest.mark.parametrize("data", [b"", b"plain text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_bytes_that_are_no_archive_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="not a docx file"):
        text(data)


def test_deep_nesting_is_read_or_refused(body: Callable[[str], bytes]) -> None:
    deep = body("<w:p>" + "<w:ins>" * 200 + "<w:r><w:t>x</w:t></w:r>" + "</w:ins>" * 200 + "</w:p>")
    assert text(deep) == "x"
