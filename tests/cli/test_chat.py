"""`outcrop converse --chat`: what is said, what is for the chat, and what goes wrong in between."""

import json

import pytest
from tests.serving import run
from typer.testing import CliRunner

from outcrop.cli import app


@pytest.fixture(scope="module")
def data(start_server):
    """The data directory of a server that runs."""
    return start_server("served").data


@pytest.fixture
def chat(data):
    """`chat(lines, words...)`: standard output and error of a chat in which `lines` were typed."""

    def talk(lines: list[str], *words: object) -> tuple[str, str]:
        command = ["converse", "--chat", "--data", str(data), *map(str, words)]
        done = CliRunner().invoke(app, command, input="\n".join(lines) + "\n")
        assert done.exit_code == 0, done.stderr
        return done.stdout, done.stderr

    return talk


def test_turns_build_on_each_other_until_the_end_of_input(chat, tmp_path):
    file = tmp_path / "c.json"
    printed, said = chat(["Hello", "", "And again"], "--conversation", file)
    assert printed.count("I am the Outcrop simulator") == 2
    assert said.count("end_turn") == 2
    assert len(json.loads(file.read_text())["messages"]) == 4


def test_the_first_line_may_be_given_and_quit_ends_it(chat):
    printed, _ = chat(["/quit", "never said"], "First")
    assert "“First”" in printed
    assert "never said" not in printed


def test_a_line_may_go_on_in_the_next(chat, tmp_path):
    chat(["one \\", "two", f"/save {tmp_path}/c.json"])
    assert json.loads((tmp_path / "c.json").read_text())["messages"][0]["content"] == [{"text": "one \ntwo"}]


def test_files_go_with_the_next_line(chat, tmp_path):
    (tmp_path / "notes.txt").write_text("Gneiss is a rock.")
    printed, said = chat([f"/attach {tmp_path}/notes.txt", "What is this?", "/attach /absent"])
    assert "Gneiss" in printed
    assert "cannot read /absent" in said


def test_turns_are_undone_and_everything_forgotten(chat, tmp_path):
    chat(["one", "two", "/undo", f"/save {tmp_path}/a.json", "/clear", f"/save {tmp_path}/b.json", "/undo"])
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert first["messages"][0]["content"] == [{"text": "one"}]
    assert len(first["messages"]) == 2
    assert "messages" not in second or second["messages"] == []


def test_help_cost_and_mistakes_are_answered(chat):
    printed, said = chat(["Hello", "/help", "/cost", "/nope", "/save", "/save /absent/c.json"])
    assert "/attach FILE" in printed
    assert "8 tokens in, 24 out, $0.0004 at AWS's list price" in printed
    assert "there is no /nope; /help lists what there is" in said
    assert "name a file: /save FILE" in said
    assert "cannot write /absent/c.json: No such file or directory" in said


def test_a_turn_that_is_refused_does_not_end_the_chat(chat):
    printed, said = chat(["Hello"], "-m", "nope")
    assert printed == ""
    assert "The provided model identifier is invalid." in said


def test_it_reads_what_is_piped_in(data):
    done = run("converse", "--chat", "--data", data, said=b"Hello\n/quit\n")
    assert (done.returncode, done.stdout.count("“Hello”")) == (0, 1)
