"""The asynchronous client: the blocking one's calls, awaited, any number at once on one event loop.

It knows the wire and nothing of servers. What it sends is made by `calls`, what it returns by `answers`, and when it tries
again is decided by `retries`; here they are only put in order.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from outcrop import transport
from outcrop.client import answers, calls, configuration, errors, exchange
from outcrop.client.answers import Event, Invocation, Reader, UnknownEvent
from outcrop.client.calls import Call, Input
from outcrop.client.credentials import Credentials
from outcrop.client.exchange import Attempts, Timeouts, addressed, refused
from outcrop.client.retries import Retries
from outcrop.model.control import (
    FoundationModelSummary,
    InferenceProfileSummary,
    ListFoundationModelsRequest,
    ListFoundationModelsResponse,
    ListInferenceProfilesRequest,
    ListInferenceProfilesResponse,
)
from outcrop.model.runtime import (
    ConverseRequest,
    ConverseResponse,
    ConverseStreamRequest,
    CountTokensRequest,
    CountTokensResponse,
    InvokeModelRequest,
    InvokeModelWithResponseStreamRequest,
)

Item = TypeVar("Item")


class AsyncStream(Generic[Item]):
    """What arrives of a stream, as it arrives; closing it, or leaving its `async with`, ends the answer on the server too.

    Iterating raises `ApiError` for an exception within the stream, `NoAnswer` when it breaks off or is no event stream.
    """

    def __init__(self, response: transport.Exchange, reader: Reader, silence: float | None) -> None:
        self.request_id = response.headers.get(errors.REQUEST_ID)
        self._response = response
        self._items = _items(response, reader, silence)

    def __aiter__(self) -> AsyncGenerator[Item, None]:
        return self._items

    async def __anext__(self) -> Item:
        item: Item = await anext(self._items)
        return item

    async def aclose(self) -> None:
        await self._items.aclose()
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def _items(response: transport.Exchange, reader: Reader, silence: float | None) -> AsyncGenerator[Any, None]:
    try:
        async with aclosing(response):
            async for piece in response if silence is None else _timely(response, silence):
                for item in reader.feed(piece):
                    yield item
    except transport.Unreachable as error:
        raise errors.no_answer(error) from error
    reader.end()


async def _timely(pieces: AsyncIterator[bytes], seconds: float) -> AsyncGenerator[bytes, None]:
    """`pieces`, each of which comes within `seconds` of the one before."""
    while piece := await _within(seconds, anext(pieces, b"")):
        yield piece


async def _within(seconds: float, wanted: Awaitable[Item]) -> Item:
    """What is awaited; raises `transport.TimedOut` when it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await wanted
    except TimeoutError as error:
        raise transport.TimedOut(f"nothing came for {seconds:g} s") from error


class AsyncClient:
    """`Client`, awaited: the same arguments, requests, replies and rules. Belongs to one event loop; `aclose` ends it."""

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        region: str | None = None,
        profile: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
        bearer_token: str | None = None,
        ca_bundle: Path | None = None,
        timeouts: Timeouts = exchange.DEFAULT,
        attempts: int | None = None,
    ) -> None:
        self._configuration = configuration.find(
            endpoint=endpoint,
            region=region,
            profile=profile,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            session_token=session_token,
            bearer_token=bearer_token,
            ca_bundle=ca_bundle,
            attempts=attempts,
        )
        self._retries = Retries(self._configuration.attempts)
        self._pool = transport.Pool(ca_bundle=self._configuration.ca_bundle, connect_timeout=timeouts.connect)
        # The pool knows one time-out for every byte; the shorter of the two is kept here.
        self._silence = max(timeouts.first, timeouts.between)
        self._first = timeouts.first if timeouts.first < self._silence else None
        self._between = timeouts.between if timeouts.between < self._silence else None

    async def converse(self, request: ConverseRequest | Mapping[str, Any]) -> ConverseResponse:
        """The whole reply to a conversation."""
        return await self._reply("Converse", request, ConverseResponse)

    async def converse_stream(self, request: ConverseStreamRequest | Mapping[str, Any]) -> AsyncStream[Event]:
        """The reply to a conversation, event by event; what is refused is raised here, not while iterating."""
        return await self._begin(calls.build("ConverseStream", request), answers.event)

    async def invoke_model(self, request: InvokeModelRequest | Mapping[str, Any]) -> Invocation:
        """The answer to a native body, which may be bytes, text, a path, an open file, or a value to write as JSON."""
        headers, body = await self._whole(calls.build("InvokeModel", request))
        return answers.invocation(headers, body)

    async def invoke_model_with_response_stream(
        self, request: InvokeModelWithResponseStreamRequest | Mapping[str, Any]
    ) -> AsyncStream[bytes | UnknownEvent]:
        """The answer to a native body in pieces, each a JSON text of the model's own."""
        return await self._begin(calls.build("InvokeModelWithResponseStream", request), answers.chunk)

    async def count_tokens(self, request: CountTokensRequest | ConverseRequest | Mapping[str, Any]) -> int:
        """How many tokens the input of a request has; a ConverseRequest is counted as it is."""
        return (await self._reply("CountTokens", calls.counting(request), CountTokensResponse)).input_tokens

    async def list_foundation_models(
        self, request: ListFoundationModelsRequest | Mapping[str, Any] | None = None
    ) -> list[FoundationModelSummary]:
        """The models of the region, as `request` filters them."""
        found = await self._reply("ListFoundationModels", request or {}, ListFoundationModelsResponse)
        return found.model_summaries or []

    async def list_inference_profiles(
        self, request: ListInferenceProfilesRequest | Mapping[str, Any] | None = None
    ) -> list[InferenceProfileSummary]:
        """The inference profiles of the region, all pages together."""
        found: list[InferenceProfileSummary] = []
        asked: Input = request or ListInferenceProfilesRequest()
        while True:
            page = await self._reply("ListInferenceProfiles", asked, ListInferenceProfilesResponse)
            found += page.inference_profile_summaries or []
            if not page.next_token:
                return found
            asked = calls.next_page(asked, page.next_token)

    async def aclose(self) -> None:
        """Close all connections, whatever they carry."""
        await self._pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _reply(self, name: str, request: Input, kind: type[Item]) -> Item:
        return answers.read((await self._whole(calls.build(name, request)))[1], kind)

    async def _whole(self, call: Call) -> tuple[dict[str, str], bytes]:
        """Headers and body of a whole answer; what breaks while it is read is tried again too."""

        async def take(response: transport.Exchange) -> tuple[dict[str, str], bytes]:
            return response.headers, await response.read()

        return await self._persistently(call, take)

    async def _begin(self, call: Call, event: Callable[[Any], Any]) -> AsyncStream[Any]:
        """An answer whose body is still to come."""

        async def take(response: transport.Exchange) -> AsyncStream[Any]:
            reader = Reader(event, response.headers.get(errors.REQUEST_ID))
            return AsyncStream(response, reader, self._between)

        return await self._persistently(call, take)

    async def _persistently(self, call: Call, take: Callable[[transport.Exchange], Awaitable[Item]]) -> Item:
        """What `take` makes of the answer, trying again by the rules."""
        attempts = Attempts(self._retries)
        while True:
            try:
                taken = await take(await self._send(call))
            except transport.Unreachable as error:
                await asyncio.sleep(attempts.failed(errors.no_answer(error)))
            except errors.ApiError as error:
                await asyncio.sleep(attempts.failed(error))
            else:
                attempts.succeeded()
                return taken

    async def _send(self, call: Call) -> transport.Exchange:
        """One attempt."""
        ready = addressed(call, self._configuration, await self._credentials())
        sending = self._pool.send(
            call.method,
            ready.endpoint + ready.call.target,
            headers=ready.headers,
            body=call.body,
            timeout=self._silence,
        )
        response = await (sending if self._first is None else _within(self._first, sending))
        if response.status >= 300 and (error := refused(response.status, response.headers, await response.read())):
            raise error
        return response

    async def _credentials(self) -> Credentials:
        """Those that hold, else new ones, which may take a process or a service and so a thread."""
        source = self._configuration.source
        ready = source.ready()
        return await asyncio.to_thread(source.load) if ready is None else ready
