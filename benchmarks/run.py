"""Every figure the README quotes, measured side by side in one run: `make bench`."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import load
from outcrop.client import Client, calls
from outcrop.iam.keys import RootKey
from outcrop.model.runtime import ContentBlock, ConverseStreamRequest, Message
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
PATH = f"/model/{MODEL.replace(':', '%3A')}/converse"
ROUNDS, SECONDS = 4, 3.0
CORES = sorted(os.sched_getaffinity(0))
TICKS = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU the process has used, all its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def pinned(process: int, core: int) -> None:
    """Keep a process (0: this one) to one core: figures are per core, and the load never sits on the server's."""
    if len(CORES) > 1:
        os.sched_setaffinity(process, {CORES[core]})


@contextmanager
def started(command: list[str], port: Callable[[subprocess.Popen[str]], int]) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    pinned(process.pid, 0)
    try:
        yield Server(port(process), process.pid)
    finally:
        process.terminate()
        process.wait(40)


def printed(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


@contextmanager
def outcrop(data: Path) -> Iterator[Server]:
    ready = data / "ready.json"
    ready.unlink(missing_ok=True)
    command = [str(Path(sys.executable).parent / "outcrop"), "serve", "--port", "0", "--data", str(data)]

    def port(process: subprocess.Popen[str]) -> int:
        while not ready.exists():
            time.sleep(0.002)
        return int(json.loads(ready.read_text())["endpoint"].rpartition(":")[2])

    with started([*command, "--ready-file", str(ready)], port) as server:
        yield server


def body() -> bytes:
    """A Converse body of 221 bytes."""
    text = "Summarise what an outcrop is and why people look at one before they dig. "
    value = {"messages": [{"role": "user", "content": [{"text": ""}]}], "inferenceConfig": {"maxTokens": 512}}
    short = len(json.dumps(value, separators=(",", ":")))
    value["messages"][0]["content"][0]["text"] = (text * 4)[: 221 - short]  # type: ignore[index]
    return json.dumps(value, separators=(",", ":")).encode()


def signed(data: Path, port: int, path: str = PATH) -> tuple[HttpRequest, bytes]:
    """The request as a value and as bytes on the wire, signed now."""
    keys = RootKey.of(data).credentials
    headers = {"host": f"127.0.0.1:{port}", "content-type": "application/json", "user-agent": "Boto3/1.44 bench"}
    request = HttpRequest("POST", path, "", headers, body())
    added = sigv4.sign(
        request,
        access_key_id=keys.access_key_id,
        secret=keys.secret_access_key,
        region="us-east-1",
        timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
    )
    request = HttpRequest("POST", path, "", {**headers, **added}, request.body)
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
    head = "\r\n".join([*lines, f"content-length: {len(request.body)}", "", ""])
    return request, head.encode() + request.body


def throughput(data: Path) -> None:
    """Signed Converse beside a bare echo: one process each, alternating, 64 connections."""
    rates: dict[str, list[float]] = {"echo": [], "converse": []}
    costs: dict[str, list[float]] = {"echo": [], "converse": []}
    with started([sys.executable, "benchmarks/servers.py", "echo", str(data)], printed) as echo, outcrop(data) as ours:
        for _ in range(ROUNDS):
            for name, server in (("echo", echo), ("converse", ours)):
                request = signed(data, server.port)[1]
                before = server.cpu()
                result = asyncio.run(load.run(server.port, request, seconds=SECONDS))
                assert result.status == 200, f"{name} answered {result.status}"
                rates[name].append(result.answers / result.seconds)
                costs[name].append((server.cpu() - before) / result.answers * 1e6)
    rate = {name: statistics.median(values) for name, values in rates.items()}
    cost = {name: statistics.median(values) for name, values in costs.items()}
    row("signed Converse, 221-byte body", f"{rate['converse']:,.0f}/s", f"{cost['converse']:.1f} µs CPU each")
    row("bare echo, same server", f"{rate['echo']:,.0f}/s", f"{cost['echo']:.1f} µs CPU each")
    row("Converse / echo", f"{rate['converse'] / rate['echo']:.0%}", "requests per second")


def frames(data: Path) -> None:
    """Stream frames from an engine that has them all, over a socket, per second of the server's CPU."""
    keys = RootKey.of(data).credentials
    with started([sys.executable, "benchmarks/servers.py", "frames", str(data)], printed) as server:
        client = Client(
            f"http://127.0.0.1:{server.port}",
            access_key_id=keys.access_key_id,
            secret_access_key=keys.secret_access_key,
            region="us-east-1",
        )
        request = ConverseStreamRequest(
            model_id=MODEL, messages=[Message(role="user", content=[ContentBlock(text="Hello")])]
        )
        figures = []
        for _ in range(ROUNDS):
            before = server.cpu()
            response = client._send(calls.build("ConverseStream", request))  # raw: decoding is not what is measured
            size = sum(map(len, response.pieces()))
            figures.append(200_000 / (server.cpu() - before))
    row("stream frames per core", f"{statistics.median(figures):,.0f}/s", f"{size / 200_000:.0f} bytes each")


def signatures(data: Path) -> None:
    """Verifying one signature with a cached key, beside botocore making the same one."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request, _ = signed(data, 4020)
    keys = RootKey.of(data).credentials
    parts = sigv4.parse_authorization(request.headers["authorization"])
    assert parts
    assert sigv4.verify(request, parts, keys.secret_access_key)

    def ours() -> None:
        found = sigv4.parse_authorization(request.headers["authorization"])
        assert found
        sigv4.verify(request, found, keys.secret_access_key)

    signer = SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key), "bedrock", "us-east-1")

    def theirs() -> None:
        signer.add_auth(AWSRequest("POST", f"http://127.0.0.1:4020{PATH}", data=request.body))

    mine, botocores = (min(timeit.repeat(f, number=5000, repeat=5)) / 5000 * 1e6 for f in (ours, theirs))
    row("SigV4 verification", f"{mine:.1f} µs", f"botocore signs in {botocores:.1f} µs")


def start_up(data: Path) -> None:
    """From exec to ready, and what importing the package costs beyond the interpreter."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        with outcrop(data):
            times.append(time.perf_counter() - began)
    row("ready after", f"{statistics.median(times) * 1000:.0f} ms", f"best {min(times) * 1000:.0f} ms")

    def run(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    pairs = [(run("import outcrop"), run("pass")) for _ in range(9)]
    extra = statistics.median(with_it - bare for with_it, bare in pairs)
    row("import outcrop", f"{max(extra, 0) * 1000:.1f} ms", "beyond starting Python")


def row(what: str, figure: str, note: str) -> None:
    print(f"{what:<40}{figure:>14}   {note}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        start_up(data)
        pinned(0, -1)
        throughput(data)
        frames(data)
        signatures(data)


if __name__ == "__main__":
    main()
