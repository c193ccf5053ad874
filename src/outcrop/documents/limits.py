"""What one document may cost: the bounds every format shares, and the one refusal. Nothing here knows a format."""

from collections.abc import Iterable

MAX_CHARACTERS = 5_000_000
"""Characters of text one document may give: above what the 4.5 MB of a document can hold as plain text, so that the
model, not the reader, refuses a long one."""

MAX_UNPACKED = 100_000_000
"""Bytes all members of a zip-based document may unpack to, together."""

MAX_PAGES = 5_000
"""Pages one PDF may have."""


class UnreadableDocument(Exception):
    """The bytes are not what the format says, or are too large or too slow to read.

    `reason` is one English sentence for the person who sent the document; it quotes nothing of this process.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require(data: bytes, magic: bytes, what: str) -> None:
    """Refuses bytes that do not begin with `magic`; `what` names what they should have been, with its article."""
    if not data.startswith(magic):
        raise UnreadableDocument(f"The bytes are not {what}.")


def collected(pieces: Iterable[str], separator: str = "") -> str:
    """Joins `pieces`, drawing no more of them than `MAX_CHARACTERS` allow.

    Raises UnreadableDocument above that: a text cut short would pass for the whole.
    """
    kept: list[str] = []
    left = MAX_CHARACTERS
    for piece in pieces:
        left -= len(piece) + (len(separator) if kept else 0)
        if left < 0:
            raise UnreadableDocument(f"The document holds more than {MAX_CHARACTERS:,} characters of text.")
        kept.append(piece)
    return separator.join(kept)
