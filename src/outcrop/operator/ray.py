"""An operator on Ray Data, for more records than one machine is to ask: the same documents, the same routing of errors.

`documents` maps a dataset of records to one of documents by asynchronous actors, each with a copy of the operator, a client
of its own and a pace of its own; what an actor does with a record is what the local runner does (`outcrop.operator.files`).
`run_file` reads and writes files besides. Needs `outcrop[ray]`; importing this module imports Ray.

Ray keeps no order and has its own way to repeat what was lost with a machine, so a record may be asked for twice, while its
documents come out once; there is no progress file.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import ray.data

from outcrop.batch import Pace, SourceError, Unreadable
from outcrop.batch.sources import parsed
from outcrop.operator.base import Operator, Record, Routed
from outcrop.operator.clients import PACE
from outcrop.operator.exceptions import ConfigurationException
from outcrop.operator.files import CONCURRENCY, work

LINE = "text"  # the column of a dataset of JSON lines
_encode = msgspec.json.Encoder().encode


def documents(
    operator: Operator,
    records: ray.data.Dataset,
    *,
    lines: bool = False,
    actors: int = 1,
    concurrency: int = CONCURRENCY,
) -> ray.data.Dataset:
    """A dataset with a row for every document of `records`: `view`, and `document` as JSON text.

    Rows are records or, with `lines`, have a JSON value each in the column `text`. `actors` is how many processes there are,
    `concurrency` the most records of each under way. The operator has to be one that can be pickled, its client one that is
    made. Running the dataset raises what the operator raises under its policy, within Ray's own error.
    """
    return records.map_batches(
        _Actor,
        fn_constructor_args=(operator, concurrency, lines),
        batch_size=concurrency,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=actors),
    )


def run_file(
    operator: Operator,
    source: Path | str,
    output: Path | str,
    errors: Path | str | None = None,
    *,
    actors: int = 1,
    concurrency: int = CONCURRENCY,
) -> Mapping[str, int]:
    """Run `operator` over JSON lines or Parquet, documents to files of JSON lines on the calling machine; counts by view.

    Raises SourceError for a source of another kind, ConfigurationException when errors are to be routed nowhere.
    """
    if operator.on_error == "route" and errors is None:
        raise ConfigurationException(
            "The errors file is missing.", "Errors are to be routed.", "Name a file for them, or choose discard."
        )
    lines = Path(source).suffix in (".jsonl", ".ndjson")
    if not lines and Path(source).suffix != ".parquet":
        raise SourceError(f"{source} is neither JSON lines nor Parquet; make a dataset of it, and take documents()")
    read = ray.data.read_text if lines else ray.data.read_parquet
    made = documents(operator, read(str(source)), lines=lines, actors=actors, concurrency=concurrency)
    counts: dict[str, int] = {}
    with ExitStack() as opened:
        paths = {"output0": output, "error0": errors}
        files = {view: opened.enter_context(Path(path).open("w")) for view, path in paths.items() if path}
        for row in made.iter_rows():
            view = row["view"]
            counts[view] = counts.get(view, 0) + 1
            if view in files:
                files[view].write(row["document"] + "\n")
    return counts


class _Actor:
    """One process's share; Ray calls it with many batches at a time, in one event loop."""

    def __init__(self, operator: Operator, concurrency: int, lines: bool) -> None:
        self._work, self._pace, self._lines = work(operator), Pace(concurrency), lines

    async def __call__(self, batch: Any) -> AsyncIterator[Any]:
        PACE.set(self._pace)
        made = await asyncio.gather(*(self._one(row) for row in batch.to_pylist()))
        rows = [one for some in made for one in some]
        yield {"view": [one.view for one in rows], "document": [_encode(one.document).decode() for one in rows]}

    async def _one(self, row: Any) -> list[Routed]:
        await self._pace.enter()
        try:
            return list(await self._work(self._record(row), 0))
        finally:
            self._pace.leave()

    def _record(self, row: Any) -> Record | Unreadable:
        try:
            return parsed(row[LINE].encode()) if self._lines else row
        except Unreadable as error:
            return error
