"""How much may be used: requests and tokens per minute and day as Bedrock counts them, and budgets that end.

`rules` is what the settings say and the arithmetic, `counters` the numbers that all workers and replicas share, `budgets`
what has been spent. `Limits` puts them before a run and after it; it knows nothing of engines and writes no ledger.
"""

import logging
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from outcrop.errors import ServiceUnavailableException, ThrottlingException
from outcrop.quota.budgets import Budgets
from outcrop.quota.counters import DAY, MINUTE, Counter, Unavailable
from outcrop.quota.rules import Budget, Quota, Who

if TYPE_CHECKING:
    from outcrop.storage.shared import SharedDatabase

__all__ = ["Budget", "Budgets", "Hold", "Limits", "Quota", "Who"]

# Recorded and quoted texts of the three.
REQUESTS = "Too many requests, please wait before trying again."
TOKENS = "Too many tokens, please wait before trying again."
TOKENS_DAY = "Too many tokens per day, please wait before trying again."
_REMEMBERED = 4096  # callers and models whose counters are known at once

log = logging.getLogger("outcrop.quota")


class _Rule(msgspec.Struct, frozen=True):
    """One counter a run is held against; `tokens` says what it counts, `text` what it answers."""

    counter: Counter
    tokens: bool
    text: str


class Hold(msgspec.Struct, frozen=True):
    """What a run that was admitted has reserved: tokens, in each counter's window of that moment."""

    rules: tuple[_Rule, ...]
    windows: tuple[int, ...]
    tokens: int

    def settle(self, used: int) -> None:
        """The run is over and has used so many; what it had reserved beyond that is free again."""
        for rule, window in zip(self.rules, self.windows, strict=True):
            if rule.tokens:
                rule.counter.give(window, self.tokens - used)


class Limits:
    """The quotas and budgets of a server; `clock` is the time in microseconds since 1970."""

    def __init__(
        self,
        database: "SharedDatabase",
        quotas: Sequence[Quota],
        budgets: Sequence[Budget],
        clock: Callable[[], int],
    ) -> None:
        self._database, self._quotas, self._clock = database, tuple(quotas), clock
        self.budgets = Budgets(database, budgets, clock)
        self._counters: dict[str, Counter] = {}
        self._known: dict[tuple[Who, str], tuple[_Rule, ...]] = {}

    async def admit(self, who: Who, model_id: str, tokens: int) -> Hold:
        """Let a run begin that may use `tokens`.

        Raises ServiceQuotaExceededException for a budget that is spent, ThrottlingException in AWS's words for a quota,
        ServiceUnavailableException when the shared counters cannot be reached.
        """
        self.budgets.check(who)
        rules = self._known.get((who, model_id)) or self._find(who, model_id)
        windows: list[int] = []
        try:
            for rule in rules:
                window = await rule.counter.take(tokens if rule.tokens else 1)
                if window is None:
                    raise ThrottlingException(rule.text)
                windows.append(window)
        except BaseException as error:
            for rule, window in zip(rules, windows, strict=False):
                rule.counter.give(window, tokens if rule.tokens else 1)
            if isinstance(error, Unavailable):
                log.error("the quotas cannot be counted: %s", error)
                raise ServiceUnavailableException from error
            raise
        return Hold(rules, tuple(windows), tokens)

    def _find(self, who: Who, model_id: str) -> tuple[_Rule, ...]:
        rules = [
            rule
            for number, quota in enumerate(self._quotas)
            if fnmatchcase(model_id, quota.models)
            for rule in self._rules(f"{number}:{quota.per}:{who.of(quota.per)}:{model_id}", quota)
        ]
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        found = self._known[who, model_id] = tuple(rules)
        return found

    def _rules(self, name: str, quota: Quota) -> list[_Rule]:
        """Requests first, then tokens by the minute, then by the day."""
        asked = (
            (quota.requests_per_minute, MINUTE, False, REQUESTS),
            (quota.tokens_per_minute, MINUTE, True, TOKENS),
            (quota.tokens_per_day, DAY, True, TOKENS_DAY),
        )
        return [
            _Rule(self._counter(f"{name}:{text}", period, limit), tokens, text)
            for limit, period, tokens, text in asked
            if limit is not None
        ]

    def _counter(self, name: str, period: int, limit: int) -> Counter:
        found = self._counters.get(name)
        if found is None:
            found = self._counters[name] = Counter(self._database, name, period, limit, self._clock)
        return found

    async def start(self) -> None:
        """Open the database, so that no run waits for it, and read what is spent; raises `DatabaseUnavailable`."""
        await self._database.get()
        await self.budgets.start()

    async def aclose(self) -> None:
        """Give back what this process has taken and not used."""
        await self.budgets.aclose()
        for counter in self._counters.values():
            await counter.aclose()
