import os
import stat
import subprocess
import sys

import msgspec
import pytest

from outcrop.cli.running import NAME, Running, announce, find, withdraw

HERE = Running("http://127.0.0.1:4020", "us-east-1", os.getpid())


@pytest.fixture
def gone() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize("server", [HERE, Running("https://[::1]:1", "eu-west-3", os.getpid(), "/tmp/a b/c.pem")])
def test_what_is_announced_is_found(tmp_path, server):
    announce(tmp_path, server)
    assert find(tmp_path) == server


def test_the_file_is_its_owners_only_and_holds_these_members(tmp_path):
    announce(tmp_path, HERE)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    found = msgspec.json.decode((tmp_path / NAME).read_bytes())
    assert set(found) == {"endpoint", "region", "pid", "ca_bundle"}


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"endpoint":1,"region":"r","pid":1}', b"[1]", b"\xff"])
def test_a_file_that_makes_no_sense_is_no_server(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    assert find(tmp_path) is None


def test_without_a_file_there_is_no_server(tmp_path):
    assert find(tmp_path) is None
    assert find(tmp_path / "absent") is None
    (tmp_path / "file").touch()
    assert find(tmp_path / "file") is None


def test_a_server_whose_process_is_gone_is_gone(tmp_path, gone):
    announce(tmp_path, Running("http://127.0.0.1:4020", "us-east-1", gone))
    assert find(tmp_path) is None


def test_somebody_elses_process_counts(tmp_path, monkeypatch):
    def forbidden(*_):
        raise PermissionError

    announce(tmp_path, HERE)
    monkeypatch.setattr(os, "kill", forbidden)
    assert find(tmp_path) == HERE


def test_a_server_withdraws_its_own_file(tmp_path):
    announce(tmp_path, HERE)
    withdraw(tmp_path)
    assert not (tmp_path / NAME).exists()
    withdraw(tmp_path)


def test_a_server_leaves_the_file_of_another(tmp_path):
    other = Running("http://127.0.0.1:4021", "us-east-1", os.getppid())
    announce(tmp_path, other)
    withdraw(tmp_path)
    assert find(tmp_path) == other
