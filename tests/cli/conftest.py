"""The servers these tests talk to, and a way to run a command in this process."""

import io
import os
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.serving import Environment, inherited, served, served_over_tls, start_server
from typer.testing import CliRunner

from outcrop.cli import app, main

__all__ = ["served", "served_over_tls", "start_server"]


Ask = Callable[..., str]


def run(*words: str | Path, env: Environment | None = None) -> subprocess.CompletedProcess[str]:
    """What `tests.serving.run` gives, without starting a process: status, standard output and error of `outcrop`."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch("sys.argv", ["outcrop", *map(str, words)]),
        patch.dict(os.environ, inherited() | (env or {}), clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return subprocess.CompletedProcess(words, ended.value.code, out.getvalue(), err.getvalue())


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
