"""Small real documents, one per format, each made by a library that writes that format."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
import xlwt
from fpdf import FPDF

DATA = Path(__file__).parent / "data"

ROWS = (("Name", "Preis"), ("日本語", 3.5), ("Brötchen", 4))


def pdf(*pages: str) -> bytes:
    """A PDF with one page per text; an empty text gives a page without any."""
    paper = FPDF()
    paper.set_font("Helvetica", size=12)
    for page in pages:
        paper.add_page()
        if page:
            paper.multi_cell(150, text=page)
    return bytes(paper.output())


def word() -> bytes:
    """A Word document: a paragraph, a table, a paragraph."""
    document = docx.Document()
    document.add_paragraph("Vorher: 日本語")
    table = document.add_table(rows=0, cols=2)
    for row in ROWS:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    document.add_paragraph("Nachher")
    return saved(document)


def new_workbook() -> bytes:
    """An xlsx workbook with one sheet of `ROWS`."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Preise"
    for row in ROWS:
        sheet.append(row)
    return saved(book)


def old_workbook() -> bytes:
    """An xls workbook with one sheet of `ROWS`."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Preise")
    for y, row in enumerate(ROWS):
        for x, value in enumerate(row):
            sheet.write(y, x, value)
    return saved(book)


def saved(document: object) -> bytes:
    """The bytes of anything that saves itself to a file."""
    file = BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    return pdf


@pytest.fixture(scope="session")
def save() -> Callable[[object], bytes]:
    return saved


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """One document per format of Converse."""
    return {
        "pdf": pdf("Grüße aus Zürich", "Second page"),
        "csv": "Name;Preis\nBrötchen;4,00 €\n".encode("cp1252"),
        "doc": (DATA / "word97.doc").read_bytes(),
        "docx": word(),
        "xls": old_workbook(),
        "xlsx": new_workbook(),
        "html": "<title>Grüße</title><p>日本語 <b>fett</b></p>".encode(),
        "txt": "Zürich\r\n日本語\r\n".encode("utf-16"),
        "md": "# Überschrift\n\n* 日本語\n".encode(),
    }
