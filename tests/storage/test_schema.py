"""The schema, in SQLite and a real PostgreSQL: made at once, it is what the revisions make one by one."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from outcrop.storage import schema, tables
from outcrop.storage.database import DRIVERS, Database
from outcrop.storage.tables import iam, ledger

Result = TypeVar("Result")
DESCRIBED = {
    "sqlite": (
        "SELECT type, name, tbl_name, sql FROM sqlite_master",
        "SELECT made.name, columns.* FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS columns",
    ),
    "postgresql": (
        "SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    ),
}


@pytest.fixture
def within(database_url: str) -> Callable[[Callable[[Connection], Any], bool], Any]:
    """Do something in one transaction of the empty database, and keep it or not."""

    def run(work: Callable[[Connection], Result], keep: bool = False) -> Result:
        async def asked() -> Result:
            name, _, rest = database_url.partition(":")
            engine = create_async_engine(f"{DRIVERS[name]}:{rest}", poolclass=NullPool)
            async with engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1" if name == "postgresql" else "BEGIN")
                done = await connection.run_sync(work)
                await (connection.commit() if keep else connection.rollback())
                return done

        return asyncio.run(asked())

    return run


def clauses(value: Any) -> Any:
    """What a CREATE TABLE says, in any order: SQLite writes a column that is added later behind the constraints."""
    if not str(value).startswith("CREATE TABLE"):
        return value
    name, _, inner = value.rstrip().removesuffix(")").partition("(")
    return name, sorted(clause.strip() for clause in re.split(r",(?![^()]*\))", inner))


def described(connection: Connection) -> list[tuple[Any, ...]]:
    """Every table, column, constraint and index, and which revisions are recorded."""
    queries = DESCRIBED[connection.dialect.name]
    found = [tuple(map(clauses, row)) for query in queries for row in connection.execute(text(query))]
    return sorted([*found, *((name,) for name in connection.execute(select(schema.record)).scalars())], key=repr)


def test_what_is_made_at_once_is_what_the_revisions_make(within: Any) -> None:
    """Table for table, constraint for constraint, by the names that later revisions will call them."""

    def made(connection: Connection) -> list[tuple[Any, ...]]:
        schema.make(connection)
        return described(connection)

    def migrated(connection: Connection) -> list[tuple[Any, ...]]:
        schema.migrate(connection)
        return described(connection)

    assert within(made) == within(migrated)
    assert len(within(made)) > 30


def test_the_revisions_make_what_the_tables_say(within: Any) -> None:
    """Whoever changes a table without a revision learns it here."""

    def differences(connection: Connection) -> list[object]:
        schema.migrate(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return [found for found in compare_metadata(context, tables.METADATA) if "alembic_version" not in str(found)]

    assert within(differences) == []


def test_what_an_older_version_has_left_is_brought_up_to_date(within: Any, database_url: str) -> None:
    """Its rows stay, its ledger is added up, and what it had not is there."""
    entry = {column.name: 7 for column in ledger.entries.c} | {
        "id": "e",
        "user": "ann",
        "estimated": False,
        "metadata": {},
    }
    texts = (
        "principal",
        "key_id",
        "account",
        "region",
        "model",
        "asked",
        "engine",
        "operation",
        "request_id",
        "outcome",
    )
    entry |= dict.fromkeys((*texts, "stop_reason", "error", "currency", "price_day"), "x")
    del entry["tried"]

    def older(connection: Connection) -> None:
        schema.migrate(connection, "ledger_0001")
        connection.execute(insert(ledger.entries).values(entry))

    async def opened() -> tuple[Any, ...]:
        database = await Database.open(database_url)
        async with database.begin() as connection:
            days = (await connection.execute(select(ledger.days.c.user, ledger.days.c.tokens))).all()
            users = (await connection.execute(select(iam.entities))).all()
            names = (await connection.execute(select(schema.record))).scalars()
            tried = (await connection.execute(select(ledger.entries.c.tried))).scalar_one()
            found = days, users, frozenset(names), tried
        await database.aclose()
        return found

    within(older, keep=True)
    assert asyncio.run(opened()) == ([("ann", 21)], [], schema.RECORDED, None)


def test_what_is_up_to_date_is_left_alone(within: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_and_close() -> None:
        await (await Database.open(database_url)).aclose()

    def refuse(connection: Connection, *_: object) -> None:
        raise AssertionError("nothing is to be made or migrated")

    asyncio.run(open_and_close())
    before = within(described)
    monkeypatch.setattr(schema, "migrate", refuse)
    monkeypatch.setattr(schema, "make", refuse)
    asyncio.run(open_and_close())
    assert within(described) == before
