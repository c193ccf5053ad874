"""From the hub to tokens: one class per engine. An engine has one method; what else it can do, it has a method for."""

from collections.abc import AsyncGenerator
from typing import Protocol, runtime_checkable

import msgspec

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.pictures import PictureReply, PictureRequest
from outcrop.vectors import RerankReply, RerankRequest, VectorReply, VectorRequest
from outcrop.wire.http import Header


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
class Counter(Protocol):
    """What an engine has whose backend counts the tokens of a request."""

    async def count(self, model: Model, request: ChatRequest) -> int | None:
        """The tokens of the input, None when the backend cannot say; raises as `Engine.generate` does."""
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


class Sent(msgspec.Struct, frozen=True):
    """A call as its caller sent it: AWS's name of the operation, the model as it was named, and the bytes. `headers` are
    those of the operation's own (service model), their names in lower case; `region` is the caller's."""

    operation: str
    region: str
    model_id: str
    headers: dict[str, str]
    body: bytes


class Passed(Reply, kw_only=True):
    """A whole reply that is already what the caller is to get; what it says beside its bytes is for the ledger."""

    body: bytes
    headers: list[Header]


class Passage(Protocol):
    """An engine for one call: what it yields are `restjson.Frames`, what it answers is `Passed`; raises as engines do."""

    def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]: ...

    async def reply(self, model: Model, request: ChatRequest) -> Passed: ...


@runtime_checkable
class Relay(Protocol):
    """What an engine has whose backend is asked in the caller's own bytes.

    `validates` says whether the backend alone judges what is asked; otherwise it is only asked what Outcrop would take.
    """

    @property
    def validates(self) -> bool: ...

    def relay(self, sent: Sent, model: Model) -> Passage | None:
        """The way to the backend for this call; None when it has to go through the hub."""
        ...
