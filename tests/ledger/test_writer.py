"""From journals to the database: all of it, once, whoever reads and however often."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.ledger.conftest import Make

from outcrop.ledger.entry import Amendment, Entry
from outcrop.ledger.journal import MAGIC, Journal
from outcrop.ledger.writer import Drain, Writer
from outcrop.storage.database import Database
from outcrop.storage.shared import SharedDatabase
from outcrop.storage.tables.ledger import entries


def using(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = await Database.open(url)
        try:
            return await work(database)
        finally:
            await database.aclose()

    return asyncio.run(run())


async def kept(database: Database) -> list[Entry]:
    async with database.begin() as connection:
        rows = (await connection.execute(select(entries).order_by(entries.c.id))).mappings()
        return [Entry(**row) for row in rows]


def test_every_member_of_an_entry_arrives_as_it_was_written(journal: Journal, make: Make, database_url: str) -> None:
    full = make(
        undelivered_tokens=2,
        images=3,
        cache_read_tokens=4,
        cache_write_tokens=5,
        estimated=True,
        latency_ms=6,
        first_token_ms=7,
        stop_reason="end_turn",
        error="ThrottlingException",
        cost=2**60,
        metadata={"team": "geology", "é": ""},
        tried="dead:ServiceUnavailableException",
    )
    journal.record(full)

    async def drain(database: Database) -> None:
        assert await Drain(journal.folder).run(database) == 1
        assert await kept(database) == [full]

    using(database_url, drain)


def test_columns_stand_in_the_order_of_an_entry_s_members() -> None:
    assert tuple(entries.columns.keys()) == Entry.__struct_fields__


def test_an_entry_is_there_once_however_often_its_journal_is_read(
    journal: Journal, make: Make, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outcrop.ledger.writer.ROWS", 50)
    made = sorted((make() for _ in range(107)), key=lambda entry: entry.id)
    for entry in made:
        journal.record(entry)

    async def drain(database: Database) -> None:
        drain = Drain(journal.folder)
        assert await drain.run(database) == len(made)
        assert await drain.run(database) == 0
        assert await Drain(journal.folder).run(database) == len(made)  # another process
        assert await kept(database) == made

    using(database_url, drain)


def test_an_amendment_changes_the_end_of_an_entry(journal: Journal, make: Make, database_url: str) -> None:
    entry = make()
    journal.record(entry)
    journal.record(Amendment(entry.id, "cut", 4))

    async def drain(database: Database) -> None:
        for _ in range(2):
            await Drain(journal.folder).run(database)
            (found,) = await kept(database)
            assert (found.outcome, found.undelivered_tokens, found.output_tokens) == ("cut", 4, 5)

    using(database_url, drain)


def test_the_journals_of_the_dead_are_read_and_removed(tmp_path: Path, make: Make) -> None:
    dead = [Journal(tmp_path / "journal") for _ in range(3)]
    made = sorted((make() for _ in dead), key=lambda entry: entry.id)
    for journal, entry in zip(dead, made, strict=True):
        journal.record(entry)
        journal.close()
    alive, other = Journal(tmp_path / "journal"), Journal(tmp_path / "journal")
    other.record(make())

    async def drain(database: Database) -> None:
        drain = Drain(alive.folder, alive)
        assert drain.waiting() > 0
        assert await drain.run(database) == 3
        assert drain.waiting() == 0
        assert await kept(database) == made  # and not what another living process will bring itself

    using(f"sqlite:///{tmp_path / 'test.db'}", drain)
    assert {path.name for path in alive.folder.iterdir()} == {alive.path.name, other.path.name}
    alive.close()
    other.close()


@pytest.mark.parametrize(
    ("tail", "left"),
    [(b"", []), (b"\x07\x00", []), (b"\x01\x00\x00\x00\x00\x00\x00\x00x", ["damaged"])],
    ids=["whole", "torn", "damaged"],
)
def test_what_stands_before_a_torn_or_damaged_end_is_kept(
    tmp_path: Path, make: Make, tail: bytes, left: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder, entry = tmp_path / "journal", make()
    journal = Journal(folder)
    journal.record(entry)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(tail)

    async def drain(database: Database) -> None:
        await Drain(folder).run(database)
        assert await kept(database) == [entry]

    using(f"sqlite:///{tmp_path / 'test.db'}", drain)
    assert [path.suffix.lstrip(".") for path in folder.iterdir()] == left
    assert bool(caplog.records) == bool(left)


def test_a_file_that_is_no_journal_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "0.journal"
    path.write_bytes(b"something else altogether, longer than the first line of a journal")
    using(f"sqlite:///{tmp_path / 'test.db'}", lambda database: Drain(tmp_path).run(database))

    assert not path.exists()
    assert path.with_suffix(".damaged").exists()


def test_the_writer_drains_in_the_background_and_once_more_at_its_end(tmp_path: Path, make: Make) -> None:
    journal, done = Journal(tmp_path / "journal"), threading.Event()
    writer = Writer(journal, tmp_path, interval=0.01)
    first, last = make(ended=1_700_000_000_000_000), make(ended=1_800_000_000_000_000)
    writer.start()
    journal.record(first)
    while writer.waiting and not done.wait(0.01):
        pass
    journal.record(last)
    journal.close()
    writer.stop()

    assert using(f"sqlite:///{tmp_path / 'outcrop.db'}", kept) == [first, last]
    assert list(journal.folder.iterdir()) == []


def test_a_writer_without_anything_to_write_makes_no_database(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    writer = Writer(journal, tmp_path, interval=0.001)
    writer.start()
    journal.close()
    writer.stop()

    assert [path.name for path in tmp_path.iterdir()] == ["journal"]


def test_entries_wait_for_a_database_that_is_away(tmp_path: Path, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    journal, said = Journal(tmp_path / "journal"), threading.Event()
    caplog.set_level(logging.ERROR)
    logging.getLogger("outcrop.ledger").addFilter(lambda record: said.set() or True)
    writer = Writer(journal, tmp_path, "postgresql://nobody:hidden@127.0.0.1:1/none", interval=0.01)
    journal.record(make())
    writer.start()
    assert said.wait(10)
    journal.close()
    writer.stop()

    assert "hidden" not in caplog.text
    assert journal.path.stat().st_size > len(MAGIC)


def test_the_writer_outlives_what_nobody_foresaw(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal, done, opened = Journal(tmp_path / "journal"), threading.Event(), SharedDatabase.get
    failures = [ImportError("half of a module")]

    async def get(shared: SharedDatabase) -> Database:
        if failures:
            raise failures.pop()
        return await opened(shared)

    monkeypatch.setattr(SharedDatabase, "get", get)
    writer, entry = Writer(journal, tmp_path, interval=0.01), make()
    journal.record(entry)
    writer.start()
    while writer.waiting and not done.wait(0.01):
        pass
    journal.close()
    writer.stop()

    assert using(f"sqlite:///{tmp_path / 'outcrop.db'}", kept) == [entry]
    assert "half of a module" in caplog.text
