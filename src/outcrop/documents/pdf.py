"""PDF -> the text of its pages, in order. Scanned pages give no text: nothing is rendered or recognised here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from outcrop.documents.limits import MAX_PAGES, UnreadableDocument, collected

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024  # bytes; mail and print software puts lines of its own before it (PDF Reference, appendix H.3)

_SIGNS = str.maketrans({"\r": None, "\ufffe": "-"})  # PDFium's mark for a hyphen at the end of a line


def text(data: bytes) -> str:
    """The text of a pdf document, a blank line between pages; "" when no page holds any text."""
    if _MAGIC not in data[:_MAGIC_WITHIN]:
        raise UnreadableDocument("The bytes are not a PDF file.")
    document = _opened(data)
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableDocument(f"The PDF file has more than {MAX_PAGES:,} pages.")
        return collected(_pages(document), "\n\n").strip()
    finally:
        document.close()


def _opened(data: bytes) -> "PdfDocument":
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise UnreadableDocument("The PDF file is protected by a password.") from error
        raise


def _pages(document: "PdfDocument") -> Iterator[str]:
    for index in range(len(document)):
        page = document[index]
        try:
            yield _page_text(page)
        finally:
            page.close()


def _page_text(page: "PdfPage") -> str:
    words = page.get_textpage()
    try:
        return str(words.get_text_range()).translate(_SIGNS).strip()
    finally:
        words.close()
