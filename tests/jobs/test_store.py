"""Jobs in both databases: once per token, found by filters and pages, leased to one worker at a time."""

import asyncio

import pytest
from tests.jobs.conftest import HAIKU, ROLE

from outcrop.iam.keys import Principal, Session
from outcrop.jobs import Job, Jobs
from outcrop.jobs.job import Order, kept, new_id
from outcrop.jobs.store import LEASE, Filter
from outcrop.model.control import (
    ModelInvocationJobInputDataConfig,
    ModelInvocationJobOutputDataConfig,
)
from outcrop.storage.shared import SharedDatabase


@pytest.fixture
def runner():
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def jobs(database_url, tmp_path, runner):
    database = SharedDatabase(tmp_path, database_url)
    made = Jobs(database)
    made.now = lambda: made.time
    made.time = 1000
    yield made
    runner.run(database.aclose())


def job(n=0, **members):
    order = Order(
        model_id=HAIKU,
        role_arn=ROLE,
        input=ModelInvocationJobInputDataConfig(),
        output=ModelInvocationJobOutputDataConfig(),
        kind="Converse",
        hours=24,
        principal=Principal("arn:aws:iam::123456789012:root", "AKIA"),
    )
    given = {"region": "r", "name": f"job-{n}", "token": None, "status": "Submitted", "order": order}
    times = {"submitted_at": 100 + n, "modified_at": 100 + n, "expires_at": 10**15}
    return Job(**{"id": new_id(), **given, **times, **members})


def test_a_token_makes_one_job_a_region(runner, jobs):
    first, same, other = job(token="t"), job(1, token="t"), job(2, token="t", region="s")
    assert [runner.run(jobs.add(one)).id for one in (first, same, other, job(), job())][:3] == [
        first.id,
        first.id,
        other.id,
    ]
    assert runner.run(jobs.get("r", first.id)) == first
    assert runner.run(jobs.get("s", first.id)) is None


def test_filters_orders_and_pages(runner, jobs):
    made = [job(n, status="Completed" if n % 3 == 0 else "Failed", submitted_at=100 + n // 2) for n in range(12)]
    for one in made:
        runner.run(jobs.add(one))

    def names(**wanted):
        return [one.name for one in runner.run(jobs.find(Filter(region="r", **wanted)))]

    assert set(names(status="Completed")) == {"job-0", "job-3", "job-6", "job-9"}
    assert set(names(submitted_after=104)) == {"job-10", "job-11"}
    assert set(names(submitted_before=101)) == {"job-0", "job-1"}
    assert set(names(name_contains="b-1")) == {"job-1", "job-10", "job-11"}
    assert names(name_contains="_") == []
    for ascending in (True, False):
        whole, after = [], None
        while True:
            page = runner.run(jobs.find(Filter(region="r", ascending=ascending, after=after, most=5)))
            whole += page[:5]
            if len(page) <= 5:
                break
            after = (page[4].submitted_at, page[4].id)
        assert whole == sorted(made, key=lambda one: (one.submitted_at, one.id), reverse=not ascending)


def test_a_job_is_one_workers_until_its_lease_is_out(runner, jobs):
    one = runner.run(jobs.add(job()))
    assert runner.run(jobs.claim("a")).id == one.id
    assert runner.run(jobs.claim("b")) is None
    jobs.time += LEASE
    assert runner.run(jobs.renew("a", one.id, succeeded=3)) == "Submitted"
    assert runner.run(jobs.claim("b")) is None
    jobs.time += LEASE + 1
    assert runner.run(jobs.claim("b")).succeeded == 3
    assert runner.run(jobs.renew("a", one.id)) is None
    assert not runner.run(jobs.end("a", one.id, "Completed"))
    runner.run(jobs.release("b"))
    assert runner.run(jobs.claim("c")).id == one.id
    assert runner.run(jobs.end("c", one.id, "Completed", total=3))
    ended = runner.run(jobs.get("r", one.id))
    assert (ended.status, ended.ended_at, ended.total, ended.active) == ("Completed", jobs.time, 3, False)
    assert runner.run(jobs.claim("c")) is None


def test_what_is_to_be_stopped_stays_so(runner, jobs):
    one = runner.run(jobs.add(job()))
    runner.run(jobs.claim("a"))
    assert runner.run(jobs.stop("r", one.id))
    assert runner.run(jobs.renew("a", one.id, status="InProgress")) == "Stopping"
    runner.run(jobs.end("a", one.id, "Stopped"))
    assert not runner.run(jobs.stop("r", one.id))


def test_the_longest_waiting_is_next_and_many_ask_at_once(runner, jobs):
    for n in (2, 0, 1):
        runner.run(jobs.add(job(n)))

    async def all_at_once():
        return await asyncio.gather(*(jobs.claim(f"w{n}") for n in range(3)))

    names = [one.name for one in runner.run(all_at_once()) if one]
    assert "job-0" in names
    assert len(names) == len(set(names))


def test_a_sessions_secret_is_not_kept():
    session = Session(source="AROA", access_key_id="ASIA", secret="hidden", issued=0, expires=1, name="s")
    principal = Principal("arn:aws:sts::123456789012:assumed-role/r/s", "ASIA", session=session)
    assert kept(principal).session.secret == ""
    assert kept(principal).session.name == "s"
