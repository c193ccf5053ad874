"""What is added up while entries are written, in the same transaction, so that it counts each of them once.

`days` are what budgets ask for, `totals` and `durations` what the metrics show: for the whole installation, all workers and
replicas together, and for ever.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from outcrop.ledger.entry import DAY, Entry

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from outcrop.storage.database import Database

BOUNDS = (
    25,
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    30_000,
    60_000,
)  # milliseconds; the last bucket has no bound
SUMS = (
    "requests",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "undelivered_tokens",
    "cost",
)
KEYS = ("model", "engine", "operation", "outcome")
CALLER = ("account", "user", "key_id")
SHARED = (*CALLER, *KEYS)

_shared, _counts = attrgetter(*SHARED), attrgetter(*SUMS[1:])

Row = dict[str, Any]
_Key = tuple[int, tuple[str, ...]]  # the day, and what is shared


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of one model, engine, operation and outcome; `cost` in nanounits."""

    model: str
    engine: str
    operation: str
    outcome: str
    requests: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    undelivered_tokens: int
    cost: int


class Duration(msgspec.Struct, frozen=True, order=True):
    """How many complete runs of a model took at most `BOUNDS[bucket]` milliseconds and more than the bound before.

    `kind` is "latency" or "first_token"; `milliseconds` is their sum.
    """

    kind: str
    model: str
    bucket: int
    count: int
    milliseconds: int


async def add(connection: "AsyncConnection", new: Iterable[Entry]) -> None:
    """Add entries that are new in the database."""
    from outcrop.storage.tables.ledger import days, durations, totals

    groups = defaultdict[_Key, list[Entry]](list)
    for entry in new:
        groups[entry.ended // DAY, _shared(entry)].append(entry)
    summed = [_summed(key, group) for key, group in groups.items()]
    await _add(connection, days, map(_day, summed))
    await _add(connection, totals, map(_total, summed))
    await _add(connection, durations, (row for group in groups.values() for row in _durations(group)))


def _summed(key: _Key, group: list[Entry]) -> Row:
    """What entries share, and the sums of what they do not."""
    sums = map(sum, zip(*map(_counts, group), strict=True))
    return dict(zip(("day", *SHARED, *SUMS), (key[0], *key[1], len(group), *sums), strict=True))


def _day(of: Row) -> Row:
    tokens = of["input_tokens"] + of["cache_write_tokens"] + of["output_tokens"]
    return {name: of[name] for name in ("day", *CALLER)} | {"tokens": tokens, "cost": of["cost"]}


def _total(of: Row) -> Row:
    return {name: of[name] for name in (*KEYS, *SUMS)}


def _durations(group: list[Entry]) -> Iterator[Row]:
    """Of one model's entries with one outcome."""
    model, outcome = group[0].model, group[0].outcome
    if outcome != "complete":
        return
    streamed = [entry.first_token_ms for entry in group if entry.first_token_ms is not None]
    for kind, taken in (("latency", [entry.latency_ms for entry in group]), ("first_token", streamed)):
        taken.sort()
        ends = [*(bisect_right(taken, bound) for bound in BOUNDS), len(taken)]
        for bucket, (start, end) in enumerate(pairwise((0, *ends))):
            if start < end:
                milliseconds = sum(taken[start:end])
                yield {
                    "kind": kind,
                    "model": model,
                    "bucket": bucket,
                    "count": end - start,
                    "milliseconds": milliseconds,
                }


async def _add(connection: "AsyncConnection", table: "Table", rows: Iterable[Row]) -> None:
    """Add what is not part of the table's key; in one order, so that no two writers wait for each other."""
    keys = [column.name for column in table.primary_key.columns]
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        before = sums.setdefault(tuple(row[key] for key in keys), row)
        if before is not row:
            for name in row.keys() - set(keys):
                before[name] += row[name]
    if sums:
        values = itemgetter(*table.columns.keys())
        await connection.exec_driver_sql(
            _adding(table, connection.dialect), [values(sums[key]) for key in sorted(sums)]
        )


@lru_cache(maxsize=16)
def _adding(table: "Table", dialect: "Dialect") -> str:
    """The statement that adds a row, its values in the order of the columns."""
    from outcrop.storage.database import upsert

    insert = upsert(dialect.name, table)
    keys = table.primary_key.columns.keys()
    more = {column.name: column + insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return str(insert.on_conflict_do_update(index_elements=keys, set_=more).compile(dialect=dialect))


async def read(database: "Database") -> tuple[list[Total], list[Duration]]:
    """All of them, in order."""
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import durations, totals

    async with database.reading() as connection:
        found = (await connection.execute(select(totals).order_by(*totals.primary_key.columns))).mappings()
        taken = (await connection.execute(select(durations).order_by(*durations.primary_key.columns))).mappings()
        return [Total(**row) for row in found], [Duration(**row) for row in taken]
