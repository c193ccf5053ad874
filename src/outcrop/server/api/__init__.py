"""The page's own API, `/_outcrop/api/…`: who is signed in, what there is to call, and the AWS API behind the cookie.

One module per subject, one row per route. A route receives who asks and gives a value, which leaves as JSON; errors are
the server's own and look as they do everywhere. `aws/…` is every route of the AWS API, word for word, with the session
in place of a signature: what the page can do is what the API can.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from outcrop.errors import InternalServerException, ResourceNotFoundException, ServiceError
from outcrop.server.api import access, identity, models, permissions, runs, session, usage
from outcrop.server.api.asked import Asked, Backing, Route, Told
from outcrop.server.visitor import refuse_foreign
from outcrop.wire import restjson
from outcrop.wire.http import JSON, HttpRequest, HttpResponse, HttpStream, request_id

PREFIX = "/_outcrop/api/"
AWS = PREFIX + "aws"

ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", "session"): session.show,
    ("DELETE", "session"): session.end,
    ("POST", "tickets"): session.ticket,
    ("GET", "models"): models.show,
    ("POST", "permissions"): permissions.show,
    ("GET", "access"): access.show,
    ("POST", "access/grant"): access.grant,
    ("POST", "access/deny"): access.deny,
    ("GET", "usage"): usage.report,
    ("GET", "requests"): usage.newest,
    ("GET", "operator"): runs.fields,
    ("POST", "operator/preview"): runs.preview,
    ("GET", "runs"): runs.show,
    ("POST", "runs"): runs.start,
}
BELOW: Mapping[tuple[str, str], Route] = {  # routes whose path goes on
    ("POST", "iam"): identity.perform,
    ("GET", "requests"): usage.one,
    ("GET", "runs"): runs.one,
    ("POST", "runs"): runs.change,
}

log = logging.getLogger("outcrop.server")


class Api:
    """Answers what is below `PREFIX`."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._signing_in = session.SigningIn()

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer to `request`; never raises."""
        try:
            return await self._answer(request)
        except ServiceError as error:
            return restjson.encode_error(error, request_id())
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return restjson.encode_error(InternalServerException(), request_id())

    async def _answer(self, request: HttpRequest) -> HttpResponse | HttpStream:
        name = request.path.removeprefix(PREFIX)
        if (request.method, name) == ("POST", "session"):  # the one thing a stranger may do
            refuse_foreign(request.headers)
            return _answered(await self._signing_in.answer(request, self._backing))
        principal = self._backing.visitors.of(request)
        if request.path.startswith(AWS + "/"):
            inner = msgspec.structs.replace(request, path=request.path.removeprefix(AWS))
            return await self._backing.gateway.handle_for(principal, inner)
        route, rest = ROUTES.get((request.method, name)), ""
        if route is None:
            first, _, rest = name.partition("/")
            route = BELOW.get((request.method, first)) if rest else None
        if route is None:
            raise ResourceNotFoundException(f"There is no {request.method} {request.path}.")
        return _answered(await route(Asked(request, principal, self._backing, unquote(rest))))


def _answered(value: Any) -> HttpResponse:
    if isinstance(value, HttpResponse):
        return value
    told = value if isinstance(value, Told) else Told(value)
    headers = [("content-type", JSON), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    return HttpResponse(told.status, [*headers, *told.headers], msgspec.json.encode(told.value))
