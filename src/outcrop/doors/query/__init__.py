"""The door of IAM and STS: the Query protocol on the port of everything else, authorised by the policies it manages.

`handle` takes a request as it came over HTTP; `perform` takes an action and its input from whoever already knows the
principal (the command line does, as root of the machine). Actions are one function each, in the modules beside this one;
`table` says which.
"""

import inspect
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from outcrop.doors.query import resources
from outcrop.doors.query.call import Call, Output
from outcrop.doors.query.table import IAM, STS, Action
from outcrop.errors import (
    InternalServerException,
    InvalidAction,
    MissingAuthenticationToken,
    ServiceError,
    UnrecognizedClientException,
)
from outcrop.iam import identity
from outcrop.iam.authorization import Authorization, Need
from outcrop.iam.keys import Principal
from outcrop.iam.store import Store
from outcrop.iam.uses import Uses
from outcrop.model.service import service
from outcrop.wire import query, sigv4
from outcrop.wire.http import HttpRequest, HttpResponse, request_id

log = logging.getLogger("outcrop.query")

Name = Literal["iam", "sts"]
ACTIONS: dict[Name, Mapping[str, Action]] = {"iam": IAM, "sts": STS}


class QueryDoor:
    """Answers IAM and STS requests. `clock` gives seconds since 1970."""

    def __init__(
        self,
        *,
        keys: identity.KeyStore,
        store: Store,
        uses: Uses,
        authorization: Authorization,
        region: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys, self._store, self._uses = keys, store, uses
        self._authorization, self._region, self._clock = authorization, region, clock

    def takes(self, request: HttpRequest) -> bool:
        """Whether `request` is of the Query protocol."""
        return query.is_query(request)

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`; never raises."""
        identifier, name = request_id(), _service_name(request)
        asked = service(name)
        try:
            principal, region = self._authenticated(request, name)
            fields = query.form(request)
            action = fields.get("Action", "")
            if action not in ACTIONS[name] or fields.get("Version", asked.version) != asked.version:
                version = fields.get("Version", asked.version)
                raise InvalidAction(f"Could not find operation {action} for version {version}")
            operation = asked.operations[action]
            value = query.decode(asked, operation, fields)
            output = await self.perform(principal, region, name, action, value, request)
            return query.encode_output(asked, operation, output, identifier)
        except ServiceError as error:
            return query.encode_error(asked, error, identifier)
        except Exception:
            log.exception("request %s failed", identifier)
            return query.encode_error(asked, InternalServerException(), identifier)

    async def perform(
        self,
        principal: Principal,
        region: str,
        name: Name,
        action: str,
        value: Mapping[str, Any],
        request: HttpRequest | None = None,
    ) -> Output:
        """Do `action` for `principal`; raises ServiceError."""
        row = ACTIONS[name][action]
        query.check(service(name), service(name).operations[action], value)
        if row.resource != "free":
            self._authorize(principal, region, f"{name}:{action}", row, value, request)
        fixed: dict[str, Any] = {"principal": principal, "input": value, "store": self._store, "uses": self._uses}
        fixed |= {"moment": int(self._clock() * 1_000_000), "region": region, "request": request}
        if row.writes:
            done = await self._store.change(lambda draft: row.run(Call(**fixed, state=draft)))
        else:
            done = row.run(Call(**fixed, state=self._store.state))
        return await done if inspect.isawaitable(done) else done

    def _authenticated(self, request: HttpRequest, name: Name) -> tuple[Principal, str]:
        header = request.headers.get("authorization", "")
        if not header or header[:7].lower() == "bearer ":  # bearer keys are for Bedrock alone
            raise MissingAuthenticationToken("Request is missing Authentication Token")
        principal, region = identity.authenticate(request, self._keys, services=(name,))
        if name == "iam" and principal.session and not principal.role:
            # sessions of GetSessionToken, which no second factor has made (documented: no IAM without it)
            raise UnrecognizedClientException("The security token included in the request is invalid")
        return principal, region or self._region

    def _authorize(
        self,
        principal: Principal,
        region: str,
        action: str,
        row: Action,
        value: Mapping[str, Any],
        request: HttpRequest | None,
    ) -> None:
        """Raise AccessDenied unless policies allow the action; changes are rare, so nothing is remembered."""

        def needs() -> tuple[Need, ...]:
            state = self._store.state
            target = resources.resource(row.resource, value, state, principal)
            return (Need(action, target, resources.keys(value, target, state)),)

        self._authorization.check(principal, region, None, needs, request)


def _service_name(request: HttpRequest) -> Name:
    """Which service a request is for: the one it is signed for, else the one whose version or action it names."""
    parts = sigv4.parse_authorization(request.headers.get("authorization", ""))
    if parts and parts.service in ("iam", "sts"):
        return "iam" if parts.service == "iam" else "sts"
    return "sts" if b"Version=2011-06-15" in request.body[:4096] else "iam"
