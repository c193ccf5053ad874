"""How answers are shown: untouched where something reads them, as Markdown where a person does."""

import io
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from outcrop.cli import answer

TEXT = "# Title\n\nSome **bold** words.\n\n```python\na = 1\n\nb = 2\n```\n\nThe end"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_read_by_a_program_is_the_text(capsys):
    assert answer.prepare()([TEXT[:9], TEXT[9:]]) == TEXT
    assert capsys.readouterr().out == TEXT + "\n"


def test_nothing_said_is_nothing_printed(capsys):
    assert answer.prepare()([]) == ""
    assert capsys.readouterr().out == ""


def test_a_person_sees_markdown(monkeypatch):
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("TERM", "dumb")
    assert answer.prepare()(list(TEXT)) == TEXT
    shown = out.getvalue()
    assert "**" not in shown
    assert "```" not in shown
    for words in ("Title", "bold", "a = 1", "b = 2", "The end"):
        assert words in shown


def test_what_shows_an_answer_is_loaded_before_it_is_asked_for():
    """In an interpreter of its own: what is imported once the first piece may come would look like the model's time."""
    script = (
        "import io, sys\n"
        "from outcrop.cli import answer\n"
        "class Terminal(io.StringIO):\n"
        "    isatty = lambda self: True\n"
        "sys.stdout = Terminal()\n"
        "show = answer.prepare()\n"
        "before = set(sys.modules)\n"
        "show(['Some words.\\n\\nMore'])\n"
        "late = {name for name in set(sys.modules) - before if name.split('.')[0] in ('rich', 'markdown_it', 'pygments')}\n"
        "sys.stderr.write(' '.join(sorted(late)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_unless_they_want_it_as_it_is(monkeypatch):
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    answer.prepare(raw=True)([TEXT])
    assert out.getvalue() == TEXT + "\n"


@given(st.lists(st.sampled_from(["word", "\n", "\n\n", "\n```\n", " ", "\n```py\n"]), max_size=30))
def test_paragraphs_are_whole_and_never_taken_back(pieces):
    said, shown = "", 0
    parts = []
    for piece in pieces:
        said += piece
        end = answer.finished(said, shown)
        assert end >= shown
        if end > shown:
            parts.append(said[shown:end])
        shown = end
    assert "".join(parts) + said[shown:] == said
    for part in parts:
        assert sum(line.startswith("```") for line in part.splitlines()) % 2 == 0
