import io
import sys

import pytest
import typer

from outcrop.cli.terminal import complain, fail, milliseconds, styled, summary
from outcrop.model.runtime import TokenUsage


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def plain(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("style", "code"), [("accent", "36"), ("quiet", "2"), ("strong", "1"), ("error", "31")])
def test_a_terminal_gets_colour_and_it_ends_with_the_text(style, code):
    assert styled("text", style, Terminal()) == f"\x1b[{code}mtext\x1b[0m"


@pytest.mark.usefixtures("plain")
def test_what_is_no_terminal_gets_none():
    assert styled("text", "accent", io.StringIO()) == "text"


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert styled("text", "accent", Terminal()) == "text"


@pytest.mark.usefixtures("plain")
def test_standard_output_decides_unless_told(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert styled("text", "strong") != "text"
    assert styled("text", "strong", sys.stderr) == "text"


def test_failing_says_what_why_and_what_to_do_and_ends_with_1(capsys):
    with pytest.raises(typer.Exit) as ended:
        fail("it broke", why="it was glass", do="sweep")
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("", "outcrop: it broke\n  it was glass\n  sweep\n")


def test_what_is_not_known_is_left_out(capsys):
    complain("it broke", do="sweep")
    assert capsys.readouterr().err == "outcrop: it broke\n  sweep\n"


def test_the_summary_is_one_line_with_units():
    usage = TokenUsage(input_tokens=8, output_tokens=22, total_tokens=30)
    line = "end_turn · 8 tokens in, 22 out · first token 7.7 ms, total 1073 ms"
    assert summary("end_turn", usage, 7.68, 1073.2) == line


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0 ms"), (7.68, "7.7 ms"), (10, "10 ms"), (999.6, "1000 ms"), (9999, "9999 ms"), (61_250, "61.2 s")],
)
def test_durations_have_units(value, text):
    assert milliseconds(value) == text
