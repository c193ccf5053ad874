"""The shared database: nothing until it is needed, and changes of others seen within a second."""

import ast
import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import outcrop
from outcrop.storage import shared
from outcrop.storage.database import Database
from outcrop.storage.shared import SharedDatabase, raise_version
from outcrop.storage.tables.meta import facts


async def change(database: SharedDatabase) -> None:
    async with (await database.get()).begin() as connection:
        await raise_version(connection, "things")


def counted() -> tuple[Callable[[Database], Awaitable[None]], "asyncio.Queue[int]"]:
    loads: asyncio.Queue[int] = asyncio.Queue()

    async def load(database: Database) -> None:
        async with database.begin() as connection:
            rows = (await connection.execute(select(facts.c.value))).scalars().all()
        loads.put_nowait(int(rows[0]) if rows else 0)

    return load, loads


def test_a_fresh_data_directory_stays_without_a_database(tmp_path: Path) -> None:
    async def use() -> None:
        database = SharedDatabase(tmp_path)
        load, loads = counted()
        database.watch("things", load)
        await database.start()
        await database.aclose()
        assert not database.exists
        assert loads.empty()

    asyncio.run(use())
    assert list(tmp_path.iterdir()) == []


def test_what_another_changes_is_loaded(tmp_path: Path, database_url: str) -> None:
    async def use() -> None:
        here, there = SharedDatabase(tmp_path, database_url), SharedDatabase(tmp_path, database_url)
        load, loads = counted()
        here.watch("things", load)
        await here.start()
        assert await loads.get() == 0
        for expected in (1, 2):
            await change(there)
            assert await asyncio.wait_for(loads.get(), 60) == expected
        await here.aclose()
        await there.aclose()

    asyncio.run(use())
    assert shared.INTERVAL < 0.5  # a second is promised


def test_what_has_not_changed_is_not_loaded_again(tmp_path: Path) -> None:
    async def use() -> None:
        database = SharedDatabase(tmp_path)
        load, loads = counted()
        database.watch("things", load)
        await change(database)
        await database.refresh()
        await database.refresh()
        await database.aclose()
        assert loads.qsize() == 1

    asyncio.run(use())
    assert (tmp_path / shared.NAME).exists()


def test_a_database_that_fails_is_said_once_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared, "INTERVAL", 0.01)

    async def use() -> None:
        database = SharedDatabase(tmp_path)
        tried: asyncio.Queue[None] = asyncio.Queue()

        async def fail(_: Database) -> None:
            tried.put_nowait(None)
            raise RuntimeError("secret")

        await change(database)
        await database.start()
        database.watch("things", fail)
        for _ in range(3):
            await asyncio.wait_for(tried.get(), 5)
        await database.aclose()

    asyncio.run(use())
    assert [record.message for record in caplog.records] == ["the database cannot be read: RuntimeError"]


TWO_AT_ONCE = """
import asyncio, sys, threading
from pathlib import Path
from outcrop.jobs.store import Jobs
from outcrop.storage.shared import SharedDatabase

async def use(work):
    database = SharedDatabase(Path(sys.argv[1]))
    await work(database)
    await database.aclose()

other = threading.Thread(target=lambda: asyncio.run(use(SharedDatabase.get)))
other.start()
while "sqlalchemy" not in sys.modules:
    pass
asyncio.run(use(lambda database: Jobs(database).release("nobody")))
other.join()
"""


def test_two_threads_may_need_a_database_at_once(tmp_path: Path) -> None:
    """The ledger's and the server's: neither finds half of what the other is importing."""
    done = subprocess.run([sys.executable, "-c", TWO_AT_ONCE, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


OF_ROWS = ("sqlalchemy", "outcrop.storage.database", "outcrop.storage.tables", "outcrop.iam.store.rows")
OPENED = {"database", "connection"}  # who is handed one of these is called once the database is open


def early(function: ast.AsyncFunctionDef) -> list[int]:
    """The lines of imports in `function` that come before the database is open."""
    if OPENED & {argument.arg for argument in function.args.args}:
        return []
    opened = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Await | ast.AsyncWith)]
    imports = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom)
        and any(f"{node.module}.{name.name}".startswith(OF_ROWS) for name in node.names)
    ]
    return [line for line in imports if not opened or line < min(opened)]


def test_what_rows_are_made_of_is_imported_once_the_database_is_open() -> None:
    root = Path(outcrop.__file__).parent
    found = []
    for path in root.rglob("*.py"):
        if path.is_relative_to(root / "storage") and path.name != "shared.py":
            continue
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.AsyncFunctionDef)]
        found += [f"{path.relative_to(root)}:{line}" for function in functions for line in early(function)]
    assert found == []
