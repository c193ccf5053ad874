"""The operator behind the page: its settings, previews, and runs that go on without it.

Each record's call is a Converse of whoever is signed in: policies, model access, quotas and the ledger see it as any other,
so starting a run needs no permission of its own. One sees one's own runs, root everybody's.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from outcrop.errors import ResourceNotFoundException, UnrecognizedClientException
from outcrop.iam.keys import Principal
from outcrop.server.api.asked import AnswersFor, Asked
from outcrop.server.visitor import Visitors
from outcrop.wire.http import HttpRequest, HttpResponse

PARTS = ("results", "errors")


class _Wanted(msgspec.Struct, frozen=True):
    """A run, or a preview of one: settings by name, and records as JSON Lines."""

    settings: dict[str, Any]
    records: str
    name: str = ""
    limit: int = 5
    concurrency: int = 4


class Refused(Exception):
    """The gateway's refusal of one call."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Caller:
    """Calls Converse for a principal, from within, for as long as its key is one."""

    def __init__(self, gateway: AnswersFor, visitors: Visitors, principal: Principal, request: HttpRequest) -> None:
        self._gateway, self._visitors, self._principal, self._request = gateway, visitors, principal, request

    async def converse(self, request: dict[str, Any]) -> Any:
        """The answer as JSON; raises Refused."""
        principal = self._principal
        if principal.bearer is None and self._visitors.holder(principal.key_id) is None:
            gone = UnrecognizedClientException("The security token included in the request is invalid.")
            raise Refused(gone.status, gone.code, gone.message)
        body = {name: value for name, value in request.items() if name != "modelId"}
        inner = msgspec.structs.replace(
            self._request,
            method="POST",
            path=f"/model/{quote(request['modelId'], safe='')}/converse",
            query="",
            body=msgspec.json.encode(body),
        )
        answer = await self._gateway.handle_for(principal, inner)
        assert isinstance(answer, HttpResponse), "Converse streams nothing"
        said = msgspec.json.decode(answer.body)
        if answer.status == 200:
            return said
        code = dict(answer.headers).get("x-amzn-errortype", "").partition(":")[0]
        raise Refused(answer.status, code, said.get("message") or said.get("Message") or "")


def _caller(asked: Asked) -> Caller:
    return Caller(asked.backing.gateway, asked.backing.visitors, asked.principal, asked.request)


def _owner(asked: Asked) -> str | None:
    return None if asked.principal.root else asked.principal.arn


async def fields(asked: Asked) -> dict[str, Any]:
    """The operator's settings."""
    return {"fields": asked.backing.runs().fields()}


async def preview(asked: Asked) -> Any:
    """What the first records become."""
    wanted = asked.body(_Wanted)
    return await asked.backing.runs().preview(wanted.settings, wanted.records, wanted.limit, _caller(asked))


async def start(asked: Asked) -> Any:
    """A run, which goes on in the server."""
    wanted = asked.body(_Wanted)
    name, together = wanted.name or "records", wanted.concurrency
    runs = asked.backing.runs()
    return await runs.start(asked.principal.arn, name, wanted.settings, wanted.records, together, _caller(asked))


async def show(asked: Asked) -> dict[str, Any]:
    """The runs there are."""
    return {"runs": asked.backing.runs().all(_owner(asked))}


async def one(asked: Asked) -> Any:
    """A run as it is now; below it, its results and errors as files."""
    id, _, part = asked.rest.partition("/")
    runs = asked.backing.runs()
    if not part:
        return runs.find(id, _owner(asked))
    if part not in PARTS:
        raise ResourceNotFoundException(f"A run has no {part}.")
    body = runs.part(id, _owner(asked), part)
    name = f'attachment; filename="{part}-{id[:8]}.jsonl"'
    headers = [("content-type", "application/x-ndjson"), ("content-disposition", name), ("cache-control", "no-store")]
    return HttpResponse(200, [*headers, ("x-content-type-options", "nosniff")], body)


async def change(asked: Asked) -> Any:
    """`…/stop` stops a run."""
    id, _, verb = asked.rest.partition("/")
    if verb != "stop":
        raise ResourceNotFoundException(f"A run cannot {verb or 'be changed'}.")
    return asked.backing.runs().stop(id, _owner(asked))
