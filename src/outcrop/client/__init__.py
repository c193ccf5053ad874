"""Clients for any endpoint that speaks Bedrock: Outcrop's, or AWS's own.

`Client` blocks, `AsyncClient` is awaited; `Conversation` and `AsyncConversation` keep a history over them and call tools.
Names are loaded when they are first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outcrop.client.answers import Event, Invocation, UnknownEvent
    from outcrop.client.asynchronous import AsyncClient, AsyncStream
    from outcrop.client.blocking import Client, Stream
    from outcrop.client.conversation import AsyncConversation, Conversation, Reply, TooManyRounds, text_of
    from outcrop.client.errors import ApiError, NoAnswer, NotConfigured
    from outcrop.client.exchange import Timeouts
    from outcrop.client.media import UnknownFormat, attachment, document, image
    from outcrop.client.parameters import Verbatim, WrongRequest
    from outcrop.client.tools import Function

_HOMES = {
    "ApiError": "errors",
    "AsyncClient": "asynchronous",
    "AsyncConversation": "conversation",
    "AsyncStream": "asynchronous",
    "Client": "blocking",
    "Conversation": "conversation",
    "Event": "answers",
    "Function": "tools",
    "Invocation": "answers",
    "NoAnswer": "errors",
    "NotConfigured": "errors",
    "Reply": "conversation",
    "Stream": "blocking",
    "Timeouts": "exchange",
    "TooManyRounds": "conversation",
    "UnknownEvent": "answers",
    "UnknownFormat": "media",
    "Verbatim": "parameters",
    "WrongRequest": "parameters",
    "attachment": "media",
    "document": "media",
    "image": "media",
    "text_of": "conversation",
}
__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncConversation",
    "AsyncStream",
    "Client",
    "Conversation",
    "Event",
    "Function",
    "Invocation",
    "NoAnswer",
    "NotConfigured",
    "Reply",
    "Stream",
    "Timeouts",
    "TooManyRounds",
    "UnknownEvent",
    "UnknownFormat",
    "Verbatim",
    "WrongRequest",
    "attachment",
    "document",
    "image",
    "text_of",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
