"""One run: every record of a source through one asynchronous function, its documents in the files once.

The function is given a record, or an `Unreadable` in its place, and the record's position; it returns documents by view, or
raises, which ends the run: nothing new begins, and what is under way is let end and written. A run that is cancelled writes
what is finished and drops the rest, which is done again when it goes on.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import msgspec

from outcrop.batch.journal import Checkpoint
from outcrop.batch.pace import Pace
from outcrop.batch.sheets import Sheets
from outcrop.batch.sources import Raw, Record, Source, Unreadable

AHEAD = 8  # times the records under way: how far an ordered run may be ahead of the record it waits for
GATHERED = 0.02  # seconds in which what ends is written together
SPACE = 0.25  # seconds between two looks at the progress
_RECENT = 10.0  # seconds over which the time that is left is reckoned


class Made(Protocol):
    """A document on its way out, and the view it leaves by."""

    @property
    def view(self) -> str: ...

    @property
    def document(self) -> Any: ...


Work = Callable[[Record | Unreadable, int], Awaitable[Sequence[Made]]]


class Progress(msgspec.Struct, frozen=True):
    """How far a run is. `done` records of `total` (None when unknown) have been written, `before` of them by earlier runs.

    `counts` are documents by view, `figures` what the caller counts, both over all runs; `rate` is records a second, `left`
    the seconds until the end as it looks now, `under_way` records being worked on, of `limit` that may be.
    """

    done: int
    total: int | None
    before: int
    counts: Mapping[str, int]
    figures: Mapping[str, int]
    seconds: float
    rate: float
    left: float | None
    under_way: int
    limit: int
    complete: bool = False


class Runner:
    """Runs `work` over `source` into `sheets`.

    `most` records of the source are looked at, all without. An `ordered` run writes documents in the order of their
    records. `figures` gives what the caller counts (tokens, say), to be kept with the progress; `watch` is told of it.
    """

    def __init__(
        self,
        source: Source,
        work: Work,
        sheets: Sheets,
        *,
        pace: Pace,
        ordered: bool = False,
        most: int | None = None,
        figures: Callable[[], Mapping[str, int]] = dict,
        watch: Callable[[Progress], None] | None = None,
    ) -> None:
        self._source, self._work, self._sheets, self._pace = source, work, sheets, pace
        self._ordered, self._most, self._figures, self._watch = ordered, most, figures, watch
        start = sheets.start
        self._before = start.taken - len(start.missing)
        self._taken, self._missing = start.taken, set(start.missing)
        self._counts, self._kept = dict(start.counts), dict(start.figures)
        self._held: dict[int, Sequence[Made]] = {}  # what an ordered run cannot write yet
        self._waiting: list[int] = []  # positions under way, in order; of ordered runs alone
        self._tasks = set[asyncio.Task[None]]()
        self._failure: BaseException | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._moved = asyncio.Event()
        self._total: int | None = None
        self._began = 0.0
        self._marks: list[tuple[float, int]] = []

    async def run(self) -> Progress:
        """To the end of the source; raises what `work` raised, SourceError, or OSError when nothing can be written."""
        self._began = time.monotonic()
        watching = asyncio.ensure_future(self._tell()) if self._watch else None
        counting = asyncio.ensure_future(self._count()) if self._watch else None
        try:
            await self._all()
            await self._ends()
        except BaseException:
            await self._drop()
            raise
        finally:
            for task in (watching, counting):
                if task:
                    task.cancel()
            self._write()
            if self._watch:
                self._watch(self._progress())
        if self._failure:
            raise self._failure
        last = self._progress(complete=True)
        if self._watch:
            self._watch(last)
        return last

    async def _all(self) -> None:
        async with aclosing(_pieces(self._source)) as pieces:
            position = -1
            async for raw in pieces:
                position += 1
                if self._most is not None and position >= self._most:
                    return
                if self._sheets.start.done(position):
                    continue
                await self._room()
                if self._failure:
                    return
                self._begin(position, raw)

    async def _room(self) -> None:
        await self._pace.enter()
        while self._ordered and len(self._waiting) >= AHEAD * self._pace.most and not self._failure:
            self._moved.clear()
            await self._moved.wait()

    def _begin(self, position: int, raw: Raw) -> None:
        if position >= self._taken:
            self._taken = position + 1
            self._missing.add(position)
        if self._ordered:
            self._waiting.append(position)
        task = asyncio.ensure_future(self._one(position, raw))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, position: int, raw: Raw) -> None:
        pushes = self._pace.pushes
        try:
            made = await self._work(self._record(raw), position)
        except Exception as error:
            self._failure = self._failure or error
            self._moved.set()
            return
        finally:
            self._pace.leave()
        if self._pace.pushes == pushes:
            self._pace.went_well()
        if self._ordered:
            self._held[position] = made
            self._release()
        else:
            self._take(position, made)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().call_later(GATHERED, self._write)

    def _record(self, raw: Raw) -> Record | Unreadable:
        try:
            return self._source.load(raw)
        except Unreadable as error:
            return error

    def _release(self) -> None:
        """Take what is next in order, as far as it is there."""
        ready = 0
        while ready < len(self._waiting) and self._waiting[ready] in self._held:
            position = self._waiting[ready]
            self._take(position, self._held.pop(position))
            ready += 1
        if ready:
            del self._waiting[:ready]
            self._moved.set()

    def _take(self, position: int, made: Sequence[Made]) -> None:
        for one in made:
            self._sheets.add(one.view, one.document)
            self._counts[one.view] = self._counts.get(one.view, 0) + 1
        self._missing.discard(position)

    def _write(self) -> None:
        if self._writing:
            self._writing.cancel()
            self._writing = None
        missing = tuple(sorted(self._missing))
        try:
            self._sheets.write(Checkpoint(self._taken, missing, counts=dict(self._counts), figures=self._summed()))
        except OSError as error:
            self._failure = self._failure or error
            self._moved.set()

    def _summed(self) -> dict[str, int]:
        now = self._figures()
        return {name: self._kept.get(name, 0) + now.get(name, 0) for name in {**self._kept, **now}}

    async def _ends(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _drop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self) -> None:
        assert self._watch
        while True:
            self._watch(self._progress())
            await asyncio.sleep(SPACE)

    async def _count(self) -> None:
        total = await asyncio.to_thread(self._source.count)
        self._total = total if self._most is None or total is None else min(total, self._most)

    def _progress(self, *, complete: bool = False) -> Progress:
        now = time.monotonic()
        done, seconds = self._taken - len(self._missing), now - self._began
        rate = (done - self._before) / seconds if seconds else 0.0
        self._marks = [mark for mark in self._marks if now - mark[0] < _RECENT] + [(now, done)]
        since, had = self._marks[0]
        recent = (done - had) / (now - since) if now > since else 0.0
        left = None if self._total is None or not recent else max(0.0, (self._total - done) / recent)
        return Progress(
            done=done,
            total=done if complete else self._total,
            before=self._before,
            counts=dict(self._counts),
            figures=self._summed(),
            seconds=seconds,
            rate=rate,
            left=0.0 if complete else left,
            under_way=self._pace.active,
            limit=int(self._pace.limit),
            complete=complete,
        )


async def _pieces(source: Source) -> AsyncGenerator[Raw, None]:
    found = source.pieces()
    if isinstance(found, Iterator):
        for raw in found:
            yield raw
        return
    async with aclosing(found) as pieces:
        async for raw in pieces:
            yield raw
