"""What a call and a streamed event cost the caller: Outcrop's clients beside boto3, in one run.

CPU time of this process alone, against one server in a process of its own whose engine takes no time: whole replies, and
streams of 300 deltas, each written alone. The asynchronous client is measured one call at a time and several at once.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import boto3

from outcrop.client import AsyncClient, Client
from outcrop.iam.keys import RootKey
from run import MODEL, Server, pinned, printed, row, started

ROUNDS, CALLS, STREAMS, AT_ONCE = 5, 60, 10, 8
WHOLE = {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": "What is an outcrop?"}]}]}

Cost = Callable[[int], float]


def spent(work: Callable[[], Any], times: int) -> float:
    """Microseconds of CPU that one `work` takes of this process."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1e6


async def awaited(work: Callable[[], Awaitable[Any]], times: int) -> float:
    """The same of asynchronous work."""
    began = time.process_time()
    for _ in range(times):
        await work()
    return (time.process_time() - began) / times * 1e6


def measured(data: Path, server: Server) -> dict[str, dict[str, list[float]]]:
    """Cost by client and kind of call, a value per round; the clients take turns."""
    keys = RootKey.of(data).credentials
    endpoint = f"http://127.0.0.1:{server.port}"
    named = {"access_key_id": keys.access_key_id, "secret_access_key": keys.secret_access_key}
    theirs = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )
    ours = Client(endpoint, region="us-east-1", **named)
    blocking: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "boto3": (lambda: theirs.converse(**WHOLE), lambda: list(theirs.converse_stream(**WHOLE)["stream"])),
        "Client": (lambda: ours.converse(WHOLE), lambda: list(ours.converse_stream(WHOLE))),
    }
    costs: dict[str, dict[str, list[float]]] = {}
    events = len(list(ours.converse_stream(WHOLE)))
    row("events of a stream", str(events), "")
    for turn in range(ROUNDS + 1):
        found = {name: (spent(whole, CALLS), spent(stream, STREAMS)) for name, (whole, stream) in blocking.items()}
        found["AsyncClient"] = asyncio.run(asynchronous(endpoint, named, 1))
        found[f"AsyncClient, {AT_ONCE} at once"] = asyncio.run(asynchronous(endpoint, named, AT_ONCE))
        for name, (call, stream) in found.items() if turn else ():  # the first round warms up
            kept = costs.setdefault(name, {"call": [], "event": []})
            kept["call"].append(call)
            kept["event"].append(stream / events)
    return costs


async def asynchronous(endpoint: str, keys: dict[str, str], at_once: int) -> tuple[float, float]:
    """A call's and a stream's cost to the asynchronous client, once its connections are open."""
    async with AsyncClient(endpoint, region="us-east-1", **keys) as client:

        async def stream() -> None:
            async for _ in await client.converse_stream(WHOLE):
                pass

        def several(work: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
            return lambda: asyncio.gather(*(work() for _ in range(at_once)))

        call = several(lambda: client.converse(WHOLE))
        await call()
        costs = await awaited(call, CALLS // at_once), await awaited(several(stream), max(1, STREAMS // at_once))
        return costs[0] / at_once, costs[1] / at_once


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "benchmarks/servers.py", "frames", folder, "300"]
        with started(command, printed) as server:
            pinned(0, -1)
            costs = measured(Path(folder), server)
    for kind in ("call", "event"):
        theirs = statistics.median(costs["boto3"][kind])
        row(f"boto3, {kind}", f"{theirs:,.1f} µs CPU", "")
        for name in (name for name in costs if name != "boto3"):
            cost = statistics.median(costs[name][kind])
            row(f"{name}, {kind}", f"{cost:,.1f} µs CPU", f"{cost / theirs:.0%} of boto3's")


if __name__ == "__main__":
    main()
