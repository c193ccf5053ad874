"""Word 97 to 2003 documents (doc) -> the text of the body: a line per paragraph, a tab between cells.

The characters lie in pieces, single-byte or UTF-16, listed in a table of their own ([MS-DOC] sections 2.4.1 and
2.8.35). Formatting, notes, headers and what lies in embedded objects are never looked at.
"""

import re
import struct
from collections.abc import Iterator

from outcrop.documents.limits import UnreadableDocument, collected, require

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Offsets in the file information block, and its flags ([MS-DOC] 2.5.2, 2.5.4, 2.5.6).
_IDENT = 0xA5EC
_WORD97 = 0x00C1
_ENCRYPTED = 0x0100
_SECOND_TABLE = 0x0200
_FLAGS_AT = 0x0A
_BODY_LENGTH_AT = 0x4C
_PIECES_AT = 0x01A2

_SINGLE_BYTE = 0x4000_0000

_FIELD = re.compile("([\x13\x14\x15])")
_SIGNS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x07": "\t", "\x1e": "-"}
    | dict.fromkeys("\x00\x01\x02\x03\x04\x05\x06\x08\x14\x15\x1f")
)


def text(data: bytes) -> str:
    """The text of a doc document; UnreadableDocument when it is no Word 97 to 2003 file, is encrypted or cut short."""
    require(data, OLE_MAGIC, "a Word 97 to 2003 file")
    from io import BytesIO

    from olefile import OleFileIO

    with OleFileIO(BytesIO(data)) as streams:
        if not streams.exists("WordDocument"):
            raise UnreadableDocument("The file holds no Word document.")
        word = streams.openstream("WordDocument").read()
        table = streams.openstream(table_name(word)).read()
    return shown(collected(pieces(word, table)))


def table_name(word: bytes) -> str:
    """The name of the stream that lists the pieces of the `WordDocument` stream `word`."""
    ident, version = struct.unpack_from("<HH", word)
    (flags,) = struct.unpack_from("<H", word, _FLAGS_AT)
    if ident != _IDENT or version < _WORD97:
        raise UnreadableDocument("The file is older than Word 97.")
    if flags & _ENCRYPTED:
        raise UnreadableDocument("The Word document is protected by a password.")
    return "1Table" if flags & _SECOND_TABLE else "0Table"


def pieces(word: bytes, table: bytes) -> Iterator[str]:
    """The characters of the body as stored, control characters included; notes and headers would follow them."""
    body = _number(word, _BODY_LENGTH_AT)  # in UTF-16 units, as the bounds of the pieces
    start = _number(word, _PIECES_AT)
    plan = _piece_plan(table[start : start + _number(word, _PIECES_AT + 4)])
    count = (len(plan) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", plan)
    for index in range(count):
        if bounds[index] >= body:
            return
        place = _number(plan, 4 * (count + 1) + 8 * index + 2)
        yield _piece(word, place, min(bounds[index + 1], body) - bounds[index])


def _piece_plan(clx: bytes) -> bytes:
    """The piece table in `clx`, behind any number of property lists (kind 1, two bytes of length)."""
    at = 0
    while clx[at] == 1:
        at += 3 + int(struct.unpack_from("<H", clx, at + 1)[0])
    if clx[at] != 2:
        raise UnreadableDocument("The Word document lists no pieces of text.")
    return clx[at + 5 : at + 5 + _number(clx, at + 1)]


def _piece(word: bytes, place: int, length: int) -> str:
    single = bool(place & _SINGLE_BYTE)
    start, size = ((place ^ _SINGLE_BYTE) // 2, length) if single else (place, 2 * length)
    stored = word[start : start + size]
    if len(stored) != size:
        raise UnreadableDocument("The Word document is cut short.")
    return stored.decode("cp1252" if single else "utf-16-le", "replace")


def shown(characters: str) -> str:
    """What Word would show of stored `characters`: results of fields without their codes, marks as line ends and tabs.

    A cell ends with one mark and a row with one more, so an empty last cell reads as the end of its row.
    """
    kept: list[str] = []
    codes: list[bool] = []  # one entry per open field: whether its code, not yet its result, is being read
    hidden = 0
    for part in _FIELD.split(characters):
        match part:
            case "\x13":
                codes.append(True)
                hidden += 1
            case "\x14" if codes:
                hidden -= codes[-1]
                codes[-1] = False
            case "\x15" if codes:
                hidden -= codes.pop()
            case _ if not hidden:
                kept.append(part)
    return "".join(kept).replace("\x07\x07", "\n").translate(_SIGNS).strip("\n")


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
