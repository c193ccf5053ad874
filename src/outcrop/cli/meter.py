"""How far a batch is, on standard error: a bar for a person, a line now and then for a log, and at the end what came of it.

All say the same: rate, done of total, what failed, time left, tokens and, where the model has a price, what they cost. What
does not fit into one line of a terminal stands in several.
"""

import math
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Protocol

from outcrop.batch import Progress

EVERY = 10.0  # seconds between two lines
BAR = 24  # columns


class Meter(Protocol):
    """What shows progress."""

    def __call__(self, progress: Progress) -> None: ...

    def close(self) -> None:
        """The run is over: say what came of it, however it ended."""
        ...


class Lines:
    """A plain line every so many seconds, and one at the end."""

    def __init__(self, model: str, every: float = EVERY) -> None:
        self._cost, self._every = Cost(model), every
        self._said = time.monotonic()
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        self._last = progress
        if not progress.complete and time.monotonic() - self._said >= self._every:
            self._said = time.monotonic()
            _print([SEPARATOR.join(described(progress, self._cost))])

    def close(self) -> None:
        """One line."""
        if self._last:
            _print([SEPARATOR.join(closing(self._last, self._cost))])


class Ending(Lines):
    """The line at the end alone, for answers that are read on the same terminal."""

    def __init__(self, model: str) -> None:
        super().__init__(model, math.inf)

    def close(self) -> None:
        """As many lines as the terminal needs."""
        if self._last:
            _print(fitted(closing(self._last, self._cost), shutil.get_terminal_size().columns))


class Bar:
    """One line that is drawn anew, by rich, or several where they do not fit; it leaves what came of it."""

    def __init__(self, model: str) -> None:
        from rich.console import Console
        from rich.live import Live

        self._cost = Cost(model)
        self._console = Console(stderr=True)
        self._drawn = Live(console=self._console, auto_refresh=False, transient=True)
        self._last: Progress | None = None
        self._drawn.start()

    def __call__(self, progress: Progress) -> None:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        self._last = progress
        parts, width = described(progress, self._cost), self._console.width
        said = SEPARATOR.join(parts)
        if BAR + 1 + len(said) > width:
            self._drawn.update(Text("\n".join(fitted(parts, width))), refresh=True)
            return
        row = Table.grid(padding=(0, 1, 0, 0))
        bar = ProgressBar(
            progress.total,
            progress.done,
            BAR,
            pulse=progress.total is None,
            complete_style="cyan",
            finished_style="cyan",
        )
        row.add_row(bar, Text(said))
        self._drawn.update(row, refresh=True)

    def close(self) -> None:
        """The bar goes, what came of the run stays."""
        self._drawn.stop()
        if self._last:
            _print(fitted(closing(self._last, self._cost), self._console.width))


def _print(lines: Sequence[str]) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)  # noqa: T201


class Cost:
    """What tokens cost at a model's list price; nothing where it has none."""

    def __init__(self, model: str) -> None:
        from outcrop.catalog.prices import of_identifier

        self._rates = None if model.startswith("$") else of_identifier(model)

    def of(self, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars."""
        from outcrop.model.runtime import TokenUsage

        if self._rates is None:
            return None
        usage = TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens, total_tokens=0)
        return self._rates.cost(usage) / 1e9


SEPARATOR = " · "


def described(progress: Progress, cost: Cost) -> list[str]:
    """The parts of a line while it runs."""
    failed = progress.done - progress.counts.get("output0", 0)
    return _some(
        _done(progress),
        f"{failed:,} failed" if failed else "",
        f"{progress.rate:,.1f}/s",
        f"{duration(progress.left)} left" if progress.left is not None else "",
        *_used(progress, cost),
    )


def closing(progress: Progress, cost: Cost) -> list[str]:
    """The parts of the last line: what became of the records, in what time, for how much."""
    written, routed = (progress.counts.get(view, 0) for view in ("output0", "error0"))
    discarded = progress.done - written - routed
    return _some(
        _done(progress),
        f"{written:,} written",
        f"{routed:,} failed" if routed else "",
        f"{discarded:,} failed and discarded" if discarded else "",
        f"in {duration(progress.seconds, exact=True)}, {progress.rate:,.1f}/s",
        *_used(progress, cost),
    )


def _done(progress: Progress) -> str:
    if progress.total is None:
        return f"{progress.done:,} record{'' if progress.done == 1 else 's'}"
    return f"{progress.done:,}/{progress.total:,} records"


def _used(progress: Progress, cost: Cost) -> tuple[str, str]:
    taken, given = progress.figures.get("inputTokens", 0), progress.figures.get("outputTokens", 0)
    dollars = cost.of(taken, given)
    return f"{taken:,} tokens in, {given:,} out", "" if dollars is None else money(dollars)


def _some(*parts: str) -> list[str]:
    return [part for part in parts if part]


def fitted(parts: Sequence[str], width: int) -> list[str]:
    """The parts in as few lines of `width` columns as they need; one that is wider has a line to itself."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(SEPARATOR) + len(part) <= width:
            lines[-1] += SEPARATOR + part
        else:
            lines.append(part)
    return lines


def duration(seconds: float, *, exact: bool = False) -> str:
    """The two largest units; `exact` has tenths of what is under ten seconds."""
    if exact and seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def money(dollars: float) -> str:
    """Dollars, with as many digits as say something."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"
