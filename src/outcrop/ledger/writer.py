"""From journals into the database: what `drain` has read is in the database once, however often it is read.

A `Drain` remembers how far it has read each journal that is still being written, and removes the journals of processes that
are gone once all of theirs is in the database. A `Writer` does so in the background, in a thread with an event loop and a
connection of its own, so that no request waits for a database; it imports one when there is a first entry to write.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import astuple

from outcrop.ledger import totals
from outcrop.ledger.entry import Amendment, Entry, Record
from outcrop.ledger.journal import MAGIC, SUFFIX, DamagedJournal, Journal, abandoned, records
from outcrop.storage.shared import DatabaseUnavailable, SharedDatabase

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.ext.asyncio import AsyncConnection

    from outcrop.storage.database import Database

ROWS = 5000  # of one transaction
LOCK = 4021  # PostgreSQL's advisory lock under which replicas take turns to write
INTERVAL = 0.5  # seconds between two looks at the journals
DAMAGED = ".damaged"

_json = msgspec.json.Encoder().encode

log = logging.getLogger("outcrop.ledger")


class Drain:
    """Reads the journals of `folder`: `own` and those whose processes are gone, or without `own` all of them."""

    def __init__(self, folder: Path, own: Journal | None = None) -> None:
        self._folder, self._own = folder, own
        self._offsets: dict[Path, int] = {}

    def waiting(self) -> int:
        """The bytes that are in these journals and not in the database, as far as this drain knows."""
        total = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with _claimed(path) as gone:
                if gone or self._mine(path):
                    total += max(0, self._size(path) - self._offsets.get(path, len(MAGIC)))
        return total

    def _size(self, path: Path) -> int:
        """Of what is in a journal; one that is not closed may seem larger."""
        if self._own and path == self._own.path:
            return self._own.size
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def _mine(self, path: Path) -> bool:
        return self._own is None or path == self._own.path

    async def run(self, database: "Database") -> int:
        """Everything that is in the journals now into `database`; the number of records read."""
        total = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with _claimed(path) as gone:
                if gone or self._mine(path):
                    total += await self._empty(path, database, gone=gone)
        return total

    async def _empty(self, path: Path, database: "Database", *, gone: bool) -> int:
        try:
            total = await self._read(path, database)
        except DamagedJournal as error:
            log.error("the journal %s is damaged: %s", path, error)
            if gone:
                _set_aside(path)
            return 0
        if gone:
            _remove(path)
            self._offsets.pop(path, None)
        return total

    async def _read(self, path: Path, database: "Database") -> int:
        start = self._offsets.get(path, len(MAGIC))
        try:
            data = _from(path, start, self._size(path))
        except FileNotFoundError:  # another process has drained it
            return 0
        total, chunk, end, found = 0, list[Record](), 0, records(data)
        try:
            for record, end in found:
                chunk.append(record)
                if len(chunk) == ROWS:
                    await self._store(chunk, database)
                    total += len(chunk)
                    self._offsets[path] = start + end
                    chunk = []
        finally:  # what stands before damage is sound
            if chunk:
                await self._store(chunk, database)
                self._offsets[path] = start + end
        return total + len(chunk)

    async def _store(self, chunk: list[Record], database: "Database") -> None:
        async with database.begin() as connection:
            await store(connection, chunk)


@contextmanager
def _claimed(path: Path) -> Iterator[bool]:
    """Whether the journal's process is gone; if so it is this one's for as long."""
    file = abandoned(path)
    try:
        yield file is not None
    finally:
        if file is not None:
            os.close(file)


def _set_aside(path: Path) -> None:
    path.rename(path.with_suffix(DAMAGED))


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _from(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DamagedJournal("it does not begin as one")
        file.seek(start)
        return file.read(max(0, end - start))


async def store(connection: "AsyncConnection", read: Iterable[Record]) -> None:
    """Put records into the database; those it has, it keeps. Only one process does so at a time."""
    from sqlalchemy.exc import IntegrityError

    from outcrop.storage.tables.ledger import entries

    new, amendments = dict[str, Entry](), list[Amendment]()
    for record in read:
        if isinstance(record, Entry):
            new[record.id] = record
        else:
            amendments.append(record)
    turn = f"SELECT pg_advisory_xact_lock({LOCK})" if connection.dialect.name == "postgresql" else "BEGIN IMMEDIATE"
    await connection.exec_driver_sql(turn)
    try:
        await _insert(connection, new.values())
    except IntegrityError:  # somebody has brought some of them before, which is rare: asking each time would cost more
        known = await connection.execute(entries.select().with_only_columns(entries.c.id).where(entries.c.id.in_(new)))
        for known_id in known.scalars().all():
            del new[known_id]
        await _insert(connection, new.values())
    await totals.add(connection, new.values())
    for amendment in amendments:
        changed = {"outcome": amendment.outcome, "undelivered_tokens": amendment.undelivered_tokens}
        await connection.execute(entries.update().where(entries.c.id == amendment.id).values(changed))


async def _insert(connection: "AsyncConnection", new: Iterable[Entry]) -> None:
    """Insert all or none, as the driver takes them: SQLAlchemy's own look at every value costs more than all the rest."""
    rows = [
        (*astuple(entry)[:-2], _json(entry.metadata).decode() if entry.metadata else "{}", entry.tried) for entry in new
    ]
    if rows:
        async with connection.begin_nested():
            await connection.exec_driver_sql(_statement(connection.dialect), rows)


@lru_cache(maxsize=16)
def _statement(dialect: "Dialect") -> str:
    """An INSERT of all members of an entry, in their order."""
    from outcrop.storage.tables.ledger import entries

    return str(entries.insert().compile(dialect=dialect))


class Writer:
    """Drains `journal`, and those of the dead beside it, into the database of `data` or at `url`, from `start` to `stop`."""

    def __init__(self, journal: Journal, data: Path, url: str | None = None, *, interval: float = INTERVAL) -> None:
        self._drain, self._data, self._url, self._interval = Drain(journal.folder, journal), data, url, interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outcrop-ledger", daemon=True)

    @property
    def waiting(self) -> int:
        """Bytes of entries that are in journals only."""
        return self._drain.waiting()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after a last look if there is a connection already; else the next start, or reader, finds the journal."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            if self._drain.waiting():
                try:
                    asyncio.run(self._work())
                except Exception:  # whatever it was, entries go on coming: they are tried again
                    log.exception("the ledger waits in its journal")
                    self._stopping.wait(10 * self._interval)

    async def _work(self) -> None:
        shared = SharedDatabase(self._data, self._url)
        try:
            database = await shared.get()
        except DatabaseUnavailable as error:
            log.error("the ledger waits in its journal: %s", error)
            await self._pause(10 * self._interval)
            return
        try:
            while not self._stopping.is_set():
                if self._drain.waiting():
                    await self._look(database)
                await self._pause(self._interval)
            await self._look(database)  # whether or not anything waits: what is drained is removed
        finally:
            await shared.aclose()

    async def _look(self, database: "Database") -> None:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            await self._drain.run(database)
        except (SQLAlchemyError, OSError) as error:
            log.error("the ledger waits in its journal: %s", type(error).__name__)

    async def _pause(self, seconds: float) -> None:
        await asyncio.to_thread(self._stopping.wait, seconds)
