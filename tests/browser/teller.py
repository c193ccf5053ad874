"""An engine that does what the prompt tells it, and a server around it, in a thread of this process.

The prompt's first word says what: `echo` gives back what follows, as it is; `story N` tells N tokens of markdown at a
thousand a second; `wait` says one word and then nothing; `break` fails in the middle; `throttle` and `down` at once.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.inprocess import Here

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, text_of
from outcrop.config import Settings, build
from outcrop.errors import ModelStreamErrorException, ServiceUnavailableException, ThrottlingException
from outcrop.server.sessions import Sessions

RATE = 1000  # tokens per second of a story
PARAGRAPH = (
    "## Layer {n}\n\nThe **seam** of copper runs from east to west, and `depth_{n}` says how far below the surface it lies. "
    "Above it there is shale, below it limestone; both were laid down when this was the floor of a sea.\n\n"
    "- one sample of shale, *dry*\n- two samples of limestone\n- a [map](https://example.com/{n}) of the face\n\n"
    "```python\ndef depth(layer: int) -> float:\n    return layer * {n} / 7  # metres\n\nprint(depth({n}))\n```\n\n"
    "| layer | depth in m |\n|---|--:|\n| {n} | {n}.5 |\n\n"
)


def story(tokens: int) -> list[str]:
    """A text of markdown in `tokens` pieces of about four characters."""
    text = ""
    number = 1
    while len(text) < tokens * 4:
        text += PARAGRAPH.format(n=number)
        number += 1
    return [text[at : at + 4] for at in range(0, tokens * 4, 4)]


class Teller:
    """The engine; `told` counts the tokens it has told since it was made."""

    def __init__(self) -> None:
        self.told = 0
        self.closed = threading.Event()

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        said = " ".join(filter(None, map(text_of, request.messages[-1].content)))
        what, _, rest = said.partition(" ")
        if what == "throttle":
            raise ThrottlingException("Too many tokens, please wait before trying again.")
        if what == "down":
            raise ServiceUnavailableException
        yield [events.message_start()]
        try:
            async for piece in self._pieces(what, rest or said):
                self.told += 1
                yield [events.text_delta(0, piece)]
        finally:
            self.closed.set()
        yield [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(10, 20))]

    async def _pieces(self, what: str, rest: str) -> AsyncGenerator[str, None]:
        if what == "story":
            began = asyncio.get_running_loop().time()
            for number, piece in enumerate(story(int(rest))):
                yield piece
                late = began + number / RATE - asyncio.get_running_loop().time()
                if late > 0:
                    await asyncio.sleep(late)
            return
        if what in ("wait", "break"):
            yield "Begun"
            if what == "break":
                raise ModelStreamErrorException("The model broke off.")
            await asyncio.Event().wait()
        yield rest


class Told:
    """A server with a teller behind every model."""

    def __init__(self, data: Path) -> None:
        self.teller, self.sessions = Teller(), Sessions(data)
        self.built = build(Settings(data=data), simulator=self.teller)
        self.server = Here(self.built.doors, "127.0.0.1", self.built.site)
        self.endpoint = f"http://127.0.0.1:{self.server.port}"

    async def stop(self) -> None:
        await self.server.listening.stop()
        await self.built.aclose()

    def link(self) -> str:
        """A link that signs in."""
        return f"{self.endpoint}/#ticket={self.sessions.ticket(self.built.credentials.access_key_id)}"


@contextmanager
def telling(data: Path) -> Iterator[Told]:
    """The server, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin() -> Told:
        told = Told(data)
        await told.built.start()
        return told

    told = asyncio.run_coroutine_threadsafe(begin(), loop).result(20)
    try:
        yield told
    finally:
        asyncio.run_coroutine_threadsafe(told.stop(), loop).result(40)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
