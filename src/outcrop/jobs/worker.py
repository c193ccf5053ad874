"""Does the jobs that nobody else is doing: one task in every server process, a few jobs at a time.

It waits for the version "jobs" to be raised and looks besides now and then, since a lease that runs out tells nobody. A job
ends in one place, `_end`; a worker that stops leaves its jobs to others, and what it has answered stays on its disk.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outcrop.batch.sheets import Busy
from outcrop.iam.authorization import Authorization
from outcrop.jobs.job import Job, Status
from outcrop.jobs.store import LEASE, VERSION, Jobs
from outcrop.jobs.work import Invalid, Perform, Work
from outcrop.storage.objects import ObjectMissing, Objects, ObjectsUnavailable

if TYPE_CHECKING:
    from outcrop.storage.database import Database

AT_ONCE = 4  # jobs of one process
NAME = "jobs"  # the folder in the data directory

log = logging.getLogger("outcrop.jobs")


class Worker:
    """Takes jobs of `jobs` and does them in `data`'s folder, asking `perform`. `lease` is in microseconds."""

    def __init__(
        self,
        jobs: Jobs,
        data: Path,
        objects: Objects,
        access: Authorization,
        perform: Perform,
        *,
        lease: int = LEASE,
    ) -> None:
        self._jobs, self._folder, self._objects, self._access, self._perform = (
            jobs,
            data / NAME,
            objects,
            access,
            perform,
        )
        self._every = lease / 4 / 1_000_000
        self.name = secrets.token_hex(8)
        self._news = asyncio.Event()
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None
        if jobs.database:
            jobs.database.watch(VERSION, self._told)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._task = asyncio.ensure_future(self._look())

    async def aclose(self) -> None:
        """Leave off, and leave what is not done to others."""
        tasks = [task for task in (self._task, *self._doing.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._doing:
            with suppress(Exception):  # the leases run out by themselves
                await self._jobs.release(self.name)

    async def _told(self, _database: "Database") -> None:
        self._news.set()

    async def _look(self) -> None:
        """Take what is free whenever something has changed, or a lease may have run out."""
        database = self._jobs.database
        while True:
            if database and database.exists:
                try:
                    await self._take()
                except Exception as error:
                    log.warning("jobs cannot be looked for: %s", type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every * 2):
                    await self._news.wait()
            self._news.clear()

    async def _take(self) -> None:
        while len(self._doing) < AT_ONCE:
            job = await self._jobs.claim(self.name)
            if job is None:
                return
            task = asyncio.ensure_future(self._do(job))
            self._doing[job.id] = task
            task.add_done_callback(partial(self._over, job.id))

    def _over(self, name: str, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return
        if error := task.exception():
            log.warning("job %s is left to be taken up again: %s", name, type(error).__name__)
        del self._doing[name]
        self._news.set()

    async def _do(self, job: Job) -> None:
        """One job; whatever goes wrong with it is its message."""
        work = Work(job, self._folder / job.id, self._objects, self._access, self._perform)
        try:
            status = await self._done(job, work)
            if status is None:
                return  # another worker has it
            await self._end(job, work, status)
        except Invalid as error:
            await self._end(job, work, "Failed", str(error))
        except (ObjectMissing, ObjectsUnavailable) as error:
            await self._end(job, work, "Failed", f"The object store cannot be used: {error}")
        except Busy:
            raise  # a worker that has lost its lease is still writing: later
        except Exception as error:
            log.exception("job %s failed", job.id)
            await self._end(job, work, "Failed", f"Internal error: {type(error).__name__}")

    async def _done(self, job: Job, work: Work) -> Status | None:
        """Validate and run; how it ended, None when it was lost to another worker."""
        running = job.status == "InProgress"
        if job.status == "Stopping" and job.total is None:
            return "Stopped"
        if not running and self._jobs.now() >= job.expires_at:
            return "Expired"
        await self._jobs.renew(self.name, job.id, **({} if running else {"status": "Validating"}))
        keeping = asyncio.ensure_future(self._keep(job, work))
        try:
            await work.validate(self._jobs.minimum)
            if not keeping.done():
                await self._jobs.renew(self.name, job.id, status="InProgress", total=work.total)
                await self._or(keeping, work.run())
            status: Status | None = keeping.result() if keeping.done() else "Completed"
            if status is not None:
                await work.deliver()
            return status
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _or(self, keeping: "asyncio.Task[Status | None]", doing: Coroutine[Any, Any, None]) -> None:
        """Wait for what is done, or for the reason to leave off."""
        task = asyncio.ensure_future(doing)
        try:
            await asyncio.wait({keeping, task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled() and (error := task.exception()):
            raise error

    async def _keep(self, job: Job, work: Work) -> Status | None:
        """Renew the lease with the counts, until there is a reason to leave off: the status that it means."""
        while True:
            tally = work.tally
            counts = {"succeeded": tally.succeeded, "failed": tally.failed} if work.total is not None else {}
            status = await self._jobs.renew(self.name, job.id, **counts)
            if status is None:
                return None
            if status == "Stopping":
                return "Stopped"
            if self._jobs.now() >= job.expires_at:
                return "PartiallyCompleted"
            await asyncio.sleep(self._every)

    async def _end(self, job: Job, work: Work, status: Status, message: str | None = None) -> None:
        tally = work.tally
        counts = {} if work.total is None else {"succeeded": tally.succeeded, "failed": tally.failed}
        if await self._jobs.end(self.name, job.id, status, message=message, total=work.total, **counts):
            work.clear()
