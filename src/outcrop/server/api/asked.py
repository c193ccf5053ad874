"""What a route of the page's API is given and what it may give back."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from outcrop.catalog import Catalogue
from outcrop.engines.table import Engines
from outcrop.iam.keys import Principal
from outcrop.server.visitor import Visitors
from outcrop.wire.http import Header, HttpRequest, HttpResponse, HttpStream


class AnswersFor(Protocol):
    """The gateway, for somebody who is already known."""

    async def handle_for(self, principal: Principal, request: HttpRequest) -> HttpResponse | HttpStream: ...


class Backing(msgspec.Struct, frozen=True):
    """What stands behind the page: the gateway, who its visitors are, and what there is to call."""

    gateway: AnswersFor
    visitors: Visitors
    catalogue: Catalogue
    engines: Engines
    region: str


class Asked(msgspec.Struct, frozen=True):
    """One request to a route: as it came, whose it is, and what stands behind the page."""

    request: HttpRequest
    principal: Principal
    backing: Backing


class Told(msgspec.Struct, frozen=True):
    """An answer with a status or headers of its own."""

    value: Any
    headers: list[Header] = []
    status: int = 200


Route = Callable[[Asked], Awaitable[Any]]
