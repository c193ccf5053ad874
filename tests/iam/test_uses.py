"""Uses of keys reach the database, the latest wins, and no server starts a database for them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outcrop.iam import keys
from outcrop.iam.keyring import Keys, microseconds
from outcrop.iam.keys import RootKey
from outcrop.iam.store import Store
from outcrop.iam.uses import Use, Uses
from outcrop.storage.files import Vault
from outcrop.storage.shared import SharedDatabase

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def noting(folder: Path) -> tuple[SharedDatabase, Keys, Uses]:
    database = SharedDatabase(folder)
    ring = Keys(RootKey(keys.generate()), Store(database, Vault(folder)))
    return database, ring, Uses(database, ring)


def test_the_latest_use_wins_whoever_writes_it(tmp_path: Path) -> None:
    async def use() -> None:
        database, here, uses = noting(tmp_path)
        other_database, there, others = noting(tmp_path)
        await database.get()
        here.used("AKIA1", "bedrock", "us-east-1", NOON)
        assert await uses.last("AKIA1") == Use(microseconds(NOON), "bedrock", "us-east-1")
        there.used("AKIA1", "iam", "eu-west-1", NOON + timedelta(minutes=1))
        here.used("AKIA1", "sts", "us-west-2", NOON - timedelta(minutes=1))
        await others.write()
        assert (await uses.last("AKIA1")) == Use(microseconds(NOON + timedelta(minutes=1)), "iam", "eu-west-1")
        assert await uses.last("AKIA2") is None
        await database.aclose()
        await other_database.aclose()

    asyncio.run(use())


def test_what_is_left_is_written_at_the_end(tmp_path: Path) -> None:
    async def use() -> None:
        database, ring, uses = noting(tmp_path)
        await database.get()
        uses.start()
        ring.used("AKIA1", "bedrock", "us-east-1", NOON)
        await uses.aclose()
        assert await uses.last("AKIA1") == Use(microseconds(NOON), "bedrock", "us-east-1")
        await database.aclose()

    asyncio.run(use())


def test_without_a_database_nothing_is_kept_and_none_is_made(tmp_path: Path) -> None:
    async def use() -> None:
        _, ring, uses = noting(tmp_path)
        ring.used("AKIA1", "bedrock", "us-east-1", NOON)
        assert await uses.last("AKIA1") is None
        assert ring.uses == {}

    asyncio.run(use())
    assert not (tmp_path / "outcrop.db").exists()


def test_a_database_that_fails_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def use() -> None:
        database, ring, uses = noting(tmp_path)
        await database.get()
        await database.aclose()
        (tmp_path / "outcrop.db").write_bytes(b"damaged" * 1000)
        uses.start()
        ring.used("AKIA1", "bedrock", "us-east-1", NOON)
        await uses.aclose()
        await database.aclose()

    asyncio.run(use())
    assert [record.message for record in caplog.records] == ["uses of access keys could not be written: DatabaseError"]
