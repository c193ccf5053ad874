"""Turns: so many requests at once, so many more that wait for theirs, first come, first served."""

import asyncio

from outcrop.engines.composition import Limits
from outcrop.engines.failures import THROTTLED
from outcrop.errors import ThrottlingException


class Slots:
    """The turns of one engine: `running` requests have one, `waiting` want one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._free = asyncio.Semaphore(limits.concurrency)
        self.running = self.waiting = 0

    async def take(self) -> None:
        """Wait for a turn; raises ThrottlingException when too many do already, or for too long."""
        if self._free.locked():
            await self._wait()
        else:
            await self._free.acquire()
        self.running += 1

    async def _wait(self) -> None:
        if self.waiting >= self._limits.queue:
            raise ThrottlingException(THROTTLED)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._limits.wait):
                await self._free.acquire()
        except TimeoutError:
            raise ThrottlingException(THROTTLED) from None
        finally:
            self.waiting -= 1

    def leave(self) -> None:
        """End a turn that was taken."""
        self.running -= 1
        self._free.release()
