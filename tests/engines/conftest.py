"""What the tests of engines share: parts to build one from, and a real llama.cpp to ask."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.llama import llama, tiny_model
from tests.serving import served, start_server

from outcrop.documents import DocumentReader
from outcrop.engines.kinds import Parts
from outcrop.transport import Pool

__all__ = ["llama", "served", "start_server", "tiny_model"]


@pytest.fixture
def parts(tmp_path: Path, runner: asyncio.Runner) -> Iterator[Parts]:
    """A pool and a reader of documents, closed at the end."""
    made = Parts(Pool(), DocumentReader(), tmp_path, tmp_path)
    yield made
    runner.run(made.pool.aclose())
    runner.run(made.documents.aclose())
