"""Runs: each record once, in order if asked, through failures, cancellation and kill -9."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

from outcrop.batch import Pace, Runner, Sheets, Unreadable, open_source


class One(NamedTuple):
    view: str
    document: Any


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{n}\n" for n in range(200)))
    return open_source(path)


@pytest.fixture
def start(tmp_path, source):
    """Run to the end, or to what it raises; `lines()` reads what was written."""

    def go(work, *, resume=False, concurrency=8, **options):
        async def run():
            go.task = asyncio.current_task()
            sheets = Sheets.open({"output0": tmp_path / "out", "error0": tmp_path / "err"}, source, resume=resume)
            try:
                return await Runner(source, work, sheets, pace=Pace(concurrency), **options).run()
            finally:
                sheets.close()

        return asyncio.run(run())

    return go


@pytest.fixture
def lines(tmp_path):
    def read(name="out"):
        return [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]

    return read


async def jumbled(record, position):
    for _ in range(record * 7 % 13):
        await asyncio.sleep(0)
    return [One("error0" if record % 10 == 3 else "output0", record)]


def test_every_record_comes_out_once_by_its_view(start, lines):
    done = start(jumbled)
    assert sorted(lines()) == [n for n in range(200) if n % 10 != 3]
    assert sorted(lines("err")) == list(range(3, 200, 10))
    assert lines() != sorted(lines())
    assert (done.done, done.total, dict(done.counts), done.complete) == (200, 200, {"output0": 180, "error0": 20}, True)


def test_ordered_runs_keep_the_order_and_never_run_far_ahead(start, lines):
    begun = []

    async def slow_first(record, position):
        begun.append(record)
        if record == 5:
            for _ in range(2000):
                await asyncio.sleep(0)
            assert max(begun) <= 5 + 8 * 4
        return await jumbled(record, position)

    start(slow_first, ordered=True, concurrency=4)
    assert lines() == [n for n in range(200) if n % 10 != 3]


def test_no_more_are_under_way_than_were_allowed(start):
    most = active = 0

    async def counted(record, position):
        nonlocal most, active
        active += 1
        most = max(most, active)
        await asyncio.sleep(0)
        active -= 1
        return []

    start(counted, concurrency=5)
    assert most == 5


def test_a_failure_ends_the_run_and_keeps_what_was_under_way(start, lines):
    async def failing(record, position):
        if record == 50:
            raise ValueError("fifty")
        return await jumbled(record, position)

    with pytest.raises(ValueError, match="fifty"):
        start(failing)
    first = lines() + lines("err")
    assert set(range(43)) <= set(first)
    assert max(first) < 70
    asked = []

    async def again(record, position):
        asked.append(record)
        return await jumbled(record, position)

    done = start(again, resume=True)
    assert sorted(lines() + lines("err")) == list(range(200))
    assert sorted(asked + first) == list(range(200))
    assert (done.before, done.done) == (len(first), 200)


def test_a_run_that_is_cancelled_keeps_what_is_finished(start, lines):
    async def interrupted(record, position):
        if record == 100:
            start.task.cancel()
        return await jumbled(record, position)

    with pytest.raises(asyncio.CancelledError):
        start(interrupted)
    kept = len(lines()) + len(lines("err"))
    assert 80 < kept < 120
    start(jumbled, resume=True)
    assert sorted(lines() + lines("err")) == list(range(200))


def test_what_cannot_be_read_has_its_turn(tmp_path, start, lines):
    (tmp_path / "in.jsonl").write_text('1\n{"\n3\n')

    async def work(record, position):
        return [One("error0", [position, str(record)])] if isinstance(record, Unreadable) else [One("output0", record)]

    start(work)
    assert sorted(lines()) == [1, 3]
    assert lines("err")[0][0] == 1


def test_figures_and_counts_go_on_over_runs_and_the_first_records_are_enough(start):
    seen = []

    async def work(record, position):
        seen.append(record)
        return [One("output0", record)]

    start(work, most=50, figures=lambda: {"tokens": len(seen) * 10})
    seen.clear()
    done = start(work, resume=True, figures=lambda: {"tokens": len(seen) * 10})
    assert (done.before, dict(done.figures), dict(done.counts)) == (50, {"tokens": 2000}, {"output0": 200})
    assert sorted(seen) == list(range(50, 200))


def test_progress_is_told_with_the_time_that_is_left(start):
    told = []

    async def work(record, position):
        await asyncio.sleep(0.015)
        return []

    start(work, watch=told.append)
    assert told[0].done == 0
    assert told[-1].complete
    middle = next(one for one in told if one.total and 0 < one.done < 200 and one.left)
    assert middle.total == 200
    assert 0 < middle.left < 10
    assert middle.under_way <= middle.limit == 8


KILLED = """
import asyncio, random, sys
from pathlib import Path
from typing import Any, NamedTuple
from outcrop.batch import Pace, Runner, Sheets, open_source

class One(NamedTuple):
    view: str
    document: Any

async def work(record, position):
    await asyncio.sleep(random.random() * 0.004)
    asked.write(f"{record}\\n")
    asked.flush()
    if record % 20 == 7:
        return [One("error0", {"n": record, "text": "x" * random.randrange(9000)})]
    return [One("output0", {"n": record, "text": "x" * random.randrange(9000)})]

async def main(folder, ordered):
    source = open_source(folder / "in.jsonl")
    sheets = Sheets.open({"output0": folder / "out", "error0": folder / "err"}, source, resume=True)
    await Runner(source, work, sheets, pace=Pace(8), ordered=ordered).run()
    sheets.close()

folder = Path(sys.argv[1])
asked = open(folder / "asked", "a")
print("on", flush=True)
asyncio.run(main(folder, sys.argv[2] == "ordered"))
"""


@pytest.mark.parametrize("ordered", ["ordered", "as they come"])
def test_killed_anywhere_each_record_is_there_once(tmp_path, ordered):
    count, lots = 400, random.Random(4)
    (tmp_path / "in.jsonl").write_text("".join(f"{n}\n" for n in range(count)))
    kills = 0
    while True:
        process = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path, ordered], stdout=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        try:
            assert process.wait(lots.uniform(0.02, 0.09) if kills < 3 else 30) == 0
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
    written = {
        name: [json.loads(line) for line in (tmp_path / name).read_text().splitlines()] for name in ("out", "err")
    }
    assert kills == 3
    assert sorted(one["n"] for one in written["out"] + written["err"]) == list(range(count))
    assert sorted(one["n"] for one in written["err"]) == list(range(7, count, 20))
    if ordered == "ordered":
        assert [one["n"] for one in written["out"]] == sorted(one["n"] for one in written["out"])
    asked = (tmp_path / "asked").read_text().split()
    # what was under way when it was killed, or had ended within a moment of it
    assert len(asked) - count <= kills * 8 * (20 if ordered == "ordered" else 10)
