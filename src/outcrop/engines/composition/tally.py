"""What engines were asked and what became of it, counted per engine since the process began."""

from collections import Counter

# What is counted, and what that is: the names of `/metrics`.
COUNTED = {
    "attempts": "Times an engine was asked.",
    "failures": "Times it failed; what it refused as the caller's mistake is none.",
    "retries": "Times it was asked again for the same request.",
    "failovers": "Times another engine was asked in its place.",
    "turned_away": "Requests that found no turn within its limits.",
    "skipped": "Requests that found its circuit open.",
}


class Tally:
    """The counts, by what and engine."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, what: str, engine: str) -> None:
        """One more."""
        self.counts[what, engine] += 1
