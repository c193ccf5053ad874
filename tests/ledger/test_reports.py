"""Reports: what is added up, in which groups, between which days; the same on both databases."""

import asyncio
from typing import Any

import pytest
from tests.ledger.conftest import Make

from outcrop.ledger.entry import Entry
from outcrop.ledger.reports import DAY, Report, ReportError, usage
from outcrop.ledger.writer import store
from outcrop.storage.database import Database

NOON = 20_000 * DAY + DAY // 2  # 2024-10-04


def asked(url: str, entries: list[Entry], by: str, **options: Any) -> Report:
    async def run() -> Report:
        database = await Database.open(url)
        try:
            async with database.begin() as connection:
                await store(connection, entries)
            return await usage(database, by, **options)
        finally:
            await database.aclose()

    return asyncio.run(run())


def test_a_report_adds_up_every_group_and_all_of_them(make: Make, database_url: str) -> None:
    entries = [
        make(user="alice", cost=2**40),
        make(user="alice", cost=2**62, outcome="failed_late", undelivered_tokens=3, cache_read_tokens=1),
        make(user="bob", cost=0, price_day=None, images=2, cache_write_tokens=4),
    ]
    report = asked(database_url, entries, "user")

    alice, bob = report.rows
    assert (alice.key, alice.requests, alice.failed, alice.unpriced) == ("alice", 2, 1, 0)
    assert (alice.input_tokens, alice.output_tokens, alice.undelivered_tokens) == (20, 10, 3)
    assert alice.cost == 2**40 + 2**62
    assert (bob.key, bob.unpriced, bob.images, bob.cache_write_tokens) == ("bob", 1, 2, 4)
    (total,) = report.totals
    assert (total.requests, total.input_tokens, total.cost) == (3, 30, alice.cost)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("key", ["AKIA1", "AKIA2"]),
        ("model", ["anthropic.claude-3-haiku-20240307-v1:0", "m"]),
        ("engine", ["llama", "simulator"]),
        ("outcome", ["complete", "cut"]),
        ("tag:team", ["geology", None]),
        ("tag:cost centre:/@1", ["7", None]),
        ("tag:nobody", [None]),
    ],
)
def test_what_is_shared_makes_a_group(make: Make, database_url: str, by: str, keys: list[str | None]) -> None:
    other = make(
        key_id="AKIA2", model="m", engine="llama", outcome="cut", metadata={"team": "geology", "cost centre:/@1": "7"}
    )
    report = asked(database_url, [make(), other], by)

    assert sorted((row.key for row in report.rows), key=str) == sorted(keys, key=str)


def test_days_are_those_of_utc_in_order(make: Make, database_url: str) -> None:
    ends = [NOON + DAY, NOON, NOON + DAY // 2 - 1, NOON + DAY // 2]
    report = asked(database_url, [make(ended=ended) for ended in ends], "day")

    assert [(row.key, row.requests) for row in report.rows] == [("2024-10-04", 2), ("2024-10-05", 2)]


def test_bounds_take_the_first_moment_and_leave_the_last(make: Make, database_url: str) -> None:
    entries = [make(ended=ended) for ended in (NOON - 1, NOON, NOON + 1, NOON + 2)]
    report = asked(database_url, entries, "user", since=NOON, until=NOON + 2)

    assert [row.requests for row in report.rows] == [2]
    assert (report.since, report.until) == (NOON, NOON + 2)


def test_only_those_that_are_asked_for_are_added(make: Make, database_url: str) -> None:
    entries = [make(user="alice"), make(user="bob"), make(user="bob", metadata={"team": "geology"})]

    assert asked(database_url, entries, "user", only={"user": "bob"}).totals[0].requests == 2
    assert asked(database_url, [], "user", only={"user": "bob", "tag:team": "geology"}).totals[0].requests == 1
    assert asked(database_url, [], "user", only={"user": "carol"}).totals == []


def test_currencies_are_never_added_together(make: Make, database_url: str) -> None:
    report = asked(database_url, [make(cost=5), make(cost=7, currency="EUR")], "user")

    assert [(row.currency, row.cost) for row in report.totals] == [("EUR", 7), ("USD", 5)]


@pytest.mark.parametrize("by", ["principal", "", "tag:", "id; drop table"])
def test_another_group_is_refused(by: str, database_url: str) -> None:
    with pytest.raises(ReportError, match="there is user, key, model, day"):
        asked(database_url, [], by)
