"""Servers in processes of their own, and signed requests to them: what every test through a real socket shares.

A server is started once per session and set of options, binds loopback on a free port, keeps its data in a temporary
folder and is stopped at the end. Folders of tests take the fixtures into their conftest; however often they do, the
server is one.
"""

import http.client
import json
import os
import re
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.conftest import Answer

from outcrop.wire import sigv4
from outcrop.wire.eventstream import Decoder
from outcrop.wire.http import JSON, HttpRequest

OUTCROP = Path(sys.executable).with_name("outcrop")
INHERITED = ("PATH", "LANG", "TMPDIR", "JAVA_HOME")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 20.0
ANSWER_TIMEOUT = 15.0

started = pytest.StashKey[dict[str, "Serving"]]()


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What a server writes to its ready file once it answers."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    bearer_token: str
    region: str
    pid: int
    ca_bundle: str | None = None

    @property
    def host(self) -> str:
        """Host and port, as the Host header has them."""
        return urlsplit(self.endpoint).netloc

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, as a socket wants them."""
        url = urlsplit(self.endpoint)
        assert url.hostname
        assert url.port
        return url.hostname, url.port


Environment = dict[str, str]


def inherited() -> Environment:
    """The part of this process's environment that a child is given."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


class Serving:
    """One server process: `facts` is its ready file, `folder` holds `data`, `ready.json` and what it wrote."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder, self.data, self.ready = folder, folder / "data", folder / "ready.json"
        command = [OUTCROP, "serve", "--port", "0", "--data", self.data, "--ready-file", self.ready, *options]
        with (folder / "stdout.txt").open("wb") as stdout, (folder / "stderr.txt").open("wb") as stderr:
            self.process = subprocess.Popen(
                command, stdout=stdout, stderr=stderr, env=inherited() | {"HOME": str(folder)}
            )
        try:
            wait_until(self.ready.exists, self.process)
        except BaseException:
            self.process.kill()
            raise
        self.facts = msgspec.json.decode(self.ready.read_bytes(), type=Server)

    @property
    def written(self) -> str:
        """Everything it wrote to standard output and standard error."""
        return "".join((self.folder / name).read_text() for name in ("stdout.txt", "stderr.txt"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit status."""
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout=STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until `condition` holds; fails when the process ends before that or time runs out."""
    deadline = time.monotonic() + START_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("the server did not get ready in time")
        try:
            pytest.fail(f"the server ended with status {process.wait(timeout=0.02)}")
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Serving]:
    """One server: ready when entered, stopped by SIGTERM when left (if it still runs)."""
    started = Serving(folder, options)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()


@pytest.fixture(scope="session")
def start_server(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Callable[..., Serving]]:
    """Start a server called `name` with further options, or get the one that runs; stopped at the end of the session."""
    servers = pytestconfig.stash.setdefault(started, {})
    with ExitStack() as running:

        def start(name: str, *options: str) -> Serving:
            if name not in servers:
                servers[name] = running.enter_context(serving(tmp_path_factory.mktemp(name), *options))
            return servers[name]

        yield start


@pytest.fixture(scope="session")
def served(start_server: Callable[..., Serving]) -> Server:
    """The server most tests talk to, over plain HTTP."""
    return start_server("served").facts


@pytest.fixture(scope="session")
def served_over_tls(start_server: Callable[..., Serving]) -> Server:
    """A server with TLS under its own local authority."""
    return start_server("served_over_tls", "--tls").facts


def signed(
    server: Server,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    query: str = "",
    host_header: str = "host",
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a signed request; HTTP/2 clients sign `:authority` for `host_header`."""
    names = {host_header: server.host, "content-type": JSON, **(headers or {})}
    return names | sigv4.sign(
        HttpRequest(method, path, query, names, body),
        access_key_id=server.access_key_id,
        secret=server.secret_access_key,
        region=server.region,
        timestamp=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        names=(host_header, "content-type"),
    )


def post(server: Server, path: str, body: Any, *, method: str = "POST", query: str = "", **headers: str) -> Answer:
    """One signed request over HTTP/1.1 on a connection of its own; further headers replace the signed ones."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    names = {**signed(server, path, raw, method=method, query=query), **given}
    with closing(http.client.HTTPConnection(*server.address, timeout=ANSWER_TIMEOUT)) as connection:
        connection.request(method, f"{path}?{query}" if query else path, raw, names)
        return read_answer(connection.getresponse())


def read_answer(response: http.client.HTTPResponse) -> Answer:
    """The whole of a response."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    body = response.read()
    streamed = headers.get("content-type") == "application/vnd.amazon.eventstream"
    return Answer(response.status, headers, body, Decoder().feed(body) if streamed else [])


def raw_request(server: Server, path: str, body: bytes, **options: Any) -> bytes:
    """A signed request as the bytes of HTTP/1.1."""
    head = f"POST {path} HTTP/1.1\r\n"
    names = {**signed(server, path, body, **options), "content-length": str(len(body))}
    return (head + "".join(f"{name}: {value}\r\n" for name, value in names.items()) + "\r\n").encode() + body


def connect(server: Server) -> socket.socket:
    """A raw connection."""
    return socket.create_connection(server.address, timeout=ANSWER_TIMEOUT)


def run(*words: str | Path, env: Environment | None = None, said: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run `outcrop` to its end; standard output and error as text."""
    done = subprocess.run(
        [OUTCROP, *words], env=inherited() | (env or {}), input=said, capture_output=True, timeout=60, check=False
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def health(server: Server) -> tuple[int, Any]:
    """Status and body of /health."""
    with closing(http.client.HTTPConnection(*server.address, timeout=ANSWER_TIMEOUT)) as connection:
        connection.request("GET", "/health")
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@contextmanager
def answering(reply: bytes, *, asked: list[bytes] | None = None) -> Iterator[str]:
    """The endpoint of something that sends `reply` to whoever asks, whatever they ask, and closes."""

    class Replies(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b"".join(iter(self.rfile.readline, b"\r\n"))
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            body = self.rfile.read(int(length[1]) if length else 0)
            if asked is not None:
                asked.append(head + b"\r\n" + body)
            self.wfile.write(reply)

    with socketserver.TCPServer(("127.0.0.1", 0), Replies) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
