"""A circuit: after failures in a row an engine is left alone for a while, then one request shows whether it is back.

It neither waits nor asks. Who asks an engine takes `admit`'s word for it, and tells what came of it.
"""

import logging
from collections.abc import Callable

from outcrop.engines.composition import Breaker
from outcrop.errors import ServiceUnavailableException

log = logging.getLogger("outcrop.engines")


class Circuit:
    """The circuit of the engine called `name`: closed at first. `clock` is in seconds and never goes back."""

    def __init__(self, name: str, breaker: Breaker, clock: Callable[[], float]) -> None:
        self._name, self._breaker, self._clock = name, breaker, clock
        self._failures = 0
        self._until: float | None = None
        self._tried = False
        self.opened = 0  # how often it has

    @property
    def open(self) -> bool:
        """Whether the engine is left alone; it stays so until a trial has succeeded."""
        return self._until is not None

    @property
    def available(self) -> bool:
        """Whether a request would be let through now."""
        return self._until is None or (not self._tried and self._clock() >= self._until)

    def admit(self) -> bool:
        """Let a request through; whether it is the trial. Raises ServiceUnavailableException while the circuit is open."""
        if self._until is None:
            return False
        if not self.available:
            raise ServiceUnavailableException
        self._tried = True
        log.info("engine %s: its circuit lets one request through", self._name)
        return True

    def answered(self, *, trial: bool) -> None:
        """The engine has begun to answer, which is enough of a trial."""
        if trial:
            self._until, self._tried, self._failures = None, False, 0
            log.warning("engine %s: its circuit is closed again", self._name)

    def succeeded(self) -> None:
        """A run came to its end."""
        self._failures = 0

    def failed(self, *, trial: bool) -> None:
        """A run failed. Those that had begun before the circuit opened say nothing new."""
        if trial:
            self._open("the trial failed")
        elif self._until is None:
            self._failures += 1
            if self._failures >= self._breaker.failures:
                self._open(f"{self._failures} failures in a row")

    def left(self, *, trial: bool) -> None:
        """Nobody waited for what became of a run: the next may be the trial."""
        if trial:
            self._tried = False

    def _open(self, why: str) -> None:
        self._until, self._tried = self._clock() + self._breaker.rest, False
        self.opened += 1
        log.warning("engine %s: %s; its circuit is open for %g s", self._name, why, self._breaker.rest)
