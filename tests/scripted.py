"""Engines that follow a script, and a gateway in front of one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from tests.conftest import Answer, answer

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.config import Built
from outcrop.engines import Engine
from outcrop.engines.table import Engines
from outcrop.gateway import Gateway
from outcrop.iam.keys import RootKey, generate
from outcrop.wire.http import HttpRequest

Step = list[Event] | Exception | Callable[[], object]


class Scripted:
    """Yields the batches of its script, raises its exceptions, calls its functions; remembers how far it got."""

    def __init__(self, *script: Step) -> None:
        self.script = script
        self.begun = self.closed = False
        self.done = 0

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        self.begun = True
        try:
            for step in self.script:
                if isinstance(step, Exception):
                    raise step
                if callable(step):
                    await asyncio.sleep(0)
                    step()
                    continue
                yield step
                self.done += 1
        finally:
            self.closed = True


def opening() -> list[Event]:
    return [events.message_start(), events.text_delta(0, "Hello")]


def closing() -> list[Event]:
    """The end, with a latency no clock has measured."""
    return [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(3, 1), 999_999)]


def before(engine: Engine, catalogue: Catalogue) -> tuple[Gateway, dict[str, str]]:
    """A gateway in front of `engine`, and the headers of a request to it."""
    key = RootKey(generate())
    gateway = Gateway(keys=key, catalogue=catalogue, engines=Engines.only(engine), region="us-east-1")
    return gateway, {"authorization": f"Bearer {key.credentials.bearer_token}"}


def asking(runner: asyncio.Runner, catalogue: Catalogue, engine: Engine) -> Callable[..., Answer]:
    """Ask a gateway in front of `engine`: `ask(path, body, method="POST")`."""
    gateway, headers = before(engine, catalogue)
    front = cast(Built, SimpleNamespace(gateway=gateway))

    def ask(path: str, body: Any = b"", method: str = "POST") -> Answer:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return runner.run(answer(front, HttpRequest(method, path, "", headers, raw)))

    return ask
