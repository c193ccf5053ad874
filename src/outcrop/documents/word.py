"""Word documents (docx) -> the text of the body in reading order: a line per paragraph, a tab between cells.

The XML tree is read rather than python-docx's paragraphs, which leave out content controls, text boxes, equations and
inserted revisions. Headers, footers, notes, comments and deleted revisions are not part of the text.
"""

from typing import TYPE_CHECKING

from outcrop.documents.archive import check_unpacked
from outcrop.documents.limits import collected, require

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_TEXT = frozenset((f"{_W}t", f"{_MATH}t"))
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# Properties hold tab stops that look like tabs; a fallback repeats what stands beside it; a moved text has a new place.
_DROPPED = frozenset((f"{_W}pPr", f"{_W}sectPr", f"{_W}moveFrom", f"{_COMPATIBILITY}Fallback"))


def text(data: bytes) -> str:
    """The text of a docx document; UnreadableDocument when it is none, or unpacks to too much."""
    require(data, b"PK", "a docx file, which is a zip archive")
    check_unpacked(data)
    from io import BytesIO

    import docx

    body = docx.Document(BytesIO(data)).element.body
    return collected(map(_text, body)).strip("\n")


def _text(element: "BaseOxmlElement") -> str:
    kind = element.tag
    if kind in _DROPPED:
        return ""
    if kind in _TEXT:
        return element.text or ""
    if kind in _SIGNS:
        return _SIGNS[kind]
    inside = "".join(map(_text, element))
    if kind == f"{_W}p":
        return inside + "\n"
    if kind == f"{_W}tc":
        return inside.strip("\n").replace("\n", " ") + "\t"
    if kind == f"{_W}tr":
        return inside.removesuffix("\t") + "\n"
    return inside
