"""Databases, entries and servers for the ledger's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import database_url, postgres
from tests.serving import served, start_server

from outcrop.ledger.entry import Entry, new_id
from outcrop.ledger.journal import Journal

__all__ = ["database_url", "postgres", "served", "start_server"]

Make = Callable[..., Entry]


@pytest.fixture
def make() -> Make:
    """An entry with members of one's own; its id is new."""

    def entry(**members: Any) -> Entry:
        ended = members.get("ended", 1_700_000_000_000_000)
        known = {
            "id": new_id(ended),
            "began": ended - 1000,
            "ended": ended,
            "principal": "arn:aws:iam::123456789012:user/alice",
            "user": "alice",
            "key_id": "AKIA1",
            "account": "123456789012",
            "region": "us-east-1",
            "model": "anthropic.claude-3-haiku-20240307-v1:0",
            "asked": "anthropic.claude-3-haiku-20240307-v1:0",
            "engine": "simulator",
            "operation": "Converse",
            "request_id": "r",
            "outcome": "complete",
            "input_tokens": 10,
            "output_tokens": 5,
            "cost": 100,
            "price_day": "2026-10-05",
        }
        return Entry(**(known | members))

    return entry


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal that is being written."""
    made = Journal(tmp_path / "journal")
    yield made
    made.close()
