"""Waits end by themselves, together, and only those that have lasted too long."""

import asyncio
from typing import Any

import pytest

from outcrop.server.waits import BEATS, Waits

LONG = 3600.0


async def never() -> Any:
    await asyncio.Event().wait()


async def at_once() -> str:
    return "here"


def test_what_comes_is_given() -> None:
    assert asyncio.run(Waits(LONG).next(at_once)) == "here"


def test_what_does_not_come_is_waited_for_as_long_as_the_limit() -> None:
    async def scenario() -> None:
        task = asyncio.current_task()
        with pytest.raises(TimeoutError):
            await Waits(0.03).next(never)
        assert task
        assert not task.cancelling()  # the task goes on as if nothing had happened
        assert await Waits(LONG).next(at_once) == "here"

    asyncio.run(scenario())


@pytest.mark.parametrize(("looks", "late"), [(BEATS, False), (BEATS + 1, True)])
def test_a_limit_is_of_one_wait_and_not_of_all_a_task_waits(looks: int, late: bool) -> None:
    async def scenario() -> None:
        waits = Waits(LONG)

        async def slow() -> str:
            for _ in range(looks):
                waits._look()
            await asyncio.sleep(0)
            return "a byte"

        for _ in range(3):
            if late:
                with pytest.raises(TimeoutError):
                    await waits.next(slow)
            else:
                assert await waits.next(slow) == "a byte"

    asyncio.run(scenario())


def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    async def scenario() -> None:
        task = asyncio.ensure_future(Waits(LONG).next(never))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())


def test_an_error_while_waiting_is_the_waiters() -> None:
    async def broken() -> None:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        asyncio.run(Waits(LONG).next(broken))


def test_all_waits_share_a_timer_and_there_is_none_while_nobody_waits() -> None:
    async def scenario() -> None:
        waits, loop, begun = Waits(0.03), asyncio.get_running_loop(), 0
        call_later = loop.call_later

        def counted(*given: Any) -> asyncio.TimerHandle:
            nonlocal begun
            begun += given[1] == waits._look
            return call_later(*given)

        loop.call_later = counted  # type: ignore[method-assign]
        for _ in range(100):
            assert await waits.next(at_once) == "here"
        assert begun == 1
        results = await asyncio.gather(*(waits.next(never) for _ in range(100)), return_exceptions=True)
        assert all(isinstance(result, TimeoutError) for result in results)
        assert begun < 20
        waits._look()
        last = begun
        waits._look()
        assert begun == last

    asyncio.run(scenario())
