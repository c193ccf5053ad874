"""From the hub to tokens: one class per engine. An engine has one method; what else it can do, it has a method for."""

from collections.abc import AsyncGenerator
from typing import Protocol, runtime_checkable

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.pictures import PictureReply, PictureRequest
from outcrop.vectors import RerankReply, RerankRequest, VectorReply, VectorRequest


class Engine(Protocol):
    """Makes the events of one turn."""

    def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield events in batches; those ready together in one. Raises a ServiceError when it cannot.

        Raises `ModelRefusal` before the first batch for a request the model would not take.
        """
        ...


class WholeReplies(Protocol):
    """What an engine has that can answer in one piece, without making events of it first."""

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        """The whole turn; raises as `Engine.generate` does. Its latency is measured by whoever asks."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """What an engine has that can embed."""

    async def embed(self, model: Model, request: VectorRequest) -> VectorReply:
        """One vector for each item; raises as `Engine.generate` does."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """What an engine has that can rank documents."""

    async def rerank(self, model: Model, request: RerankRequest) -> RerankReply:
        """One score for each document; raises as `Engine.generate` does."""
        ...


@runtime_checkable
class Painter(Protocol):
    """What an engine has that can paint."""

    async def paint(self, model: Model, request: PictureRequest) -> PictureReply:
        """The pictures; raises as `Engine.generate` does."""
        ...
