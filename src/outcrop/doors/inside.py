"""What doors of other shapes share: who is calling, and the question asked again in AWS's own protocol.

A door translates bytes to bytes. What it asks goes to the gateway as a request for an operation of Bedrock's, so policies,
rules, engines and the ledger are the same whichever door a caller took; what comes back is an answer or a stream of frames.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

import msgspec
from msgspec import Struct

from outcrop.catalog import Catalogue
from outcrop.catalog.profiles import callable_id
from outcrop.chat.features import Model
from outcrop.errors import InternalServerException, ServiceError
from outcrop.iam import identity
from outcrop.iam.keys import Principal
from outcrop.model.service import operation
from outcrop.storage.profiles import Profiles
from outcrop.wire import eventstream
from outcrop.wire.http import JSON, Header, HttpRequest, HttpResponse, HttpStream

SERVICES = ("bedrock", "bedrock-mantle")  # what a signature may be for: both hosts have these doors

# Headers of every answer of these doors, beside its request ids (recorded on bedrock-mantle).
HEADERS: list[Header] = [
    ("vary", "origin, access-control-request-method, access-control-request-headers"),
    ("access-control-allow-origin", "*"),
    (
        "access-control-expose-headers",
        "x-amzn-requestid,x-request-id,date,x-amzn-usage-reservation-quota,x-amzn-usage-reservation-remaining-quota,"
        "x-amzn-usage-reservation-spillover",
    ),
]


class Gateway(Protocol):
    """What doors end in."""

    async def handle_for(
        self, principal: Principal, request: HttpRequest, region: str | None = None
    ) -> HttpResponse | HttpStream: ...


class Caller(NamedTuple):
    """Who calls, and where."""

    principal: Principal
    region: str


class Refusal(Struct, frozen=True):
    """An error answer of the gateway: AWS's code, status and words."""

    code: str
    status: int
    message: str


class Inside:
    """The way in for doors; `region` is that of callers whose credentials name none, `profiles` the account's own."""

    def __init__(
        self, gateway: Gateway, keys: identity.KeyStore, catalogue: Catalogue, profiles: Profiles, region: str
    ) -> None:
        self._gateway, self._keys, self.catalogue, self._region = gateway, keys, catalogue, region
        self._profiles = profiles

    def caller(self, request: HttpRequest) -> Caller:
        """Who signed `request`, or whose bearer key it holds, in either header; raises ServiceError as `identity` does."""
        key = request.headers.get("x-api-key")
        if key and "authorization" not in request.headers:
            request = msgspec.structs.replace(request, headers={**request.headers, "authorization": f"Bearer {key}"})
        principal, region = identity.authenticate(request, self._keys, services=SERVICES)
        return Caller(principal, region or self._region)

    def model_id(self, name: str, region: str) -> str:
        """The id Bedrock's own operations take: these doors take a model's bare id where those want a profile, and the
        open-weight models of OpenAI without their version (both recorded)."""
        model = self.catalogue.get(name) or self.catalogue.get(f"{name}-1:0")
        return callable_id(model, region) if model else name

    def model(self, name: str, region: str) -> Model | None:
        """The model that is meant, by itself or through a profile; None for what is none, which the operation refuses."""
        profile = self._profiles.get(name)
        try:
            return self.catalogue.find(profile.source if profile else self.model_id(name, region), region).model
        except ServiceError:
            return None

    async def ask(
        self, caller: Caller, request: HttpRequest, name: str, model_id: str, body: bytes, *, query: str = ""
    ) -> HttpResponse | HttpStream:
        """Ask for the operation called `name` on a model; `request` is the one that came in by the door."""
        asked = operation(name)
        path = asked.uri.replace("{modelId}", quote(model_id, safe=""))
        headers = {**request.headers, "content-type": JSON, "accept": JSON}
        inner = msgspec.structs.replace(
            request, method=asked.method, path=path, query=query, headers=headers, body=body
        )
        return await self._gateway.handle_for(caller.principal, inner, caller.region)


def refusal(answer: HttpResponse) -> Refusal:
    """What an error answer of the gateway says."""
    kind = dict(answer.headers).get("x-amzn-errortype", "InternalServerException")
    said: dict[str, Any] = msgspec.json.decode(answer.body)
    return Refusal(kind.partition(":")[0], answer.status, str(said.get("message", said.get("Message", ""))))


def refused(error: Exception) -> Refusal:
    """The same of an exception."""
    known = error if isinstance(error, ServiceError) else InternalServerException()
    return Refusal(known.code, known.status, known.message)


def identified(answer: HttpResponse | HttpStream) -> list[Header]:
    """The headers of a door's answer: who it is, and the recorded ones."""
    identifier = dict(answer.headers).get("x-amzn-requestid", "")
    return [("x-amzn-requestid", identifier), ("x-request-id", identifier), *HEADERS]


def translated(
    stream: HttpStream,
    headers: list[Header],
    translate: Callable[[eventstream.Message], bytes],
    failed: Callable[[Exception], bytes],
) -> HttpStream:
    """`stream` with each of its frames translated; `failed` words an exception that ends it."""
    decoder, encode = eventstream.Decoder(), stream.encode

    def batch(events: list[Any]) -> bytes:
        return b"".join(map(translate, decoder.feed(encode(events))))

    kind = ("content-type", "text/event-stream; charset=utf-8")
    return HttpStream(200, [kind, ("cache-control", "no-cache"), *headers], stream.source, batch, failed)
