"""Plain text (txt, csv, md): bytes in whatever encoding people save them in -> text, otherwise unchanged.

A byte order mark decides, then UTF-8 if the bytes are valid UTF-8, then the likeliest of the legacy encodings. Nothing
is parsed: a csv reaches the model as its author wrote it.
"""

import codecs

from outcrop.documents.limits import UnreadableDocument, collected

# UTF-32 before UTF-16: the little-endian mark of the one begins with that of the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# In the order of preference among equals: a few accented letters fit many code pages, and cp1252 is the likeliest.
_LEGACY = ["cp1252", "cp932", "euc_jp", "gb18030", "cp949", "big5", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254"]
_WIDE = ["utf_16_le", "utf_16_be"]


def text(data: bytes) -> str:
    """The text of a txt, csv or md document, line ends as "\\n"; UnreadableDocument when the bytes are no text."""
    return collected([decoded(data).replace("\r\n", "\n").replace("\r", "\n")])


def decoded(data: bytes) -> str:
    """The characters of `data`, without a byte order mark; UnreadableDocument when no known encoding gives text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data:
        return _likeliest(data, _WIDE)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _likeliest(data, _LEGACY)


def _likeliest(data: bytes, encodings: list[str]) -> str:
    """The reading of `data` with the least mess, then the most language, then the earliest of `encodings`."""
    from charset_normalizer import CharsetMatch, from_bytes

    def rank(match: CharsetMatch) -> tuple[int, float, int]:
        names = [encodings.index(name) for name in match.could_be_from_charset if name in encodings]
        return round(match.chaos * 20), -match.coherence, min(names)

    matches = from_bytes(data, cp_isolation=encodings)
    if not matches:
        raise UnreadableDocument("The bytes are not text in any known encoding.")
    return str(min(matches, key=rank))
