"""`outcrop usage`: what clients were told adds up to what it prints, while the server runs and after it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import run
from tests.conftest import HAIKU, converse_path, said
from tests.serving import Serving, post, serving

TITAN = "amazon.titan-embed-text-v2:0"


def told(server: Serving) -> dict[str, tuple[int, int]]:
    """Ask for several things; the tokens in and out that the answers told, by model."""
    found: dict[str, tuple[int, int]] = {}

    def add(model: str, tokens_in: int, tokens_out: int) -> None:
        before = found.get(model, (0, 0))
        found[model] = (before[0] + tokens_in, before[1] + tokens_out)

    for text in ("Hello", "What is an outcrop?"):
        body: dict[str, Any] = {**said(text), "requestMetadata": {"team": text[:5]}}
        usage = post(server.facts, converse_path(), body).json["usage"]
        add(HAIKU, usage["inputTokens"], usage["outputTokens"])
    streamed = post(server.facts, converse_path(operation="converse-stream"), said("Stream")).events[-1][1]["usage"]
    add(HAIKU, streamed["inputTokens"], streamed["outputTokens"])
    embedded = post(server.facts, converse_path(TITAN, "invoke"), {"inputText": "strata"})
    add(TITAN, int(embedded.headers["x-amzn-bedrock-input-token-count"]), 0)
    refused = post(server.facts, converse_path(), {"messages": []})
    assert refused.status == 400
    return found


def usage(data: Path, *options: str) -> Any:
    done = run("usage", "--data", data, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, int]], Any]:
    """A data directory whose server has answered and is gone; what it told; the report while it ran."""
    folder = tmp_path_factory.mktemp("used")
    with serving(folder) as server:
        found = told(server)
        live = usage(folder / "data", "--by", "model")
    return folder / "data", found, live


def test_the_sums_are_what_clients_were_told(used: tuple[Path, dict[str, tuple[int, int]], Any]) -> None:
    data, found, live = used
    report = usage(data, "--by", "model")

    assert {row["key"]: (row["input_tokens"], row["output_tokens"]) for row in report["rows"]} == found
    assert [row["requests"] for row in report["totals"]] == [4]
    assert live["rows"] == report["rows"]
    haiku = next(row for row in report["rows"] if row["key"] == HAIKU)
    assert haiku["cost"] == found[HAIKU][0] * 250 + found[HAIKU][1] * 1250


def test_a_group_by_what_requests_noted(used: tuple[Path, Any, Any]) -> None:
    rows = usage(used[0], "--by", "tag:team")["rows"]

    assert {row["key"]: row["requests"] for row in rows} == {"Hello": 1, "What ": 1, None: 2}


def test_the_table_ends_with_a_total(used: tuple[Path, Any, Any]) -> None:
    lines = run("usage", "--data", used[0], "--by", "model").stdout.splitlines()

    assert lines[0].split() == "model requests failed in out cache read cache write undelivered cost".split()
    assert lines[-1].split()[:3] == ["total", "4", "0"]
    assert lines[-1].endswith(" USD")
    assert len({len(line) for line in lines}) == 1


def test_csv_can_be_read_back(used: tuple[Path, dict[str, tuple[int, int]], Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(run("usage", "--data", used[0], "--by", "model", "--csv").stdout)))

    assert {row["model"]: (int(row["input_tokens"]), int(row["output_tokens"])) for row in rows} == used[1]
    assert all(len(row["cost"].partition(".")[2]) == 6 for row in rows)


@pytest.mark.parametrize(
    ("options", "requests"),
    [
        (("--since", "1d"), 4),
        (("--until", "1h"), 0),
        (("--since", "2020-01-01", "--until", "2020-01-02T12:00"), 0),
        (("--only", f"model={TITAN}"), 1),
        (("--only", "tag:team=Hello", "--only", "user=root"), 1),
    ],
)
def test_a_part_of_it(used: tuple[Path, Any, Any], options: tuple[str, ...], requests: int) -> None:
    assert sum(row["requests"] for row in usage(used[0], *options)["rows"]) == requests


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--since", "yesterday"), ("yesterday is no time", "2026-11-20")),
        (("--since", "999999w"), ("is no time",)),
        (("--by", "colour"), ("there is no usage by colour", "tag:NAME")),
        (("--only", "user"), ("--only user names no value",)),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = run("usage", "--data", tmp_path, *options)

    assert done.returncode == 1
    assert all(word in done.stderr for word in words)


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert run("usage", "--data", tmp_path / "none").stdout == "Nothing was used.\n"
    assert not (tmp_path / "none").exists()
