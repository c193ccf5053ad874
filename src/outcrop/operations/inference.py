"""What InvokeModel does with a model that does not chat: one native body in, one out, vectors, a ranking or pictures.

Each kind has its families and its method of an engine; an engine without the method does not offer the model. Latency is
measured around the engine, as it is for chats.
"""

import time
from collections.abc import Awaitable
from typing import TypeVar

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines import Embedder, Painter, Reranker
from outcrop.errors import AccessDeniedException, ValidationException
from outcrop.families import (
    PICTURE_FAMILIES,
    RERANK_FAMILIES,
    VECTOR_FAMILIES,
    PictureFamily,
    RerankFamily,
    VectorFamily,
)
from outcrop.operations.call import Call
from outcrop.wire.http import Header

Answered = TypeVar("Answered")
Native = tuple[bytes, list[Header]]


async def run(call: Call, model: Model) -> Native:
    """The native reply of a model that no chat family speaks for, and its headers; raises ServiceError."""
    try:
        if vectors := VECTOR_FAMILIES.get(model.api):
            return await _embed(call, model, vectors)
        if ranking := RERANK_FAMILIES.get(model.api):
            return await _rerank(call, model, ranking)
        if pictures := PICTURE_FAMILIES.get(model.api):
            return await _paint(call, model, pictures)
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal
    raise _not_offered()


def _not_offered() -> AccessDeniedException:
    """A model that is not built, or not offered by the engine, is one the account may not use (recorded text)."""
    return AccessDeniedException("You don't have access to the model with the specified model ID.")


async def _embed(call: Call, model: Model, family: VectorFamily) -> Native:
    """Input tokens, but none of output (106 of 106 recorded)."""
    engine = call.engines.of(model).engine
    if not isinstance(engine, Embedder):
        raise _not_offered()
    request = family.decode(call.input.body, model)
    reply, latency = await _timed(engine.embed(model, request))
    counted = ("x-amzn-bedrock-input-token-count", str(reply.input_tokens))
    return family.encode_reply(reply, request, model), [latency, counted]


async def _rerank(call: Call, model: Model, family: RerankFamily) -> Native:
    """The latency alone (recorded)."""
    engine = call.engines.of(model).engine
    if not isinstance(engine, Reranker):
        raise _not_offered()
    request = family.decode(call.input.body, model)
    reply, latency = await _timed(engine.rerank(model, request))
    return family.encode_reply(reply, request, model), [latency]


async def _paint(call: Call, model: Model, family: PictureFamily) -> Native:
    """The latency alone (decided: no picture is recorded)."""
    engine = call.engines.of(model).engine
    if not isinstance(engine, Painter):
        raise _not_offered()
    request = family.decode(call.input.body, model)
    reply, latency = await _timed(engine.paint(model, request))
    return family.encode_reply(reply, request, model), [latency]


async def _timed(work: Awaitable[Answered]) -> tuple[Answered, Header]:
    """What the engine answers, and the header that says how long it took."""
    started = time.perf_counter()
    answered = await work
    return answered, ("x-amzn-bedrock-invocation-latency", str(int((time.perf_counter() - started) * 1000)))
