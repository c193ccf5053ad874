"""Who answers a run in the end, for the books: an engine that asks others notes whom, and whoever opened the run reads it.

Neither a request nor an answer says who makes it, so the note lies in the context of the task that runs a call, from its
opening until its end. A run whose engine asks no others has none.
"""

from contextvars import ContextVar

from outcrop.engines.table import Row


class Answerer:
    """Where a run is noted: the row that answers is `row` until another is noted."""

    __slots__ = ("row",)

    def __init__(self, row: Row) -> None:
        self.row = row


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
