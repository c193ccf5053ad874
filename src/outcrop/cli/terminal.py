"""What commands print: plain text, colour only on a terminal, one line for what an answer cost.

Colours are the house's: teal for what can be acted on, grey for what is said quietly, brick for errors, never the only
carrier of meaning. `NO_COLOR` is honoured.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

if TYPE_CHECKING:
    from outcrop.model.runtime import TokenUsage

_CODES = {"accent": "36", "quiet": "2", "strong": "1", "error": "31"}


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """`text` in a style of the house when `stream` (standard output by default) is a terminal, else as it is."""
    if not (stream or sys.stdout).isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def fail(what: str, *, why: str = "", do: str = "") -> NoReturn:
    """Say what happened, why, and what to do next, on standard error; end with status 1."""
    complain(what, why=why, do=do)
    raise typer.Exit(1)


def complain(what: str, *, why: str = "", do: str = "") -> None:
    """Say what happened, why, and what to do next, on standard error."""
    typer.echo(styled("outcrop: ", "error", sys.stderr) + what, err=True)
    for line in (why, do):
        if line:
            typer.echo(f"  {line}", err=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = ()) -> None:
    """Print `rows` under quiet headings, columns aligned; those named in `numbers` to the right."""
    widths = [max(len(row[at]) for row in [headings, *rows]) for at in range(len(headings))]
    for row in [headings, *rows]:
        cells = [
            cell.rjust(width) if heading in numbers else cell.ljust(width)
            for cell, width, heading in zip(row, widths, headings, strict=True)
        ]
        line = "  ".join(cells).rstrip()
        typer.echo(styled(line, "quiet") if row is headings else line)


def summary(stop_reason: str, usage: "TokenUsage", first_token_ms: float, total_ms: float) -> str:
    """One quiet line: stop reason, tokens in and out, time to first token and in all."""
    return (
        f"{stop_reason} · {usage.input_tokens} tokens in, {usage.output_tokens} out · "
        f"first token {milliseconds(first_token_ms)}, total {milliseconds(total_ms)}"
    )


def milliseconds(value: float) -> str:
    """A duration with its unit."""
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms" if value < 10_000 else f"{value / 1000:.1f} s"
