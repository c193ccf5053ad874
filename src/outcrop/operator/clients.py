"""What an operator calls: any object with `async converse(request) -> response`, and ways to make one of what is there.

Requests and responses are Converse's own JSON: plain dictionaries, `modelId` among the members, blobs in base64.
Nothing here opens a connection. `connect` looks at a client once and decides how to call it.
"""

import asyncio
import base64
import inspect
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import msgspec

from outcrop.batch.pace import Pace
from outcrop.client.parameters import Verbatim
from outcrop.operator.exceptions import DataException, Document, ExecutionException

T = TypeVar("T")

FAILED = "Failed to invoke the Converse API"
THREADS = 32
# Refusals that no record can change: who is calling is wrong (service model and signing layer).
_CALLER = frozenset(
    "UnrecognizedClientException InvalidSignatureException IncompleteSignatureException ExpiredTokenException "
    "InvalidClientTokenId AuthFailure".split()
)
_BLOBS = ("bytes", "redactedContent")
_PUSHES = frozenset("ThrottlingException TooManyRequestsException ServiceUnavailableException SlowDown".split())
# The pace of the run that a record is worked on in.
PACE: ContextVar[Pace | None] = ContextVar("PACE", default=None)


class Client(Protocol):
    """Calls Converse. May raise anything; an exception with `code`, `message` and `status` is the service's refusal."""

    async def converse(self, request: Document) -> Any: ...


class Models(Protocol):
    """A client that also lists models, for suggestions: all pages, as the generated structures or as JSON."""

    async def list_foundation_models(self, request: Document) -> Sequence[Any]: ...

    async def list_inference_profiles(self) -> Sequence[Any]: ...


# A Client, or one for Blocking or Boto; or a function or class that makes one without arguments, which can be pickled.
ClientLike: TypeAlias = Any


class Threaded:
    """Calls that wait, each in a thread of its own; `THREADS` of them at once, the others in a queue."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "outcrop-operator")

    async def _wait(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments, **named))

    async def aclose(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)


class Boto(Threaded):
    """boto3's clients: `bedrock-runtime`, and for suggestions `bedrock`."""

    def __init__(self, runtime: Any, control: Any = None) -> None:
        super().__init__()
        self._runtime, self._control = runtime, control

    async def converse(self, request: Document) -> Any:
        """Converse, its blobs as boto3 wants them, its answer's as JSON has them."""
        return await self._wait(self._runtime.converse, **_with_bytes(request))

    async def list_foundation_models(self, request: Document) -> Sequence[Any]:
        """The models of the control plane."""
        found = await self._wait(self._control.list_foundation_models, **request)
        return list(found["modelSummaries"])

    async def list_inference_profiles(self) -> Sequence[Any]:
        """The inference profiles of the control plane, all pages together."""
        pages = self._control.get_paginator("list_inference_profiles").paginate()
        return await self._wait(list, pages.search("inferenceProfileSummaries"))


class Blocking(Threaded):
    """A client whose calls wait, such as `outcrop.client.Client`."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self._client = client

    async def converse(self, request: Document) -> Any:
        """Converse."""
        return await self._wait(self._client.converse, request)

    async def list_foundation_models(self, request: Document) -> Sequence[Any]:
        """The models of the account."""
        return list(await self._wait(self._client.list_foundation_models, request))

    async def list_inference_profiles(self) -> Sequence[Any]:
        """The inference profiles of the account."""
        return list(await self._wait(self._client.list_inference_profiles))


def connect(client: ClientLike) -> Client:
    """`client`, or what it makes, as a Client."""
    if inspect.isclass(client) or not hasattr(client, "converse"):
        client = client()
    if inspect.iscoroutinefunction(client.converse):
        return cast(Client, client)
    return Boto(client) if hasattr(client, "meta") else Blocking(client)


async def call(client: Client, request: Document) -> Document:
    """The response to `request` as JSON. Raises DataException, or ExecutionException when the caller is not known.

    In a run with a `PACE` a call that the service pushes back, after the client's own retries, is tried again in time.
    """
    tries = 0
    while True:
        try:
            response = await client.converse(Verbatim(request))
            break
        except (DataException, ExecutionException):
            raise
        except Exception as error:
            failure, pace = _failure(error), PACE.get()
            tries += 1
            if pace is None or not _pushed_back(failure, error) or not await pace.again(tries):
                raise failure from error
    answer: Any = msgspec.to_builtins(response)
    if not _has_message(answer):
        raise DataException(
            FAILED, "The response has no message.", "Check the endpoint, then try again.", response=answer
        )
    answer.pop("ResponseMetadata", None)  # boto3's own
    return dict(answer)


def _pushed_back(failure: DataException | ExecutionException, error: Exception) -> bool:
    """Whether the service says that there is too much: throttling, or nobody there to answer (429, 503)."""
    code = failure.code if isinstance(failure, DataException) else None
    return bool(code) and (code in _PUSHES or getattr(error, "status", None) in (429, 503))


def _has_message(answer: Any) -> bool:
    output = answer.get("output") if isinstance(answer, dict) else None
    message = output.get("message") if isinstance(output, dict) else None
    return isinstance(message, dict) and isinstance(message.get("content"), list)


def _failure(error: Exception) -> DataException | ExecutionException:
    code, message = _said(error)
    if code in _CALLER:
        return ExecutionException(f"{FAILED}: {code}", message, "Check the account: its credentials are not accepted.")
    if code is None and not isinstance(error, OSError | TimeoutError) and type(error).__name__ not in _UNREACHED:
        return ExecutionException(FAILED, f"{type(error).__name__}: {error}", "Check the client that was given.")
    name = code or type(error).__name__
    return DataException(
        f"{FAILED}: {name}", message, _RESOLUTIONS.get(name, "Check the request, then try again."), code=name
    )


# botocore's, for what was not sent or not answered; those of outcrop.client have a code.
_UNREACHED = frozenset(
    "EndpointConnectionError ConnectTimeoutError ReadTimeoutError ConnectionClosedError ParamValidationError".split()
)
_RESOLUTIONS = {
    "ThrottlingException": "Wait, then try again with fewer requests at a time.",
    "AccessDeniedException": "Ask for access to the model, or check the policies of the account.",
    "ValidationException": "Check the model, the messages and the parameters of the request.",
}


def _said(error: Exception) -> tuple[str | None, str]:
    """The code and message of the service's refusal; without a code it was none."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return response["Error"].get("Code"), response["Error"].get("Message", "")
    return getattr(error, "code", None), str(getattr(error, "message", "") or error or type(error).__name__)


def _with_bytes(value: Any) -> Any:
    """`value` with the blobs decoded, which stand under known names; what tools were given and gave is left alone."""
    if isinstance(value, list):
        return [_with_bytes(one) for one in value]
    if not isinstance(value, dict):
        return value
    return dict(_members(value))


def _members(value: Document) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        if name in _BLOBS and isinstance(one, str):
            yield name, base64.b64decode(one)
        else:
            yield name, one if name in ("input", "json", "additionalModelRequestFields") else _with_bytes(one)
