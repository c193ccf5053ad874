"""The worker: one at a time, through stops, timeouts, restarts and workers that vanish."""

import asyncio

import msgspec
import pytest
from sqlalchemy import update
from tests.jobs.conftest import made, said

from outcrop.engines.simulator import Pace
from outcrop.jobs import Worker
from outcrop.jobs.job import HOUR
from outcrop.storage.tables.jobs import jobs as table

SLOW = Pace(0, 400)


@pytest.fixture
def slow(runner, tmp_path):
    """A site whose answers take a tenth of a second."""
    site = made(runner, tmp_path, pace=SLOW)
    site.put("in/mails.jsonl", *[{"recordId": str(n), "modelInput": said(f"Mail {n}")} for n in range(60)])
    yield site
    runner.run(site.built.aclose())


def answered(site, job):
    return [one["recordId"] for one in site.read(f"out/{job}/mails.jsonl.out")]


def change(site, job, **values):
    async def run():
        async with (await site.built.database.get()).begin() as connection:
            await connection.execute(update(table).where(table.c.id == job).values(values))

    site.runner.run(run())


def working(site, job):
    """Wait until some records have been answered."""
    path = site.data / "jobs" / job / "mails.jsonl.out"
    for _ in range(1000):
        if path.exists() and path.stat().st_size:
            return
        site.runner.run(asyncio.sleep(0.01))
    raise AssertionError("nothing is answered")


def begin(site, worker):
    """Start a worker in the site's loop."""

    async def start():
        worker.start()

    site.runner.run(start())


def quick(site):
    """The site's worker looks at its leases four times a second."""
    site.built.jobs._every = 0.05


def test_a_job_that_is_stopped_delivers_what_it_has(slow):
    quick(slow)
    job = slow.start()
    working(slow, job)
    assert slow.ask("POST", f"/model-invocation-job/{job}/stop").json == {}
    shown = slow.ended(job)
    assert shown["status"] == "Stopped"
    some = answered(slow, job)
    assert 0 < len(some) == shown["processedRecordCount"] < 60 == shown["totalRecordCount"]
    (manifest,) = slow.read(f"out/{job}/manifest.json.out")
    assert manifest["processedRecordCount"] == len(some)
    status, code, message = slow.ask("POST", f"/model-invocation-job/{job}/stop").error
    assert (status, code, message) == (
        400,
        "ConflictException",
        "The model invocation job is Stopped and cannot be stopped.",
    )


def test_time_that_is_up_leaves_a_part(slow):
    quick(slow)
    job = slow.start()
    working(slow, job)
    change(slow, job, expires_at=0)
    slow.built.jobs._jobs.now = lambda real=slow.built.jobs._jobs.now: real() + 25 * HOUR
    shown = slow.ended(job)
    assert shown["status"] == "PartiallyCompleted"
    assert 0 < len(answered(slow, job)) < 60


def test_a_job_whose_time_was_up_before_it_began_is_expired(runner, tmp_path):
    site = made(runner, tmp_path)
    runner.run(site.built.jobs.aclose())
    job = site.start()
    change(site, job, expires_at=0)
    begin(site, site.built.jobs)
    assert site.ended(job)["status"] == "Expired"
    runner.run(site.built.aclose())


def test_a_restart_goes_on_where_it_was_and_asks_for_nothing_twice(runner, slow, tmp_path):
    job = slow.start()
    working(slow, job)
    runner.run(slow.built.jobs.aclose())
    before = (tmp_path / "jobs" / job / "mails.jsonl.out").read_bytes()
    assert before.endswith(b"\n")
    assert slow.show(job)["status"] == "InProgress"
    again = made(runner, tmp_path, pace=SLOW)
    shown = again.ended(job)
    assert (shown["status"], shown["successRecordCount"]) == ("Completed", 60)
    assert sorted(map(int, answered(again, job))) == list(range(60))
    assert (again.bucket / f"out/{job}/mails.jsonl.out").read_bytes().startswith(before)
    (manifest,) = again.read(f"out/{job}/manifest.json.out")
    assert manifest["outputTokenCount"] == sum(
        one["modelOutput"]["usage"]["outputTokens"] for one in again.read(f"out/{job}/mails.jsonl.out")
    )
    runner.run(again.built.aclose())


def test_a_worker_that_vanishes_is_replaced_when_its_lease_is_out(runner, tmp_path):
    site = made(runner, tmp_path)
    runner.run(site.built.jobs.aclose())
    site.put("in/mails.jsonl", {"modelInput": said("Hello")})
    job = site.start()
    jobs = site.built.jobs._jobs
    assert runner.run(jobs.claim("vanished")).id == job
    built = site.built
    other = Worker(jobs, site.data, built.objects, site.built.jobs._access, built.gateway.perform, lease=200_000)
    begin(site, other)
    runner.run(asyncio.sleep(0.2))
    assert site.show(job)["status"] == "Submitted"
    change(site, job, lease_until=0)
    assert site.ended(job)["status"] == "Completed"
    runner.run(other.aclose())
    runner.run(built.aclose())


def test_two_workers_do_a_job_once(runner, slow):
    built = slow.built
    other = Worker(built.jobs._jobs, slow.data, built.objects, built.jobs._access, built.gateway.perform)
    begin(slow, other)
    names = [slow.start(clientRequestToken=f"t{n}") for n in range(2)]
    for job in names:
        assert slow.ended(job)["status"] == "Completed"
        assert sorted(map(int, answered(slow, job))) == list(range(60))
    runner.run(other.aclose())


def test_a_job_that_was_stopped_while_nobody_worked_delivers_what_was_there(runner, slow):
    job = slow.start()
    working(slow, job)
    runner.run(slow.built.jobs.aclose())
    slow.ask("POST", f"/model-invocation-job/{job}/stop")
    again = made(runner, slow.data)
    assert again.ended(job)["status"] == "Stopped"
    assert 0 < len(answered(again, job)) < 60
    runner.run(again.built.aclose())


def test_a_job_is_done_as_whoever_made_it(runner, site):
    from tests.jobs.conftest import order

    from outcrop.iam.keys import Principal

    site.put("in/mails.jsonl", {"modelInput": said("Hello")})
    job = site.runner.run(site.built.jobs._jobs.claim("x"))
    assert job is None
    ann = Principal("arn:aws:iam::123456789012:user/ann", "AKIAANN", name="ann", unique_id="AIDAANN")
    runner.run(site.built.jobs.aclose())
    name = site.start()

    async def give():
        from outcrop.jobs.job import Order

        found = await site.built.jobs._jobs.get("us-east-1", name)
        body = msgspec.json.encode(msgspec.structs.replace(found.order, principal=ann)).decode()
        assert msgspec.json.decode(body, type=Order).principal == ann
        return body

    change(site, name, body=runner.run(give()))
    begin(site, site.built.jobs)
    shown = site.ended(name)
    assert shown["status"] == "Failed"
    assert shown["message"].startswith(
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: s3:GetObject"
    )
    assert order()["jobName"] == shown["jobName"]
