"""The shape that every operator has: records in, documents out, errors where the policy sends them.

A kind of operator says what one record becomes (`work`) and, if it has more than one output, which documents leave where
(`views`). Everything else is here once: the error policy, the execution mode, the preview, statistics, the synchronous
call. An operator keeps settings and figures, nothing about a record, so any number of records may be under way in it.
"""

import asyncio
import time
import weakref
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar, Literal, Self

import msgspec

from outcrop.operator.exceptions import ConfigurationException, DataException, Document
from outcrop.operator.fields import setting
from outcrop.operator.loops import Loops
from outcrop.operator.statistics import Statistics

Record = Any
Records = Iterable[Record] | AsyncIterable[Record]
View = Literal["output0", "output1", "error0"]
ErrorPolicy = Literal["stop", "discard", "route"]
ExecutionMode = Literal["Validate & Execute", "Execute only", "Disabled"]

# Documented: a validation takes the first 50 records and at most 15 MB.
PREVIEW_RECORDS = 50
PREVIEW_BYTES = 15_000_000


class Routed(msgspec.Struct, frozen=True):
    """A document on its way out: the view it leaves by, and the position of the record it comes from."""

    view: View
    document: Document
    index: int = 0


class Preview(msgspec.Struct, frozen=True):
    """What a validation shows: documents by view, and the operator's figures."""

    outputs: list[Document]
    errors: list[Document]
    others: list[Document]
    statistics: Statistics


@dataclass(kw_only=True)
class Operator:
    """One step. A kind of operator is a dataclass of its settings with a method `work`."""

    TITLE: ClassVar[str] = "Operator"

    label: str = setting(
        "", "Label", "The operator's name in statistics. Blank: what its kind is called.", internal="info.label"
    )
    on_error: ErrorPolicy | None = setting(
        None,
        "When errors occur",
        "What becomes of a record that fails: the run stops, the record is dropped, or an error document is routed to "
        "error0. Blank: the chain's error pipeline if there is one, else stop.",
        internal="error.error_behavior",
        values="stop, discard, route",
    )
    execution_mode: ExecutionMode = setting(
        "Validate & Execute",
        "Snap execution",
        "Whether a preview runs, only runs do, or nothing does, here and downstream.",
        internal="execution_mode",
        values="Validate & Execute, Execute only, Disabled",
    )
    statistics: Statistics = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the settings; kinds add to it. Raises ConfigurationException."""
        self.label = self.label or self.TITLE
        _choice("When errors occur", self.on_error, (None, "stop", "discard", "route"))
        _choice("Snap execution", self.execution_mode, ("Validate & Execute", "Execute only", "Disabled"))
        self._begin()

    def _begin(self) -> None:
        self.statistics = Statistics(label=self.label)
        self._loops = Loops()
        weakref.finalize(self, self._loops.drop)

    def __getstate__(self) -> dict[str, Any]:
        """Settings travel, figures and event loops stay: a copy in another process starts from nothing."""
        return {name: value for name, value in self.__dict__.items() if name not in ("statistics", "_loops")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    async def work(self, record: Record) -> Document:
        """What `record` becomes. Raises DataException, ExecutionException."""
        raise NotImplementedError

    def views(self, document: Document) -> Iterator[tuple[View, Document]]:
        """The documents that leave for one that `work` made."""
        yield "output0", document

    def original(self, record: Record) -> Any:
        """`record` as error documents and outputs show it."""
        return record

    async def process(self, record: Record) -> Document:
        """The output document of one record, counted. Raises DataException, ExecutionException.

        A disabled operator raises ConfigurationException: there is no document to give.
        """
        if self.disabled:
            raise ConfigurationException(
                f"The operator {self.label} is disabled", "Nothing comes out of it.", "Enable it."
            )
        figures, began = self.statistics, time.perf_counter()
        figures.began = began if figures.began is None else figures.began
        figures.records += 1
        try:
            document = await self.work(record)
        except DataException as error:
            figures.errors += 1
            error.locate(self.original(record), self.on_error)
            raise
        finally:
            passed = time.perf_counter() - began
            figures.seconds += passed
        figures.documents += 1
        return document

    async def route(self, record: Record, index: int = 0) -> list[Routed]:
        """The documents of one record by view, after the error policy. Raises DataException when it says stop."""
        try:
            document = await self.process(record)
        except DataException as error:
            return await self.failed(error, index)
        return [Routed(view, one, index) for view, one in self.views(document)]

    async def failed(self, error: DataException, index: int = 0) -> list[Routed]:
        """What the error policy makes of a record that failed, here or before it got here; raises `error` for stop."""
        if self.on_error == "route":
            return [Routed("error0", error.document(), index)]
        if self.on_error == "discard":
            return []
        error.index = index
        raise error

    async def run(self, records: Records, *, concurrency: int = 1) -> AsyncIterator[Routed]:
        """The documents of all `records`, in their order, `concurrency` records being worked on at a time.

        Raises DataException at the first failed record whose policy is stop, after what came before it. A disabled
        operator takes its records and gives nothing.
        """
        self.statistics.state = "running"
        disabled, under_way = self.disabled, deque[asyncio.Task[list[Routed]]]()
        try:
            async for index, record in _numbered(records):
                if disabled:
                    continue
                under_way.append(asyncio.ensure_future(self.route(record, index)))
                if len(under_way) >= concurrency:
                    for routed in await under_way.popleft():
                        yield routed
            while under_way:
                for routed in await under_way.popleft():
                    yield routed
            self.statistics.state = "completed"
        finally:
            if self.statistics.state == "running":
                self.statistics.state = "failed"
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    @property
    def disabled(self) -> bool:
        """Whether nothing comes out, whatever goes in."""
        return self.execution_mode == "Disabled"

    async def preview(self, records: Records, limit: int = PREVIEW_RECORDS) -> Preview:
        """Run the first `limit` records (at most 50) if the execution mode says so.

        Raises ConfigurationException when the records or what they become are larger than 15 MB.
        """
        shown = Preview([], [], [], self.statistics)
        if self.execution_mode != "Validate & Execute":
            return shown
        first = await _first(records, max(0, min(limit, PREVIEW_RECORDS)))
        size = 0
        async with aclosing(self.run(first)) as routed:  # type: ignore[type-var]
            async for one in routed:
                size = _within(size, one.document)
                {"output0": shown.outputs, "error0": shown.errors, "output1": shown.others}[one.view].append(
                    one.document
                )
        return shown

    def __call__(self, record: Record) -> Document:
        """`process` for callers without an event loop; each thread keeps one of its own until `close`."""
        return self._loops.run(self.process(record))

    async def aclose(self) -> None:
        """End what the operator has opened: of itself, nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def close(self) -> None:
        """`aclose`, and the end of the loops of the synchronous calls."""
        self._loops.close(self.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _choice(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if value not in allowed:
        raise ConfigurationException(
            f"The {name} value is invalid.",
            f"{value!r} is not one of its values.",
            f"Choose one of: {', '.join(str(one) for one in allowed if one is not None)}.",
        )


async def _numbered(records: Records) -> AsyncIterator[tuple[int, Record]]:
    index = 0
    if isinstance(records, AsyncIterable):
        async for record in records:
            yield index, record
            index += 1
    else:
        for record in records:
            yield index, record
            index += 1


async def _first(records: Records, limit: int) -> list[Record]:
    size, taken = 0, []
    if not isinstance(records, AsyncIterable):
        taken = list(islice(records, limit))
    elif limit:
        async for _, record in _numbered(records):
            taken.append(record)
            if len(taken) >= limit:
                break
    for record in taken:
        size = _within(size, record)
    return taken


def _within(size: int, document: Any) -> int:
    """`size` with the document's own JSON size; a validation refuses more than it may show (documented)."""
    size += len(document) if isinstance(document, bytes) else len(msgspec.json.encode(document))
    if size > PREVIEW_BYTES:
        raise ConfigurationException(
            "Unable to validate the operator",
            f"The preview data is larger than {PREVIEW_BYTES // 1_000_000} MB.",
            "Preview fewer or smaller records.",
        )
    return size
