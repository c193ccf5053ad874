"""What commands print: plain text, colour only on a terminal, one line for what an answer cost.

Colours are the house's: teal for what can be acted on, grey for what is said quietly, brick for errors, never the only
carrier of meaning. `NO_COLOR` is honoured.
"""

import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
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


def program() -> str:
    """This command as any shell can call it: by its name where PATH has it, else by its file."""
    file = Path(sys.argv[0]).absolute()
    if shutil.which("outcrop"):
        return "outcrop"
    return shlex.join([str(file)] if file.name == "outcrop" else [sys.executable, "-m", "outcrop"])


def read(path: Path) -> bytes:
    """The bytes of a file, or of standard input for ``-``; ends the command when there is nothing to read."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"cannot read {path}", why=error.strerror or str(error))


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = (), spare: Sequence[str] = ()
) -> None:
    """Print `rows` under quiet headings, columns aligned; those named in `numbers` to the right.

    On a terminal that is too narrow, the columns in `spare` are left out, in their order, and named below. Where that is not
    enough, what stands beside the first column goes below it: names stay whole, so that they can be copied.
    """
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    columns = dict(zip(headings, zip(headings, *rows, strict=True), strict=True))
    dropped, stacked = _fit([max(map(len, cells)) for cells in columns.values()], headings, spare, room)
    aligned = [_aligned(cells, right=name in numbers) for name, cells in columns.items() if name not in dropped]
    for number, cells in enumerate(zip(*aligned, strict=True)):
        line = _stacked(cells, room) if stacked else "  ".join(cells).rstrip()
        typer.echo(styled(line, "quiet") if number == 0 else line)
    if dropped:
        typer.echo(styled(f"A wider window also shows: {', '.join(dropped)}.", "quiet"))


def _fit(widths: Sequence[int], names: Sequence[str], spare: Sequence[str], room: int) -> tuple[Sequence[str], bool]:
    """The columns to drop, and whether the first stands above the others."""
    for stacked in (False, True):
        for count in range(len(spare) + 1):
            line = [width for width, name in zip(widths, names, strict=True) if name not in spare[:count]][stacked:]
            if sum(line) + 2 * (len(line) - 1 + stacked) <= room:
                return spare[:count], stacked
    return spare, True


def _aligned(cells: Sequence[str], *, right: bool) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) if right else cell.ljust(width) for cell in cells]


def _stacked(cells: Sequence[str], room: int) -> str:
    """The first cell on a line, the others on those below it."""
    rest = "  ".join(cells[1:]).rstrip()
    below = textwrap.wrap(rest, room, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
    return "\n".join([cells[0].rstrip(), *(below if rest.strip() else ())])


def summary(stop_reason: str, usage: "TokenUsage", first_token_ms: float, total_ms: float) -> str:
    """One quiet line: stop reason, tokens in and out, time to first token and in all."""
    return (
        f"{stop_reason} · {usage.input_tokens} tokens in, {usage.output_tokens} out · "
        f"first token {milliseconds(first_token_ms)}, total {milliseconds(total_ms)}"
    )


def milliseconds(value: float) -> str:
    """A duration with its unit."""
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms" if value < 10_000 else f"{value / 1000:.1f} s"
