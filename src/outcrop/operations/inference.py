"""What InvokeModel does with a model that does not chat: one native body in, one out, vectors, a ranking or pictures.

Each kind has its families and its method of an engine; an engine without the method does not offer the model. Latency is
measured around the engine, as it is for chats.
"""

import time
from collections.abc import Awaitable
from typing import TypeVar

from outcrop.account import NOTHING, Account
from outcrop.chat import events
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
from outcrop.model.runtime import TokenUsage
from outcrop.operations.target import Target
from outcrop.wire.http import Header

Answered = TypeVar("Answered")
Native = tuple[bytes, list[Header]]


async def run(target: Target, body: bytes) -> Native:
    """The native reply of a model that no chat family speaks for, and its headers; raises ServiceError."""
    model = target.model
    try:
        if vectors := VECTOR_FAMILIES.get(model.api):
            return await _embed(target, body, vectors)
        if ranking := RERANK_FAMILIES.get(model.api):
            return await _rerank(target, body, ranking)
        if pictures := PICTURE_FAMILIES.get(model.api):
            return await _paint(target, body, pictures)
    except ModelRefusal as refusal:
        raise ValidationException(refusal.text) from refusal
    raise _not_offered()


def _not_offered() -> AccessDeniedException:
    """A model that is not built, or not offered by the engine, is one the account may not use (recorded text)."""
    return AccessDeniedException("You don't have access to the model with the specified model ID.")


async def _embed(target: Target, body: bytes, family: VectorFamily) -> Native:
    """Input tokens, but none of output (106 of 106 recorded)."""
    model, engine = target.model, target.row.engine
    if not isinstance(engine, Embedder):
        raise _not_offered()
    request = family.decode(body, model)
    run = _Run(await target.account())
    reply = await run.end(engine.embed(model, request))
    run.record(events.usage(reply.input_tokens, 0))
    counted = ("x-amzn-bedrock-input-token-count", str(reply.input_tokens))
    return family.encode_reply(reply, request, model), [run.latency, counted]


async def _rerank(target: Target, body: bytes, family: RerankFamily) -> Native:
    """The latency alone (recorded)."""
    model, engine = target.model, target.row.engine
    if not isinstance(engine, Reranker):
        raise _not_offered()
    request = family.decode(body, model)
    run = _Run(await target.account())
    reply = await run.end(engine.rerank(model, request))
    run.record(NOTHING)
    return family.encode_reply(reply, request, model), [run.latency]


async def _paint(target: Target, body: bytes, family: PictureFamily) -> Native:
    """The latency alone (decided: no picture is recorded)."""
    model, engine = target.model, target.row.engine
    if not isinstance(engine, Painter):
        raise _not_offered()
    request = family.decode(body, model)
    run = _Run(await target.account())
    reply = await run.end(engine.paint(model, request))
    run.record(NOTHING, images=len(reply.images))
    return family.encode_reply(reply, request, model), [run.latency]


class _Run:
    """An engine's work on one request, measured and accounted for."""

    def __init__(self, account: Account | None) -> None:
        self._account = account
        self._started = time.perf_counter()
        self._ms = 0

    async def end(self, work: Awaitable[Answered]) -> Answered:
        """What the engine answers."""
        try:
            answered = await work
        except BaseException as error:
            if self._account:
                self._account.failed(error, self._elapsed())
            raise
        self._ms = self._elapsed()
        return answered

    def record(self, usage: TokenUsage, *, images: int = 0) -> None:
        """Account for what was used."""
        if self._account:
            self._account.complete(usage, None, self._ms, images=images)

    def _elapsed(self) -> int:
        return int((time.perf_counter() - self._started) * 1000)

    @property
    def latency(self) -> Header:
        """The header that says how long the engine took."""
        return ("x-amzn-bedrock-invocation-latency", str(self._ms))
