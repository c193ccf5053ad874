"""A real server that is killed at random and started again: every caller hears something, and nothing is left behind."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import tiny
from tests.engines.llama_cpp.conftest import answer

from outcrop.engines.kinds import Parts
from outcrop.engines.openai import Options, build
from outcrop.errors import ServiceError

KILLS = int(os.environ.get("OUTCROP_KILLS", "2"))
CALLERS, TIME_OUT = 8, 20.0


@contextmanager
def server(model: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """One server, once it answers, and its port."""
    command = [sys.executable, "-m", "tests.llama", model, model.with_name("tiny-mmproj.gguf"), str(port)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        address = process.stdout.readline().decode().strip()
        yield process, int(address.rpartition(":")[2])
        process.kill()


def test_a_server_that_is_killed_at_random(tiny_model: Path, parts: Parts, runner: asyncio.Runner) -> None:
    """`OUTCROP_KILLS` says how often: 2 in the suite."""
    heard: Counter[str] = Counter()

    async def call(engine: object, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(TIME_OUT):
                    reply = await answer(engine, streamed=True)
                assert reply.message.content[0].text == tiny.ANSWER
                heard["whole"] += 1
            except ServiceError as error:
                heard[error.code] += 1
            await asyncio.sleep(0.001)

    async def storm() -> None:
        with server(tiny_model) as (first, port):
            engine = build("there", Options(endpoint=f"http://127.0.0.1:{port}/v1"), parts).engine("tiny")
            await answer(engine)
            tasks, stop = len(asyncio.all_tasks()), asyncio.Event()
            callers = [asyncio.ensure_future(call(engine, stop)) for _ in range(CALLERS)]
            await kill(first)
        for _ in range(KILLS - 1):
            with server(tiny_model, port) as (process, _):
                await kill(process)
        with server(tiny_model, port):
            stop.set()
            await asyncio.gather(*callers)
            assert (await answer(engine)).message.content[0].text == tiny.ANSWER
            assert len(asyncio.all_tasks()) == tasks

    async def kill(process: "subprocess.Popen[bytes]") -> None:
        served = heard["whole"]
        async with asyncio.timeout(TIME_OUT):
            while heard["whole"] == served:  # noqa: ASYNC110 - at random is the point
                await asyncio.sleep(random.random() * 0.02)
        process.send_signal(signal.SIGKILL)

    runner.run(storm())
    told = {"ModelErrorException", "ModelStreamErrorException", "ServiceUnavailableException", "ModelNotReadyException"}
    assert set(heard) <= {"whole", *told}
    print(f"\n{KILLS} kills: {dict(heard)}")
