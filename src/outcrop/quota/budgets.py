"""Budgets: what callers have spent today and this month, and whether that is all they may.

What has been spent is read from the days of the ledger every second, while there are budgets; what this process has used
since is added from memory. A run is admitted while less than the budget is spent, so that the last one may go over it; what
other processes have used counts a second or two later. All of it is decided, AWS has no such thing.
"""

import asyncio
import datetime
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from outcrop.errors import ServiceQuotaExceededException
from outcrop.quota.counters import DAY
from outcrop.quota.rules import Budget, Per, Who

if TYPE_CHECKING:
    from outcrop.storage.shared import SharedDatabase

INTERVAL = 1.0  # seconds between two looks at what is spent

log = logging.getLogger("outcrop.quota")

Spent = dict[tuple[int, Per, str], tuple[int, int]]  # by first day, per and name: tokens, nanodollars


class _Bound(msgspec.Struct, frozen=True):
    """One number of a budget: `limit` tokens (`unit` 0) or nanodollars (1) from the first day of the day or month on."""

    budget: Budget
    unit: int
    monthly: bool
    limit: int


class Budgets:
    """The budgets of a server."""

    def __init__(self, database: "SharedDatabase", budgets: Sequence[Budget], clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock
        self._bounds = [bound for budget in budgets for bound in _bounds(budget)]
        self._spent: Spent = {}
        self._recent: list[Spent] = [{}, {}]  # since the last look, and between the one before and it
        self._reader: asyncio.Task[None] | None = None

    def check(self, who: Who) -> None:
        """Raise ServiceQuotaExceededException when a budget of the caller is spent."""
        for bound in self._bounds:
            name = who.of(bound.budget.per)
            if bound.budget.name not in (None, name):
                continue
            key = (self._first(monthly=bound.monthly), bound.budget.per, name)
            spent = sum(part.get(key, (0, 0))[bound.unit] for part in (self._spent, *self._recent))
            if spent >= bound.limit:
                period = "month" if bound.monthly else "day"
                raise ServiceQuotaExceededException(
                    f"The budget of {bound.budget.per} {name} for this {period} is spent."
                )

    def add(self, who: Who, tokens: int, cost: int) -> None:
        """A run has used so many tokens and nanodollars."""
        for monthly in (False, True):
            for per in ("account", "user", "key"):
                key: tuple[int, Per, str] = (self._first(monthly=monthly), per, who.of(per))
                before = self._recent[0].get(key, (0, 0))
                self._recent[0][key] = (before[0] + tokens, before[1] + cost)

    def __bool__(self) -> bool:
        return bool(self._bounds)

    def _first(self, *, monthly: bool) -> int:
        """The day (since 1970) on which the current day or month began; days are told from months by their sign."""
        day = self._clock() // DAY
        if not monthly:
            return day
        date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
        return -(day - date.day + 1)

    async def start(self) -> None:
        """Read what is spent, and go on reading it."""
        if self._bounds:
            await self.read()
            self._reader = asyncio.ensure_future(self._read_on())

    async def read(self) -> None:
        """What is spent, from the database."""
        database = await self._database.get()
        from sqlalchemy import func, select

        from outcrop.storage.tables.ledger import days

        spent: Spent = {}
        self._recent = [{}, self._recent[0]]
        async with database.begin() as connection:
            for monthly in (False, True):
                first = self._first(monthly=monthly)
                for per, column in (("account", days.c.account), ("user", days.c.user), ("key", days.c.key_id)):
                    sums = select(column, func.sum(days.c.tokens), func.sum(days.c.cost))
                    rows = await connection.execute(sums.where(days.c.day >= abs(first)).group_by(column))
                    for name, tokens, cost in rows:
                        spent[first, per, name] = (int(tokens), int(cost))  # type: ignore[index]
        self._spent = spent

    async def _read_on(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            try:
                await self.read()
            except Exception as error:
                log.warning("what is spent cannot be read: %s", type(error).__name__)

    async def aclose(self) -> None:
        """Read no more."""
        if self._reader:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)


def _bounds(budget: Budget) -> list[_Bound]:
    found = (
        (0, False, budget.tokens_per_day, 1),
        (0, True, budget.tokens_per_month, 1),
        (1, False, budget.usd_per_day, 1_000_000_000),
        (1, True, budget.usd_per_month, 1_000_000_000),
    )
    return [
        _Bound(budget, unit, monthly, round(limit * scale))
        for unit, monthly, limit, scale in found
        if limit is not None
    ]
