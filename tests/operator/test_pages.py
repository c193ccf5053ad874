"""The how-to pages about operators run as they stand, against a server."""

import json
import os
from pathlib import Path

import pytest
from tests import docs
from tests.serving import OUTCROP, Server

BODIES = ("Where is order {n}? Ann", "Please send {n} back. Bob", "Cancel {n}, thank you. Cleo")


@pytest.fixture
def environment(served: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The environment that `outcrop env` prints, in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": served.endpoint,
        "AWS_ACCESS_KEY_ID": served.access_key_id,
        "AWS_SECRET_ACCESS_KEY": served.secret_access_key,
        "AWS_REGION": served.region,
        "AWS_CONFIG_FILE": "absent",
        "AWS_SHARED_CREDENTIALS_FILE": "absent",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_extract_json_from_records(environment: Path) -> None:
    mails = [{"id": n, "body": BODIES[n % 3].format(n=n)} for n in range(60)]
    mails[7] = {"id": 7}
    (environment / "emails.jsonl").write_text("".join(json.dumps(mail) + "\n" for mail in mails))
    names = docs.run("how-to/extract-json-from-records.md")
    orders, failed = lines(environment / "orders.jsonl"), lines(environment / "failed.jsonl")
    assert [order["original"] for order in orders] == [mail for mail in mails if mail["id"] != 7]
    assert all(isinstance(order["content"], dict) for order in orders)
    assert [(error["reason"], error["original"]) for error in failed] == [("KeyError: 'body'", {"id": 7})]
    assert names["document"]["original"]["id"] == 0
    assert names["extract"].statistics.errors == 1


def test_chain_operators(environment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = docs.run("how-to/chain-operators.md")
    written = capsys.readouterr().out.splitlines()
    assert "Open from 9 to 5." in written[0]
    assert names["document"]["iterations"] == 2
    assert '"degrees":15' in names["document"]["messages"][-1]["content"][0]["text"]
    assert written[-1] == "3"


def test_the_runner_names_the_pages_line() -> None:
    for line, text in docs.blocks("how-to/chain-operators.md", "python"):
        page = (docs.DOCS / "how-to/chain-operators.md").read_text().splitlines()
        assert page[line - 1] == text.splitlines()[0]


def test_ask_overnight(environment: Path) -> None:
    mails = [{"id": n, "body": BODIES[n % 3].format(n=n)} for n in range(50)]
    mails[7] = {"id": 7}
    (environment / "emails.jsonl").write_text("".join(json.dumps(mail) + "\n" for mail in mails))
    env = {**os.environ, "PATH": f"{OUTCROP.parent}:{os.environ['PATH']}"}
    estimate, *_ = docs.shell("how-to/ask-overnight.md", folder=environment, env=env)
    assert estimate.stdout.startswith("50 records, nothing was sent\n")
    assert len(lines(environment / "orders.jsonl")) == 50
    progress = docs.run("how-to/ask-overnight.md")["progress"]
    assert dict(progress.counts) == {"output0": 49, "error0": 1}
    answers = lines(environment / "answers.jsonl")
    assert sorted(answer["original"]["id"] for answer in answers) == [n for n in range(50) if n != 7]
    again = docs.run("how-to/ask-overnight.md")["ask"]
    assert again.statistics.requests == 0
    assert lines(environment / "answers.jsonl") == answers
