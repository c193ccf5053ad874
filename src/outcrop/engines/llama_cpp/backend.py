"""The models of one embedded llama.cpp, and the engine that asks one of them through its child."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from msgspec.structs import replace

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.documents import DocumentReader
from outcrop.engines.failures import NOT_READY
from outcrop.engines.kinds import EngineError
from outcrop.engines.llama_cpp.child import Load
from outcrop.engines.llama_cpp.files import Files, Missing, NotFetched, Progress
from outcrop.engines.llama_cpp.supervisor import Budget, Child, NotLoaded
from outcrop.engines.openai.backend import Completions, Native, OpenAI, Reach, Speech, ask
from outcrop.errors import ModelErrorException, ModelNotReadyException, ModelStreamErrorException
from outcrop.transport import Exchange, Pool, Unreachable
from outcrop.vectors import VectorReply, VectorRequest

# Ways into llama.cpp's grammars, adapters and slots, none of which is a caller's.
REFUSED = frozenset(
    "grammar grammar_lazy grammar_triggers preserved_tokens json_schema lora id_slot chat_template".split()
)
TAKEN = frozenset(("png", "jpeg", "gif"))  # WebP is refused by it (tried)
log = logging.getLogger("outcrop.engines")
_ANYWHERE = "http://llama.cpp/v1"  # the host of a unix socket is nobody


class Embedded:
    """The backend: one child for each model file that settings name."""

    def __init__(
        self,
        name: str,
        reader: DocumentReader,
        *,
        files: Files,
        load: Load,
        default: tuple[str | None, str | None],
        budget: int | None,
        idle: float,
        timeout: float,
    ) -> None:
        self.name, self.files, self.reader = name, files, reader
        self._load, self._default, self._idle, self._timeout = load, default, idle, timeout
        self._budget = Budget(budget)
        self._engines: dict[str, LlamaCpp] = {}

    @property
    def where(self) -> str:
        return ", ".join(self._engines) or "no model"

    @property
    def children(self) -> list[Child]:
        """The children that were needed so far, running or not."""
        return self._budget.children

    def engine(self, name: str | None) -> "LlamaCpp":
        """The engine for a file; raises EngineError when none is named."""
        model, projector = self._default
        wanted = name or model
        if wanted is None:
            raise EngineError(f"engine {self.name}: no model is named, neither by `model` nor by the route's `as`")
        try:
            self.files.lacks(wanted)
        except Missing as error:
            raise EngineError(f"engine {self.name}: {error}") from error
        if wanted not in self._engines:
            self._engines[wanted] = LlamaCpp(self, wanted, projector if wanted == model else None)
        return self._engines[wanted]

    def child(self, model: str, projector: str | None) -> Child:
        """A child for two files; raises Missing when one is not here."""
        paths = [self.files.find(each) for each in (model, projector) if each]
        load = replace(self._load, model=str(paths[0]), projector=str(paths[1]) if projector else None)
        weight = sum(path.stat().st_size for path in paths)
        child = Child(model, load, self._budget, weight=weight, idle=self._idle, timeout=self._timeout)
        self._budget.children.append(child)
        return child

    @property
    def timeout(self) -> float:
        return self._timeout

    def lacking(self) -> list[str]:
        """The files on the hub that settings name and that are not here yet."""
        named = dict.fromkeys(each for engine in self._engines.values() for each in engine.files)
        return [each for each in named if self.files.lacks(each)]

    async def fetch(self, name: str, progress: Progress) -> Path:
        """Fetch one of them; raises EngineError when the hub does not give it."""
        try:
            return await self.files.fetch(name, progress)
        except (Missing, NotFetched) as error:
            raise EngineError(f"{name}: {error}") from error

    async def aclose(self) -> None:
        """End every child."""
        await asyncio.gather(*(engine.aclose() for engine in self._engines.values()))
        await asyncio.gather(*(child.aclose() for child in self.children))


class LlamaCpp(OpenAI):
    """An engine that asks one model, starting its child when it has to."""

    def __init__(self, embedded: Embedded, model: str, projector: str | None) -> None:
        self.files = [each for each in (model, projector) if each]
        self._embedded, self._model, self._projector = embedded, model, projector
        self._pool = Pool()
        # llama.cpp closes a connection behind a stream without saying so. And one that breaks is always a child that fell.
        self._reach = Reach(self._pool, _ANYWHERE, timeout=embedded.timeout, kept=False)
        speech = Speech(images=TAKEN if projector else frozenset(), refused=REFUSED)
        super().__init__(Completions(embedded.name, self._reach, speech, embedded.reader), model)
        self._child: Child | None = None

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield the child's events as they come; raises ModelNotReadyException when it cannot be started."""
        child = self._needed()
        async with child.used(), aclosing(super().generate(model, request)) as batches:
            try:
                async for batch in batches:
                    yield batch
            except (ModelErrorException, ModelStreamErrorException):
                await child.settle()
                raise

    async def embed(self, model: Model, request: VectorRequest) -> VectorReply:
        """One vector for each text; raises as `generate` does, and for a model that was not loaded to embed."""
        async with self._needed().used():
            return await super().embed(model, request)

    def _needed(self) -> Child:
        if self._child is None:
            try:
                self._child = self._embedded.child(self._model, self._projector)
            except Missing as error:
                log.error("engine %s: %s", self._embedded.name, error)
                raise ModelNotReadyException(NOT_READY) from error
        return self._child

    async def _exchange(self, path: str, body: Native, model: Model) -> Exchange:
        """Ask the child; one that had fallen before it was asked is replaced, once."""
        child, failures = self._needed(), self._backend.failures
        for last in (False, True):
            try:
                reach = replace(self._reach, socket=await child.socket())
            except NotLoaded as error:
                raise ModelNotReadyException(NOT_READY) from error
            pid = child.pid
            try:
                return await ask(reach, failures, path, body, model)
            except Unreachable as error:
                if last or error.sent:
                    raise failures.lost(error, model) from error
                await child.drop(pid)
        raise AssertionError("the second attempt returns or raises")

    async def aclose(self) -> None:
        """Close the connections to the child."""
        await self._pool.aclose()
