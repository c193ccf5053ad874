"""What Outcrop adds to the time to first token of an OpenAI-compatible backend.

`python benchmarks/engines.py [--litellm PATH]`. The backend is a bare protocol that has the first token at once and nine
more a while later. It is asked directly, through Outcrop, and, given the `litellm` command of another environment, through
LiteLLM's proxy, in turns within one run. Time is from the last byte of the request to the first byte of the first token,
over connections that are kept; callers reuse one signed request. A gateway is on one core, callers and backend on another:
threads of a gateway that sleep on two cores wake each other for half as much again.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

import run
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

MODEL = "openai.gpt-oss-20b-1:0"
PATH = f"/model/{MODEL.replace(':', '%3A')}/converse-stream"
ROUNDS, SECONDS, CALLERS, RATE = 3, 1.5, 32, 300
LITELLM_RATE = 30  # requests a second; at more, the figures are of its queue
OUTCROP = Path(sys.executable).with_name("outcrop")
LITELLM_KEY = "sk-benchmark"


class Backend(asyncio.Protocol):
    """Answers every request with the same stream."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.rest = transport, b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        head, found, body = self.rest.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if len(body) < length:
            return
        self.rest = body[length:]
        opening = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.transport.write(opening + _chunk(_said(0)))
        asyncio.get_running_loop().call_later(0.005, self.finish)

    def finish(self) -> None:
        said = b"".join(_said(number) for number in range(1, 10))
        stop = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
        used = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":10,"total_tokens":19}}\n\n'
        self.transport.write(_chunk(said + stop + used + b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _said(number: int) -> bytes:
    members = '"id":"c","object":"chat.completion.chunk","created":1,"model":"m"'
    return f'data: {{{members},"choices":[{{"index":0,"delta":{{"content":"token {number} "}}}}]}}\n\n'.encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Backend, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Target(msgspec.Struct):
    """Who is asked: a port, the bytes of a request, and what the first token's bytes hold."""

    name: str
    port: int
    request: bytes
    token: bytes
    rate: int = RATE


class Caller:
    """One connection that is kept."""

    def __init__(self, target: Target) -> None:
        self.target = target

    async def first_token(self) -> float:
        """Milliseconds to the first token; the answer is read to its end."""
        if not hasattr(self, "reader"):
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.target.port)
        self.writer.write(self.target.request)
        began, first, data = time.perf_counter(), 0.0, b""
        while not data.endswith(b"0\r\n\r\n"):
            piece = await self.reader.read(65536)
            if not piece:
                raise RuntimeError(f"{self.target.name} hung up: {data[:500]!r}")
            data += piece
            if not first and self.target.token in data:
                first = time.perf_counter()
            if data[9:12] != b"200":
                raise RuntimeError(f"{self.target.name}: {data[:500]!r}")
        return (first - began) * 1000


async def alone(target: Target) -> list[float]:
    caller, found, until = Caller(target), [], time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        found.append(await caller.first_token())
    caller.writer.close()
    return found[10:]


async def paced(target: Target) -> list[float]:
    """`CALLERS` callers who ask in turn, together at the target's rate, whether or not others have been answered."""
    found: list[float] = []
    period = CALLERS / target.rate

    async def call(number: int) -> None:
        caller, due = Caller(target), time.perf_counter() + period * number / CALLERS
        until = due + max(SECONDS, 4 * period)
        await caller.first_token()  # which opens the connection
        while due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            found.append(await caller.first_token())
            due += period
        caller.writer.close()

    await asyncio.gather(*[call(number) for number in range(CALLERS)])
    return found


@contextmanager
def process(
    command: list[object], ready: Callable[[subprocess.Popen[str]], int], *, core: int = 0, **options: object
) -> Iterator[int]:
    """A process on one core: a gateway on the first, what stands around it on the last."""
    started = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]
    run.pinned(started.pid, core)
    try:
        yield ready(started)
    finally:
        started.terminate()
        started.wait(20)


def printed(started: "subprocess.Popen[str]") -> int:
    assert started.stdout
    return int(started.stdout.readline())


def http(path: str, headers: dict[str, str], body: bytes) -> bytes:
    names = {"host": "127.0.0.1", "content-type": "application/json", **headers, "content-length": str(len(body))}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in names.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def outcrop(folder: Path, backend: int, running: ExitStack) -> Target:
    (folder / "outcrop.toml").write_text(
        f'[engines.b]\nkind = "openai"\nendpoint = "http://127.0.0.1:{backend}/v1"\n'
        '[[routes]]\nmodels = "*"\nengine = "b"\nas = "m"\n'
    )

    def ready(started: "subprocess.Popen[str]") -> int:
        while not (folder / "ready.json").exists():
            time.sleep(0.02)
        return 0

    options = ["--port", "0", "--data", folder / "data", "--settings", folder / "outcrop.toml"]
    running.enter_context(process([OUTCROP, "serve", *options, "--ready-file", folder / "ready.json"], ready))
    facts = json.loads((folder / "ready.json").read_text())
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Hello there"}]}]}).encode()
    host = facts["endpoint"].removeprefix("http://")
    signed = sigv4.sign(
        HttpRequest("POST", PATH, "", {"host": host, "content-type": "application/json"}, body),
        access_key_id=facts["access_key_id"],
        secret=facts["secret_access_key"],
        region=facts["region"],
        timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
    )
    return Target("outcrop", int(host.rpartition(":")[2]), http(PATH, {"host": host, **signed}, body), b"token 0")


def litellm(command: str, folder: Path, backend: int, running: ExitStack) -> Target:
    model = {"model": "openai/m", "api_base": f"http://127.0.0.1:{backend}/v1", "api_key": "none"}
    (folder / "litellm.yaml").write_text(json.dumps({"model_list": [{"model_name": "m", "litellm_params": model}]}))
    port = backend + 1 if backend < 65000 else backend - 1
    environment = {
        **os.environ,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_MODE": "PRODUCTION",
        "LITELLM_MASTER_KEY": LITELLM_KEY,
    }
    words: list[object] = [command, "--config", folder / "litellm.yaml", "--telemetry", "False", "--port", port]

    def ready(started: "subprocess.Popen[str]") -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and started.poll() is None:
            try:
                asyncio.run(Caller(target).first_token())
                return 0
            except (OSError, RuntimeError):
                time.sleep(0.3)
        raise SystemExit("LiteLLM does not answer")

    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hello there"}]}).encode()
    headers = {"authorization": f"Bearer {LITELLM_KEY}"}
    target = Target("litellm", port, http("/v1/chat/completions", headers, body), b"token 0", LITELLM_RATE)
    running.enter_context(process(words, ready, env=environment, stderr=subprocess.DEVNULL))
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", help="the litellm command of an environment that has litellm[proxy]")
    parser.add_argument("--serve", action="store_true", help="be the backend")
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve())
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        run.pinned(0, -1)
        backend = running.enter_context(process([sys.executable, __file__, "--serve"], printed, core=-1))
        body = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"Hello there"}]}'
        targets = [Target("direct", backend, http("/v1/chat/completions", {}, body), b"token 0")]
        targets.append(outcrop(folder, backend, running))
        if asked.litellm:
            targets.append(litellm(asked.litellm, folder, backend, running))
        for how in (alone, paced):
            found: dict[str, list[float]] = {target.name: [] for target in targets}
            for _ in range(ROUNDS):
                for target in targets:
                    found[target.name] += asyncio.run(how(target))
            direct = statistics.median(found["direct"])
            for target in targets:
                times = sorted(found[target.name])
                rate = f"{CALLERS} callers, {target.rate}/s" if how is paced else "1 caller"
                middle, late = statistics.median(times), times[int(len(times) * 0.99)]
                added = f"adds {middle - direct:.2f} ms" if target.name != "direct" else ""
                print(f"{rate:22} {target.name:8} first token {middle:6.2f} ms, p99 {late:6.2f} ms  {added}")


if __name__ == "__main__":
    main()
