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
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.serving import Environment, Server, Serving, inherited, start_server, started

__all__ = ["start_server"]

CLIENT_TIMEOUT = 60.0

Start = Callable[..., Serving]
Report = Callable[..., Any]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show with a failed test what the servers said."""
    report = yield
    if report.failed:
        servers = item.config.stash.get(started, {})
        report.sections += [(f"written by {name}", server.written[-8000:]) for name, server in servers.items()]
    return report


@pytest.fixture(scope="session")
def server(start_server: Start) -> Server:
    """The server most tests talk to, over plain HTTP."""
    return start_server("clients").facts


@pytest.fixture(scope="session")
def tls_server(start_server: Start) -> Server:
    """A server with TLS under its own local authority."""
    return start_server("clients_over_tls", "--tls").facts


@pytest.fixture(scope="session")
def server_of_2024(start_server: Start) -> Server:
    """A server with the catalogue of the day the Python article shows."""
    return start_server("server_of_2024", "--catalogue-date", "2024-08-31").facts


@pytest.fixture(scope="session")
def environment_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Server], Environment]:
    """The whole environment of a client of a server; its home is empty."""
    home = tmp_path_factory.mktemp("home")

    def environment(server: Server) -> Environment:
        return inherited() | {
            "HOME": str(home),
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.endpoint,
            "AWS_ENDPOINT_URL_BEDROCK": server.endpoint,
            "AWS_ENDPOINT_URL_IAM": server.endpoint,
            "AWS_ENDPOINT_URL_STS": server.endpoint,
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


def absent(reason: str) -> NoReturn:
    """Skip the test, or fail it in CI, where everything is to be installed."""
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
