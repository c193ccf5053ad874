"""The journal: what was recorded is in the file, a torn tail is not, and only the dead are read by others."""

import os
import subprocess
import sys
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
    entry, amendment = (
        make(metadata={"team": "geology"}, stop_reason="end_turn", first_token_ms=3),
        Amendment("x", "cut", 3),
    )
    for count, record in enumerate((entry, amendment), 1):
        journal.record(record)
        assert read(journal.path) == [entry, amendment][:count]


def test_a_process_that_is_killed_leaves_what_it_has_recorded(tmp_path: Path) -> None:
    words = """
import os, signal, sys
from pathlib import Path
from outcrop.ledger.entry import Amendment
from outcrop.ledger.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(1000):
    journal.record(Amendment(str(number), "cut", number))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", words, tmp_path], check=False)
    (path,) = tmp_path.iterdir()
    file = abandoned(path)

    assert file is not None
    os.close(file)
    assert read(path) == [Amendment(str(number), "cut", number) for number in range(1000)]


def test_a_full_disk_fails_the_record_and_keeps_what_was_there(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    journal, kept = Journal(tmp_path, rotate=400), make()
    journal.record(kept)
    monkeypatch.setattr("outcrop.ledger.journal.os.posix_fallocate", full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            journal.record(make())
    monkeypatch.undo()
    after = make()
    journal.record(after)
    assert [record for path in sorted(tmp_path.iterdir()) for record in read(path)] == [kept, after]
    journal.close()


def test_a_journal_that_has_grown_is_followed_by_another(tmp_path: Path, make: Make) -> None:
    journal = Journal(tmp_path, rotate=1000)
    entries = [make() for _ in range(20)]
    for entry in entries:
        journal.record(entry)
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


def test_a_closed_journal_takes_no_more_space_than_its_entries(tmp_path: Path, make: Make) -> None:
    journal = Journal(tmp_path)
    journal.record(make())
    size = journal.size
    assert journal.path.stat().st_size > size
    journal.close()

    assert journal.path.stat().st_size == size


def test_what_is_recorded_after_the_end_is_found_by_the_next_start(tmp_path: Path, make: Make) -> None:
    journal, made = Journal(tmp_path), [make(), make()]
    journal.record(made[0])
    journal.close()
    journal.close()
    journal.record(made[1])

    assert [record for path in sorted(tmp_path.iterdir()) for record in read(path)] == made
    journal.close()


def test_a_durable_journal_waits_for_the_disk(tmp_path: Path, make: Make) -> None:
    journal = Journal(tmp_path, durable=True)
    made = [make() for _ in range(50)]  # over several pages
    for entry in made:
        journal.record(entry)

    assert read(journal.path) == made
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
