"""Patterns of policies: wildcards and policy variables, read once, matched in time linear in what they are matched with.

A text is cut into pieces: plain text, in which ``*`` stands for any number of characters and ``?`` for one; characters
that stand for themselves (``${*}``, ``${?}``, ``${$}``); and variables, with or without a default. `Patterns` holds a
list of them and answers whether one matches. Nothing here knows what is matched.

Sources: documented (IAM User Guide, "IAM policy elements: Variables and tags", "IAM JSON policy elements: Resource").
A variable's value stands for itself, its wildcards too, and one that has no value and no default matches nothing.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol

from msgspec import Struct

Value = str | tuple[str, ...]


class Context(Protocol):
    """The values of condition keys, by their names in lower case; None for one that the request does not have."""

    def get(self, key: str, /) -> Value | None: ...


class Exact(Struct, frozen=True):
    """Characters that stand for themselves."""

    text: str


class Variable(Struct, frozen=True):
    """A condition key whose value comes here; `default` without one."""

    key: str
    default: str | None = None


Known = str | Exact
Piece = Known | Variable
_VARIABLE = re.compile(r"\$\{(?:(?P<fixed>[*?$])|(?P<key>[^{},']+?)(?:\s*,\s*'(?P<default>[^']*)')?)\}")


def pieces(text: str, *, variables: bool) -> tuple[Piece, ...]:
    """`text` cut up; without `variables` (policies before 2012-10-17) ``${...}`` is text like any other (documented)."""
    found: list[Piece] = []
    at = 0
    for match in _VARIABLE.finditer(text) if variables else ():
        if match.start() > at:
            found.append(text[at : match.start()])
        at = match.end()
        fixed = match["fixed"]
        found.append(Exact(fixed) if fixed else Variable(match["key"].strip().lower(), match["default"]))
    if at < len(text):
        found.append(text[at:])
    return tuple(found)


def keys(found: Iterable[Piece]) -> frozenset[str]:
    """The condition keys that are variables among `found`."""
    return frozenset(piece.key for piece in found if isinstance(piece, Variable))


def resolve(found: tuple[Piece, ...], context: Context) -> tuple[Known, ...] | None:
    """`found` with values in place of variables; None when one has neither value nor default, or several values."""
    resolved: list[Known] = []
    for piece in found:
        if isinstance(piece, Variable):
            value = context.get(piece.key)
            value = piece.default if value is None else value
            if not isinstance(value, str):
                return None
            piece = Exact(value)
        resolved.append(piece)
    return tuple(resolved)


def text(found: tuple[Known, ...]) -> str:
    """`found` as text in which nothing is a wildcard."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in found)


def expression(found: tuple[Known, ...]) -> str:
    """A regular expression for `found`, to be matched in full.

    What stands between two asterisks is taken where it comes first, once and for all (an atomic group): that is always
    right, and keeps a hostile pattern from trying every combination.
    """
    parts = [""]
    for piece in found:
        if isinstance(piece, Exact):
            parts[-1] += re.escape(piece.text)
            continue
        for character in piece:
            if character == "*":
                parts.append("")
            else:
                parts[-1] += "." if character == "?" else re.escape(character)
    if len(parts) == 1:
        return parts[0]
    return parts[0] + "".join(f"(?>.*?{part})" for part in parts[1:-1] if part) + ".*" + parts[-1]


@lru_cache(maxsize=1024)
def wildcard(found: tuple[Known, ...]) -> Callable[[str], object]:
    """Whether a text matches `found`, wildcards and all."""
    return re.compile(expression(found), re.DOTALL).fullmatch


class Patterns:
    """A list of patterns of which one has to match. `keys` are the condition keys that its variables need."""

    def __init__(self, texts: Iterable[str], *, variables: bool = False, ignore_case: bool = False) -> None:
        cut = [pieces(text.lower() if ignore_case else text, variables=variables) for text in texts]
        self._ignore_case = ignore_case
        self._open = tuple(found for found in cut if keys(found))
        known = [resolve(found, {}) or () for found in cut if not keys(found)]
        self._all = ("*",) in known
        self._exact = frozenset(text(found) for found in known if not _is_wild(found))
        wild = [expression(found) for found in known if _is_wild(found)]
        self._wild = re.compile("|".join(wild), re.DOTALL).fullmatch if wild else None
        self.keys = frozenset().union(*(keys(found) for found in cut))

    def match(self, subject: str, context: Context) -> bool:
        """Whether one of them matches `subject`."""
        if self._all:
            return True
        if self._ignore_case:
            subject = subject.lower()
        if subject in self._exact or (self._wild and self._wild(subject)):
            return True
        for found in self._open:
            known = resolve(found, context)
            if known is not None and wildcard(known)(subject):
                return True
        return False


def _is_wild(found: tuple[Known, ...]) -> bool:
    return any(isinstance(piece, str) and ("*" in piece or "?" in piece) for piece in found)
