"""The simulator: the default engine. Deterministic, offline, true to the contract of the API.

`Simulator.generate` plans an answer from the request (`answer`), cuts it to the limits the request sets (`limits`), and
plays it as events (`playback`); what is no chat is answered by `vectors`, `ranking` and `drawing`. The same request always
gets the same answer. It is no language model and does not pretend to be one: it says what it was given, so that a person
sees that everything arrived.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

import msgspec

from outcrop.chat import events, tokens
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, has_cache_point
from outcrop.documents import DocumentReader
from outcrop.engines.simulator import answer, drawing, limits, playback, ranking, signatures, vectors
from outcrop.engines.simulator.caching import PromptCache
from outcrop.engines.simulator.limits import Spoken
from outcrop.engines.simulator.reading import NOTHING, read
from outcrop.model.runtime import TokenUsage
from outcrop.pictures import PictureReply, PictureRequest
from outcrop.vectors import RerankReply, RerankRequest, VectorReply, VectorRequest

AT_ONCE = 4000  # characters; what takes longer, some 10 ms, is done beside the loop, so that nobody waits for it

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Pace(msgspec.Struct, frozen=True):
    """How fast the simulator speaks: seconds before the first token, and tokens per second (0: at once)."""

    first_token: float = 0.0
    tokens_per_second: float = 0.0


class Simulator:
    """An engine that needs no model."""

    estimates = True  # no tokenizer has counted what it says it used

    def __init__(self, documents: DocumentReader, pace: Pace | None = None) -> None:
        self._documents = documents
        self._pace = pace or Pace()
        self._cache = PromptCache()

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the events of the answer; raises ModelRefusal for what cannot be read or is not what was signed."""
        spoken, usage = await self._answer(model, request)
        if self._pace.first_token:
            await asyncio.sleep(self._pace.first_token)
        for batch in playback.pieces(model, spoken, usage, together=not self._pace.tokens_per_second):
            yield batch
            await self._pause(1)

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        """The whole answer, after the time it would take to say it; raises as `generate` does."""
        spoken, usage = await self._answer(model, request)
        if self._pace.first_token:
            await asyncio.sleep(self._pace.first_token)
        await self._pause(spoken.output_tokens)
        return playback.reply(model, spoken, usage)

    async def _answer(self, model: Model, request: ChatRequest) -> tuple[Spoken, TokenUsage]:
        material = NOTHING
        if not request.plain:
            if model.features.reasoning_signature:
                signatures.check(request)
            material = await read(self._documents, model, request)
        spoken = limits.apply(model, request, answer.plan(model, request, material))
        usage = events.usage(tokens.count_request(request, model) + material.tokens, spoken.output_tokens)
        if model.features.prompt_caching and has_cache_point(request):
            self._cache.apply(model, request, usage)
        return spoken, usage

    async def _pause(self, count: int) -> None:
        if self._pace.tokens_per_second:
            await asyncio.sleep(count / self._pace.tokens_per_second)

    async def embed(self, model: Model, request: VectorRequest) -> VectorReply:
        """A vector for each item; never raises."""
        size = sum(len(item.text) + sum(map(len, item.media)) for item in request.items)
        return await self._work(vectors.embed, request, size)

    async def rerank(self, model: Model, request: RerankRequest) -> RerankReply:
        """A score for each document; never raises."""
        return await self._work(ranking.rerank, request, sum(map(len, request.documents)))

    async def paint(self, model: Model, request: PictureRequest) -> PictureReply:
        """The pictures (90 ms for one of 1024 by 1024 pixels); never raises."""
        return await self._work(drawing.paint, request, request.width * request.height)

    async def _work(self, work: Callable[[Asked], Answered], request: Asked, size: int) -> Answered:
        if self._pace.first_token:
            await asyncio.sleep(self._pace.first_token)
        return work(request) if size <= AT_ONCE else await asyncio.to_thread(work, request)
