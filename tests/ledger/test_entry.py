"""Entries: ids that sort by time and never meet, and what older readers must still read."""

import uuid

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.conftest import Make

from outcrop.ledger.entry import Entry, new_id


@given(st.integers(min_value=0, max_value=2**48 * 1000 - 1))
def test_an_id_is_a_uuid_of_version_7_that_holds_its_time(now: int) -> None:
    made = uuid.UUID(new_id(now))

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == now // 1000


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id(1_700_000_000_000_000) for _ in range(10_000)}) == 10_000


def test_ids_of_later_moments_sort_behind() -> None:
    made = [new_id(1_700_000_000_000_000 + n * 1000) for n in range(100)]

    assert sorted(made) == made


def test_an_entry_written_before_a_member_was_added_can_still_be_read(make: Make) -> None:
    """Members are only added at the end: a shorter entry has the defaults."""
    raw = msgspec.msgpack.decode(msgspec.msgpack.encode(make()))

    assert msgspec.convert(raw[:-4], Entry).currency == "USD"
