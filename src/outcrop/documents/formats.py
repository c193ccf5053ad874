"""Which format is read by what: one table, and the one function that turns every failure into the one refusal."""

from collections.abc import Callable

from outcrop.documents import doc97, markup, pdf, plain, sheets, word
from outcrop.documents.limits import UnreadableDocument

READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": pdf.text,
    "csv": plain.text,
    "doc": doc97.text,
    "docx": word.text,
    "xls": sheets.xls,
    "xlsx": sheets.xlsx,
    "html": markup.text,
    "txt": plain.text,
    "md": plain.text,
}
"""DocumentFormat of the Converse API -> bytes to text; a reader may raise anything its library raises."""

_QUOTED = 200  # characters of a library's message, which may quote the document


def read(format: str, data: bytes) -> str:
    """The text of `data`, which is said to be a `format` (a key of `READERS`); "" when it holds none.

    Raises UnreadableDocument and nothing else: whatever a library raises on somebody's bytes speaks about the bytes.
    """
    reader = READERS.get(format)
    if reader is None:
        raise UnreadableDocument(f"The document format is not one of {', '.join(READERS)}.")
    try:
        return reader(data)
    except UnreadableDocument:
        raise
    except MemoryError as error:
        raise UnreadableDocument(f"The {format} document takes too much memory to read.") from error
    except Exception as error:
        said = str(error)[:_QUOTED].rstrip(".") or "no details"
        raise UnreadableDocument(f"The {format} document is damaged ({type(error).__name__}: {said}).") from error
