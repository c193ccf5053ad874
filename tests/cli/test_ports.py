import os
import socket
import sys
from pathlib import Path

import pytest

from outcrop.cli import ports

linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells who holds a port")


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"])
def listening(request):
    family, host = request.param
    with socket.socket(family) as held:
        held.bind((host, 0))
        held.listen()
        yield held


@linux
def test_the_process_that_listens_is_named(listening):
    found = ports.holder(listening.getsockname()[1])
    assert found
    pid, command = found
    assert pid == os.getpid()
    assert command.startswith(sys.orig_argv[0][: ports.LONGEST - 1])
    assert len(command) <= ports.LONGEST


@linux
def test_a_command_line_that_is_cut_says_so(tmp_path):
    (tmp_path / "cmdline").write_bytes(b"\0".join([b"outcrop", b"x" * 112, b""]))
    assert ports._command(tmp_path) == f"outcrop {'x' * 112}"
    (tmp_path / "cmdline").write_bytes(b"\0".join([b"outcrop", b"x" * 113, b""]))
    assert ports._command(tmp_path) == f"outcrop {'x' * 111}…"


def test_nobody_holds_a_free_port(listening):
    port = listening.getsockname()[1]
    listening.close()
    assert ports.holder(port) is None


@linux
def test_a_connection_to_a_port_is_not_a_listener(listening):
    with socket.create_connection(listening.getsockname()[:2]) as connection:
        assert ports.holder(connection.getsockname()[1]) is None


def test_without_the_kernels_tables_nobody_is_named(monkeypatch, listening):
    monkeypatch.setattr(ports, "_inodes", lambda table, port: real(Path("/absent") / table.name, port))
    assert ports.holder(listening.getsockname()[1]) is None


real = ports._inodes
