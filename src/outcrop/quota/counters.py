"""A number that many processes count up to a limit together, window by window, mostly without asking each other.

A `Counter` takes slices of the window's limit from the database and hands them out from memory. The database grants what is
left and never more, so that all processes together never admit more than the limit in one window (a minute or a day of UTC);
near its edge they may admit a little less, when one holds a slice that another could use. What runs turn out to have used
beyond what they reserved is paid from the next slices.
"""

import asyncio
import contextlib
from collections.abc import Callable

from outcrop.storage.shared import DatabaseUnavailable, SharedDatabase

MINUTE = 60_000_000  # microseconds
DAY = 1440 * MINUTE
SLICES = 32  # a window's limit is taken in so many parts, or request by request when it is small


class Unavailable(Exception):
    """The shared numbers cannot be reached."""


class Counter:
    """The count called `name`, of at most `limit` in each `period` (microseconds)."""

    def __init__(self, database: SharedDatabase, name: str, period: int, limit: int, clock: Callable[[], int]) -> None:
        self._database, self.name, self._period, self._limit, self._clock = database, name, period, limit, clock
        self._window = -1
        self._left = 0
        self._refused: int | None = None  # the smallest slice that this window had no room for
        self._asking = asyncio.Lock()

    async def take(self, amount: int) -> int | None:
        """Count `amount`; the window it is counted in, or None when that would be too much. Raises `Unavailable`."""
        if self._has(amount):
            return self._window
        async with self._asking:
            while not self._has(amount):  # whoever asked before may have brought enough
                window, missing = self._window, amount - self._left
                if missing > self._limit or (self._refused is not None and missing >= self._refused):
                    return None
                granted = await self._lease(window, missing)
                if window != self._window:
                    continue  # it was for a window that is over by now
                if not granted:
                    self._refused = missing
                    return None
                self._left += granted
            return self._window

    def _has(self, amount: int) -> bool:
        now = self._clock() // self._period
        if now != self._window:
            self._window, self._left, self._refused = now, 0, None
        if self._left < amount:
            return False
        self._left -= amount
        return True

    def give(self, window: int, amount: int) -> None:
        """Take back `amount` counted in `window`; if negative, count more. Windows that are over are forgotten."""
        if window == self._window:
            self._left += amount

    async def _lease(self, window: int, amount: int) -> int:
        """A slice of at least `amount`, or 0 when there is none left."""
        for wanted in sorted({max(amount, self._limit // SLICES), amount}, reverse=True):
            if await self._grant(window, wanted):
                return wanted
        return 0

    async def _grant(self, window: int, amount: int) -> bool:
        try:
            database = await self._database.get()
        except DatabaseUnavailable as error:
            raise Unavailable(f"{type(error).__name__}") from error
        from sqlalchemy.exc import SQLAlchemyError

        from outcrop.storage.database import upsert
        from outcrop.storage.tables.quota import windows

        try:
            async with database.begin() as connection:
                insert = upsert(connection.dialect.name, windows)
                insert = insert.values(name=self.name, window=window, taken=amount)
                taken = windows.c.taken + amount
                granted = insert.on_conflict_do_update(
                    index_elements=["name", "window"], set_={"taken": taken}, where=taken <= self._limit
                ).returning(windows.c.taken)
                if (await connection.execute(granted)).scalar() is None:
                    return False
                await connection.execute(windows.delete().where(windows.c.name == self.name, windows.c.window < window))
                return True
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(f"{type(error).__name__}") from error

    async def aclose(self) -> None:
        """Give back what is left of this window's slices."""
        left, self._left = self._left, 0
        if left <= 0 or self._window != self._clock() // self._period:
            return
        try:
            database = await self._database.get()
        except DatabaseUnavailable:
            return  # the window ends, and with it what was held
        from sqlalchemy.exc import SQLAlchemyError

        from outcrop.storage.tables.quota import windows

        where = (windows.c.name == self.name, windows.c.window == self._window)
        with contextlib.suppress(SQLAlchemyError, OSError):  # likewise
            async with database.begin() as connection:
                await connection.execute(windows.update().where(*where).values(taken=windows.c.taken - left))
