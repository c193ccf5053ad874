import io
import sys

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from outcrop.cli.terminal import complain, fail, milliseconds, read, styled, summary, table
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


@pytest.fixture
def wide(monkeypatch):
    """Print a table in a terminal of so many columns: its lines."""

    def lines(columns: int, *rows: tuple[str, ...], spare: tuple[str, ...] = ()) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("NO_COLOR", "1")
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        table(("name", "state", "n"), rows, numbers=("n",), spare=spare)
        return screen.getvalue().splitlines()

    return lines


ROWS = (("basalt-of-the-north", "waiting", "1"), ("gneiss", "granted", "12"))


def test_a_table_that_fits_is_aligned(wide):
    assert wide(32, *ROWS) == [
        "name                 state     n",
        "basalt-of-the-north  waiting   1",
        "gneiss               granted  12",
    ]


def test_where_there_is_less_room_columns_are_left_out_and_named(wide):
    assert wide(31, *ROWS, spare=("n", "state")) == [
        "name                 state",
        "basalt-of-the-north  waiting",
        "gneiss               granted",
        "A wider window also shows: n.",
    ]


def test_where_that_is_not_enough_the_rest_goes_below_and_names_stay_whole(wide):
    assert wide(14, *ROWS) == [
        "name",
        "  state     n",
        "basalt-of-the-north",
        "  waiting   1",
        "gneiss",
        "  granted  12",
    ]


@given(
    st.lists(st.tuples(*[st.text("abc -", min_size=1, max_size=30)] * 3), min_size=1, max_size=4), st.integers(12, 90)
)
def test_no_cell_is_lost_and_no_line_is_wider_than_its_longest_word(rows, columns):
    with pytest.MonkeyPatch.context() as patch:
        screen = Terminal()
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("NO_COLOR", "1")
        patch.setattr(sys, "stdout", screen)
        table(("name", "state", "n"), rows)
    said = screen.getvalue()
    assert "".join(said.split()) == "".join(
        "".join(["name", "state", "n", *(cell for row in rows for cell in row)]).split()
    )
    longest = max(len(row[0]) for row in rows)
    words = max((len(word) for row in rows for cell in row[1:] for word in cell.split()), default=0)
    assert max(map(len, said.splitlines())) <= max(columns, longest, words + 4)


def test_below_a_name_there_is_room_again(wide):
    assert wide(16, ("basalt-of-the-north", "waiting", "1"), spare=("n",)) == [
        "name",
        "  state    n",
        "basalt-of-the-north",
        "  waiting  1",
    ]


def test_what_is_no_terminal_gets_everything_on_a_line(capsys):
    table(("name", "state"), [("a" * 100, "b" * 100)], spare=("state",))
    assert capsys.readouterr().out.splitlines()[1] == f"{'a' * 100}  {'b' * 100}"


def test_what_cannot_be_read_is_said_in_two_lines(tmp_path, capsys):
    (tmp_path / "there").write_bytes(b"bytes")
    assert read(tmp_path / "there") == b"bytes"
    with pytest.raises(typer.Exit):
        read(tmp_path / "absent")
    assert capsys.readouterr().err == f"outcrop: cannot read {tmp_path}/absent\n  No such file or directory\n"
