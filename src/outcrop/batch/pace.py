"""How many records are under way: additive increase, multiplicative decrease, never above a limit.

Whoever sees a service push back says so (`pushed_back`), and whoever may try again asks when (`again`). The limit is halved
at most once per `SPAN`, since all that was under way hears of the same congestion; every record that ends without one adds
a share, one more for each limit's worth. Source: the rule of TCP's congestion avoidance (RFC 5681, section 3.1).
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable

SPAN = 1.0  # seconds in which the limit is halved once at most
TRIES = 10  # of one call that is pushed back, beside the client's own
LONGEST = 60.0  # seconds between two of them, at most


class Pace:
    """At most `most` records at a time, and fewer while the service pushes back; belongs to one event loop."""

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.most = max(1, most)
        self.limit = float(self.most)
        self.active = 0
        self.pushes = 0
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._halved = float("-inf")
        self._waiting = deque[asyncio.Future[None]]()

    async def enter(self) -> None:
        """Wait for a place, first come first served."""
        if self.active < int(self.limit) and not self._waiting:
            self.active += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.active -= 1
        self._admit()

    def went_well(self) -> None:
        """A record has ended without a push: a little more may be under way."""
        if self.limit < self.most:
            self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def pushed_back(self) -> None:
        """The service has said that there is too much."""
        self.pushes += 1
        now = self._clock()
        if now - self._halved >= SPAN:
            self._halved = now
            self.limit = max(1.0, self.limit / 2)

    async def again(self, tries: int) -> bool:
        """After the push number `tries` (from 1) of one call: wait, and say whether to try again."""
        self.pushed_back()
        if tries >= TRIES:
            return False
        longest = min(LONGEST, 2.0 ** (tries - 1))
        await self._sleep(longest * (0.5 + 0.5 * self._chance()))
        return True

    def _admit(self) -> None:
        while self._waiting and self.active < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.active += 1
                place.set_result(None)
