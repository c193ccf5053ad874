"""What a call and a streamed event cost the caller: Outcrop's clients beside boto3, in one run.

CPU time of this process alone, against servers in processes of their own whose engine takes no time. A stream's events are
written one at a time, and what they cost is what the stream costs beyond a call. They are measured in two ways: at hand,
when the server is through before the client reads on, so that nothing but the client's own work is counted; and awaited, a
millisecond apart, as a model writes them. There every client sleeps and wakes for each event, which the operating system
charges to it, and a virtual machine dearly: a socket that reads and understands nothing says how much. The asynchronous
client is measured one call at a time and several at once, where one waking serves several events.
"""

import asyncio
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from outcrop.client import AsyncClient, Client
from outcrop.iam.keys import RootKey
from run import MODEL, PATH, Server, pinned, printed, row, signed, started

ROUNDS, CALLS, STREAMS, AT_ONCE = 5, 48, 4, 8
AT_HAND, AWAITED = 300, 100  # events
THROUGH = 0.05  # seconds after which the server has written everything
WHOLE = {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": "What is an outcrop?"}]}]}
BARE = "a bare socket"

Costs = dict[str, dict[str, float]]
"""Microseconds by kind (call, a stream's events at hand, awaited) and client."""


class Clients:
    """Those that are compared, and what each of them does: calls, and streams that are read `wait` seconds later."""

    def __init__(self, data: Path, server: Server) -> None:
        keys, self._data, self._server = RootKey.of(data).credentials, data, server
        endpoint = f"http://127.0.0.1:{server.port}"
        self._named = {"access_key_id": keys.access_key_id, "secret_access_key": keys.secret_access_key}
        self._ours = Client(endpoint, region="us-east-1", **self._named)
        self._endpoint = endpoint
        self._boto3: Any = boto3.client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
        )

    def calls(self, times: int) -> dict[str, float]:
        return {
            "boto3": spent(lambda: self._boto3.converse(**WHOLE), times),
            "Client": spent(lambda: self._ours.converse(WHOLE), times),
            **self._asynchronous(times, None),
        }

    def streams(self, times: int, wait: float) -> dict[str, float]:
        def theirs() -> None:
            stream = self._boto3.converse_stream(**WHOLE)["stream"]
            time.sleep(wait)
            for _ in stream:
                pass

        def ours() -> None:
            stream = self._ours.converse_stream(WHOLE)
            time.sleep(wait)
            for _ in stream:
                pass

        return {"boto3": spent(theirs, times), "Client": spent(ours, times), **self._asynchronous(times, wait)}

    def _asynchronous(self, times: int, wait: float | None) -> dict[str, float]:
        alone, together = (asyncio.run(self._awaited(times, wait, at_once)) for at_once in (1, AT_ONCE))
        return {"AsyncClient": alone, f"AsyncClient, {AT_ONCE} at once": together}

    async def _awaited(self, times: int, wait: float | None, at_once: int) -> float:
        """What one of `at_once` calls costs that are made together, or one of as many streams, once connections are open."""
        async with AsyncClient(self._endpoint, region="us-east-1", **self._named) as client:

            async def calls() -> None:
                await asyncio.gather(*(client.converse(WHOLE) for _ in range(at_once)))

            async def read(stream: Any) -> None:
                async for _ in stream:
                    pass

            async def streams() -> None:
                opened = await asyncio.gather(*(client.converse_stream(WHOLE) for _ in range(at_once)))
                time.sleep(wait or 0)  # noqa: ASYNC251 - nothing is to be read meanwhile
                await asyncio.gather(*map(read, opened))

            await calls()
            rounds = max(1, times // at_once)
            began = time.process_time()
            for _ in range(rounds):
                await (calls() if wait is None else streams())
            return (time.process_time() - began) / rounds / at_once * 1e6

    def bare(self) -> float:
        """A stream, to a socket that only waits and reads."""
        message = signed(self._data, self._server.port, f"{PATH}-stream")[1]

        def read() -> None:
            with socket.create_connection(("127.0.0.1", self._server.port)) as opened:
                opened.sendall(message)
                while not opened.recv(65536).endswith(b"0\r\n\r\n"):
                    pass

        return spent(read, 1)


def spent(work: Callable[[], Any], times: int) -> float:
    """Microseconds of CPU that one `work` takes of this process."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1e6


def measured(ahead: Clients, paced: Clients) -> Costs:
    """One round, in which the clients take turns."""
    calls = ahead.calls(CALLS)

    def events(streams: dict[str, float], number: int) -> dict[str, float]:
        return {name: (cost - calls.get(name, 0)) / number for name, cost in streams.items()}

    return {
        "call": calls,
        "event at hand": events(ahead.streams(STREAMS, THROUGH), AT_HAND),
        "event awaited": events({BARE: paced.bare(), **paced.streams(1, 0)}, AWAITED),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        command = [sys.executable, "benchmarks/servers.py", "frames", folder]
        with (
            started([*command, str(AT_HAND)], printed) as ahead,
            started([*command, str(AWAITED), "1"], printed) as paced,
        ):
            pinned(0, -1)
            clients = Clients(data, ahead), Clients(data, paced)
            rounds = [measured(*clients) for _ in range(ROUNDS + 1)][1:]  # the first warms up
    for kind, names in rounds[0].items():
        costs = {name: statistics.median(found[kind][name] for found in rounds) for name in names}
        theirs = costs["boto3"]
        for name, cost in costs.items():
            row(f"{kind}, {name}", f"{cost:,.1f} µs CPU", f"{cost / theirs:.0%} of boto3's")


if __name__ == "__main__":
    main()
