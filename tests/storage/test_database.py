"""The database, SQLite and a real PostgreSQL: transactions, and what cannot be opened."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from outcrop.storage.database import Database
from outcrop.storage.shared import DatabaseUnavailable
from outcrop.storage.tables import meta

Run = Callable[[Callable[[Database], Awaitable[None]]], None]


@pytest.fixture
def opened(database_url: str) -> Run:
    def run(use: Callable[[Database], Awaitable[None]]) -> None:
        async def within() -> None:
            database = await Database.open(database_url)
            try:
                await use(database)
            finally:
                await database.aclose()

        asyncio.run(within())

    return run


def test_what_is_committed_is_there_and_what_raised_is_not(opened: Run) -> None:
    async def use(database: Database) -> None:
        async with database.begin() as connection:
            await connection.execute(insert(meta.facts).values(name="kept", value="1"))
        with pytest.raises(IntegrityError):
            async with database.begin() as connection:
                await connection.execute(insert(meta.facts), [{"name": n, "value": "2"} for n in ("lost", "kept")])
        async with database.begin() as connection:
            found = (await connection.execute(select(meta.facts.c.name))).scalars().all()
        assert found == ["kept"]

    opened(use)


def test_opening_again_changes_nothing(opened: Run) -> None:
    async def write(database: Database) -> None:
        async with database.begin() as connection:
            await connection.execute(insert(meta.facts).values(name="a", value="b"))

    async def read(database: Database) -> None:
        async with database.begin() as connection:
            assert (await connection.execute(select(meta.facts.c.value))).scalar_one() == "b"

    opened(write)
    opened(read)


def test_who_reads_sees_one_moment_whatever_is_written_meanwhile(opened: Run) -> None:
    async def use(database: Database) -> None:
        async def names() -> list[str]:
            return list((await connection.execute(select(meta.facts.c.name))).scalars())

        async with database.reading() as connection:
            before = await names()
            async with database.begin() as other:
                await other.execute(insert(meta.facts).values(name="late", value="1"))
            assert await names() == before
        async with database.reading() as connection:
            assert "late" in await names()

    opened(use)


@pytest.mark.parametrize("url", ["mysql://u:secret@127.0.0.1/x", "sqlite:////no/such/folder/x.db"])
def test_what_cannot_be_opened_is_said_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        asyncio.run(Database.open(url))
    assert "secret" not in str(caught.value)
    assert url.partition(":")[0] in str(caught.value)
