"""An operator over a file: `run_file` reads records, asks as many at a time as the service bears, and writes documents.

What is here is the seam between operators and `outcrop.batch`: a record that cannot be read meets the operator's error
policy like any other that fails, calls that are pushed back keep the run's pace, and an operator's settings tell whether a
run that goes on is still the same.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

from outcrop.batch import Pace, Progress, Runner, Sheets, Source, Unreadable, open_source
from outcrop.operator.base import Operator, Record, Routed
from outcrop.operator.clients import PACE
from outcrop.operator.exceptions import ConfigurationException, DataException

CONCURRENCY = 16
UNREADABLE = "Unable to read the record"
# What may change between two parts of a run: who is called, what it is called, and what becomes of errors.
_FREE = ("client", "label", "on_error", "execution_mode", "statistics")


async def run_file(
    operator: Operator,
    source: Source | Path | str,
    output: Path | str,
    errors: Path | str | None = None,
    *,
    others: Path | str | None = None,
    concurrency: int = CONCURRENCY,
    ordered: bool = False,
    resume: bool | None = None,
    limit: int | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Progress:
    """Run `operator` over the records of `source` (JSON lines, CSV, Parquet, a directory), documents to files of JSON lines.

    `output` gets what leaves by output0, `errors` what leaves by error0, `others` what leaves by output1. At most
    `concurrency` records are under way, fewer while the service throttles. `resume` goes on with a run that ended early,
    False begins anew; without a word either way, output that is there is InTheWay. Raises what the operator raises under
    its policy, ConfigurationException when errors are to be routed nowhere, and what `outcrop.batch` raises.
    """
    if operator.on_error == "route" and errors is None:
        raise ConfigurationException(
            "The errors file is missing.", "Errors are to be routed.", "Name a file for them, or choose discard."
        )
    taken = open_source(Path(source)) if isinstance(source, Path | str) else source
    given = {"output0": output, "error0": errors, "output1": others}
    paths = {view: Path(path) for view, path in given.items() if path is not None}
    sheets = Sheets.open(paths, taken, settings(operator), resume=resume)
    try:
        return await run(operator, taken, sheets, concurrency=concurrency, ordered=ordered, limit=limit, watch=watch)
    finally:
        sheets.close()


async def run(
    operator: Operator,
    source: Source,
    sheets: Sheets,
    *,
    concurrency: int = CONCURRENCY,
    ordered: bool = False,
    limit: int | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Progress:
    """`run_file` with source and sheets that are open."""
    pace = Pace(concurrency)
    before = PACE.set(pace)
    try:
        runner = Runner(
            source,
            work(operator),
            sheets,
            pace=pace,
            ordered=ordered,
            most=limit,
            figures=lambda: figures(operator),
            watch=watch,
        )
        return await runner.run()
    finally:
        PACE.reset(before)


def work(operator: Operator) -> Callable[[Record | Unreadable, int], Awaitable[Sequence[Routed]]]:
    """What a runner does with a record: the operator's documents, or what its policy makes of one that is no record."""

    async def one(record: Record | Unreadable, index: int) -> Sequence[Routed]:
        if not isinstance(record, Unreadable):
            return await operator.route(record, index)
        error = DataException(UNREADABLE, str(record), "Correct the record in the source.")
        error.locate(record.raw, operator.on_error)
        operator.statistics.records += 1
        operator.statistics.errors += 1
        return await operator.failed(error, index)

    return one


def figures(operator: Operator) -> Mapping[str, int]:
    """What is counted beside documents: requests and tokens, of the operators within as well."""
    one = operator.statistics
    own = {"requests": one.requests, "inputTokens": one.input_tokens, "outputTokens": one.output_tokens}
    for inner in _within(operator):
        for name, value in figures(inner).items():
            own[name] += value
    return own


def settings(operator: Operator) -> str:
    """What tells an operator's settings from others: a hash. Functions count by their names."""
    return hashlib.sha256(msgspec.json.encode(_described(operator))).hexdigest()


def _within(operator: Operator) -> list[Operator]:
    found: list[Operator] = []
    for field in fields(operator):
        value = getattr(operator, field.name)
        found += [one for one in (value if isinstance(value, list | tuple) else [value]) if isinstance(one, Operator)]
    return found


def _described(value: Any) -> Any:
    if isinstance(value, Operator):
        members = [field.name for field in fields(value) if field.name not in _FREE]
        return [type(value).__name__, {name: _described(getattr(value, name)) for name in members}]
    if isinstance(value, list | tuple):
        return [_described(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _described(one) for name, one in value.items()}
    if callable(value) and not isinstance(value, msgspec.Struct):
        return getattr(value, "__qualname__", type(value).__name__)
    return msgspec.to_builtins(value, enc_hook=repr)
