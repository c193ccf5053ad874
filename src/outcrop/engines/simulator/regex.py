"""Text out of a pattern: a regular expression of JSON schema (ECMA-262) is parsed into a small tree and drawn from.

What comes out is a candidate, never a promise: anchors, boundaries and lookarounds are passed over, so the caller
checks it and draws again. Nothing here matches text, and no pattern can make it run away: depth and length are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

DEEPEST = 40  # groups within groups
LONGEST = 4_000  # characters
EXTRA = 6  # repetitions beyond the least, where the pattern sets no end

Range = tuple[int, int]

LOWER, UPPER, DIGIT = (97, 122), (65, 90), (48, 57)
PRINTABLE = (33, 126)
SPACES: tuple[Range, ...] = ((32, 32), (9, 13), (160, 160))
WORD: tuple[Range, ...] = (LOWER, UPPER, DIGIT, (95, 95))
SHORTHANDS: dict[str, tuple[Range, ...]] = {"d": (DIGIT,), "w": WORD, "s": SPACES}
CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0}
PROPERTIES: dict[str, tuple[Range, ...]] = {  # \p{...}: the ASCII part of the class, by its first letters
    "Lu": (UPPER,),
    "Ll": (LOWER,),
    "L": (LOWER, UPPER),
    "N": (DIGIT,),
    "digit": (DIGIT,),
    "P": ((33, 47),),
    "S": ((36, 36),),
    "Z": ((32, 32),),
}


class Unreadable(ValueError):
    """The pattern is not understood here, or needs more than is drawn."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges of code points."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives, each a sequence; `number` when a backreference may name it."""

    options: tuple[tuple["Node", ...], ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """What a group became."""

    number: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A node `least` to `most` times; no `most` is no end."""

    node: "Node"
    least: int
    most: int | None


Node = Chars | Group | Back | Repeat


def text(pattern: str, draw: Random, *, least: int = 0, plain: bool = True) -> str:
    """A text that `pattern` likely matches; at least `least` characters if the pattern's repetitions allow it.

    `plain` prefers letters to digits and digits to the rest. Raises Unreadable for a pattern that is not understood
    or asks for more than LONGEST characters.
    """
    drawing = _Drawing(draw, max(EXTRA, least), plain)
    return "".join(drawing.draw(_parse(pattern)))


@dataclass(slots=True)
class _Drawing:
    random: Random
    extra: int
    plain: bool
    length: int = 0
    groups: dict[int, str] = field(default_factory=dict)

    def draw(self, node: Node) -> Iterator[str]:
        match node:
            case Chars(ranges):
                self.length += 1
                if self.length > LONGEST:
                    raise Unreadable(f"More than {LONGEST} characters")
                yield chr(self._code(ranges))
            case Repeat(inner, least, most):
                for _ in range(self._times(least, most)):
                    yield from self.draw(inner)
            case Back(number):
                yield self.groups.get(number, "")
            case Group(options, number):
                drawn = "".join(part for inner in self.random.choice(options) for part in self.draw(inner))
                if number is not None:
                    self.groups[number] = drawn
                yield drawn

    def _code(self, ranges: tuple[Range, ...]) -> int:
        if self.plain:
            ranges = next(((liked,) for liked in (LOWER, UPPER, DIGIT) if liked in ranges), ranges)
        first, last = self.random.choice(ranges)
        return self.random.randint(first, last)

    def _times(self, least: int, most: int | None) -> int:
        if least > LONGEST:
            raise Unreadable(f"More than {LONGEST} repetitions")
        return self.random.randint(max(least, 1 if self.plain and most != 0 else 0), self._end(least, most))

    def _end(self, least: int, most: int | None) -> int:
        end = least + self.extra
        return end if most is None else min(most, end)


@lru_cache(maxsize=256)
def _parse(pattern: str) -> Group:
    parser = _Parser(pattern)
    group = parser.group()
    if parser.at < len(pattern):
        raise Unreadable("Unbalanced parenthesis")
    return group


@dataclass(slots=True)
class _Parser:
    pattern: str
    at: int = 0
    depth: int = 0
    numbers: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def take(self, expected: str) -> bool:
        if not self.pattern.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise Unreadable("The pattern ends too soon")
        self.at += 1
        return self.pattern[self.at - 1]

    def until(self, end: str) -> str:
        start, found = self.at, self.pattern.find(end, self.at)
        if found < 0:
            raise Unreadable(f"No {end}")
        self.at = found + len(end)
        return self.pattern[start:found]

    def group(self, number: int | None = None) -> Group:
        options: list[tuple[Node, ...]] = []
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.take("|"):
                options.append(tuple(parts))
                parts = []
            elif (atom := self._atom()) is not None:
                parts.append(self._repeated(atom))
        return Group((*options, tuple(parts)), number)

    def _atom(self) -> Node | None:
        match self.next():
            case "(":
                return self._parenthesis()
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case "^" | "$":
                return None
            case ".":
                return Chars((LOWER, UPPER, DIGIT, PRINTABLE))
            case "*" | "+" | "?":
                raise Unreadable("Nothing to repeat")
            case character:
                return Chars(((ord(character), ord(character)),))

    def _parenthesis(self) -> Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"More than {DEEPEST} groups within groups")
        looking = any(self.take(opening) for opening in ("?=", "?!", "?<=", "?<!"))
        number = None if looking or self.take("?:") else self._number()
        group = self.group(number)
        if not self.take(")"):
            raise Unreadable("No )")
        self.depth -= 1
        return None if looking else group

    def _number(self) -> int:
        self.numbers += 1
        if self.take("?<"):
            self.names[self.until(">")] = self.numbers
        return self.numbers

    def _repeated(self, node: Node) -> Node:
        least, most = self._quantifier()
        if (least, most) == (1, 1):
            return node
        self.take("?")  # a lazy quantifier accepts the same texts
        return Repeat(node, least, most)

    def _quantifier(self) -> tuple[int, int | None]:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        start = self.at
        if self.take("{") and "}" in self.pattern[self.at :]:
            low, comma, high = self.until("}").partition(",")
            if low.isdecimal() and (not high or high.isdecimal()):
                least = int(low)
                return least, int(high) if high else None if comma else least
        self.at = start
        return 1, 1

    def _escape(self) -> Node | None:
        character = self.next()
        if character in "bB":
            return None
        if character == "k" and self.take("<"):
            return Back(self.names.get(self.until(">"), 0))
        if character in "123456789":
            return Back(int(character))
        return Chars(self._escaped(character))

    def _escaped(self, character: str) -> tuple[Range, ...]:
        """The ranges of an escape, in a class or out of one."""
        if character in SHORTHANDS:
            return SHORTHANDS[character]
        if character.lower() in SHORTHANDS:
            return _complement(SHORTHANDS[character.lower()])
        if character in "pP" and self.take("{"):
            return self._property(self.until("}"), negated=character == "P")
        code = self._code(character)
        return ((code, code),)

    def _property(self, name: str, *, negated: bool) -> tuple[Range, ...]:
        name = name.rpartition("=")[2]
        ranges = next((PROPERTIES[known] for known in PROPERTIES if name.startswith(known)), (LOWER, UPPER))
        return _complement(ranges) if negated else ranges

    def _code(self, character: str) -> int:
        if character == "c":
            return ord(self.next()) % 32
        if character == "u" and self.take("{"):
            return _hexadecimal(self.until("}"))
        if character in "ux":
            digits = 4 if character == "u" else 2
            return _hexadecimal("".join(self.next() for _ in range(digits)))
        return CONTROLS.get(character, ord(character))

    def _class(self) -> Chars:
        negated = self.take("^")
        ranges: list[Range] = []
        while not self.take("]"):
            first = self._member()
            if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
                self.take("-")
                last = self._member()
                if first[0][0] > last[-1][1]:
                    raise Unreadable("A range that ends before it begins")
                first = ((first[0][0], last[-1][1]),)
            ranges.extend(first)
        chosen = _complement(tuple(ranges)) if negated else _halved(ranges)
        if not chosen:
            raise Unreadable("No character is in the class")
        return Chars(chosen)

    def _member(self) -> tuple[Range, ...]:
        character = self.next()
        if character != "\\":
            return ((ord(character), ord(character)),)
        character = self.next()
        return ((8, 8),) if character == "b" else self._escaped(character)


def _hexadecimal(digits: str) -> int:
    try:
        return min(int(digits, 16), 0x10FFFF)
    except ValueError:
        raise Unreadable(f"{digits} is not hexadecimal") from None


def _complement(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """What of the usual characters is not in `ranges`, the liked ones first; else one beyond them all."""
    codes = [code for code in range(32, 127) if not any(first <= code <= last for first, last in ranges)]
    liked = tuple(part for part in (LOWER, UPPER, DIGIT) if all(code in codes for code in range(part[0], part[1] + 1)))
    rest = tuple((code, code) for code in codes if code != 32)
    if liked or rest:
        return (*liked, *rest)
    beyond = max((last for _, last in ranges), default=32) + 1
    return ((beyond, beyond),) if beyond <= 0xD7FF else ()


def _halved(ranges: list[Range]) -> tuple[Range, ...]:
    """`ranges` without the surrogates, which no text holds."""
    kept = [(first, min(last, 0xD7FF)) for first, last in ranges if first <= 0xD7FF]
    return (*kept, *((max(first, 0xE000), last) for first, last in ranges if last >= 0xE000))
