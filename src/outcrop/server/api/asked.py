"""What a route of the page's API is given and what it may give back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from outcrop.access import ModelAccess
from outcrop.catalog import Catalogue
from outcrop.doors.query import QueryDoor
from outcrop.engines.table import Engines
from outcrop.errors import ValidationException
from outcrop.iam.authorization import Authorization
from outcrop.iam.keys import Principal
from outcrop.invocation_logging import Recorder
from outcrop.server.visitor import Visitors
from outcrop.storage.shared import SharedDatabase
from outcrop.wire import bounds
from outcrop.wire.http import Header, HttpRequest, HttpResponse, HttpStream

Body = TypeVar("Body")


class AnswersFor(Protocol):
    """The gateway, for somebody who is already known."""

    async def handle_for(self, principal: Principal, request: HttpRequest) -> HttpResponse | HttpStream: ...


class OperatorRuns(Protocol):
    """The operator, for whom the page starts it; `owner` is an ARN, None for everybody's runs."""

    def fields(self) -> list[dict[str, Any]]: ...

    async def preview(self, settings: Mapping[str, Any], text: str, limit: int, client: Any) -> Any: ...

    async def start(
        self, owner: str, name: str, settings: Mapping[str, Any], text: str, concurrency: int, client: Any
    ) -> Any: ...

    def all(self, owner: str | None) -> list[Any]: ...

    def find(self, id: str, owner: str | None) -> Any: ...

    def stop(self, id: str, owner: str | None) -> Any: ...

    def part(self, id: str, owner: str | None, part: Any) -> bytes: ...


class Backing(msgspec.Struct, frozen=True):
    """What stands behind the page: the gateway, who its visitors are, what there is to call, and what is kept of it."""

    gateway: AnswersFor
    visitors: Visitors
    catalogue: Catalogue
    engines: Engines
    region: str
    identity: QueryDoor
    authorization: Authorization
    model_access: ModelAccess
    database: SharedDatabase
    recorder: Recorder
    runs: Callable[[], OperatorRuns]


class Asked(msgspec.Struct, frozen=True):
    """One request to a route: as it came, whose it is, what stands behind the page, and the path behind the route's."""

    request: HttpRequest
    principal: Principal
    backing: Backing
    rest: str = ""

    def body(self, kind: type[Body]) -> Body:
        """The body, which is JSON of that kind; raises ValidationException."""
        bounds.check(self.request.body)
        try:
            return msgspec.json.decode(self.request.body or b"{}", type=kind)
        except msgspec.MsgspecError as error:
            raise ValidationException(f"The body is not what this route takes: {error}") from error


class Told(msgspec.Struct, frozen=True):
    """An answer with a status or headers of its own."""

    value: Any
    headers: list[Header] = []
    status: int = 200


Route = Callable[[Asked], Awaitable[Any]]
