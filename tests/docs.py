"""Pages whose code runs: the fenced Python of a page, in order, as one program."""

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
_FENCED = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def python(page: str) -> list[tuple[int, str]]:
    """The Python blocks of a page under docs/, each with the line on which it begins."""
    text = (DOCS / page).read_text("utf-8")
    return [(text.count("\n", 0, found.start()) + 2, found[1]) for found in _FENCED.finditer(text)]


def run(page: str) -> dict[str, Any]:
    """Run a page's Python; the names it leaves. Errors name the page and its line."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for line, text in python(page):
        exec(compile("\n" * (line - 1) + text, str(DOCS / page), "exec"), names)
    return names
