"""`outcrop count`: tokens of texts, files and whole bodies."""

import json

import pytest
from tests.serving import run
from typer.testing import CliRunner

from outcrop.cli import app

MODEL = "anthropic.claude-sonnet-4-20250514-v1:0"


@pytest.fixture(scope="module")
def data(start_server):
    """The data directory of a server that runs."""
    return start_server("served").data


@pytest.fixture
def count(data):
    """`count(words..., said="")`: exit status, standard output, standard error."""

    def ask(*words: object, said: str | bytes = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["count", *map(str, words), "--data", str(data)], input=said)
        return done.exit_code, done.stdout, done.stderr

    return ask


def test_a_text_counts_the_same_however_it_comes(count, tmp_path):
    (tmp_path / "text").write_text("What is gneiss?")
    body = {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": "What is gneiss?"}]}]}
    (tmp_path / "body.json").write_text(json.dumps({**body, "inferenceConfig": {"maxTokens": 5}}))
    counts = {
        count("What is gneiss?", "-m", MODEL),
        count("-m", MODEL, said="What is gneiss?"),
        count("-", "-m", MODEL, said="What is gneiss?"),
        count("-f", tmp_path / "text", "-m", MODEL),
        count("--body", tmp_path / "body.json"),
        count("--body", "-", said=json.dumps(body)),
    }
    ((status, printed, complaints),) = counts
    assert (status, complaints) == (0, "")
    assert 4 < int(printed) < 20


def test_a_system_prompt_counts_and_json_is_for_programs(count):
    alone, more = count("Hello", "--json"), count("Hello", "-s", "Be brief, please", "--json")
    assert json.loads(alone[1]).keys() == {"model", "inputTokens"}
    assert json.loads(more[1])["inputTokens"] > json.loads(alone[1])["inputTokens"]


@pytest.mark.parametrize(
    ("words", "said", "complaint"),
    [
        (("a", "-f", "b"), "", "there is more than one thing to count"),
        (("-",), b"\xff", "the text is not UTF-8"),
        (("--body", "-"), "[]", "- is no Converse body"),
        (("a", "-m", "us.anthropic.claude-sonnet-4-6"), "", "The provided model doesn't support counting tokens."),
    ],
)
def test_what_cannot_be_counted(count, words, said, complaint):
    status, printed, said_ = count(*words, said=said)
    assert (status, printed) == (1, "")
    assert said_.startswith(f"outcrop: {complaint}\n")


def test_a_file_that_is_not_there(data):
    assert (
        run("count", "-f", "/absent", "--data", data).stderr
        == "outcrop: cannot read /absent\n  No such file or directory\n"
    )
