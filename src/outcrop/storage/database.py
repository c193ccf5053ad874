"""The database: SQLite in the data directory, or PostgreSQL by URL; one code path, SQLAlchemy Core.

`Database.open` sees to the schema (`storage.schema`) and gives transactions. Nothing here knows what a table means.
Importing this module costs a quarter of a second, so whoever can do without a database imports it when the first row is
needed.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from outcrop.storage import schema
from outcrop.storage.shared import DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY_MS = 10_000  # how long a writer of SQLite waits for another before it fails


class Database:
    """An open database; `dialect` is "sqlite" or "postgresql"."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect.name

    @classmethod
    async def open(cls, url: str) -> "Database":
        """The database at `url` (`sqlite:///PATH`, `postgresql://…`), its schema made or brought up to date.

        Raises `DatabaseUnavailable`.
        """
        address = make_url(url)
        try:
            engine = create_async_engine(address.set(drivername=DRIVERS[address.drivername]), pool_pre_ping=True)
        except (KeyError, ImportError) as error:
            raise DatabaseUnavailable(_unusable(address, error)) from error
        if engine.dialect.name == "sqlite":
            await asyncio.to_thread(_probe, address)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(schema.bring_up_to_date)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            raise DatabaseUnavailable(f"{address.render_as_string(hide_password=True)}: {error}") from error
        return cls(engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back when it raises."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction whose statements all see the same moment, which neither database gives unasked."""
        async with self._engine.begin() as connection:
            asked = "BEGIN" if self.dialect == "sqlite" else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
            await connection.exec_driver_sql(asked)
            yield connection

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def upsert(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT into `table` that takes ON CONFLICT, which both dialects word alike."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _unusable(address: URL, error: Exception) -> str:
    shown = address.render_as_string(hide_password=True)
    if isinstance(error, ImportError):
        return f"{shown}: the driver is not installed; install outcrop[postgres]"
    return f"{shown}: not a database Outcrop can use; it takes sqlite:///PATH or postgresql://…"


def _probe(address: URL) -> None:
    """Fail here if SQLite cannot open the file: its asynchronous driver leaves a thread behind when it fails."""
    try:
        with closing(sqlite3.connect(address.database or ":memory:")) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"{address.render_as_string()}: {error}") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers beside one writer, a writer that waits its turn, and foreign keys that hold."""
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
