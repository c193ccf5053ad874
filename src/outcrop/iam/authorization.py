"""May they: a caller and what a call needs, against the caller's policies; what was decided once is remembered.

A call has needs, each an action on a resource; all have to be allowed, and the first that is not is the refusal. An
outcome holds as long as all that its policies look at stays the same. Where they look at the principal and the call alone,
it is remembered outright; where they look at the request too, with those values; where they look at the clock, not at all.
Everything is forgotten when the directory has another version, or when too much is remembered.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from typing import Protocol

from msgspec import Struct

from outcrop.errors import AuthorizationFailure
from outcrop.iam.conditions import Scene, row_of
from outcrop.iam.decide import Grants, decide
from outcrop.iam.keys import Principal
from outcrop.iam.patterns import Value
from outcrop.iam.policy import Asked
from outcrop.wire.http import HttpRequest

REMEMBERED = 4096  # outcomes; beyond it all are dropped at once, callers use few
LONGEST = 512  # characters of a resource or of a request's value in an outcome that is remembered
_BEARER = "bedrock:CallWithBearerToken"  # on resource "*" (reported)


class Directory(Protocol):
    """Who has which policies. `version` is an object, another one after every change."""

    @property
    def version(self) -> object: ...

    def grants(self, principal: Principal) -> Grants: ...


class RootAlone:
    """A directory that knows root, who may do everything, and nobody else."""

    version = "root"

    def grants(self, principal: Principal) -> Grants:
        """Root's, or nothing."""
        return Grants(root=principal.root)


class Need(Struct, frozen=True):
    """An action on a resource ("" for one that names none), and the condition keys the operation gives for it."""

    action: str
    resource: str = ""
    given: Mapping[str, Value] = {}


class _Plan(Struct, frozen=True):
    """What a call needs, and of which keys of the request its outcome depends; `lasting` if it may be remembered."""

    grants: Grants
    needs: tuple[Need, ...]
    keys: tuple[str, ...]
    lasting: bool


class Authorization:
    """Checks calls against a directory; `clock` gives seconds since 1970."""

    def __init__(self, directory: Directory | None = None, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory or RootAlone()
        self._clock = clock
        self._forget()

    def check(
        self,
        principal: Principal,
        region: str,
        key: Hashable,
        needs: Callable[[], tuple[Need, ...]],
        request: HttpRequest | None = None,
    ) -> None:
        """Raise AuthorizationFailure, in AWS's words, unless `principal` may do all that a call in `region` needs.

        `key` stands for the call: with the same key, the needs are the same; None for a call that is not remembered.
        Bearer callers need `bedrock:CallWithBearerToken` besides (documented).
        """
        if self._directory.version is not self._version:
            self._forget()
        call = (principal.key_id, principal.arn, principal.bearer, region, key)
        if call in self._allowed:
            return
        plan = self._plans.get(call) or self._planned(principal, needs())
        values = self._values(plan, principal, region, request) if plan.lasting and key is not None else None
        outcome = None if values is None else (call, values)
        refusal = self._refusals.get(outcome) if outcome else None
        if refusal is None:
            refusal = self._refusal(plan, principal, region, request)
            if outcome:
                self._remember(call, plan, outcome, refusal)
        if refusal:
            raise AuthorizationFailure(refusal)

    @property
    def remembered(self) -> int:
        """How many outcomes are remembered now."""
        return len(self._allowed) + len(self._refusals)

    def _forget(self) -> None:
        self._version = self._directory.version
        self._allowed: set[Hashable] = set()
        self._plans: dict[Hashable, _Plan] = {}
        self._refusals: dict[Hashable, str] = {}  # "" for what is allowed

    def _planned(self, principal: Principal, needs: tuple[Need, ...]) -> _Plan:
        grants = self._directory.grants(principal)
        if principal.bearer:
            needs = (Need(_BEARER, "*", {"bedrock:bearertokentype": principal.bearer}), *needs)
        rows = {key: row_of(key) for need in needs for key in grants.keys(need.action)}
        scopes = {key: row.scope for key, row in rows.items() if row}
        keys = tuple(key for key, scope in scopes.items() if scope == "request")
        lasting = "moment" not in scopes.values() and all(len(need.resource) <= LONGEST for need in needs)
        return _Plan(grants, needs, keys, lasting)

    def _values(
        self, plan: _Plan, principal: Principal, region: str, request: HttpRequest | None
    ) -> tuple[Value | None, ...] | None:
        """The request's values that matter; None when they are too long to be remembered."""
        if not plan.keys:
            return ()
        scene = Scene(principal, region, {}, request, 0)
        values = tuple(scene.get(key) for key in plan.keys)
        return None if any(len(value) > LONGEST for value in values if value) else values

    def _refusal(self, plan: _Plan, principal: Principal, region: str, request: HttpRequest | None) -> str:
        """The words for the first need that is not allowed; "" when all are."""
        moment = self._clock()
        for need in plan.needs:
            asked = Asked(need.action, need.resource, Scene(principal, region, need.given, request, moment))
            decision = decide(plan.grants, asked)
            if not decision.allowed:
                return decision.refusal(principal.arn, asked)
        return ""

    def _remember(self, call: Hashable, plan: _Plan, outcome: Hashable, refusal: str) -> None:
        if self.remembered >= REMEMBERED:
            self._forget()
        if not plan.keys and not refusal:
            self._allowed.add(call)
        else:
            self._plans[call] = plan
            self._refusals[outcome] = refusal
