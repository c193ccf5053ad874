"""Words and phrases: found whole, whatever their case, however many of them there are.

A text is cut into runs of letters and digits and single other characters. A phrase is found where the same pieces follow
one another with the same space between them, so a word is never found within a longer one, and ten thousand phrases cost
no more than one. White space of any kind and length counts as one blank.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from outcrop.guardrails.spans import Find, Span

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@lru_cache(maxsize=1)
def profanity() -> tuple[str, ...]:
    """The managed list PROFANITY: a short one of our own, English (AWS publishes none)."""
    return tuple(files(__package__).joinpath("profanity.txt").read_text("utf-8").split())


def finder(phrases: Iterable[str]) -> Find:
    """What finds any of `phrases`; at each place the longest."""
    table: dict[str, list[list[str]]] = {}
    for phrase in phrases:
        if pieces := _pieces(phrase):
            table.setdefault(pieces[0], []).append(pieces)
    for known in table.values():
        known.sort(key=len, reverse=True)

    def find(text: str) -> Iterator[Span]:
        places = [match.span() for match in _PIECE.finditer(text)]
        pieces = [_folded(text[start:end]) for start, end in places]
        for i, piece in enumerate(pieces):
            for phrase in table.get(piece, ()):
                if pieces[i : i + len(phrase)] == phrase:
                    yield places[i][0], places[i + len(phrase) - 1][1]
                    break

    return find


def longest(phrases: Iterable[str]) -> int:
    """How many pieces the longest of `phrases` has."""
    return max((len(_pieces(phrase)) for phrase in phrases), default=0)


def start_of_last(text: str, count: int) -> int:
    """Where the last `count` pieces of `text` begin, the very last of which may still grow."""
    starts = [match.start() for match in _PIECE.finditer(text)]
    return starts[-count] if len(starts) >= count else 0


def _pieces(phrase: str) -> list[str]:
    return [_folded(piece) for piece in _PIECE.findall(phrase.strip())]


def _folded(piece: str) -> str:
    return " " if piece.isspace() else piece.casefold()
