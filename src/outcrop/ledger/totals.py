"""What is added up while entries are written, in the same transaction, so that it counts each of them once.

`days` are what budgets ask for, `totals` and `durations` what the metrics show: for the whole installation, all workers and
replicas together, and for ever.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from outcrop.ledger.entry import DAY, Entry

if TYPE_CHECKING:
    from sqlalchemy import Table
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

Row = dict[str, Any]


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


async def add(connection: "AsyncConnection", new: Sequence[Entry]) -> None:
    """Add entries that are new in the database."""
    from outcrop.storage.tables.ledger import days, durations, totals

    if new:
        await _add(connection, days, _days(new))
        await _add(connection, totals, _totals(new))
        await _add(connection, durations, _durations(new))


def _days(new: Iterable[Entry]) -> Iterable[Row]:
    for entry in new:
        named = {"account": entry.account, "user": entry.user, "key_id": entry.key_id}
        tokens = entry.input_tokens + entry.cache_write_tokens + entry.output_tokens
        yield {"day": entry.ended // DAY, **named, "tokens": tokens, "cost": entry.cost}


def _totals(new: Iterable[Entry]) -> Iterable[Row]:
    for entry in new:
        yield {"requests": 1, **{name: getattr(entry, name) for name in (*KEYS, *SUMS[1:])}}


def _durations(new: Iterable[Entry]) -> Iterable[Row]:
    for entry in new:
        for kind, taken in (("latency", entry.latency_ms), ("first_token", entry.first_token_ms)):
            if taken is not None and entry.outcome == "complete":
                bucket = bisect_left(BOUNDS, taken)
                yield {"kind": kind, "model": entry.model, "bucket": bucket, "count": 1, "milliseconds": taken}


async def _add(connection: "AsyncConnection", table: "Table", rows: Iterable[Row]) -> None:
    """Add what is not part of the table's key; in one order, so that no two writers wait for each other."""
    from outcrop.storage.database import upsert

    keys = [column.name for column in table.primary_key.columns]
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        before = sums.setdefault(tuple(row[key] for key in keys), row)
        if before is not row:
            for name in row.keys() - set(keys):
                before[name] += row[name]
    if sums:
        insert = upsert(connection.dialect.name, table)
        more = {
            column.name: column + insert.excluded[column.name] for column in table.columns if column.name not in keys
        }
        statement = insert.on_conflict_do_update(index_elements=keys, set_=more)
        await connection.execute(statement, [sums[key] for key in sorted(sums)])


async def read(database: "Database") -> tuple[list[Total], list[Duration]]:
    """All of them, in order."""
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import durations, totals

    async with database.begin() as connection:
        found = (await connection.execute(select(totals).order_by(*totals.primary_key.columns))).mappings()
        taken = (await connection.execute(select(durations).order_by(*durations.primary_key.columns))).mappings()
        return [Total(**row) for row in found], [Duration(**row) for row in taken]
