import os
import stat
import subprocess
import sys

import msgspec
import pytest

from outcrop.cli.running import FOLDER, Running, announce, find, withdraw

HERE = Running("http://127.0.0.1:4020", "us-east-1", os.getpid())
CHOSEN = Running("https://[::1]:1", "eu-west-3", os.getpid(), "/tmp/a b/c.pem", "/tmp/s.toml", {"access": "request"})


@pytest.fixture
def gone() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize("server", [HERE, CHOSEN])
def test_what_is_announced_is_found(tmp_path, server):
    announce(tmp_path, server)
    assert find(tmp_path) == server


def test_the_file_is_its_owners_only_and_holds_these_members(tmp_path):
    announce(tmp_path, HERE)
    (path,) = (tmp_path / FOLDER).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = msgspec.json.decode(path.read_bytes())
    assert set(found) == {"endpoint", "region", "pid", "ca_bundle", "settings", "options"}


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"endpoint":1,"region":"r","pid":1}', b"[1]", b"\xff"])
def test_a_file_that_makes_no_sense_is_no_server(tmp_path, content):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "1.json").write_bytes(content)
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
    assert find(tmp_path) is None
    withdraw(tmp_path)


def test_a_server_leaves_the_file_of_another(tmp_path):
    other = Running("http://127.0.0.1:4021", "us-east-1", os.getppid())
    announce(tmp_path, other)
    withdraw(tmp_path)
    assert find(tmp_path) == other


def test_of_two_servers_the_later_is_found_and_the_earlier_when_it_has_left(tmp_path):
    earlier = Running("http://127.0.0.1:4021", "us-east-1", os.getppid())
    announce(tmp_path, earlier)
    announce(tmp_path, HERE)
    os.utime(tmp_path / FOLDER / f"{earlier.pid}.json", (1, 1))
    assert find(tmp_path) == HERE
    withdraw(tmp_path)
    assert find(tmp_path) == earlier


def test_files_of_processes_that_are_gone_are_removed(tmp_path, gone):
    announce(tmp_path, Running("http://127.0.0.1:4020", "us-east-1", gone))
    announce(tmp_path, HERE)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"{os.getpid()}.json"]
