"""Totals: each entry once, however often it is written, and by whomever."""

import asyncio

from tests.ledger.conftest import Make

from outcrop.ledger.totals import BOUNDS, Duration, Total, read
from outcrop.ledger.writer import store
from outcrop.storage.database import Database


def test_each_entry_is_added_once(make: Make, database_url: str) -> None:
    first = [make(latency_ms=25, first_token_ms=3), make(latency_ms=26), make(outcome="failed_early", latency_ms=9)]
    more = [make(latency_ms=10**9, first_token_ms=10**9, model="m", engine="llama", undelivered_tokens=2, cost=2**50)]

    async def run() -> tuple[list[Total], list[Duration]]:
        database = await Database.open(database_url)
        try:
            for entries in (first, first + more, more):
                async with database.begin() as connection:
                    await store(connection, entries)
            return await read(database)
        finally:
            await database.aclose()

    totals, durations = asyncio.run(run())
    haiku = make().model
    assert [(one.model, one.outcome, one.requests, one.input_tokens, one.cost) for one in totals] == [
        (haiku, "complete", 2, 20, 200),
        (haiku, "failed_early", 1, 10, 100),
        ("m", "complete", 1, 10, 2**50),
    ]
    assert totals[-1].undelivered_tokens == 2
    assert set(durations) == {
        Duration("latency", haiku, 0, 1, 25),
        Duration("latency", haiku, 1, 1, 26),
        Duration("first_token", haiku, 0, 1, 3),
        Duration("latency", "m", len(BOUNDS), 1, 10**9),
        Duration("first_token", "m", len(BOUNDS), 1, 10**9),
    }
