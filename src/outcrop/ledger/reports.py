"""What was used, added up: by user, key, model, day, engine or a tag of the requests' metadata.

`usage` is the one question, asked of the database; the command line and the page print its rows. Days are those of UTC and
belong to the moment a run ended.
"""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from outcrop.ledger.entry import DAY, Entry

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from outcrop.storage.database import Database

By = Literal["user", "key", "model", "day", "engine", "tried", "operation", "outcome", "account", "region"]
TAG = "tag:"
SUMS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "undelivered_tokens",
    "images",
    "cost",
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of one group: `key` is what they share, None where they lack it; `cost` in nanounits of `currency`.

    `requests` is all of them, `failed` those that failed or were refused, `unpriced` those whose price is not known.
    """

    key: str | None
    currency: str
    requests: int
    failed: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    undelivered_tokens: int
    images: int
    cost: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Usage from `since` to before `until` (microseconds since 1970, None: no bound).

    The costliest group comes first, days come in order.
    """

    by: str
    since: int | None
    until: int | None
    rows: list[Row]
    totals: list[Row]


class ReportError(Exception):
    """No such way to group: `args[0]` says which there are."""


def check(by: str) -> None:
    """Raise `ReportError` when there are no groups of `by`."""
    if by not in get_args(By) and not (by.startswith(TAG) and len(by) > len(TAG)):
        raise ReportError(f"there is no usage by {by}; there is {', '.join(get_args(By))} and {TAG}NAME")


async def usage(
    database: "Database",
    by: str,
    *,
    since: int | None = None,
    until: int | None = None,
    only: Mapping[str, str] | None = None,
) -> Report:
    """Add up the entries between `since` and `until`, in groups of `by` (`By`, or tag:NAME); raises `ReportError`.

    `only` keeps those whose user, key and so on (`By`, but no day) is the value given. One total per currency.
    """
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import entries

    group, where = _group(by), _only(only)
    if since is not None:
        where.append(entries.c.ended >= since)
    if until is not None:
        where.append(entries.c.ended < until)
    columns = [group.label("key"), entries.c.currency, *_sums()]
    query = select(*columns).where(*where).group_by(group, entries.c.currency)
    async with database.begin() as connection:
        rows = [_row(dict(found), by) for found in (await connection.execute(query)).mappings()]
    rows.sort(key=lambda row: (row.key or "",) if by == "day" else (-row.cost, -row.requests, row.key or ""))
    return Report(by=by, since=since, until=until, rows=rows, totals=totals(rows))


async def newest(
    database: "Database", count: int, *, before: int | None = None, only: Mapping[str, str] | None = None
) -> list[Entry]:
    """The `count` entries that ended last, before the time `before`; `only` as in `usage`, raises `ReportError`."""
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import entries

    where = _only(only)
    if before is not None:
        where.append(entries.c.ended < before)
    query = select(entries).where(*where).order_by(entries.c.ended.desc(), entries.c.id.desc()).limit(count)
    async with database.begin() as connection:
        return [Entry(**row) for row in (await connection.execute(query)).mappings()]


async def entry(database: "Database", id: str) -> Entry | None:
    """The entry with that id."""
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import entries

    async with database.begin() as connection:
        row = (await connection.execute(select(entries).where(entries.c.id == id))).mappings().first()
    return Entry(**row) if row else None


def _only(only: Mapping[str, str] | None) -> "list[ColumnElement[bool]]":
    return [_group(name) == value for name, value in (only or {}).items()]


def _group(by: str) -> "ColumnElement[Any]":
    from outcrop.storage.tables.ledger import entries

    check(by)
    if by == "day":
        return entries.c.ended // DAY
    if by.startswith(TAG):
        tag: ColumnElement[Any] = entries.c.metadata[by.removeprefix(TAG)].as_string()
        return tag
    column: ColumnElement[Any] = entries.c["key_id" if by == "key" else by]
    return column


def _sums() -> "list[ColumnElement[Any]]":
    from sqlalchemy import BigInteger, case, cast, func

    from outcrop.storage.tables.ledger import entries

    failed = case((entries.c.outcome.in_(("complete", "cut")), 0), else_=1)
    unpriced = case((entries.c.price_day.is_(None), 1), else_=0)
    counted = [func.count().label("requests"), func.sum(failed).label("failed"), func.sum(unpriced).label("unpriced")]
    return [*counted, *(cast(func.sum(entries.c[name]), BigInteger).label(name) for name in SUMS)]


def _row(values: dict[str, Any], by: str) -> Row:
    if by == "day":
        values["key"] = str(datetime.date(1970, 1, 1) + datetime.timedelta(days=int(values["key"])))
    return Row(**values)


def totals(rows: list[Row]) -> list[Row]:
    """The sum of all rows, one for each currency."""
    found = []
    for currency in sorted({row.currency for row in rows}):
        of = [row for row in rows if row.currency == currency]
        sums = {name: sum(getattr(row, name) for row in of) for name in ("requests", "failed", "unpriced", *SUMS)}
        found.append(Row(key=None, currency=currency, **sums))
    return found
