"""The pace: never above its limit, half when it is pushed, a step more when all is well."""

import asyncio

import pytest

from outcrop.batch.pace import SPAN, TRIES, Pace


class Clock:
    """A time that is set by hand, and the naps that were taken."""

    def __init__(self):
        self.now = 0.0
        self.naps = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.naps.append(seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(16, clock=clock, sleep=clock.sleep, chance=lambda: 1.0)


def test_one_push_halves_and_those_of_the_same_moment_do_not(pace, clock):
    for _ in range(5):
        pace.pushed_back()
    assert pace.limit == 8
    clock.now += SPAN
    pace.pushed_back()
    assert (pace.limit, pace.pushes) == (4, 6)


def test_the_limit_is_one_at_least_and_as_given_at_most(pace, clock):
    for _ in range(10):
        clock.now += SPAN
        pace.pushed_back()
    assert pace.limit == 1
    pace.went_well()
    assert pace.limit == 2  # one more for each limit's worth
    for _ in range(500):
        pace.went_well()
    assert pace.limit == 16


def test_a_call_that_is_pushed_waits_longer_each_time_and_gives_up_in_the_end(pace, clock):
    outcomes = [asyncio.run(pace.again(tries)) for tries in range(1, TRIES + 1)]
    assert outcomes == [True] * (TRIES - 1) + [False]
    assert clock.naps == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_no_more_are_under_way_than_the_limit_says(pace, clock):
    pace.pushed_back()
    clock.now += SPAN
    pace.pushed_back()
    most = 0

    async def one():
        nonlocal most
        await pace.enter()
        most = max(most, pace.active)
        await asyncio.sleep(0)
        pace.leave()

    async def all_of_them():
        await asyncio.gather(*(one() for _ in range(50)))

    asyncio.run(all_of_them())
    assert (most, pace.active) == (4, 0)


def test_one_that_is_cancelled_while_it_waits_keeps_no_place():
    async def go():
        pace = Pace(1)
        await pace.enter()
        waiting = [asyncio.ensure_future(pace.enter()) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        pace.leave()
        waiting[1].cancel()  # it has its place already, and has not been told
        await asyncio.gather(*waiting, return_exceptions=True)
        return pace.active

    assert asyncio.run(go()) == 0
