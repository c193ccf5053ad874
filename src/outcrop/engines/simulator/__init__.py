"""The simulator: the default engine. Deterministic, offline, true to the contract of the API.

`Simulator.generate` plans an answer from the request (`answer`), cuts it to the limits the request sets (`limits`), and
plays it as events (`playback`). The same request always gets the same answer. It is no language model and does not
pretend to be one: it says what it was given, so that a person sees that everything arrived.
"""

import asyncio
from collections.abc import AsyncGenerator

import msgspec

from outcrop.chat import events, tokens
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, has_cache_point
from outcrop.documents import DocumentReader
from outcrop.engines.simulator import answer, limits, playback
from outcrop.engines.simulator.caching import PromptCache
from outcrop.engines.simulator.reading import read


class Pace(msgspec.Struct, frozen=True):
    """How fast the simulator speaks: seconds before the first token, and tokens per second (0: at once)."""

    first_token: float = 0.0
    tokens_per_second: float = 0.0


class Simulator:
    """An engine that needs no model."""

    def __init__(self, documents: DocumentReader, pace: Pace | None = None) -> None:
        self._documents = documents
        self._pace = pace or Pace()
        self._cache = PromptCache()

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the events of the answer; raises ModelRefusal for a document or picture that cannot be read."""
        material = await read(self._documents, request)
        planned = answer.plan(model, request, material)
        spoken = limits.apply(model, request, planned)
        usage = events.usage(tokens.count_request(request) + material.tokens, spoken.output_tokens)
        if model.features.prompt_caching and has_cache_point(request):
            self._cache.apply(model, request, usage)
        if self._pace.first_token:
            await asyncio.sleep(self._pace.first_token)
        if not request.streamed:
            await self._pause(spoken.output_tokens)
            yield playback.whole(model, spoken, usage)
            return
        for batch in playback.pieces(model, spoken, usage, together=not self._pace.tokens_per_second):
            yield batch
            await self._pause(1)

    async def _pause(self, count: int) -> None:
        if self._pace.tokens_per_second:
            await asyncio.sleep(count / self._pace.tokens_per_second)
