"""Counters: together never more than the limit, alone all of it, and a new window begins anew."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from outcrop.quota.counters import MINUTE, Counter, Unavailable
from outcrop.storage.shared import SharedDatabase


class Clock:
    """The time, which stands until it is moved."""

    now = 1_000 * MINUTE

    def __call__(self) -> int:
        return self.now


def sharing(url: str, count: int, limit: int, work: Callable[[list[Counter], Clock], Awaitable[Any]]) -> Any:
    """Run `work` with one counter of each of `count` processes' kind."""

    async def run() -> Any:
        databases = [SharedDatabase(Path(), url) for _ in range(count)]
        clock = Clock()
        try:
            return await work([Counter(each, "x", MINUTE, limit, clock) for each in databases], clock)
        finally:
            for database in databases:
                await database.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("limit", [1, 7, 100, 10_000])
def test_all_together_never_admit_more_than_the_limit(database_url: str, limit: int) -> None:
    async def work(counters: list[Counter], clock: Clock) -> None:
        lots = random.Random(limit)
        for _ in range(2):  # windows
            admitted = 0

            async def ask(counter: Counter) -> None:
                nonlocal admitted
                amount = lots.randint(1, max(1, limit // 20))
                if await counter.take(amount) is not None:
                    admitted += amount

            for _ in range(5):
                await asyncio.gather(*(ask(lots.choice(counters)) for _ in range(30)))
            assert admitted <= limit
            assert admitted >= limit - len(counters) * (limit // 32 + limit // 20 + 1)
            clock.now += MINUTE

    sharing(database_url, 3, limit, work)


def test_one_alone_uses_all_of_it_and_what_is_given_back(tmp_path: Path) -> None:
    async def work(counters: list[Counter], clock: Clock) -> None:
        (counter,) = counters
        windows = [await counter.take(1) for _ in range(100)]
        assert windows == [1000] * 100
        assert await counter.take(1) is None
        counter.give(1000, 5)
        counter.give(999, 50)  # a window that is over
        assert [await counter.take(1) is not None for _ in range(6)] == [True] * 5 + [False]

    sharing(f"sqlite:///{tmp_path / 'q.db'}", 1, 100, work)


def test_what_was_used_beyond_what_was_reserved_is_paid_from_what_is_left(tmp_path: Path) -> None:
    async def work(counters: list[Counter], clock: Clock) -> None:
        (counter,) = counters
        window = await counter.take(10)
        assert window is not None
        counter.give(window, -60)
        assert await counter.take(31) is None
        assert await counter.take(30) is not None
        assert await counter.take(1) is None

    sharing(f"sqlite:///{tmp_path / 'q.db'}", 1, 100, work)


def test_what_is_held_at_the_end_is_given_back(tmp_path: Path) -> None:
    async def work(counters: list[Counter], clock: Clock) -> None:
        first, second = counters
        assert await first.take(1) is not None
        await first.aclose()
        assert await second.take(3199) is not None

    sharing(f"sqlite:///{tmp_path / 'q.db'}", 2, 3200, work)


def test_a_database_that_is_away_is_not_a_full_quota(tmp_path: Path) -> None:
    async def work(counters: list[Counter], clock: Clock) -> None:
        with pytest.raises(Unavailable):
            await counters[0].take(1)
        await counters[0].aclose()

    sharing("postgresql://nobody@127.0.0.1:1/none", 1, 10, work)
