"""`outcrop batch` against a server: what it writes, prints, refuses, and ends with."""

import fcntl
import json
import os
import pty
import re
import signal
import subprocess
import termios
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
        r"40/40 records · 40 written · in \d+(\.\d)? s, [\d.,]+/s · [\d,]+ tokens in, [\d,]+ out · \$\d\.\d+\n",
        done.stderr,
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
    assert "3/3 records · 2 written · 1 failed · in " in done.stderr
    assert [one["original"] for one in lines(err)] == [{}]
    done = batch(mails, "-p", "$body", "--on-error", "discard", "-q", piped=True)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (3, 2, "")
    done = batch(mails, "-p", "$body", "-o", tmp_path / "stopped", "-q")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "outcrop: record 2, line 2 of mails.jsonl: Unable to evaluate the expression $body of Prompt\n  body is undefined.\n"
    )
    assert done.stderr.endswith("  go on with it: --resume\n")


def test_what_ends_a_run_is_named_by_record_and_line(batch, tmp_path):
    mails = tmp_path / "mails.jsonl"
    mails.write_text('{"body":"One"}\n\n{broken\n')
    done = batch(mails, "-p", "$body", "-o", tmp_path / "out", "-c", "1")
    said = done.stderr.splitlines()
    assert (done.returncode, len(lines(tmp_path / "out"))) == (1, 1)
    assert said[0].startswith("1/2 records · 1 written · in ")
    assert said[1] == "outcrop: record 2, line 3 of mails.jsonl: Unable to read the record"
    done = batch("-p", "$body", "-c", "1", said=mails.read_bytes())
    assert "outcrop: record 2: Unable to read the record\n" in done.stderr


def test_what_is_discarded_is_counted(batch, tmp_path):
    mails = tmp_path / "mails.jsonl"
    mails.write_text('{"body":"One"}\n{}\n{"body":"Three"}\n[]\n')
    done = batch(mails, "-p", "$body", "--on-error", "discard", "-o", tmp_path / "out")
    assert done.returncode == SOME_FAILED
    assert done.stderr.startswith("4/4 records · 2 written · 2 failed and discarded · in ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-p", "body"], "body\n  a part of the record is named with $: --prompt '$body'\n"),
        (["-p", "Say hello"], "Say hello\n  a part of the record is named with $\n"),
        (["-t", "body"], "body\n  a part of the record is named in double braces: --template '{{body}}'\n"),
        (["-p", "$body"], None),
        (["-t", "Sum up: {{body}}"], None),
        (["-p", "Sum up", "-s", "$body"], None),
    ],
)
def test_a_question_that_is_the_same_for_all_is_remarked(batch, mails, tmp_path, words, said):
    done = batch(mails, *words, "-o", tmp_path / "out", "--limit", "1")
    assert done.returncode == 0
    begins = done.stderr.startswith(f"outcrop: every record is asked the same: {said}")
    assert begins if said else "the same" not in done.stderr


def test_answers_and_errors_may_go_where_nothing_is_kept(batch, mails, tmp_path):
    done = batch(mails, "-p", "$body", "-o", os.devnull, "--limit", "2")
    assert (done.returncode, done.stderr.startswith("2/2 records · 2 written")) == (0, True)
    assert "keeps nothing" in batch(mails, "-p", "$body", "-o", os.devnull, "--resume").stderr
    done = batch(mails, "-p", "$missing", "-o", tmp_path / "out", "--errors", os.devnull, "--limit", "2")
    assert (done.returncode, "2 failed" in done.stderr) == (SOME_FAILED, True)


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


def on_a_terminal(command, columns, *, interrupt_at=None):
    """What is drawn on a terminal's standard error, as it is and without what only moves; the interrupt key is pressed
    when `interrupt_at` appears."""
    ours, theirs = pty.openpty()
    environment = inherited() | {"TERM": "xterm", "COLUMNS": str(columns)}
    process = subprocess.Popen(
        command, env=environment, stderr=theirs, stdin=theirs, preexec_fn=lambda: (os.setsid(), own_terminal(theirs))
    )
    os.close(theirs)
    drawn = b""
    try:
        while part := os.read(ours, 4096):
            drawn += part
            if interrupt_at and interrupt_at in drawn:
                os.write(ours, b"\x03")
                interrupt_at = None
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    text = drawn.decode()
    return process.wait(), text, re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text).replace("\r\n", "\n")


def own_terminal(file):
    fcntl.ioctl(file, termios.TIOCSCTTY, 0)


def test_on_a_terminal_there_is_a_bar(data, mails, tmp_path):
    command = [OUTCROP, "batch", mails, "-p", "$body", "-o", tmp_path / "out", "--data", data]
    status, drawn, read = on_a_terminal(command, 140)
    assert status == 0
    assert "━" in drawn
    assert read.splitlines()[-1].startswith("40/40 records · 40 written · in ")


def test_on_a_narrow_terminal_nothing_is_cut(data, mails, tmp_path):
    command = [OUTCROP, "batch", mails, "-p", "$body", "-o", tmp_path / "out", "--data", data]
    status, _, read = on_a_terminal(command, 40)
    assert (status, "…" in read) == (0, False)
    last = read.splitlines()[-3:]
    assert last[0] == "40/40 records · 40 written"
    assert re.fullmatch(r"[\d,]+ tokens in, [\d,]+ out · \$[\d.]+", last[2])
    assert max(map(len, re.split(r"[\r\n]", read))) <= 40


def test_the_interrupt_key_leaves_the_terminal_in_order(start_server, mails, tmp_path):
    slow = start_server("paced", "--tokens-per-second", "20").data
    command = [OUTCROP, "batch", mails, "-p", "$body", "-o", tmp_path / "out", "--data", slow]
    status, _, read = on_a_terminal(command, 100, interrupt_at=b"/40 records")
    *_, summary, what, then = read.splitlines()
    assert (status, what, then) == (130, "outcrop: interrupted", "  go on with it: --resume")
    assert re.match(r"\r?\d+/40 records · \d+ written · in ", summary)


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
