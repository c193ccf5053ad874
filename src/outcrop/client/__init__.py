"""Clients for any endpoint that speaks Bedrock: Outcrop's, or AWS's own.

`Client` blocks, `AsyncClient` is awaited. Names are loaded when they are first used, so that importing the package costs
nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outcrop.client.answers import Event, Invocation, UnknownEvent
    from outcrop.client.asynchronous import AsyncClient, AsyncStream
    from outcrop.client.blocking import Client, Stream
    from outcrop.client.errors import ApiError, NoAnswer, NotConfigured
    from outcrop.client.exchange import Timeouts

_HOMES = {
    "ApiError": "errors",
    "AsyncClient": "asynchronous",
    "AsyncStream": "asynchronous",
    "Client": "blocking",
    "Event": "answers",
    "Invocation": "answers",
    "NoAnswer": "errors",
    "NotConfigured": "errors",
    "Stream": "blocking",
    "Timeouts": "exchange",
    "UnknownEvent": "answers",
}
__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncStream",
    "Client",
    "Event",
    "Invocation",
    "NoAnswer",
    "NotConfigured",
    "Stream",
    "Timeouts",
    "UnknownEvent",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
