"""The servers these tests talk to, and a way to run a command in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.serving import served, served_over_tls, start_server
from typer.testing import CliRunner

from outcrop.cli import app

__all__ = ["served", "served_over_tls", "start_server"]


Ask = Callable[..., str]


@pytest.fixture
def outcrop(tmp_path: Path) -> Ask:
    """Run a command on a data directory of its own: what it prints; `status` is what it has to end with."""

    def run(*words: str, status: int = 0, said: str | None = None) -> str:
        done = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")], input=said)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.output

    return run
