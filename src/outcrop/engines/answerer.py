"""Who answers a run in the end, for the books: an engine that asks others notes whom, and whoever opened the run reads it.

Neither a request nor an answer says who makes it, so the note lies in the context of the task that runs a call, from its
opening until its end. A run whose engine asks no others has none. Who was asked before, and why they failed, is noted too.
"""

from contextvars import ContextVar
from itertools import groupby

from outcrop.engines.table import Row


class Answerer:
    """Where a run is noted: the row that answers is `row` until another is noted."""

    __slots__ = ("_failed", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self._failed: list[str] | None = None

    def failed(self, code: str) -> None:
        """Note that `row` could not answer, and that it or another is asked next."""
        self._failed = [*(self._failed or ()), f"{self.row.name}:{code}"]

    @property
    def tried(self) -> str | None:
        """Who was asked before, in order, and why each failed; None where nobody was.

        For example ``near:ThrottlingException ×2, far:ModelTimeoutException``.
        """
        if self._failed is None:
            return None
        times = [(who, sum(1 for _ in same)) for who, same in groupby(self._failed)]
        return ", ".join(who if count == 1 else f"{who} ×{count}" for who, count in times)


_current: ContextVar[Answerer | None] = ContextVar("answerer", default=None)


def opened(row: Row) -> Answerer:
    """The note of a run that begins now, in this task."""
    answerer = Answerer(row)
    _current.set(answerer)
    return answerer


def asks(row: Row) -> None:
    """Note that `row`'s engine is being asked."""
    answerer = _current.get()
    if answerer is not None:
        answerer.row = row


def failed(code: str) -> None:
    """Note that the engine asked last has failed with the exception `code`, and that the run goes on."""
    answerer = _current.get()
    if answerer is not None:
        answerer.failed(code)
