"""Five hundred silent sockets of the chat and a hundred that stream, at once: is anybody starved?

`python benchmarks/sockets.py` starts a server whose simulator speaks 50 tokens per second, opens the sockets, asks on a
hundred of them, and prints how long the first frame and the whole answer took, beside what one socket alone needs.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect

from outcrop.config import Settings, build
from outcrop.engines.simulator import Pace
from outcrop.server.application import Application
from outcrop.server.listener import Listening, bind

SILENT, STREAMING, RATE = 500, 100, 50.0
PROMPT = "What does the seam hold, and how deep does it lie? " * 5


class Took(NamedTuple):
    """Seconds to the first frame and to the last, and how many frames there were."""

    first: float
    last: float
    frames: int


async def ask(socket: ClientConnection) -> Took:
    began, first, frames = time.perf_counter(), 0.0, 0
    await socket.send('{"text":"' + PROMPT + '"}')
    while '"end"' not in (frame := str(await socket.recv())):
        if '"delta"' in frame:
            first = first or time.perf_counter() - began
            frames += 1
    return Took(first, time.perf_counter() - began, frames)


async def measure() -> None:
    with tempfile.TemporaryDirectory() as data:
        built = build(Settings(data=Path(data), pace=Pace(tokens_per_second=RATE), open_chat=True))
        await built.start()
        listening = bind("127.0.0.1", 0)
        port = listening.getsockname()[1]
        server = Listening(listening, Application(built.gateway, built.site))
        await asyncio.sleep(0)
        address = f"ws://127.0.0.1:{port}/ws/model?model=anthropic&streaming=1&format=json"
        sockets = [await connect(address, proxy=None) for _ in range(SILENT + STREAMING)]
        alone = await ask(sockets[0])
        together = await asyncio.gather(*map(ask, sockets[SILENT:]))
        await asyncio.gather(*(socket.close() for socket in sockets))
        await server.stop()
        await built.aclose()
    firsts, lasts = [took.first for took in together], [took.last for took in together]
    print(f"alone: first frame {alone.first * 1000:.0f} ms, {alone.frames} frames in {alone.last:.2f} s")
    print(
        f"{STREAMING} at once beside {SILENT} silent: first frame {statistics.median(firsts) * 1000:.0f} ms in the middle,"
    )
    print(f"{max(firsts) * 1000:.0f} ms at most; whole answer {min(lasts):.2f} to {max(lasts):.2f} s,")
    print(f"the slowest {max(lasts) / alone.last:.2f} × what one alone takes")


if __name__ == "__main__":
    asyncio.run(measure())
