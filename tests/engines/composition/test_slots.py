"""Turns: never more than the limit, first come first served, and nobody waits for longer than they may."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.composition.clockwork import clock, run

from outcrop.engines.composition import Limits
from outcrop.engines.composition.slots import Slots
from outcrop.errors import ThrottlingException

Visit = tuple[float, float, float | None]  # comes, stays, leaves before its end


@settings(max_examples=150, deadline=None)
@given(
    concurrency=st.integers(1, 4),
    queue=st.integers(0, 4),
    visits=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.none() | st.integers(0, 9)), max_size=20),
)
def test_no_more_than_the_limit_and_every_turn_comes_back(concurrency: int, queue: int, visits: list[Visit]) -> None:
    async def all_of_them() -> None:
        slots = Slots(Limits(concurrency=concurrency, queue=queue, wait=5))
        inside = 0

        async def visit(comes: float, stays: float) -> None:
            nonlocal inside
            await asyncio.sleep(comes)
            began = clock()
            try:
                await slots.take()
            except ThrottlingException:
                assert clock() - began in (0, 5)
                return
            assert clock() - began <= 5
            inside += 1
            try:
                assert inside == slots.running <= concurrency
                assert slots.waiting <= queue
                await asyncio.sleep(stays)
            finally:
                inside -= 1
                slots.leave()

        async def cut(comes: float, stays: float, leaves: float | None) -> None:
            task = asyncio.ensure_future(visit(comes, stays))
            if leaves is not None:
                asyncio.get_running_loop().call_later(leaves, task.cancel)
            await asyncio.wait([task])
            assert task.cancelled() or task.exception() is None

        await asyncio.gather(*(cut(*each) for each in visits))
        assert (slots.running, slots.waiting) == (0, 0)
        await asyncio.gather(*(slots.take() for _ in range(concurrency)))  # all are free again

    run(all_of_them())


def test_first_come_first_served_and_the_refusal_is_aws_s() -> None:
    async def queued() -> list[int]:
        slots, served = Slots(Limits(concurrency=1, queue=3, wait=60)), list[int]()

        async def visit(number: int) -> None:
            await slots.take()
            served.append(number)
            await asyncio.sleep(1)
            slots.leave()

        running = [asyncio.ensure_future(visit(number)) for number in range(4)]
        await asyncio.sleep(0.5)
        with pytest.raises(ThrottlingException, match=r"^Too many requests, please wait before trying again\.$"):
            await slots.take()
        await asyncio.gather(*running)
        return served

    assert run(queued()) == [0, 1, 2, 3]
