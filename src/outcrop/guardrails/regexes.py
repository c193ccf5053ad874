"""Regular expressions that callers give: RE2's, which reads a text in linear time whatever the expression.

It has no look-around and no back-references; AWS documents that look-around is not supported. Imported when the first
guardrail with an expression is judged or made.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from outcrop.guardrails.spans import Find, Span

_MEMORY = 8 << 20  # bytes of one compiled expression


class InvalidPattern(ValueError):
    """The expression is none that can be used; `args[0]` says why."""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors, options.max_mem = False, _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0]
        raise InvalidPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def finder(pattern: str) -> Find:
    """What finds `pattern`, never where it is empty; raises InvalidPattern."""
    expression = _compiled(pattern)

    def find(text: str) -> Iterator[Span]:
        for match in expression.finditer(text):
            if match.start() < match.end():
                yield match.span()

    return find
