"""The servers that are measured, each a process of its own: `python benchmarks/servers.py echo|frames DATA [N [PAUSE]]`.

`echo` answers a request's own body from a bare ASGI function. `frames` is Outcrop with an engine that has everything at
once, or N frames one at a time, PAUSE milliseconds apart. Both are on the listener Outcrop itself uses, print their port
and run until they are told to stop.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import uvloop

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines.table import Engines
from outcrop.gateway import Gateway
from outcrop.iam.keys import RootKey
from outcrop.model.runtime import ContentBlock, Message
from outcrop.server.application import Application
from outcrop.server.listener import Listening, bind

FRAMES = 200_000
BATCH = 50


class Instant:
    """An engine that has `frames` deltas ready, `batch` at a time, `pause` seconds apart."""

    def __init__(self, frames: int = FRAMES, batch: int = BATCH, pause: float = 0) -> None:
        self._frames, self._batch, self._pause = frames, batch, pause

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        yield [events.message_start()]
        for _ in range(self._frames // self._batch):
            if self._pause:
                await asyncio.sleep(self._pause)
            yield [events.text_delta(0, " strata of stone") for _ in range(self._batch)]
        yield [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(1, self._frames))]

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        content = [ContentBlock(text="An outcrop is bedrock that comes to the surface.")]
        usage = events.usage(1, 12)
        return Reply(message=Message(role="assistant", content=content), stop_reason="end_turn", usage=usage)


class Echo(Application):
    """The cheapest application there is."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(message["body"])).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": message["body"]})


async def serve(kind: str, data: Path, frames: int | None = None, pause: int = 0) -> None:
    engine = Instant(frames, batch=1, pause=pause / 1000) if frames else Instant()
    keys = RootKey.of(data)
    gateway = Gateway(keys=keys, catalogue=Catalogue.load(), engines=Engines.only(engine), region="us-east-1")
    application = Echo(gateway) if kind == "echo" else Application(gateway)
    listening = bind("127.0.0.1", 0)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    server = Listening(listening, application)
    print(listening.getsockname()[1], flush=True)
    await stopping.wait()
    await server.stop()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])))
