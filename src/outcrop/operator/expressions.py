"""Paths into a record: `$`, `$a.b[0].c`, `$['x y']`, `$.hasPath("a.b")`.

`parse` makes a value of a text or says where it stops being a path; evaluating never calls anything and never looks at
attributes, only at members of JSON objects and items of JSON arrays. Everything else of the platform's JavaScript
(operators, ternaries, functions, `_parameters`) is left to Python callables.
"""

import re
from typing import Any

import msgspec

Steps = tuple[str | int, ...]

_NAME = re.compile(r"[^\W\d][\w$]*")
_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w$]*)                      # .name
    |\[\s*(?P<index>0|[1-9][0-9]{0,8})\s*\]            # [0]
    |\[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]           # ["any name"]
    |\[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]           # ['any name']
    """,
    re.VERBOSE,
)
_HAS_PATH = re.compile(r"""\.hasPath\(\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*\)\Z""")
_ESCAPE = re.compile(r"\\(.)")


class InvalidExpression(ValueError):
    """A text that is no path, and where it stops being one."""


class Undefined(LookupError):
    """The record has no such path; the text says which part is missing."""


class Expression(msgspec.Struct, frozen=True):
    """A path: its `source`, its steps, and for `hasPath` the steps that are asked about."""

    source: str
    steps: Steps
    asked: Steps | None = None

    def __call__(self, record: Any) -> Any:
        """The value at the path in `record`, or for `hasPath` whether there is one. Raises Undefined."""
        found = _walk(record, self.steps)
        if self.asked is None:
            return found
        try:
            _walk(found, self.asked)
        except Undefined:
            return False
        return True


def parse(text: str) -> Expression:
    """The expression that `text` is, beginning with ``$``. Raises InvalidExpression."""
    if not text.startswith("$"):
        raise InvalidExpression("An expression begins with $.")
    position, steps = _first(text)
    asked = _HAS_PATH.search(text, position)
    end = asked.start() if asked else len(text)
    while position < end:
        step = _STEP.match(text, position, end)
        if step is None:
            raise InvalidExpression(f"At character {position + 1} of {text!r} a .name, [0] or ['name'] is expected.")
        steps.append(_step(step))
        position = step.end()
    return Expression(text, tuple(steps), _relative(asked["double"] or asked["single"] or "") if asked else None)


def is_expression(value: Any) -> bool:
    """Whether a setting's value is taken for an expression: a text that begins with ``$``."""
    return isinstance(value, str) and value.startswith("$")


def _first(text: str) -> tuple[int, list[str | int]]:
    """`$name` names a member of the record; `$` alone is the record."""
    name = _NAME.match(text, 1)
    return (name.end(), [name[0]]) if name else (1, [])


def _step(step: re.Match[str]) -> str | int:
    if step["index"] is not None:
        return int(step["index"])
    if step["name"] is not None:
        return step["name"]
    quoted = step["double"] if step["double"] is not None else step["single"]
    return _ESCAPE.sub(r"\1", quoted)


def _relative(path: str) -> Steps:
    """The steps of what `hasPath` is given: a path, with or without its ``$``."""
    if path.startswith("$"):
        return parse(path).steps
    return parse("$" + path if path[:1] in ("[", "") else "$." + path).steps


def _walk(value: Any, steps: Steps) -> Any:
    for step in steps:
        if not _has(value, step):
            raise Undefined(f"{step if isinstance(step, str) else f'[{step}]'} is undefined.")
        value = value[step]
    return value


def _has(value: Any, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, dict) and step in value
    return isinstance(value, list | tuple) and step < len(value)
