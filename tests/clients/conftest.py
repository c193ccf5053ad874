"""What every client test shares: servers in processes of their own, a clean environment for clients, and toolchains.

A server is started once per session and set of options, binds loopback on a free port, keeps its data in a temporary
folder and is stopped at the end; what it wrote to standard error is shown with every test that fails. A client sees the
endpoint, the Region and the keys in its environment and nothing else of this machine: no home, no proxies, no other AWS
settings. Nothing here installs anything: `tests/clients/install.sh` does.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

OUTCROP = Path(sys.executable).with_name("outcrop")
INHERITED = ("PATH", "LANG", "TMPDIR", "JAVA_HOME")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 20.0
CLIENT_TIMEOUT = 60.0

logs = pytest.StashKey[list[Path]]()


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What a server writes to its ready file once it answers."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    bearer_token: str
    region: str
    pid: int
    ca_bundle: str | None = None


Start = Callable[..., Server]
Environment = dict[str, str]
Report = Callable[..., Any]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[logs] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show with a failed test what the servers said."""
    report = yield
    if report.failed:
        report.sections += [
            (f"stderr of {log.parent.name}", log.read_text()[-8000:]) for log in item.config.stash[logs]
        ]
    return report


def inherited() -> Environment:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


@contextmanager
def serving(folder: Path, log: Path, options: Sequence[str]) -> Iterator[Server]:
    """One server: ready when entered, stopped by SIGTERM when left."""
    ready = folder / "ready.json"
    command = [OUTCROP, "serve", "--port", "0", "--data", folder / "data", "--ready-file", ready, *options]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stderr, stderr=stderr, env=inherited() | {"HOME": str(folder)})
    try:
        wait_until_ready(process, ready, log)
        yield msgspec.json.decode(ready.read_bytes(), type=Server)
    finally:
        process.send_signal(signal.SIGTERM)
        stop(process)


def wait_until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
    if not ready.exists():
        pytest.fail(f"the server did not start (exit status {process.poll()}):\n{log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start a server with further options, stopped at the end of the session."""
    with ExitStack() as servers:

        def start(name: str, *options: str) -> Server:
            folder = tmp_path_factory.mktemp(name)
            log = folder / "stderr.txt"
            request.config.stash[logs].append(log)
            return servers.enter_context(serving(folder, log, options))

        yield start


@pytest.fixture(scope="session")
def server(start_server: Start) -> Server:
    """The server most tests talk to, over plain HTTP."""
    return start_server("server")


@pytest.fixture(scope="session")
def tls_server(start_server: Start) -> Server:
    """A server with TLS under its own local authority."""
    return start_server("tls_server", "--tls")


@pytest.fixture(scope="session")
def server_of_2024(start_server: Start) -> Server:
    """A server with the catalogue of the day the Python article shows."""
    return start_server("server_of_2024", "--catalogue-date", "2024-08-31")


@pytest.fixture(scope="session")
def environment_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Server], Environment]:
    """The whole environment of a client of a server; its home is empty."""
    home = tmp_path_factory.mktemp("home")

    def environment(server: Server) -> Environment:
        return inherited() | {
            "HOME": str(home),
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.endpoint,
            "AWS_ENDPOINT_URL_BEDROCK": server.endpoint,
            "AWS_ACCESS_KEY_ID": server.access_key_id,
            "AWS_SECRET_ACCESS_KEY": server.secret_access_key,
            "AWS_REGION": server.region,
            "AWS_DEFAULT_REGION": server.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    return environment


@pytest.fixture(scope="session")
def aws_environment(server: Server, environment_of: Callable[[Server], Environment]) -> Environment:
    """The environment of a client of the `server`."""
    return environment_of(server)


@pytest.fixture(scope="session")
def toolchain() -> Callable[..., str]:
    """Find a command, and what the installer prepares with it; without them the test is skipped, or fails in CI."""

    def find(command: str, prepared: Path | None = None) -> str:
        found = shutil.which(command)
        if found is None:
            absent(f"{command} is not installed")
        if prepared is not None and not prepared.exists():
            absent(f"what {command} needs is not installed: run tests/clients/install.sh")
        return found

    return find


def absent(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def report_of() -> Report:
    """Run a client to its end and decode the one JSON value it prints."""

    def run(command: Sequence[str | Path], env: Environment, cwd: Path | None = None) -> Any:
        done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=CLIENT_TIMEOUT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
