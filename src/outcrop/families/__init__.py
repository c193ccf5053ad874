"""Native bodies to the hub and back: one module per model family, each with the same four names."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Protocol

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import anthropic_messages, anthropic_text, llama


class NativeStream(Protocol):
    """Turns one run's events into the native bodies of InvokeModelWithResponseStream's chunks."""

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        """The chunks that `batch` completes; the last of all carries the invocation metrics."""
        ...


class Family(Protocol):
    """What a model family's module offers. A module satisfies it; the type checker proves it on the table below."""

    def decode(self, body: bytes, model: Model) -> ChatRequest:
        """A native body as a request; raises ValidationException or ModelRefusal in the model's own words."""
        ...

    def check(self, request: ChatRequest, model: Model) -> None:
        """Raise ModelRefusal for what the model itself refuses, whichever operation the request came through."""
        ...

    def encode_reply(self, reply: Reply, request: ChatRequest, model: Model) -> bytes:
        """A whole reply as a native body."""
        ...

    def stream(self, request: ChatRequest, model: Model, first_byte_ms: int) -> NativeStream:
        """A new stream encoder for one run."""
        ...


FAMILIES: MappingProxyType[str, Family] = MappingProxyType(
    {
        "anthropic_messages": anthropic_messages,
        "anthropic_text": anthropic_text,
        "llama": llama,
    }
)
