"""What a person sees: on a pipe, on a terminal, and whether what it says to paste works when pasted."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.serving import OUTCROP, STOP_TIMEOUT, inherited

from outcrop.cli import terminal, welcome
from outcrop.cli.env import environment
from outcrop.cli.running import Running
from outcrop.engines.choices import Choices, Route
from outcrop.iam.keys import generate
from outcrop.settings import Settings
from outcrop.storage.files import data_directory

LAST = "Serving until you press Ctrl-C."
COST = r"end_turn · \d+ tokens in, \d+ out · first token [\d.]+ ms, total [\d.]+ ms"
curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@contextmanager
def welcomed(
    folder, *options: str, terminal: bool, env: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server that greets a pipe or a terminal, and what it says until it is done."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    command = [OUTCROP, "serve", "--port", "0", "--data", folder / "data", *options]
    environment = inherited() | {"HOME": str(folder)} | env
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            yield process, read_until(ours, LAST)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_TIMEOUT)
            os.close(ours)


def read_until(descriptor: int, text: str) -> str:
    found = b""
    while text.encode() not in found:
        piece = os.read(descriptor, 65536)
        assert piece, found.decode()
        found += piece
    return found.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def greeting(tmp_path_factory) -> Iterator[str]:
    with welcomed(tmp_path_factory.mktemp("it's a folder"), terminal=False, env={}) as (_, said):
        yield said


def block(said: str, title: str) -> str:
    """What stands under a title."""
    return said.partition(f"\n{title}\n")[2].partition("\n\n")[0]


def test_it_says_where_it_answers_and_shows_an_answer_and_its_cost(greeting):
    lines = greeting.splitlines()
    assert re.fullmatch(r"Outcrop answers at http://127\.0\.0\.1:\d+", lines[0])
    assert lines[2] == f"  you   {welcome.QUESTION}"
    assert lines[3].startswith("  model I am the Outcrop simulator")
    assert any(re.fullmatch(f"        {COST}", line) for line in lines)
    assert max(len(line) for line in lines if not line.startswith("eval ")) <= 80


def test_the_first_question_is_answered_with_lifecycles_enforced(tmp_path):
    with welcomed(tmp_path, "--lifecycle", "enforce", terminal=False, env={}) as (_, said):
        assert re.search(COST, said)
        assert "went wrong" not in said


def test_a_pipe_gets_no_colour(greeting):
    assert "\x1b" not in greeting


def test_it_says_what_to_paste(greeting):
    titles = ["# In another shell, for any AWS SDK", "# Python", "# AWS CLI", "// JavaScript", "# curl"]
    assert [line for line in greeting.splitlines() if line in titles] == titles


def shell_after_eval(greeting: str, script: str) -> subprocess.CompletedProcess[str]:
    """Run `script` in a shell in which the first pasted line was run."""
    line = block(greeting, "# In another shell, for any AWS SDK")
    env = inherited() | {"PATH": f"{OUTCROP.parent}:{os.environ['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        ["sh", "-euc", f"{line}\n{script}"], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_python_lines_work_as_they_are(greeting, tmp_path):
    (tmp_path / "pasted.py").write_text(block(greeting, "# Python"))
    done = shell_after_eval(greeting, f"python {tmp_path}/pasted.py")
    assert done.stdout == "I am the Outcrop simulator, answering as Claude Sonnet 4.6. You said: “Hello”.\n", (
        done.stderr
    )


@curl
def test_the_curl_lines_work_as_they_are(greeting):
    done = shell_after_eval(greeting, block(greeting, "# curl"))
    assert '"stopReason":"end_turn"' in done.stdout, done.stderr


@curl
def test_the_curl_lines_work_over_tls(served_over_tls, tmp_path):
    server = Running(served_over_tls.endpoint, served_over_tls.region, served_over_tls.pid, served_over_tls.ca_bundle)
    env = inherited() | environment(server, served_over_tls)
    script = block(welcome.paste(server, tmp_path), "# curl")
    done = subprocess.run(["sh", "-euc", script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert '"stopReason":"end_turn"' in done.stdout, done.stderr


def test_no_secret_is_printed(greeting):
    done = shell_after_eval(greeting, 'echo "$AWS_SECRET_ACCESS_KEY"')
    assert len(done.stdout.strip()) == 40
    assert done.stdout.strip() not in greeting


def test_a_terminal_gets_colour_and_control_c_ends_it(tmp_path):
    with welcomed(tmp_path, terminal=True, env={"TERM": "xterm"}) as (process, said):
        assert "\x1b[1mOutcrop\x1b[0m answers at \x1b[36mhttp://127.0.0.1:" in said
        assert "\x1b[1m# Python\x1b[0m" in said
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_TIMEOUT) == 0
    assert not list((tmp_path / "data" / "servers").iterdir())


def test_a_terminal_that_wants_no_colour_gets_none(tmp_path):
    with welcomed(tmp_path, terminal=True, env={"TERM": "xterm", "NO_COLOR": "1"}) as (_, said):
        assert "\x1b" not in said


def test_when_the_question_goes_wrong_it_says_so_and_what_to_paste(capsys, tmp_path):
    welcome.show(Running("http://127.0.0.1:1", "us-east-1", 1), generate(), Settings(data=tmp_path))
    said = capsys.readouterr()
    assert "The first question went wrong: http://127.0.0.1:1 does not answer" in said.err
    assert said.out.endswith(f"{LAST}\n")


@pytest.mark.parametrize(
    ("variable", "found", "expected"),
    [
        (None, True, "outcrop env"),
        ("/else/where", True, "outcrop env --data '/else/where'"),
        (None, False, "{python} -m outcrop env"),
    ],
)
def test_the_first_line_is_what_another_shell_can_run(monkeypatch, variable, found, expected):
    monkeypatch.delenv("OUTCROP_DATA", raising=False)
    if variable:
        monkeypatch.setenv("OUTCROP_DATA", variable)
    monkeypatch.setattr(terminal.shutil, "which", lambda _: "/usr/bin/outcrop" if found else None)
    server = Running("http://127.0.0.1:4020", "us-east-1", 1)
    line = block("\n" + welcome.paste(server, data_directory()), "# In another shell, for any AWS SDK")
    words = expected.format(python=sys.executable).replace("'", "")
    assert line == f'eval "$({words})"'


def test_off_the_path_the_file_that_runs_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(terminal.shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["bin dir/outcrop", "serve"])
    monkeypatch.chdir(tmp_path)
    assert terminal.program() == f"'{tmp_path}/bin dir/outcrop'"


ENGINE = '[engines.two]\nkind = "simulator"\n'


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (f'{ENGINE}[[routes]]\nmodels = "*"\nengine = "two"', "engine two may take money for it, or time"),
        (f'default = "simulator"\n{ENGINE}[[routes]]\nmodels = "anthropic.*"\nengine = "two"', "engine two may take"),
        (f'{ENGINE}[[routes]]\nmodels = "meta.*"\nengine = "two"', "no engine answers for this command's usual model"),
        ('access = "request"', "models have to be asked for"),
    ],
)
def test_it_says_why_no_first_question_was_asked(tmp_path, settings, reason):
    (tmp_path / "outcrop.toml").write_text(settings)
    with welcomed(tmp_path, "--settings", str(tmp_path / "outcrop.toml"), terminal=False, env={}) as (_, said):
        assert f"  No first question was asked: {reason}" in said
        assert welcome.QUESTION not in said
        assert all(line == line.rstrip() for line in said.splitlines())
        assert max(len(line) for line in said.splitlines() if not line.startswith("eval ")) <= 80


def test_routes_are_shown_when_there_are_any() -> None:
    assert welcome.routes(Choices()) == []
    table = (Route(models=("a.*", "b"), engine="local", as_name="tiny"), Route(models="c", engine="other"))
    assert welcome.routes(Choices(routes=table, default=None)) == [
        "a.*, b           local as tiny",
        "c                other",
        "everything else  refused as without access",
        "outcrop models shows every id.",
        "",
    ]
