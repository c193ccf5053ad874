"""`outcrop invoke`: native bodies in, native bytes out."""

import json

import pytest
from tests.conftest import HAIKU
from tests.serving import run

BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def data(start_server):
    """The data directory of a server that runs."""
    return start_server("served").data


@pytest.mark.parametrize("how", ["file", "pipe", "dash"])
def test_the_models_own_bytes_come_back(data, tmp_path, how):
    (tmp_path / "body.json").write_text(json.dumps(BODY))
    words = {"file": [tmp_path / "body.json"], "pipe": [], "dash": ["-"]}[how]
    done = run("invoke", *words, "-m", HAIKU, "--data", data, said=json.dumps(BODY).encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["role"] == "assistant"
    assert not done.stdout.endswith("\n")


def test_a_stream_is_a_piece_a_line(data):
    done = run("invoke", "--stream", "--data", data, said=json.dumps(BODY).encode())
    pieces = [json.loads(line) for line in done.stdout.splitlines()]
    assert (pieces[0]["type"], pieces[-1]["type"]) == ("message_start", "message_stop")


def test_what_is_refused_is_said(data):
    done = run("invoke", "--data", data, said=b"{}")
    assert done.returncode == 1
    assert done.stderr.endswith("ValidationException, HTTP status 400\n")
    assert (
        run("invoke", "/absent", "--data", data).stderr == "outcrop: cannot read /absent\n  No such file or directory\n"
    )
