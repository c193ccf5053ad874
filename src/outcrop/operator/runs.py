"""Runs of the Converse operator that outlive the request that started them: begun, watched from anywhere, stopped, kept.

A run is a folder of the data directory: its state, replaced twice a second while it works, its results and its errors as
they come, a line each. Whichever process answers reads the folder, so workers need not know of each other; one that has
gone silent was interrupted. Nothing here knows who may call: every record's call goes through the client it is given.

Kept: `KEPT` runs for `DAYS` days. A run has at most `RECORDS` records and `BYTES` of results.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import MISSING
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import msgspec

from outcrop.errors import ResourceNotFoundException, ThrottlingException, ValidationException
from outcrop.ledger.entry import new_id
from outcrop.operator import fields
from outcrop.operator.clients import Client
from outcrop.operator.converse import ConverseOperator
from outcrop.operator.exceptions import Document, OperatorException
from outcrop.operator.statistics import Statistics
from outcrop.storage import files

FOLDER = "operator-runs"
RECORDS = 10_000
BYTES = 200_000_000
KEPT, DAYS = 50, 7
AT_ONCE = 4  # runs of one process
CONCURRENCY = 8  # records of one run that are worked on together, at most
BEAT = 0.5  # seconds between two looks at what was asked of the run
SILENT = 10_000_000  # microseconds after which a run that says nothing has no process any more
_LEFT_OUT = ("input", "label", "execution_mode")  # records are JSON objects, and a run runs

State = Literal["running", "completed", "stopped", "failed", "interrupted"]
Part = Literal["results", "errors"]


class Run(msgspec.Struct, kw_only=True, rename="camel"):
    """A run as it is shown. Times are microseconds since 1970; `problem` says why it failed."""

    id: str
    name: str
    owner: str
    settings: dict[str, Any]
    total: int
    began: int
    updated: int
    state: State = "running"
    done: int = 0
    results: int = 0
    errors: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    problem: str | None = None


class Runs:
    """The runs in `folder`; `clock` gives microseconds since 1970."""

    def __init__(self, folder: Path, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._folder, self._clock = folder, clock
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @staticmethod
    def fields() -> list[Document]:
        """The operator's settings as a form shows them: name, title, text, default, values, and the kind of its control."""
        return [
            {
                "name": one.name,
                "title": one.metadata["title"],
                "text": one.metadata["text"],
                "default": None if one.default is MISSING else one.default,
                "values": _choices(one.metadata["values"]),
                "kind": _kind(one),
                "expression": "Value[" in str(one.type),
            }
            for one in fields.settings(ConverseOperator)
            if one.name not in _LEFT_OUT
        ]

    async def preview(self, settings: Mapping[str, Any], text: str, limit: int, client: Client) -> Document:
        """What the first `limit` records (at most 50) become; raises ValidationException."""
        records = _records(text)
        try:
            operator = _operator(settings, client)
            shown = await operator.preview(records, limit)
        except OperatorException as error:
            raise ValidationException(str(error)) from error
        errors = [_told(document) for document in shown.errors]
        figures = msgspec.to_builtins(shown.statistics)
        return {"results": shown.outputs, "errors": errors, "statistics": figures, "total": len(records)}

    async def start(
        self, owner: str, name: str, settings: Mapping[str, Any], text: str, concurrency: int, client: Client
    ) -> Run:
        """Begin a run over the records in `text`; raises ValidationException, ThrottlingException."""
        records = _records(text)
        try:
            operator = _operator(settings, client)
        except OperatorException as error:
            raise ValidationException(str(error)) from error
        if len(self._tasks) >= AT_ONCE:
            raise ThrottlingException(f"{AT_ONCE} runs are under way. Wait for one to end, or stop one.")
        await asyncio.to_thread(self._tidy)
        now = self._clock()
        run = Run(
            id=new_id(now),
            name=name[:200],
            owner=owner,
            settings=dict(settings),
            total=len(records),
            began=now,
            updated=now,
        )
        files.directory(self._folder / run.id)
        self._keep(run)
        together = max(1, min(CONCURRENCY, concurrency))
        self._tasks[run.id] = asyncio.ensure_future(self._live(run, operator, records, together))
        await asyncio.sleep(0)  # it has begun, so that it can be ended in order
        return run

    def all(self, owner: str | None) -> list[Run]:
        """The runs of `owner`, or everybody's, newest first."""
        found = [run for path in self._folder.glob("*/state.json") if (run := self._read(path))]
        mine = [run for run in found if owner is None or run.owner == owner]
        return sorted(mine, key=lambda run: run.id, reverse=True)

    def find(self, id: str, owner: str | None) -> Run:
        """The run with that id; raises ResourceNotFoundException, also for one of somebody else's."""
        plain = id.replace("-", "").isalnum() and id.isascii()
        run = self._read(self._folder / id / "state.json") if plain else None
        if run is None or (owner is not None and run.owner != owner):
            raise ResourceNotFoundException(f"There is no run {id}.")
        return run

    def stop(self, id: str, owner: str | None) -> Run:
        """Ask the run to stop, which it does within a second; what it has is kept."""
        run = self.find(id, owner)
        if run.state == "running":
            files.write(self._folder / run.id / "stop", b"")
        return run

    def part(self, id: str, owner: str | None, part: Part) -> bytes:
        """The results or the errors there are so far, a line each."""
        path = self._folder / self.find(id, owner).id / f"{part}.jsonl"
        return path.read_bytes() if path.exists() else b""

    async def wait(self, id: str) -> None:
        """Until a run of this process has ended."""
        if id in self._tasks:
            await asyncio.wait([self._tasks[id]])

    async def aclose(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _live(self, run: Run, operator: ConverseOperator, records: list[Any], together: int) -> None:
        """Work, and look twice a second whether to stop."""
        work = asyncio.ensure_future(self._work(run, operator, records, together))
        try:
            while not (await asyncio.wait([work], timeout=BEAT))[0]:
                self._keep(run, operator.statistics)
                if (self._folder / run.id / "stop").exists():
                    work.cancel()
            run.state = _ending(work)
            run.problem = _problem(work)
        except asyncio.CancelledError:
            work.cancel()
            run.state = "interrupted"
            raise
        finally:
            self._keep(run, operator.statistics)
            del self._tasks[run.id]

    async def _work(self, run: Run, operator: ConverseOperator, records: list[Any], together: int) -> None:
        folder, size = self._folder / run.id, 0
        with (folder / "results.jsonl").open("wb") as results, (folder / "errors.jsonl").open("wb") as errors:
            async with aclosing(operator.run(records, concurrency=together)) as routed:  # type: ignore[type-var]
                async for one in routed:
                    failed = one.view == "error0"
                    size += _write(errors if failed else results, _told(one.document) if failed else one.document)
                    run.errors += failed
                    run.results += not failed
                    run.done = one.index + 1
                    if size > BYTES:
                        raise ValidationException(f"The results are larger than {BYTES // 1_000_000} MB.")
        run.done = run.total

    def _keep(self, run: Run, figures: Statistics | None = None) -> None:
        run.updated = self._clock()
        if figures:
            run.requests = figures.requests
            run.input_tokens, run.output_tokens = figures.input_tokens, figures.output_tokens
        files.write(self._folder / run.id / "state.json", msgspec.json.encode(run))

    def _read(self, path: Path) -> Run | None:
        try:
            run = msgspec.json.decode(path.read_bytes(), type=Run)
        except (OSError, msgspec.MsgspecError):  # removed meanwhile, or of another version
            return None
        if run.state == "running" and self._clock() - run.updated > SILENT:
            run.state = "interrupted"
        return run

    def _tidy(self) -> None:
        """Remove what is older than is kept, and what is more."""
        ended = [run for run in self.all(None) if run.state != "running"]
        oldest = self._clock() - DAYS * 86_400_000_000
        for place, run in enumerate(ended):
            if place >= KEPT - 1 or run.updated < oldest:
                shutil.rmtree(self._folder / run.id, ignore_errors=True)


def _records(text: str) -> list[Any]:
    """The JSON objects of `text`, a line each; raises ValidationException, which names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(msgspec.json.decode(line, type=dict[str, Any]))
        except msgspec.MsgspecError as error:
            raise ValidationException(f"Line {number} is no JSON object: {error}") from error
        if len(found) > RECORDS:
            raise ValidationException(
                f"There are more than {RECORDS:,} records. Use outcrop operator for larger files."
            )
    if not found:
        raise ValidationException("There are no records. Give a JSON object on each line.")
    return found


def _operator(settings: Mapping[str, Any], client: Client) -> ConverseOperator:
    """Raises ConfigurationException for a setting that can never work, ValidationException for one that there is not."""
    known = {one.name for one in fields.settings(ConverseOperator)} - set(_LEFT_OUT)
    unknown = sorted(settings.keys() - known)
    if unknown:
        raise ValidationException(f"The operator has no setting {unknown[0]}.")
    return ConverseOperator(client, **settings)


def _choices(values: str) -> list[str] | None:
    return values.split(", ") if ", " in values else None


def _kind(one: Any) -> str:
    if isinstance(one.default, bool):
        return "flag"
    if _choices(one.metadata["values"]):
        return "choice"
    if one.name == "json_schema":
        return "json"
    return "number" if "int" in str(one.type) or "float" in str(one.type) else "text"


def _told(document: Document) -> Document:
    """An error document without the frames of the server's own code."""
    trace = cast(str, document.get("stacktrace", "")).strip()
    return {**document, "stacktrace": trace.rpartition("\n")[2]}


def _write(file: BinaryIO, document: Document) -> int:
    line = msgspec.json.encode(document) + b"\n"
    file.write(line)
    file.flush()
    return len(line)


def _ending(work: "asyncio.Task[None]") -> State:
    if work.cancelled():
        return "stopped"
    return "failed" if work.exception() else "completed"


def _problem(work: "asyncio.Task[None]") -> str | None:
    if work.cancelled():
        return None
    error = work.exception()
    known = isinstance(error, (OperatorException, ValidationException))
    return str(error) if known else f"The run failed: {type(error).__name__}" if error else None
