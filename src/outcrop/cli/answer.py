"""How an answer is shown: as it comes when something reads it, as Markdown when a person does.

What has been read never moves: a paragraph is rendered once, when it is whole, and only the one being written is shown as
plain text below. Code between fences counts as one paragraph.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any

Show = Callable[[Iterable[str]], str]


def prepare(*, raw: bool = False) -> Show:
    """What prints the pieces of an answer as they arrive, and a line's end after them; it returns the whole text.

    `raw`, and any standard output that is no terminal, gets the text itself. All that showing needs is loaded before it is
    returned, so that the time an answer takes is the answer's.
    """
    if raw or not sys.stdout.isatty():
        return _plain
    from io import StringIO

    import rich.live  # noqa: F401
    from rich.console import Console

    _print(Console(file=StringIO()), "Ready.")  # some of it is loaded when something is first drawn
    return _rendered


def _plain(pieces: Iterable[str]) -> str:
    said: list[str] = []
    try:
        for piece in pieces:
            said.append(piece)
            sys.stdout.write(piece)
            sys.stdout.flush()
    finally:
        if said:
            sys.stdout.write("\n")  # also before an error, which then stands on a line of its own
    return "".join(said)


def _rendered(pieces: Iterable[str]) -> str:
    from rich.console import Console
    from rich.live import Live

    console = Console(emoji=False)  # without a table of names that nothing here has
    said, shown = "", 0
    with Live(console=console, transient=True, refresh_per_second=15) as live:
        try:
            for piece in pieces:
                said += piece
                end = finished(said, shown)
                _print(console, said[shown:end])
                shown = end
                live.update(_tail(said[shown:], console.height))
        finally:
            live.update("")
            _print(console, said[shown:])
    return said


def finished(text: str, start: int) -> int:
    """Where the last whole paragraph of `text` after `start` ends; a blank line between fences ends none."""
    end, at, fenced = start, start, False
    for line in text[start:].splitlines(keepends=True):
        at += len(line)
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if line.endswith("\n") and not line.strip() and not fenced:
            end = at
    return end


def _tail(text: str, height: int) -> Any:
    """As much of the paragraph being written as fits on the screen."""
    from rich.text import Text

    return Text("\n".join(text.splitlines()[-max(1, height - 2) :]))


def _print(console: Any, text: str) -> None:
    from rich.markdown import Markdown

    if text.strip():
        console.print(Markdown(text.rstrip()))
        console.print()
