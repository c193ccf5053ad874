"""HTML -> text as a reader of the page would see it: a line per block, a tab between cells, `pre` as it stands.

The tree is walked with no recursion, since a page may nest as deep as it likes. Nothing is executed or fetched, and
scripts, styles and navigation are left out.
"""

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from outcrop.documents.limits import collected
from outcrop.documents.plain import decoded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = frozenset(("script", "style", "nav", "template", "iframe", "noframes", "noembed"))
# fmt: off
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "ol", "option", "p", "pre", "search", "section", "summary", "table", "tbody", "tfoot",
    "thead", "title", "tr", "ul",
))
# fmt: on
_CELLS = frozenset(("td", "th"))
_SPACE = re.compile(r"[ \t\n\r\f]+")

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]+)""")
_DECLARED_WITHIN = 1024  # bytes in which a page must name its encoding (WHATWG HTML, "prescan a byte stream")
_PAGE_ENCODINGS = ("cp125", "cp874", "cp932", "iso8859", "koi8", "shift_jis", "euc_", "gb", "big5")
_AS_WINDOWS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}  # WHATWG Encoding, "names and labels"


def text(data: bytes) -> str:
    """The text of an html document; bytes that are text but hold no markup are taken as that text."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(_characters(data)).root
    return "" if root is None else collected(filter(None, _lines(root)), "\n")


def _characters(data: bytes) -> str:
    """The page's characters: as its mark says, as it declares, or as its bytes suggest."""
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = _page_encoding(declared[1].decode())
        if encoding:
            return data.decode(encoding, "replace")
    return decoded(data)


def _page_encoding(label: str) -> str | None:
    """The codec a page's `label` stands for; None when its bytes had better be looked at (unknown, or UTF-8)."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _AS_WINDOWS.get(name, name)
    return name if name.startswith(_PAGE_ENCODINGS) else None


class _Line:
    """The line being put together. `ended` by a block, it is taken when more words come."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.ended = False
        self.at_edge = False  # nothing but space has come since a cell began or ended, so a block ends no line there

    def add(self, words: str, preformatted: bool) -> None:
        """Runs `words` on; unless preformatted, any space in them is one space, and none begins a line or cell."""
        if not preformatted:
            words = _SPACE.sub(" ", words)
            if not self.parts or self.parts[-1][-1] in " \t\n":
                words = words.lstrip(" ")
        if words:
            self.parts.append(words)
            self.at_edge = False

    def cell(self, opens: bool) -> None:
        """Begins or ends a cell, which leaves the row on one line."""
        if not opens:
            self.parts.append("\t")
        self.ended, self.at_edge = False, True

    def block(self) -> None:
        """Begins or ends a block."""
        self.ended = not self.at_edge

    def taken(self) -> str:
        """What has come so far; the next line begins."""
        line = "".join(self.parts).replace(" \t", "\t").rstrip()
        self.parts, self.ended, self.at_edge = [], False, False
        return line


def _lines(root: "LexborNode") -> Iterator[str]:
    """The lines of the page in order, empty ones among them; a row is one unless a cell holds several blocks."""
    line = _Line()
    preformatted = 0
    for node, opens in _walk(root):
        tag = node.tag
        words = node.text_content if opens else None
        if words:
            if line.ended and words.strip():
                yield line.taken()
            if not line.ended:
                line.add(words, preformatted > 0)
        elif tag == "tr":
            yield line.taken()
        elif tag in _CELLS:
            line.cell(opens)
        elif tag in _BLOCKS:
            line.block()
        if tag == "pre":
            preformatted += 1 if opens else -1
    yield line.taken()


def _walk(root: "LexborNode") -> Iterator[tuple["LexborNode", bool]]:
    """`root` and every node below it, once as it opens (True) and once as it closes (False)."""
    node, opens = root, True
    while True:
        yield node, opens
        inner = node.first_child if opens and node.tag not in _DROPPED else None
        if inner is not None:
            node = inner
        elif opens:
            opens = False
        elif node.mem_id == root.mem_id:
            return
        else:
            beside = node.next
            opens = beside is not None
            node = beside or _parent(node)


def _parent(node: "LexborNode") -> "LexborNode":
    parent = node.parent
    assert parent is not None, "only the root has none, and the walk ends with it"
    return parent
