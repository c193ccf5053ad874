"""Outcrop: the Amazon Bedrock Runtime on your own ground.

`check(request, model)` says what Bedrock would refuse in a request; `Client` and `AsyncClient` send it, here or to AWS, and
`Conversation` and `AsyncConversation` keep a history over them. They are loaded when they are first used, so that importing
the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outcrop.client.asynchronous import AsyncClient
    from outcrop.client.blocking import Client
    from outcrop.client.conversation import AsyncConversation, Conversation
    from outcrop.linter import check

_HOMES = {
    "AsyncClient": "outcrop.client.asynchronous",
    "AsyncConversation": "outcrop.client.conversation",
    "Client": "outcrop.client.blocking",
    "Conversation": "outcrop.client.conversation",
    "check": "outcrop.linter",
}
__all__ = ["AsyncClient", "AsyncConversation", "Client", "Conversation", "__version__", "check"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
