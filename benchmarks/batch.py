"""Does a batch give every record once, how fast, in how much memory: `python benchmarks/batch.py [--records 10000]`.

Three questions, each answered with figures. *Once*: records through `outcrop batch` against a server of which one call in
twenty fails (half of them throttling, which passes; half for good), killed with SIGKILL twice on the way: outputs and
errors together must be the inputs, each once. *Fast*: the same client in a bare asyncio loop and under the runner, in turn
in one process, against a server without faults. *Flat*: the most memory that the runner alone takes with ten thousand
records and with a hundred thousand.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec

from outcrop.batch import Pace, Runner, Sheets, open_source
from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.client import AsyncClient
from outcrop.engines.table import Engines
from outcrop.errors import ModelErrorException, ThrottlingException
from outcrop.gateway import Gateway
from outcrop.iam.keys import RootKey
from outcrop.operator import ConverseOperator, run_file
from outcrop.server.application import Application
from outcrop.server.listener import Listening, bind

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
FAULTS = 0.05
CONCURRENCY = 16


class Faulty:
    """An engine that says "stone", and fails: for good for some records, with throttling now and then."""

    def __init__(self, faults: float) -> None:
        self._faults = faults

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        text = request.messages[0].content[0].text or ""
        if random.Random(text).random() < self._faults / 2:  # the same record always
            raise ModelErrorException("as ordered")
        if random.random() < self._faults / 2:
            raise ThrottlingException("Too many requests, please wait before trying again.")
        yield [events.message_start(), events.text_delta(0, "stone"), events.block_stop(0)]
        yield [events.message_stop("end_turn"), events.metadata(events.usage(10, 1))]

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        collector = Collector()
        async for batch in self.generate(model, request):
            for event in batch:
                collector.add(event)
        return collector.reply()


async def serve(data: Path, faults: float) -> None:
    """The server, until SIGTERM; prints its port."""
    logging.disable()  # the failures are ordered
    gateway = Gateway(
        keys=RootKey.of(data),
        catalogue=Catalogue.load(),
        engines=Engines.only(Faulty(faults), "faulty"),
        region="us-east-1",
    )
    listening, stopping = bind("127.0.0.1", 0), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    server = Listening(listening, Application(gateway))
    print(listening.getsockname()[1], flush=True)
    await stopping.wait()
    await server.stop()
    os._exit(0)


class Server:
    """A server process; `client` is what a client of it is made with."""

    def __init__(self, data: Path, faults: float) -> None:
        command = [sys.executable, __file__, "--serve", str(data), "--faults", str(faults)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.endpoint = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self._process.stdout.close()
        key = RootKey.of(data).credentials
        self.client = {
            "endpoint": self.endpoint,
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key,
            "region": "us-east-1",
        }

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def written(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def records(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.writelines(f'{{"n":{n},"msg":"Which stone is number {n}?"}}\n' for n in range(count))


def command(folder: Path, server: Server) -> tuple[list[str], dict[str, str]]:
    """`outcrop batch`, and its environment."""
    words = [sys.executable, "-m", "outcrop", "batch", str(folder / "in.jsonl"), "-p", "$msg", "-m", MODEL, "-q"]
    words += ["-o", str(folder / "out.jsonl"), "--errors", str(folder / "err.jsonl"), "--resume", "--simplify"]
    words += ["-c", str(CONCURRENCY), "--endpoint-url", server.endpoint]
    key = {"AWS_ACCESS_KEY_ID": server.client["access_key_id"], "AWS_REGION": "us-east-1"}
    return words, {**os.environ, **key, "AWS_SECRET_ACCESS_KEY": server.client["secret_access_key"]}


def once(folder: Path, count: int, kills: int = 2) -> dict[str, Any]:
    """A run with faults, killed `kills` times; what came of it."""
    server, out = Server(folder / "data", FAULTS), folder / "out.jsonl"
    records(folder / "in.jsonl", count)
    words, env = command(folder, server)
    began, killed = time.monotonic(), 0
    try:
        while killed < kills:
            process = subprocess.Popen(words, env=env)
            enough = count * (killed + 1) // (kills + 1)
            while process.poll() is None and lines_of(out) < enough:
                time.sleep(0.01)
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            killed += 1
        status = subprocess.run(words, env=env, check=False).returncode
    finally:
        server.stop()
    given = [one["original"]["n"] for one in written(out)]
    failed = [one["original"]["n"] for one in written(folder / "err.jsonl")]
    return {
        "records": count,
        "kills": killed,
        "exit status": status,
        "outputs": len(given),
        "errors": len(failed),
        "outputs + errors = inputs, each once": sorted(given + failed) == list(range(count)),
        "seconds": round(time.monotonic() - began, 1),
    }


def lines_of(path: Path) -> int:
    """How many lines a file has, about: by its size, without reading it."""
    return path.stat().st_size // 160 if path.exists() else 0


async def bare(client: AsyncClient, path: Path) -> None:
    """What one would write by hand: a queue of lines, tasks that ask, a file."""
    with path.open("rb") as lines, (path.parent / "bare.jsonl").open("wb") as out:

        async def ask() -> None:
            for line in lines:
                record = msgspec.json.decode(line)
                messages = [{"role": "user", "content": [{"text": record["msg"]}]}]
                answer = await client.converse({"modelId": MODEL, "messages": messages})
                out.write(msgspec.json.encode(answer) + b"\n")

        await asyncio.gather(*(ask() for _ in range(CONCURRENCY)))


async def fast(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Seconds of both, in turn; the median of the ratios."""
    server, path = Server(folder / "data", 0.0), folder / "in.jsonl"
    records(path, count)
    times: list[tuple[float, float]] = []
    async with AsyncClient(**server.client) as client:
        await bare(client, path)
        for number in range(rounds):
            began = time.perf_counter()
            await bare(client, path)
            middle = time.perf_counter()
            operator = ConverseOperator(client, model=MODEL, prompt="$msg")
            await run_file(operator, path, folder / f"{number}.jsonl", concurrency=CONCURRENCY)
            times.append((middle - began, time.perf_counter() - middle))
    server.stop()
    ratios = sorted(loop / ours for loop, ours in times)
    return {
        "bare loop, records/s": round(count / min(loop for loop, _ in times)),
        "runner, records/s": round(count / min(ours for _, ours in times)),
        "runner / bare loop": round(ratios[len(ratios) // 2], 2),
    }


class One(msgspec.Struct, frozen=True):
    view: str
    document: Any


async def alone(folder: Path, count: int) -> None:
    """The runner without a client: what it takes by itself. Prints its peak, in megabytes."""
    records(folder / "in.jsonl", count)

    async def work(record: Any, position: int) -> list[One]:
        await asyncio.sleep(0)
        return [One("output0", {"answer": "stone " * 20, "original": record})]

    source = open_source(folder / "in.jsonl")
    sheets = Sheets.open({"output0": folder / "out.jsonl"}, source)
    await Runner(source, work, sheets, pace=Pace(CONCURRENCY)).run()
    sheets.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def flat(folder: Path, counts: tuple[int, ...] = (10_000, 100_000)) -> dict[str, Any]:
    """Peaks by number of records."""
    found = {}
    for count in counts:
        place = folder / str(count)
        place.mkdir()
        words = [sys.executable, __file__, "--alone", str(place), "--records", str(count)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        found[f"peak at {count:,} records, MB"] = round(float(done.stdout), 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--faults", type=float, default=FAULTS, help=argparse.SUPPRESS)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve or options.alone:
        asyncio.run(serve(options.serve, options.faults) if options.serve else alone(options.alone, options.records))
        return 0
    figures: dict[str, Any] = {}
    for number, question in enumerate(
        (
            lambda folder: once(folder, options.records),
            lambda folder: asyncio.run(fast(folder, options.records // 5, options.rounds)),
            flat,
        )
    ):
        with tempfile.TemporaryDirectory(prefix=f"batch-{number}-") as folder:
            figures |= question(Path(folder))
    for name, value in figures.items():
        print(f"{name:40} {value}")
    return not figures["outputs + errors = inputs, each once"]


if __name__ == "__main__":
    raise SystemExit(main())
