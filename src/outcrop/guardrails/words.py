"""Words and phrases: found whole, whatever their case, however many of them there are.

A text is cut into runs of letters and digits and single other characters. A phrase is found where the same pieces follow
one another with the same space between them, so a word is never found within a longer one, and ten thousand phrases cost
no more than one. White space of any kind and length counts as one blank.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice, zip_longest

from outcrop.guardrails.spans import Find, Span

_WORD = re.compile(r"\w+")
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
    beginning = _WORD if all(_WORD.fullmatch(piece) for piece in table) else _PIECE

    def find(text: str) -> Iterator[Span]:
        folded = text.casefold()
        if len(folded) != len(text):  # a letter that is two when its case is folded, as ß is
            yield from _find_folding(table, text)
            return
        for match in beginning.finditer(folded):
            for phrase in table.get(match.group(), ()):
                end = _end(phrase, folded, match.start())
                if end is not None:
                    yield match.start(), end
                    break

    return find


def _end(phrase: list[str], folded: str, start: int) -> int | None:
    """Where `phrase` ends if it begins at `start`."""
    end = None
    for piece, match in zip_longest(phrase, islice(_PIECE.finditer(folded, start), len(phrase))):
        if match is None or _folded(match.group()) != piece:
            return None
        end = match.end()
    return end


def _find_folding(table: dict[str, list[list[str]]], text: str) -> Iterator[Span]:
    """The same of a text whose places are others once its case is folded: piece by piece."""
    places = [match.span() for match in _PIECE.finditer(text)]
    pieces = [_folded(text[start:end]) for start, end in places]
    for i, piece in enumerate(pieces):
        for phrase in table.get(piece, ()):
            if pieces[i : i + len(phrase)] == phrase:
                yield places[i][0], places[i + len(phrase) - 1][1]
                break


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
