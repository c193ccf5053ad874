"""The jobs in the database, and who runs which: a lease that has to be renewed, so that a job outlives its worker.

Every method is one transaction. A worker that changes a job names its lease, and changes nothing once it has lost it. Every
change of what workers wait for raises the version "jobs", which they watch.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from outcrop.jobs.job import ACTIVE, Job, Order, Status
from outcrop.storage.shared import SharedDatabase, raise_version

if TYPE_CHECKING:
    from sqlalchemy import Select

VERSION = "jobs"
LEASE = 10_000_000  # microseconds a lease holds without being renewed


class JobsUnavailable(Exception):
    """There is no database to keep jobs in."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs of a region, and from where on: `after` is the last job's submission time and id."""

    region: str
    submitted_after: int | None = None
    submitted_before: int | None = None
    status: str | None = None
    name_contains: str | None = None
    ascending: bool = False
    after: tuple[int, str] | None = None
    most: int = 1000


class Jobs:
    """All jobs. `clock` gives microseconds since 1970."""

    def __init__(
        self,
        database: SharedDatabase | None = None,
        *,
        minimum: int = 0,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self.database, self.minimum, self.now = database, minimum, clock

    async def add(self, job: Job) -> Job:
        """Keep a new job; the one that the same token has made before, if there is one."""
        database = await self._shared().get()
        from sqlalchemy import select

        from outcrop.storage.database import upsert
        from outcrop.storage.tables.jobs import jobs

        statement = upsert(database.dialect, jobs).values(_row(job)).on_conflict_do_nothing()
        async with database.begin() as connection:
            await connection.execute(statement)
            await raise_version(connection, VERSION)
            same = jobs.c.id == job.id
            if job.token is not None:
                same = (jobs.c.region == job.region) & (jobs.c.token == job.token)
            found = (await connection.execute(select(jobs).where(same))).mappings().one()
        return _job(found)

    async def get(self, region: str, job_id: str) -> Job | None:
        """The job of this id in `region`."""
        if self.database is None or not self.database.exists:
            return None
        await self.database.get()
        from sqlalchemy import select

        from outcrop.storage.tables.jobs import jobs

        query = select(jobs).where(jobs.c.id == job_id, jobs.c.region == region)
        return next(iter(await self._read(query)), None)

    async def find(self, wanted: Filter) -> Sequence[Job]:
        """Those that `wanted` lets through, one more than its `most` when there are more."""
        if self.database is None or not self.database.exists:
            return []
        await self.database.get()
        from sqlalchemy import select, tuple_

        from outcrop.storage.tables.jobs import jobs

        query = select(jobs).where(jobs.c.region == wanted.region).limit(wanted.most + 1)
        if wanted.submitted_after is not None:
            query = query.where(jobs.c.submitted_at > wanted.submitted_after)
        if wanted.submitted_before is not None:
            query = query.where(jobs.c.submitted_at < wanted.submitted_before)
        if wanted.status is not None:
            query = query.where(jobs.c.status == wanted.status)
        if wanted.name_contains is not None:
            query = query.where(jobs.c.name.contains(wanted.name_contains, autoescape=True))
        place = tuple_(jobs.c.submitted_at, jobs.c.id)
        if wanted.after is not None:
            query = query.where(place > wanted.after if wanted.ascending else place < wanted.after)
        order = [jobs.c.submitted_at, jobs.c.id]
        return await self._read(query.order_by(*(order if wanted.ascending else [one.desc() for one in order])))

    async def stop(self, region: str, job_id: str) -> bool:
        """Ask that a job be stopped; False when there is none to stop."""
        await self._shared().get()
        from outcrop.storage.tables.jobs import jobs

        where = (jobs.c.id == job_id) & (jobs.c.region == region) & jobs.c.status.in_(ACTIVE)
        return await self._update(where, {"status": "Stopping"})

    async def claim(self, worker: str) -> Job | None:
        """A job that nobody runs, now `worker`'s; the one that waits longest."""
        database = await self._shared().get()
        from sqlalchemy import or_, select, update

        from outcrop.storage.tables.jobs import jobs

        now = self.now()
        free = jobs.c.status.in_(ACTIVE) & or_(jobs.c.lease.is_(None), jobs.c.lease_until < now)
        async with database.begin() as connection:
            query = select(jobs).where(free).order_by(jobs.c.submitted_at).limit(1)
            found = (await connection.execute(query)).mappings().one_or_none()
            if found is None:
                return None
            lease = {"lease": worker, "lease_until": now + LEASE}
            taken = await connection.execute(update(jobs).where(jobs.c.id == found["id"], free).values(lease))
        return _job(found) if taken.rowcount else None

    async def renew(self, worker: str, job_id: str, **changes: Any) -> Status | None:
        """Hold on to a job for a while longer, with `changes`; its status, or None when it is no longer `worker`'s."""
        await self._shared().get()
        from sqlalchemy import select

        from outcrop.storage.tables.jobs import jobs

        now = self.now()
        held = (jobs.c.id == job_id) & (jobs.c.lease == worker)
        status = changes.pop("status", None)
        if status is not None:  # what is to be stopped stays so
            await self._update(held & (jobs.c.status != "Stopping"), {"status": status})
        if not await self._update(held, {**changes, "lease_until": now + LEASE}, told=False):
            return None
        found = await self._read(select(jobs).where(held))
        return found[0].status if found else None

    async def end(self, worker: str, job_id: str, status: Status, **changes: Any) -> bool:
        """The job has come to its end; False when it is no longer `worker`'s."""
        await self._shared().get()
        from outcrop.storage.tables.jobs import jobs

        held = (jobs.c.id == job_id) & (jobs.c.lease == worker)
        return await self._update(held, {**changes, "status": status, "ended_at": self.now(), "lease": None})

    async def release(self, worker: str) -> None:
        """Leave what `worker` has to others."""
        await self._shared().get()
        from outcrop.storage.tables.jobs import jobs

        await self._update(jobs.c.lease == worker, {"lease": None})

    async def _update(self, where: Any, values: dict[str, Any], *, told: bool = True) -> bool:
        database = await self._shared().get()
        from sqlalchemy import update

        from outcrop.storage.tables.jobs import jobs

        if told:
            values = {**values, "modified_at": self.now()}
        async with database.begin() as connection:
            done = await connection.execute(update(jobs).where(where).values(values))
            if told:
                await raise_version(connection, VERSION)
        return bool(done.rowcount)

    async def _read(self, query: "Select[Any]") -> Sequence[Job]:
        async with (await self._shared().get()).begin() as connection:
            return [_job(row) for row in (await connection.execute(query)).mappings()]

    def _shared(self) -> SharedDatabase:
        if self.database is None:
            raise JobsUnavailable
        return self.database


_COLUMNS = tuple(name for name in Job.__struct_fields__ if name != "order")


def _row(job: Job) -> dict[str, Any]:
    return {**{name: getattr(job, name) for name in _COLUMNS}, "body": msgspec.json.encode(job.order).decode()}


def _job(row: Any) -> Job:
    order = msgspec.json.decode(row["body"], type=Order)
    return Job(**{name: row[name] for name in _COLUMNS}, order=order)
