"""Native bodies to the hubs and back: one module per model family, a chat family's with four names, another's with two."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Protocol

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import (
    ai21_j2,
    ai21_jamba,
    anthropic_messages,
    anthropic_text,
    cohere_command,
    cohere_command_r,
    cohere_embed,
    cohere_rerank,
    deepseek,
    llama,
    mistral,
    nova,
    nova_canvas,
    nova_embed,
    openai_chat,
    stability,
    titan_embed,
    titan_embed_image,
    titan_image,
    titan_text,
    writer,
)
from outcrop.pictures import PictureReply, PictureRequest
from outcrop.vectors import RerankReply, RerankRequest, VectorReply, VectorRequest


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


class NativeFamily(Protocol):
    """What the modules of all families offer, whatever their hub."""

    def decode(self, body: bytes, model: Model) -> object:
        """A native body as a request; raises ValidationException or ModelRefusal in the model's own words."""
        ...


class VectorFamily(Protocol):
    """What the module of a family that embeds offers."""

    def decode(self, body: bytes, model: Model) -> VectorRequest:
        """A native body as a request; raises ValidationException or ModelRefusal in the model's own words."""
        ...

    def encode_reply(self, reply: VectorReply, request: VectorRequest, model: Model) -> bytes:
        """The vectors as a native body."""
        ...


class RerankFamily(Protocol):
    """What the module of a family that ranks documents offers."""

    def decode(self, body: bytes, model: Model) -> RerankRequest:
        """A native body as a request; raises ValidationException or ModelRefusal in the model's own words."""
        ...

    def encode_reply(self, reply: RerankReply, request: RerankRequest, model: Model) -> bytes:
        """The ranking as a native body."""
        ...


class PictureFamily(Protocol):
    """What the module of a family that paints offers."""

    def decode(self, body: bytes, model: Model) -> PictureRequest:
        """A native body as a request; raises ValidationException or ModelRefusal in the model's own words."""
        ...

    def encode_reply(self, reply: PictureReply, request: PictureRequest, model: Model) -> bytes:
        """The pictures as a native body."""
        ...


FAMILIES: MappingProxyType[str, Family] = MappingProxyType(
    {
        "ai21_j2": ai21_j2,
        "ai21_jamba": ai21_jamba,
        "anthropic_messages": anthropic_messages,
        "anthropic_text": anthropic_text,
        "cohere_command": cohere_command,
        "cohere_command_r": cohere_command_r,
        "deepseek": deepseek,
        "llama": llama,
        "mistral_chat": mistral,
        "mistral_text": mistral,
        "nova": nova,
        "openai": openai_chat,
        "titan_text": titan_text,
        "writer": writer,
    }
)
VECTOR_FAMILIES: MappingProxyType[str, VectorFamily] = MappingProxyType(
    {
        "cohere_embed": cohere_embed,
        "nova_embed": nova_embed,
        "titan_embed": titan_embed,
        "titan_embed_image": titan_embed_image,
    }
)
RERANK_FAMILIES: MappingProxyType[str, RerankFamily] = MappingProxyType({"cohere_rerank": cohere_rerank})
PICTURE_FAMILIES: MappingProxyType[str, PictureFamily] = MappingProxyType(
    {
        "nova_canvas": nova_canvas,
        "stability": stability,
        "titan_image": titan_image,
    }
)
NATIVE: MappingProxyType[str, NativeFamily] = MappingProxyType(
    {**FAMILIES, **VECTOR_FAMILIES, **RERANK_FAMILIES, **PICTURE_FAMILIES}
)
