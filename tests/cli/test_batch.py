"""`outcrop batch` against a server: what it writes, prints, refuses, and ends with."""

import json
import os
import pty
import re
import signal
import subprocess
from typing import NamedTuple

import pytest
from benchmarks import batch as batch_benchmark
from tests.conftest import HAIKU
from tests.serving import OUTCROP, answering, inherited, run
from typer.testing import CliRunner

from outcrop.cli import app
from outcrop.cli.batch import SOME_FAILED


@pytest.fixture(scope="module")
def data(start_server):
    return start_server("served").data


@pytest.fixture
def mails(tmp_path):
    path = tmp_path / "mails.jsonl"
    path.write_text("".join(json.dumps({"n": n, "body": f"Mail {n}"}) + "\n" for n in range(40)))
    return path


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def batch(data, monkeypatch):
    """The command in this process; with `piped=True` in one of its own, which has a standard output to write to."""
    for name in ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)

    def ask(*words, piped=False, said=b""):
        command = ["batch", *map(str, words), "--data", str(data)]
        if piped or said:
            return run(*command, said=said)
        done = CliRunner().invoke(app, command)
        return Done(done.exit_code, done.stdout, done.stderr)

    return ask


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_is_answered_and_goes_on_after_records_came_to_it(batch, mails, tmp_path):
    out, words = tmp_path / "out.jsonl", ("-t", "Sum up: {{body}}", "--simplify", "--ordered")
    done = batch(mails, *words, "-o", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(
        r"40/40 records · [\d.,]+/s · in \d s · [\d,]+ tokens in, [\d,]+ out · \$\d\.\d+\n", done.stderr
    )
    assert [one["original"]["n"] for one in lines(out)] == list(range(40))
    assert "“Sum up: Mail 7”" in lines(out)[7]["content"]
    with mails.open("a") as file:
        file.write('{"n":40,"body":"Late"}\n')
    assert (
        "is there already\n  go on with it: --resume, or begin anew: --fresh" in batch(mails, *words, "-o", out).stderr
    )
    assert batch(mails, *words, "-o", out, "--resume").returncode == 0
    assert [one["original"]["n"] for one in lines(out)] == list(range(41))
    other = batch(mails, "-p", "$body", "-o", out, "--resume")
    assert (other.returncode, "other settings" in other.stderr) == (1, True)
    assert batch(mails, "-p", "$body", "-o", out, "--fresh", "--limit", "2").returncode == 0
    assert len(lines(out)) == 2


def test_errors_are_routed_discarded_or_end_the_run(batch, tmp_path):
    mails, out, err = (tmp_path / name for name in ("mails.jsonl", "out", "err"))
    mails.write_text('{"body":"One"}\n{}\n{"body":"Three"}\n')
    done = batch(mails, "-p", "$body", "-o", out, "--errors", err)
    assert done.returncode == 3
    assert "3/3 records · 1 failed" in done.stderr
    assert [one["original"] for one in lines(err)] == [{}]
    done = batch(mails, "-p", "$body", "--on-error", "discard", "-q", piped=True)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (3, 2, "")
    done = batch(mails, "-p", "$body", "-o", tmp_path / "stopped", "-q")
    assert done.returncode == 1
    assert done.stderr.startswith("outcrop: Unable to evaluate the expression $body of Prompt\n  body is undefined.\n")
    assert done.stderr.endswith("  go on with it: --resume\n")


def test_it_reads_standard_input_and_writes_standard_output(batch):
    done = batch("-p", "$body", "-q", "--simplify", said=b'{"body":"One"}\n\n{"body":"Two"}')
    assert done.returncode == 0
    assert sorted(json.loads(line)["original"]["body"] for line in done.stdout.splitlines()) == ["One", "Two"]


def test_whole_messages_json_and_continuations(batch, tmp_path):
    mails = tmp_path / "mails.jsonl"
    mails.write_text('{"messages":[{"sl_role":"USER","content":"Hello"}]}\n')
    options = ("--json-mode", "--continue", "2", "--max-tokens", "900", "-m", HAIKU, "-q", "-o", tmp_path / "out")
    assert batch(mails, "--message-payload", "$messages", *options).returncode == 0
    assert isinstance(lines(tmp_path / "out")[0]["json_output"], dict)


def test_a_dry_run_asks_nobody(tmp_path, mails):
    with mails.open("a") as file:
        file.write("{}\n")
    words = ["batch", str(mails), "-p", "$body", "--dry-run", "-m"]
    done = CliRunner().invoke(app, [*words, "us.anthropic.claude-sonnet-4-6", "--max-tokens", "100"])
    first, second, third, fourth = done.stdout.splitlines()
    assert first == "41 records, nothing was sent"
    assert re.fullmatch(r"\d{3} tokens in, by estimate; at most 4,000 out \(--max-tokens\)", second)
    assert re.fullmatch(r"\$0\.00\d\d to read, at most \$0\.06\d\d with the answers, at list price", third)
    assert fourth == "1 records will fail before they are sent"
    done = CliRunner().invoke(app, [*words, "nobody.has-this"])
    assert "40 records ask a model the catalogue does not have" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["absent.jsonl", "-p", "$a"], "absent.jsonl does not exist"),
        (["MAILS"], "one of --prompt, --template and --message-payload says what to ask"),
        (["MAILS", "-t", "{{a"], "--template is no template"),
        (["MAILS", "-p", "$a", "--resume"], "--resume and --fresh need --output"),
        (["MAILS", "-p", "$a", "--on-error", "route"], "--on-error route needs --errors"),
        (["MAILS", "-p", "$a[", "-q"], "Unable to read the expression of Prompt"),
    ],
)
def test_what_is_refused(batch, mails, words, said):
    done = batch(*(mails if word == "MAILS" else word for word in words))
    assert done.returncode == 1
    assert done.stderr.startswith(f"outcrop: {said}")


def test_interrupted_it_says_how_to_go_on(start_server, tmp_path, mails):
    slow = start_server("paced", "--tokens-per-second", "20").data
    command = [OUTCROP, "batch", mails, "-p", "$body", "-o", tmp_path / "out", "--data", slow, "-q"]
    with subprocess.Popen(command, env=inherited(), stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "out.progress").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "outcrop: interrupted\n  go on with it: --resume\n"
    assert process.returncode == 130


def test_a_reader_that_goes_away_ends_it_quietly(data, tmp_path):
    mails = tmp_path / "mails.jsonl"
    mails.write_text('{"body":"Hello"}\n' * 3000)
    command = f"{OUTCROP} batch {mails} -p '$body' -q --data {data} | head -1"
    done = subprocess.run(command, shell=True, env=inherited(), capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["original"] == {"body": "Hello"}
    assert done.stderr == ""


def test_on_a_terminal_there_is_a_bar(data, mails, tmp_path):
    ours, theirs = pty.openpty()
    command = [OUTCROP, "batch", mails, "-p", "$body", "-o", tmp_path / "out", "--data", data]
    process = subprocess.Popen(command, env=inherited() | {"TERM": "xterm", "COLUMNS": "140"}, stderr=theirs)
    os.close(theirs)
    drawn = b""
    try:
        while part := os.read(ours, 4096):
            drawn += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    assert "━" in drawn.decode()
    assert "40/40 records" in re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", drawn.decode())


def test_credentials_that_are_not_accepted_end_it_at_once(mails):
    reply = (
        b"HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: UnrecognizedClientException\r\ncontent-length: 18\r\n\r\n"
        b'{"message":"Who?"}'
    )
    with answering(reply) as endpoint:
        done = subprocess.run(
            [OUTCROP, "batch", mails, "-p", "$body", "-q", "--endpoint-url", endpoint, "--on-error", "discard"],
            env=inherited() | {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert "Who?" in done.stderr


def test_through_faults_and_kills_every_record_is_there_once(tmp_path):
    figures = batch_benchmark.once(tmp_path, 600)
    assert figures["outputs + errors = inputs, each once"]
    assert (figures["kills"], figures["exit status"]) == (2, SOME_FAILED)
    assert figures["errors"] > 3
