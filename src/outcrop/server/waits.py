"""How long the server waits for the next piece of a request's body.

All waits share one timer, and there is none while nobody waits, so that a request whose body is here pays for an entry in a
dictionary. A wait may last up to a sixth longer than its limit. Nothing here knows HTTP.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Message = TypeVar("Message")
BEATS = 6  # of the timer within the limit


class Waits:
    """The waits of one event loop; `limit` in seconds."""

    def __init__(self, limit: float) -> None:
        self._every = limit / BEATS
        self._since: dict[asyncio.Task[Any], int] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._beat = 0
        self._timer: asyncio.TimerHandle | None = None

    async def next(self, receive: Callable[[], Awaitable[Message]]) -> Message:
        """What `receive` gives; raises TimeoutError when that takes too long."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can wait")
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every, self._look)
        self._since[task] = self._beat
        try:
            return await receive()
        except asyncio.CancelledError:
            if task not in self._late:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._since[task]
            self._late.discard(task)

    def _look(self) -> None:
        """Wake whoever has waited too long; come again as long as anybody waits."""
        self._beat += 1
        for task, since in self._since.items():
            if self._beat - since > BEATS and task not in self._late:
                self._late.add(task)
                task.cancel()
        again = bool(self._since)
        self._timer = asyncio.get_running_loop().call_later(self._every, self._look) if again else None
