"""Children under fire: whatever is killed, everybody hears something, and nothing is left behind."""

import asyncio
import os
import random
import signal
from collections import Counter
from typing import Any

import pytest
from tests import tiny
from tests.engines.llama_cpp.conftest import Make, answer, until

from outcrop.engines.llama_cpp.supervisor import ending
from outcrop.errors import ServiceError

KILLS = int(os.environ.get("OUTCROP_KILLS", "4"))
CALLERS, TIME_OUT = 8, 20.0
PAUSE = 0.01  # seconds before a caller who was refused asks again: the child that starts needs the machine too


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def children() -> int:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return len(file.read().split())


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts what Linux shows in /proc")
def test_a_child_that_is_killed_at_random(make: Make, runner: asyncio.Runner) -> None:
    """`OUTCROP_KILLS` says how often: 4 in the suite, 200 for the figure in benchmarks/README.md."""
    embedded = make()
    engine = embedded.engine(None)
    heard: Counter[str] = Counter()

    async def call(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(TIME_OUT):
                    reply = await answer(engine, streamed=True)
                assert reply.message.content[0].text == tiny.ANSWER
                heard["whole"] += 1
            except ServiceError as error:
                heard[error.code] += 1
                await asyncio.sleep(PAUSE)

    async def storm() -> None:
        await answer(engine)
        (child,) = embedded.children
        before = (len(asyncio.all_tasks()), open_files(), children())
        stop = asyncio.Event()
        callers = [asyncio.ensure_future(call(stop)) for _ in range(CALLERS)]
        for _ in range(KILLS):
            served = heard["whole"]
            await until(lambda: child.running and heard["whole"] > served)  # noqa: B023 - it is over when the loop goes on
            await asyncio.sleep(random.random() * 0.02)
            if child.pid:
                os.kill(child.pid, signal.SIGKILL)
        stop.set()
        for caller in callers:
            await caller
        await answer(engine)
        await until(lambda: (len(asyncio.all_tasks()), open_files(), children()) == before)

    runner.run(storm())
    assert set(heard) <= {"whole", "ModelErrorException", "ModelStreamErrorException", "ModelNotReadyException"}
    assert embedded.children[0].starts > KILLS / 2
    print(f"\n{KILLS} kills: {dict(heard)}")


@pytest.mark.parametrize(
    ("status", "said"), [(None, "it still runs"), (3, "exit status 3"), (-signal.SIGABRT, "SIGABRT")]
)
def test_endings(status: Any, said: str) -> None:
    assert ending(status) == said
