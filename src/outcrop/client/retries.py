"""When a call is tried again, and after how long: the standard mode of AWS's SDKs.

Numbers only: nothing here waits or sends. Source: botocore 1.44 (`retries/standard.py`, `retries/quota.py`).
"""

import random
from collections.abc import Callable
from threading import Lock

from outcrop.client.errors import ApiError, throttled

ATTEMPTS = 3
CAPACITY = 500
COST, THROTTLING_COST = 14, 5
LONGEST = 20.0  # seconds
SCALE, THROTTLING_SCALE = 0.05, 1.0  # seconds before the first retry, at most
BEYOND = 5.0  # seconds that x-amz-retry-after may add


class Retries:
    """The rules, and the quota that all calls of a client share; threads may share it.

    A retry takes 14 from a quota of 500 (5 when throttled); when too little is left, calls fail at once. A call that went
    well gives back what its last retry took, or 1. `chance` makes numbers from 0 to 1, for the jitter.
    """

    def __init__(self, attempts: int = ATTEMPTS, chance: Callable[[], float] = random.random) -> None:
        self._attempts, self._chance = attempts, chance
        self._left, self._lock = CAPACITY, Lock()

    def after(self, error: ApiError, attempt: int) -> float | None:
        """Seconds to wait before trying again after attempt number `attempt` (from 1) failed; None for not at all."""
        if attempt >= self._attempts or not error.retryable:
            return None
        if not self._take(cost(error)):
            return None
        scale = THROTTLING_SCALE if throttled(error.code, error.status) else SCALE
        delay: float = self._chance() * min(scale * 2 ** (attempt - 1), LONGEST)
        return delay if error.retry_after is None else max(delay, min(error.retry_after, delay + BEYOND))

    def succeeded(self, last: ApiError | None) -> None:
        """A call went well, after the failure `last` if it was tried again."""
        if self._left < CAPACITY:
            with self._lock:
                self._left = min(CAPACITY, self._left + (cost(last) if last else 1))

    def _take(self, amount: int) -> bool:
        with self._lock:
            enough = amount <= self._left
            self._left -= amount if enough else 0
            return enough


def cost(error: ApiError) -> int:
    """What a retry after `error` takes from the quota."""
    return THROTTLING_COST if throttled(error.code, error.status) else COST
