"""The blocking client: every call waits for its answer; threads may share one client.

It knows the wire and nothing of servers. What it sends is made by `calls`, what it returns by `answers`, and when it tries
again is decided by `retries`; here they are only put in order.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from outcrop import transport
from outcrop.client import answers, calls, configuration, errors, exchange
from outcrop.client.answers import Event, Invocation, Reader, UnknownEvent
from outcrop.client.calls import Call, Input
from outcrop.client.exchange import Addressed, Attempts, Timeouts, addressed, refused
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


class Stream(Generic[Item]):
    """What arrives of a stream, as it arrives; closing it, or leaving its `with`, ends the answer on the server too.

    Iterating raises `ApiError` for an exception within the stream, `NoAnswer` when it breaks off or is no event stream.
    """

    def __init__(self, response: transport.Response, reader: Reader) -> None:
        self.request_id = response.headers.get(errors.REQUEST_ID)
        self._response = response
        self._items = _items(response, reader)

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return next(self._items)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._items.close()
        self._response.close()  # of which nothing may have been read yet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _items(response: transport.Response, reader: Reader) -> Any:
    try:
        for piece in response.pieces():
            yield from reader.feed(piece)
    except transport.Unreachable as error:
        raise errors.no_answer(error) from error
    reader.end()


class Client:
    """Calls Bedrock at `endpoint`, or where AWS's environment and files say, or at AWS in `region`.

    Credentials are an access key or a bearer token, else those of AWS's environment, the profile, and what botocore finds
    beyond (see `credentials`). Requests are the generated structures, or dicts of the same members in boto3's shape; replies
    are always structures. Calls that fail are tried again by the SDKs' rules, `attempts` times in all (3), streams only
    until they begin. Every call raises `ApiError`, and `WrongRequest` for a dict that names what the operation does not
    have (`Verbatim(dict)` is sent as it is); making a client, or its first call, raises `NotConfigured`.
    """

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
        self._timeouts = timeouts
        self._retries = Retries(self._configuration.attempts)
        self._connections: dict[str, transport.Connections] = {}

    def converse(self, request: ConverseRequest | Mapping[str, Any]) -> ConverseResponse:
        """The whole reply to a conversation."""
        return self._reply("Converse", request, ConverseResponse)

    def converse_stream(self, request: ConverseStreamRequest | Mapping[str, Any]) -> Stream[Event]:
        """The reply to a conversation, event by event; what is refused is raised here, not while iterating."""
        response = self._begin(calls.build("ConverseStream", request))
        return Stream(response, Reader(answers.event, response.headers.get(errors.REQUEST_ID)))

    def invoke_model(self, request: InvokeModelRequest | Mapping[str, Any]) -> Invocation:
        """The answer to a native body, which may be bytes, text, a path, an open file, or a value to write as JSON."""
        headers, body = self._whole(calls.build("InvokeModel", request))
        return answers.invocation(headers, body)

    def invoke_model_with_response_stream(
        self, request: InvokeModelWithResponseStreamRequest | Mapping[str, Any]
    ) -> Stream[bytes | UnknownEvent]:
        """The answer to a native body in pieces, each a JSON text of the model's own."""
        response = self._begin(calls.build("InvokeModelWithResponseStream", request))
        return Stream(response, Reader(answers.chunk, response.headers.get(errors.REQUEST_ID)))

    def count_tokens(self, request: CountTokensRequest | ConverseRequest | Mapping[str, Any]) -> int:
        """How many tokens the input of a request has; a ConverseRequest is counted as it is."""
        return self._reply("CountTokens", calls.counting(request), CountTokensResponse).input_tokens

    def list_foundation_models(
        self, request: ListFoundationModelsRequest | Mapping[str, Any] | None = None
    ) -> list[FoundationModelSummary]:
        """The models of the region, as `request` filters them."""
        return self._reply("ListFoundationModels", request or {}, ListFoundationModelsResponse).model_summaries or []

    def list_inference_profiles(
        self, request: ListInferenceProfilesRequest | Mapping[str, Any] | None = None
    ) -> list[InferenceProfileSummary]:
        """The inference profiles of the region, all pages together."""
        found: list[InferenceProfileSummary] = []
        asked: Input = request or ListInferenceProfilesRequest()
        while True:
            page = self._reply("ListInferenceProfiles", asked, ListInferenceProfilesResponse)
            found += page.inference_profile_summaries or []
            if not page.next_token:
                return found
            asked = calls.next_page(asked, page.next_token)

    def close(self) -> None:
        """Close the connections that are idle; the client stays usable."""
        for connections in self._connections.values():
            connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _reply(self, name: str, request: Input, kind: type[Item]) -> Item:
        return answers.read(self._whole(calls.build(name, request))[1], kind)

    def _whole(self, call: Call) -> tuple[dict[str, str], bytes]:
        """Headers and body of a whole answer; what breaks while it is read is tried again too."""
        return self._persistently(call, lambda response: (response.headers, response.read()))

    def _begin(self, call: Call) -> transport.Response:
        """An answer whose body is still to come."""
        return self._persistently(call, lambda response: response)

    def _persistently(self, call: Call, take: Callable[[transport.Response], Item]) -> Item:
        """What `take` makes of the answer, trying again by the rules."""
        attempts = Attempts(self._retries)
        while True:
            try:
                taken = take(self._send(call))
            except transport.Unreachable as error:
                time.sleep(attempts.failed(errors.no_answer(error)))
            except errors.ApiError as error:
                time.sleep(attempts.failed(error))
            else:
                attempts.succeeded()
                return taken

    def _send(self, call: Call) -> transport.Response:
        """One attempt."""
        source = self._configuration.source
        ready = addressed(call, self._configuration, source.ready() or source.load())
        timeouts = self._timeouts
        response = self._to(ready).send(
            call.method,
            ready.call.target,
            headers=ready.headers,
            body=call.body,
            timeout=timeouts.first,
            silence=timeouts.between,
        )
        if response.status >= 300 and (error := refused(response.status, response.headers, response.read())):
            raise error
        return response

    def _to(self, ready: Addressed) -> transport.Connections:
        found = self._connections.get(ready.endpoint)
        if found is None:
            found = self._connections[ready.endpoint] = transport.Connections(
                ready.endpoint, ca_bundle=self._configuration.ca_bundle, connect=self._timeouts.connect
            )
        return found
