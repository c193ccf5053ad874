"""How far a batch is, on standard error: a bar for a person, a line now and then for a log.

Both say the same: rate, done of total, what failed, time left, tokens and, where the model has a price, what they cost.
"""

import sys
import time
from typing import Protocol

from outcrop.batch import Progress

EVERY = 10.0  # seconds between two lines


class Meter(Protocol):
    """What shows progress."""

    def __call__(self, progress: Progress) -> None: ...

    def close(self) -> None: ...


class Lines:
    """A plain line every ten seconds, and one at the end."""

    def __init__(self, model: str) -> None:
        self._cost = Cost(model)
        self._said = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if progress.complete or time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            print(described(progress, self._cost), file=sys.stderr, flush=True)  # noqa: T201

    def close(self) -> None:
        """Nothing is kept."""


class Bar:
    """One line that is drawn anew, by rich."""

    def __init__(self, model: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskID, TextColumn
        from rich.progress import Progress as Drawn

        self._cost = Cost(model)
        console = Console(stderr=True)
        self._drawn = Drawn(
            BarColumn(bar_width=24, complete_style="cyan", finished_style="cyan"),
            TextColumn("{task.fields[said]}"),
            console=console,
            auto_refresh=False,
        )
        self._task: TaskID = self._drawn.add_task("", total=None, said="")
        self._drawn.start()

    def __call__(self, progress: Progress) -> None:
        said = described(progress, self._cost)
        self._drawn.update(self._task, total=progress.total, completed=progress.done, said=said, refresh=True)

    def close(self) -> None:
        """Leave the last line standing."""
        self._drawn.stop()


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


def described(progress: Progress, cost: Cost) -> str:
    """One line."""
    failed = progress.counts.get("error0", 0)
    taken, given = progress.figures.get("inputTokens", 0), progress.figures.get("outputTokens", 0)
    dollars = cost.of(taken, given)
    done = f"{progress.done:,}" if progress.total is None else f"{progress.done:,}/{progress.total:,}"
    parts = [
        f"{done} records",
        f"{failed:,} failed" if failed else "",
        f"{progress.rate:,.1f}/s",
        f"{duration(progress.left)} left" if progress.left is not None and not progress.complete else "",
        f"in {duration(progress.seconds)}" if progress.complete else "",
        f"{taken:,} tokens in, {given:,} out",
        "" if dollars is None else money(dollars),
    ]
    return " · ".join(filter(None, parts))


def duration(seconds: float) -> str:
    """The two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def money(dollars: float) -> str:
    """Dollars, with as many digits as say something."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"
