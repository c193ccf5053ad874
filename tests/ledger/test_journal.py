"""The journal: what was recorded is in the file, a torn tail is not, and only the dead are read by others."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.conftest import Make

from outcrop.ledger import journal as journals
from outcrop.ledger.entry import Amendment, Record
from outcrop.ledger.journal import MAGIC, DamagedJournal, Journal, abandoned, frame, records


def read(path: Path) -> list[Record]:
    return [record for record, _ in records(path.read_bytes()[len(MAGIC) :])]


def test_a_record_is_in_the_file_when_record_returns(journal: Journal, make: Make) -> None:
    entry = make(metadata={"team": "geology"}, stop_reason="end_turn", first_token_ms=3)
    asyncio.run(journal.record(entry))

    assert read(journal.path) == [entry]


def test_what_is_recorded_together_is_written_once(
    journal: Journal, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    write = os.write
    monkeypatch.setattr("outcrop.ledger.journal.os.write", lambda file, data: writes.append(1) or write(file, data))
    entries = [make() for _ in range(20)]

    async def record() -> None:
        await asyncio.gather(*(journal.record(entry) for entry in entries))

    asyncio.run(record())
    assert read(journal.path) == entries
    assert len(writes) == 1


def test_what_cannot_wait_is_written_with_what_waits(journal: Journal, make: Make) -> None:
    first, amendment = make(), Amendment("x", "cut", 3)

    async def record() -> None:
        waiting = asyncio.ensure_future(journal.record(first))
        await asyncio.sleep(0)
        journal.record_now(amendment)
        assert read(journal.path) == [first, amendment]
        await waiting

    asyncio.run(record())
    assert read(journal.path) == [first, amendment]


def test_a_full_disk_fails_every_record_of_the_write_and_leaves_no_half(
    journal: Journal, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, write = make(), os.write
    asyncio.run(journal.record(kept))
    monkeypatch.setattr("outcrop.ledger.journal.os.write", lambda file, data: write(file, data[:30]))

    async def record() -> list[BaseException | None]:
        return await asyncio.gather(*(journal.record(make()) for _ in range(3)), return_exceptions=True)

    assert [type(failure) for failure in asyncio.run(record())] == [OSError] * 3
    monkeypatch.undo()
    after = make()
    journal.record_now(after)
    assert read(journal.path) == [kept, after]


def test_a_journal_that_has_grown_is_followed_by_another(tmp_path: Path, make: Make) -> None:
    journal = Journal(tmp_path, rotate=1000)
    entries = [make() for _ in range(20)]
    for entry in entries:
        journal.record_now(entry)
    paths = sorted(tmp_path.iterdir())

    assert len(paths) > 3
    assert [record for path in paths for record in read(path)] == entries
    files = [abandoned(path) for path in paths]
    assert [file is not None for file in files] == [True] * (len(paths) - 1) + [False]
    for file in files:
        if file is not None:
            os.close(file)
    journal.close()


def test_an_empty_journal_leaves_no_file(tmp_path: Path) -> None:
    Journal(tmp_path).close()

    assert list(tmp_path.iterdir()) == []


def test_what_waits_is_written_when_the_journal_is_closed(tmp_path: Path, make: Make) -> None:
    journal, entry = Journal(tmp_path), make()

    async def leave() -> None:
        recording = asyncio.ensure_future(journal.record(entry))
        await asyncio.sleep(0)
        recording.cancel()
        await asyncio.gather(recording, return_exceptions=True)

    asyncio.run(leave())
    journal.close()
    assert read(journal.path) == [entry]


def test_a_durable_journal_waits_for_the_disk(tmp_path: Path, make: Make) -> None:
    import fcntl

    journal = Journal(tmp_path, durable=True)
    journal.record_now(make())

    assert fcntl.fcntl(journal._file, fcntl.F_GETFL) & os.O_DSYNC
    journal.close()


@given(cut=st.integers(min_value=0), count=st.integers(min_value=1, max_value=4))
def test_a_torn_tail_is_told_from_an_entry(cut: int, count: int) -> None:
    frames = [frame(Amendment(str(n), "cut", n)) for n in range(count)]
    data = b"".join(frames)
    torn = data[: cut % (len(data) + 1)]
    whole = [n for n in range(count) if len(b"".join(frames[: n + 1])) <= len(torn)]

    assert [record for record, _ in records(torn)] == [Amendment(str(n), "cut", n) for n in whole]


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=7))
def test_bytes_that_are_no_journal_never_become_records_nor_anything_but_damage(data: bytes, bit: int) -> None:
    good = frame(Amendment("id", "cut", 1))
    at = len(data) % len(good)
    flipped = good[:at] + bytes([good[at] ^ (1 << bit)]) + good[at + 1 :]

    for bytes_ in (data, flipped):
        try:
            found = [record for record, _ in records(bytes_)]
        except DamagedJournal:
            continue
        assert found == []


def test_a_journal_is_its_process_s_while_that_lives(journal: Journal) -> None:
    assert abandoned(journal.path) is None
    assert abandoned(journal.path.with_name("gone.journal")) is None


def test_the_rotation_keeps_what_is_read_again_small() -> None:
    assert journals.ROTATE < 10_000_000
