"""The one database of a server: opened when the first row is needed, watched for what others change.

Whoever keeps rows takes `SharedDatabase` and asks it for the database when there is something to read or write; a fresh
data directory has none, and starts without paying for one. Whoever keeps rows in memory names a version: it is raised
in the transaction that changes the rows (`raise_version`), and every process that watches it reads them again within a
second, whether a worker, a replica or a command has made the change. Importing this module imports no database.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from outcrop.storage.database import Database

NAME = "outcrop.db"
INTERVAL = 0.4  # seconds between two looks at the versions

Reload = Callable[["Database"], Awaitable[None]]

log = logging.getLogger("outcrop.storage")
_importing = threading.Lock()


class DatabaseUnavailable(Exception):
    """The database cannot be opened: `args[0]` says which and why, without its password."""


class SharedDatabase:
    """The database at `url`, or the SQLite file of the data directory `data` without one."""

    def __init__(self, data: Path, url: str | None = None) -> None:
        self._path = None if url else data / NAME
        self._url = url or f"sqlite:///{data / NAME}"
        self._opening = asyncio.Lock()
        self._database: Database | None = None
        self._watched: dict[str, Reload] = {}
        self._seen: dict[str, int] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @property
    def exists(self) -> bool:
        """Whether there may be anything to read: a file that has been made, or any server."""
        return self._path is None or self._path.exists()

    async def get(self) -> "Database":
        """The database, opened and its schema brought up to date on first use; raises `DatabaseUnavailable`."""
        async with self._opening:
            if self._database is None:
                await asyncio.to_thread(_import)
                from outcrop.storage.database import Database

                self._database = await Database.open(self._url)
        return self._database

    def watch(self, version: str, reload: Reload) -> None:
        """Call `reload` with the database at `start`, and whenever `version` has been raised since."""
        self._watched[version] = reload

    async def start(self) -> None:
        """Load what is watched, if there is a database, and go on watching in the background."""
        if self.exists:
            await self.refresh()
        self._watcher = asyncio.ensure_future(self._watch())

    async def refresh(self) -> None:
        """Reload, now, what has changed since the last look."""
        database = await self.get()
        current = await _versions(database)
        for name, reload in self._watched.items():
            version = current.get(name, 0)
            if self._seen.get(name) != version:
                await reload(database)
                self._seen[name] = version

    async def aclose(self) -> None:
        """Stop watching, once what is being read has been read, and close the database."""
        self._closing.set()
        if self._watcher:
            await self._watcher
        if self._database:
            await self._database.aclose()

    async def _watch(self) -> None:
        failing = False
        while not await self._closed_within(INTERVAL):
            if not self.exists:
                continue
            try:
                await self.refresh()
                failing = False
            except Exception as error:
                # What is in memory goes on being served; the database may come back.
                if not failing:
                    log.warning("the database cannot be read: %s", type(error).__name__)
                failing = True

    async def _closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._closing.wait()
        except TimeoutError:
            return False


def _import() -> None:
    """Import the database, which takes a quarter of a second: beside the loop, and by one thread at a time.

    Two that import SQLAlchemy at once, each by another of its modules, hand one another halves of it. So whoever works with
    rows imports what they are made of only once `get` has answered.
    """
    with _importing:
        import outcrop.storage.database  # noqa: F401


async def raise_version(connection: "AsyncConnection", name: str) -> None:
    """Tell every process that what `name` stands for has changed; in effect when the transaction is committed."""
    from sqlalchemy import BigInteger, String, cast

    from outcrop.storage.database import upsert
    from outcrop.storage.tables.meta import facts

    statement = upsert(connection.dialect.name, facts).values(name=f"version:{name}", value="1")
    raised = cast(cast(facts.c.value, BigInteger) + 1, String)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": raised}))


async def _versions(database: "Database") -> dict[str, int]:
    from sqlalchemy import select

    from outcrop.storage.tables.meta import facts

    async with database.begin() as connection:
        rows = await connection.execute(select(facts.c.name, facts.c.value).where(facts.c.name.like("version:%")))
        return {name.removeprefix("version:"): int(value) for name, value in rows}
