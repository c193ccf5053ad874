"""The how-to pages of clients, conversations and the terminal, run as they stand."""

import os

import fpdf
import pytest
from tests import docs
from tests.serving import OUTCROP, inherited


@pytest.fixture
def environment(served, tmp_path):
    """What `eval "$(outcrop env)"` sets for a server that runs."""
    return {
        "AWS_ENDPOINT_URL": served.endpoint,
        "AWS_ACCESS_KEY_ID": served.access_key_id,
        "AWS_SECRET_ACCESS_KEY": served.secret_access_key,
        "AWS_REGION": served.region,
        "HOME": str(tmp_path),
    }


@pytest.fixture
def page(environment, tmp_path, monkeypatch):
    """Run a page's Python in a folder with `report.pdf`; the names it leaves."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.cell(text="Limestone lies above sandstone.")
    pdf.output("report.pdf")
    return docs.run


def test_chat_with_a_pdf(page, capsys):
    names = page("how-to/chat-with-a-pdf.md")
    assert "Limestone lies above sandstone." in names["reply"].text
    assert len(names["again"].messages) == 6
    assert ["gneiss" in names["answers"][0], "slate" in names["answers"][2]] == [True, True]
    printed = capsys.readouterr().out
    assert "tokens so far" in printed
    assert "ValidationException 400" in printed


def test_let_a_model_call_functions(page, capsys):
    names = page("how-to/let-a-model-call-functions.md")
    assert [(result.status, result.content[0].text) for result in names["reply"].results] == [
        ("error", "RuntimeError: the gauge is dry")
    ]
    assert "[('weather', {" in capsys.readouterr().out
    assert names["chat"].tools["broken"].description == "Look at the broken gauge."


def test_ask_from_the_terminal(environment, tmp_path):
    (tmp_path / "notes.md").write_text("# Gneiss\n\nA rock.\n")
    env = inherited() | environment
    env["PATH"] = f"{OUTCROP.parent}:{env['PATH']}"
    said = docs.shell("how-to/ask-from-the-terminal.md", folder=tmp_path, env=env)
    assert len(said) == 5
    assert "What is an outcrop?" in said[0].stdout
    assert "Gneiss is a rock" in (tmp_path / "answer.txt").read_text()
    assert '"stopReason": "end_turn"' in said[3].stdout
    assert said[4].stdout.splitlines()[-1].isdecimal()
