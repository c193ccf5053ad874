"""Mustache templates: variables, sections, inverted sections, comments and delimiters, as mustache(5) has them.

`compile` makes a template of a text once, or says what is wrong with it; rendering is a walk over it and a stack of JSON
values. Values are written as JSON writes them, texts as they are. Partials and lambdas, which need more than a text and a
record, are refused.
"""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

_STANDALONE = frozenset("#^/!=")
_encode = msgspec.json.Encoder().encode


class InvalidTemplate(ValueError):
    """A text that is no template; the message says where."""


class Variable(msgspec.Struct, frozen=True):
    """A name whose value is written, as HTML unless it is `raw`."""

    name: str
    raw: bool


class Section(msgspec.Struct, frozen=True):
    """Parts for every item of a value or, `inverted`, for a value that is empty."""

    name: str
    inverted: bool
    parts: "Parts"


Part = str | Variable | Section
Parts = tuple[Part, ...]


class Template(msgspec.Struct, frozen=True):
    """A compiled text."""

    parts: Parts

    def render(self, record: Any) -> str:
        """The text with the values of `record`; what it does not have is empty."""
        return "".join(_written(self.parts, [record]))


class _Tag(msgspec.Struct):
    kind: str
    name: str
    start: int
    end: int


def compile(text: str) -> Template:
    """The template that `text` is. Raises InvalidTemplate."""
    open_sections: list[tuple[_Tag, list[Part]]] = []
    parts: list[Part] = []
    position = 0
    for tag in _tags(text):
        start, end = _line(text, tag) or (tag.start, tag.end)
        if start > position:
            parts.append(text[position:start])
        position = end
        if tag.kind in ("#", "^"):
            open_sections.append((tag, parts))
            parts = []
        elif tag.kind == "/":
            begun, before = open_sections.pop() if open_sections else (None, [])
            if begun is None or begun.name != tag.name:
                raise InvalidTemplate(f"{{{{/{tag.name}}}}} at character {tag.start + 1} closes no open section.")
            parts = [*before, Section(tag.name, begun.kind == "^", tuple(parts))]
        elif tag.kind in ("", "&", "{"):
            parts.append(Variable(tag.name, tag.kind != ""))
    if open_sections:
        tag = open_sections[-1][0]
        raise InvalidTemplate(f"The section {tag.name} that opens at character {tag.start + 1} is not closed.")
    return Template((*parts, text[position:]) if position < len(text) else tuple(parts))


def _tags(text: str) -> Iterator[_Tag]:
    """The tags in order; a delimiter tag changes those that follow."""
    opening, closing = "{{", "}}"
    position = text.find(opening)
    while position >= 0:
        tag, delimiters = _tag(text, position, opening, closing)
        if delimiters:
            opening, closing = delimiters
        yield tag
        position = text.find(opening, tag.end)


def _tag(text: str, start: int, opening: str, closing: str) -> tuple[_Tag, list[str] | None]:
    inside = start + len(opening)
    kind = text[inside : inside + 1]
    kind = kind if kind and kind in "#^/!=&{>" else ""
    last = {"{": "}" + closing, "=": "=" + closing}.get(kind, closing)
    end = text.find(last, inside + len(kind))
    if end < 0:
        raise InvalidTemplate(f"The tag that opens at character {start + 1} is not closed.")
    name = text[inside + len(kind) : end].strip()
    tag = _Tag(kind, name, start, end + len(last))
    if kind == ">":
        raise InvalidTemplate(f"The partial {name} at character {start + 1}: there are no other templates to include.")
    if kind == "=":
        delimiters = name.split()
        if len(delimiters) != 2:
            raise InvalidTemplate(f"The delimiters at character {start + 1} are not two.")
        return tag, delimiters
    if kind != "!" and (not name or re.search(r"\s", name)):
        raise InvalidTemplate(f"The tag at character {start + 1} has no name, or more than one.")
    return tag, None


def _line(text: str, tag: _Tag) -> tuple[int, int] | None:
    """The whole line of a tag that stands alone on it and writes nothing, as the specification has it."""
    if tag.kind not in _STANDALONE:
        return None
    start = text.rfind("\n", 0, tag.start) + 1
    found = re.compile(r"[ \t]*(?:\r?\n|\Z)").match(text, tag.end)
    if found is None or text[start : tag.start].strip(" \t"):
        return None
    return start, found.end()


def _written(parts: Parts, stack: list[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Variable):
            text = _text(_value(part.name, stack))
            yield text if part.raw else html.escape(text)
        else:
            for item in _items(part, _value(part.name, stack)):
                yield from _written(part.parts, [*stack, item])


def _items(section: Section, value: Any) -> Sequence[Any]:
    """What a section is written for: each item of a list, or a value that is there, or once when inverted and empty."""
    empty = value is None or value is False or value in ("", 0) or value == []
    if section.inverted:
        return [None] if empty else []
    if empty:
        return []
    return value if isinstance(value, list | tuple) else [value]


def _value(name: str, stack: list[Any]) -> Any:
    """The value of a dotted name: its first part in the nearest object that has it, the rest within that; None if absent."""
    if name == ".":
        return stack[-1]
    first, *rest = name.split(".")
    value = next((one[first] for one in reversed(stack) if isinstance(one, dict) and first in one), None)
    for part in rest:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return _encode(value).decode()
