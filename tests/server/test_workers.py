"""Several workers on one port: they share the work, one that dies is replaced, and they end with their parent."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import converse_path, said
from tests.serving import Serving, health, post, run, serving

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")


def children(pid: int) -> list[int]:
    """The processes that `pid` has started and that run."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found if "\nState:\tZ" not in Path(f"/proc/{child}/status").read_text()]


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path, "--workers", "2") as server:
        yield server


def ask(server: Serving, count: int) -> int:
    """How many of `count` questions, eight at a time, were answered."""

    def one(number: int) -> bool:
        try:
            return post(server.facts, converse_path(), said(f"question {number}")).status == 200
        except OSError:  # its worker died
            return False

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, range(count)))


def requests(server: Serving) -> int:
    report = json.loads(run("usage", "--data", server.data, "--json").stdout)
    return sum(row["requests"] for row in report["rows"])


def test_one_that_dies_is_replaced_and_nothing_it_answered_is_lost(two: Serving) -> None:
    workers = children(two.process.pid)
    assert len(workers) == len(list((two.data / "journal").glob("*.journal"))) == 2
    assert health(two.facts) == (200, {"service": "outcrop", "status": "ok"})
    assert ask(two, 20) == 20

    os.kill(workers[0], signal.SIGKILL)
    answered = 20 + ask(two, 20)
    until(lambda: len({*children(two.process.pid)} - {workers[0]}) == 2)
    answered += ask(two, 10)
    assert answered >= 42  # no more than the eight at once were the dead one's
    assert answered <= requests(two) <= 50
    assert "another takes its place" in two.written

    left = children(two.process.pid)
    assert two.stop() == 0
    assert gone(left)


def test_workers_end_when_their_parent_is_killed(two: Serving) -> None:
    workers = children(two.process.pid)
    two.process.kill()
    two.process.wait()

    until(lambda: gone(workers))


def test_a_server_whose_workers_cannot_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('[storage]\nurl = "postgresql://nobody@127.0.0.1:1/none"')
    done = run("serve", "--port", "0", "--data", tmp_path, "--workers", "2", "--ready-file", tmp_path / "ready.json")

    assert done.returncode == 1
    assert "a worker ended before it was ready" in done.stderr
    assert not (tmp_path / "ready.json").exists()


def test_the_port_is_free_when_they_have_ended(two: Serving) -> None:
    address = two.facts.address
    two.stop(signal.SIGINT)

    with socket.socket() as again:
        again.bind(address)
