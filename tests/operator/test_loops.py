"""Event loops for threads that have none."""

import asyncio
import threading

import pytest

from outcrop.operator.loops import Loops


async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_a_thread_keeps_its_loop_and_another_has_its_own() -> None:
    loops, others = Loops(), list[asyncio.AbstractEventLoop]()
    first = loops.run(loop())
    thread = threading.Thread(target=lambda: others.append(loops.run(loop())))
    thread.start()
    thread.join()
    assert loops.run(loop()) is first
    assert others[0] is not first
    loops.close()
    assert first.is_closed()
    assert others[0].is_closed()


def test_the_last_work_is_done_in_each_loop_that_is_closed() -> None:
    loops, seen, others = Loops(), list[asyncio.AbstractEventLoop](), list[asyncio.AbstractEventLoop]()
    first = loops.run(loop())
    thread = threading.Thread(target=lambda: others.append(loops.run(loop())))
    thread.start()
    thread.join()

    async def last() -> None:
        seen.append(await loop())

    loops.close(last)
    assert seen == [first, *others]
    loops.close(last)
    assert len(seen) == 2  # nothing was open


async def within() -> None:
    Loops().run(loop())


def test_within_a_loop_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="await process"):
        asyncio.run(within())


def test_loops_can_be_dropped_within_a_running_one() -> None:
    loops = Loops()
    kept = loops.run(loop())

    async def collect() -> None:
        loops.drop()

    asyncio.run(collect())
    assert kept.is_closed()
    loops.run(loop())
    loops.drop()
