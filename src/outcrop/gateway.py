"""The path of a request, on one screen: authenticate, decode, authorize, run, encode.

`handle` takes a request as it came over HTTP; `perform` takes an operation and its input from whoever already knows the
principal. Every error a client sees passes through here. What each step does is in the module named on its line.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from outcrop.access import ModelAccess
from outcrop.account import Accounts
from outcrop.catalog import Catalogue
from outcrop.engines.table import Engines
from outcrop.errors import AccessDeniedException, InternalServerException, ServiceError
from outcrop.guardrails import Guardrails
from outcrop.iam import identity
from outcrop.iam.authorization import Authorization
from outcrop.iam.keys import Principal
from outcrop.invocation_logging import Recorder
from outcrop.jobs import Jobs
from outcrop.model.service import operation as described
from outcrop.operations import OPERATIONS
from outcrop.operations.call import Call, Services
from outcrop.operations.sources import Reader
from outcrop.storage.objects import NoObjects, Objects
from outcrop.storage.profiles import Profiles
from outcrop.wire import restjson, routes
from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream, request_id

log = logging.getLogger("outcrop.gateway")


class Gateway:
    """Answers API requests. `region` is the one of callers whose credentials name none (bearer keys).

    `profiles` are the account's application inference profiles; without any of its own, a gateway forgets them at its end.
    Runs are accounted for in `accounts`, without it nowhere. `access` says who may do what; without one, root may do
    everything and nobody else anything.
    """

    def __init__(
        self,
        *,
        keys: identity.KeyStore,
        catalogue: Catalogue,
        engines: Engines,
        region: str,
        profiles: Profiles | None = None,
        model_access: ModelAccess | None = None,
        accounts: Accounts | None = None,
        access: Authorization | None = None,
        objects: Objects | None = None,
        recorder: Recorder | None = None,
        jobs: Jobs | None = None,
        guardrails: Guardrails | None = None,
    ) -> None:
        self._keys, self._region = keys, region
        self._recorder = Recorder.of_nothing() if recorder is None else recorder
        self._access = Authorization() if access is None else access
        store = NoObjects() if objects is None else objects
        self._services = Services(
            catalogue=catalogue,
            engines=engines,
            profiles=Profiles() if profiles is None else profiles,
            model_access=ModelAccess() if model_access is None else model_access,
            logging=self._recorder.configurations,
            jobs=Jobs() if jobs is None else jobs,
            guardrails=Guardrails() if guardrails is None else guardrails,
            objects=store,
            reader=Reader(store, self._access),
            accounts=accounts,
        )
        self._decoders = {name: restjson.Decoder(described(name), row.INPUT) for name, row in OPERATIONS.items()}

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer to `request`; never raises."""
        return await self._answer(request)

    async def handle_for(
        self, principal: Principal, request: HttpRequest, region: str | None = None
    ) -> HttpResponse | HttpStream:
        """The answer to a request of somebody who is already known, such as the page's session; never raises."""
        return await self._answer(request, (principal, region))

    async def _answer(
        self, request: HttpRequest, known: tuple[Principal, str | None] | None = None
    ) -> HttpResponse | HttpStream:
        identifier = request_id()
        try:
            principal, region = known or identity.authenticate(request, self._keys)
            asked, labels = routes.match(request.method, request.path)
            if asked.name not in OPERATIONS:
                # An operation Outcrop has not built is one the account may not use (reported text).
                raise AccessDeniedException("Your account is not authorized to invoke this API operation.")
            region = region or self._region
            value = self._decoded(principal, region, asked.name, request, labels)
            output = await self.perform(principal, region, asked.name, value, identifier, request, sent=request)
            return restjson.encode_output(output, identifier, asked.status)
        except ServiceError as error:
            return restjson.encode_error(error, identifier)
        except Exception:
            log.exception("request %s failed", identifier)
            return restjson.encode_error(InternalServerException(), identifier)

    async def perform(
        self,
        principal: Principal,
        region: str,
        name: str,
        value: Any,
        identifier: str = "",
        request: HttpRequest | None = None,
        *,
        sent: HttpRequest | None = None,
    ) -> restjson.Output:
        """Run the operation called `name` for `principal`, the request having that id or a new one; raises ServiceError.

        `request` is what conditions of policies look at besides the call; without it they find nothing there. `sent` is the
        same when it came in AWS's own protocol: some engines pass its bytes on.
        """
        # by position: twenty times cheaper than by keyword
        call = Call(self._services, principal, region, value, name, identifier or request_id(), request, sent)
        self._authorize(call, request)
        if self._recorder.wants(call):
            return await self._recorded(call)
        return await OPERATIONS[name].run(call)

    async def _recorded(self, call: Call) -> restjson.Output:
        kind = call.kind()
        try:
            output = await OPERATIONS[call.operation].run(call)
        except ServiceError as error:
            self._recorder.failed(call, error, kind)
            raise
        return self._recorder.watch(call, output, kind)

    def _decoded(
        self, principal: Principal, region: str, name: str, request: HttpRequest, labels: Mapping[str, str]
    ) -> Any:
        """The operation's input. Who may not call at all learns that, and nothing of what is wrong with the call: what
        authorizes stands in front of the service, as the origins of their errors say."""
        decoder = self._decoders[name]
        try:
            return decoder.decode(request, labels)
        except ServiceError:
            call = Call(self._services, principal, region, decoder.addressed(labels), name)
            self._authorize(call, request)
            raise

    def _authorize(self, call: Call, request: HttpRequest | None) -> None:
        """Raise AuthorizationFailure unless the caller may do all that the call needs."""
        operation = OPERATIONS[call.operation]
        key = operation.RESOURCES.key(call.input)
        known = None if key is None else (call.operation, key)
        needs = partial(operation.RESOURCES.needs, call, operation.ACTION)
        self._access.check(call.principal, call.region, known, needs, request)
