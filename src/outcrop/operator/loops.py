"""Event loops for callers who have none: one per thread that calls, closed together."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loops:
    """Runs coroutines for threads without an event loop; connections that a coroutine keeps live on in its thread's loop."""

    def __init__(self) -> None:
        self._of_thread, self._all = threading.local(), list[asyncio.Runner]()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`. Raises RuntimeError within a running event loop."""
        if asyncio._get_running_loop() is not None:
            work.close()
            raise RuntimeError("an event loop is running here: await process(record) instead")
        runner: asyncio.Runner | None = getattr(self._of_thread, "runner", None)
        if runner is None:
            runner = self._of_thread.runner = asyncio.Runner()
            self._all.append(runner)
        return runner.run(work)

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Close every loop, after `last` has run in it. No call may be under way."""
        for runner in self._all:
            if last:
                runner.run(last())
            runner.close()
        self._of_thread, self._all = threading.local(), []

    def drop(self) -> None:
        """Close every loop, from wherever the garbage is collected: within a running loop by a thread that has none."""
        if asyncio._get_running_loop() is None:
            self.close()
            return
        thread = threading.Thread(target=self.close)
        thread.start()
        thread.join()
