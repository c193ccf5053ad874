"""`outcrop usage`: what was used, by whom, of what, and what it cost.

Works on the data directory, or on the database its settings name. What a running server has in its journals is read first,
so that the last answer is in the sum.
"""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli.chosen import Data, settings
from outcrop.cli.terminal import fail, styled, table

if TYPE_CHECKING:
    from outcrop.ledger.reports import Report, Row
    from outcrop.settings import Settings

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_HEADINGS = ("requests", "failed", "in", "out", "cache read", "cache write", "undelivered", "cost")


def usage(
    by: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="user, key, model, day, engine, tried, operation, outcome, account, region, tag:NAME.",
        ),
    ] = "user",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this day or time (UTC) on, or so long ago: 7d, 24h.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Before this day or time (UTC).")] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="WHAT=VALUE", help="Only these, as in user=alice; repeatable.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; costs are nanounits of the currency.")] = False,
    data: Data = None,
) -> None:
    """Show what was used, and what it cost."""
    import asyncio

    from outcrop.ledger.reports import ReportError

    try:
        report = asyncio.run(_report(settings(data), by, _time(since), _time(until), dict(map(_pair, only or []))))
    except ReportError as error:
        fail(str(error))
    if as_json:
        _json(report)
    elif as_csv:
        _csv(report)
    else:
        _table(report)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        fail(f"--only {text} names no value", do="as in --only user=alice")
    return name, value


def _time(text: str | None) -> int | None:
    """Microseconds since 1970 of a day, a time (UTC unless it says so) or a while ago."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            found = datetime.now(UTC) - int(ago[1]) * _UNITS[ago[2]]
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        fail(
            f"{text} is no time", do="take a day (2026-11-20), a time (2026-11-20T12:00) or a while ago (90m, 24h, 7d)"
        )
    return round(found.timestamp() * 1_000_000)


async def _report(chosen: "Settings", by: str, since: int | None, until: int | None, only: dict[str, str]) -> "Report":
    from outcrop.ledger import reports
    from outcrop.ledger.journal import NAME
    from outcrop.ledger.writer import Drain
    from outcrop.storage.shared import SharedDatabase

    for group in (by, *only):
        reports.check(group)
    database, drain = SharedDatabase(chosen.data, chosen.database_url), Drain(chosen.data / NAME)
    if not database.exists and not drain.waiting():
        return reports.Report(by=by, since=since, until=until, rows=[], totals=[])
    try:
        opened = await database.get()
        await drain.run(opened)
        return await reports.usage(opened, by, since=since, until=until, only=only)
    finally:
        await database.aclose()


def _json(report: "Report") -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(report)).decode())


def _csv(report: "Report") -> None:
    import csv

    from outcrop.ledger.reports import Row

    names = [name for name in Row.__struct_fields__ if name not in ("key", "cost")]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([report.by, *names, "cost"])
    for row in report.rows:
        writer.writerow([row.key or "", *(getattr(row, name) for name in names), _money(row.cost)])


def _table(report: "Report") -> None:
    if not report.rows:
        typer.echo("Nothing was used." if report.since is None and report.until is None else "Nothing was used then.")
        return
    shown = [_cells(row.key if row.key is not None else "–", row) for row in report.rows]
    last = [_cells("total", row) for row in report.totals]
    rows = [*shown, *(last if len(shown) > 1 else [])]
    table(
        (report.by, *_HEADINGS), rows, numbers=_HEADINGS, spare=("undelivered", "cache write", "cache read", "failed")
    )
    unpriced = sum(row.unpriced for row in report.totals)
    if unpriced:
        typer.echo(styled(f"{unpriced:,} of these requests were for models without a known price.", "quiet"))


def _cells(key: str, row: "Row") -> tuple[str, ...]:
    tokens = (row.input_tokens, row.output_tokens, row.cache_read_tokens, row.cache_write_tokens)
    counts = (row.requests, row.failed, *tokens, row.undelivered_tokens)
    return (key, *(f"{count:,}" for count in counts), f"{_money(row.cost)} {row.currency}")


def _money(nanounits: int) -> str:
    """Six decimals, exactly rounded: the price of few tokens is less than a cent."""
    micro = (nanounits + 500) // 1000
    return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
