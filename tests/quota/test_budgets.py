"""Budgets: what the ledger's days say is spent, and what this process has used since."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import make  # noqa: F401

from outcrop.errors import ServiceQuotaExceededException
from outcrop.ledger.entry import DAY, Entry
from outcrop.ledger.writer import store
from outcrop.quota.budgets import Budgets
from outcrop.quota.rules import Budget, Who
from outcrop.storage.shared import SharedDatabase

ALICE, BOB = Who("123456789012", "alice", "AKIA1"), Who("123456789012", "bob", "AKIA2")
TODAY = 20_000 * DAY + DAY // 2  # 2024-10-04


def spending(url: str, budgets: list[Budget], entries: list[Entry], work: Callable[[Budgets], Awaitable[Any]]) -> None:
    async def run() -> None:
        database = SharedDatabase(Path(), url)
        made = Budgets(database, budgets, lambda: TODAY)
        try:
            for _ in range(2):  # what is written twice is spent once
                async with (await database.get()).begin() as connection:
                    await store(connection, entries)
            await made.start()
            await work(made)
        finally:
            await made.aclose()
            await database.aclose()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(per="user", name="alice", tokens_per_day=30), True),
        (Budget(per="user", name="alice", tokens_per_day=31), False),
        (Budget(per="user", name="bob", tokens_per_day=1), False),
        (Budget(per="user", tokens_per_day=30), True),
        (Budget(per="key", name="AKIA1", tokens_per_month=45), True),
        (Budget(per="key", tokens_per_month=46), False),
        (Budget(per="account", usd_per_day=0.000_000_2), True),
        (Budget(per="account", usd_per_month=0.000_000_301), False),
        (Budget(per="account", usd_per_month=0), True),
    ],
)
def test_a_budget_is_spent_when_the_ledger_says_so(
    make: Callable[..., Entry],  # noqa: F811
    database_url: str,
    budget: Budget,
    spent: bool,
) -> None:
    """Two entries of 15 tokens and 100 nanodollars today, one three days ago, one in the month before."""
    entries = [make(ended=TODAY - days * DAY) for days in (0, 0, 3, 4)]

    async def work(budgets: Budgets) -> None:
        if not spent:
            budgets.check(ALICE)
            return
        with pytest.raises(ServiceQuotaExceededException, match=f"The budget of {budget.per} ") as raised:
            budgets.check(ALICE)
        assert raised.value.status == 400

    spending(database_url, [budget], entries, work)


def test_what_was_used_since_counts_at_once_and_not_for_ever_twice(
    make: Callable[..., Entry],  # noqa: F811
    tmp_path: Path,
) -> None:
    async def work(budgets: Budgets) -> None:
        budgets.add(BOB, 20, 0)
        with pytest.raises(ServiceQuotaExceededException):
            budgets.check(BOB)
        budgets.check(ALICE)
        await budgets.read()  # its entry may not have been in the days yet
        with pytest.raises(ServiceQuotaExceededException):
            budgets.check(BOB)
        await budgets.read()
        budgets.check(BOB)

    spending(f"sqlite:///{tmp_path / 'b.db'}", [Budget(per="user", tokens_per_day=20)], [], work)
