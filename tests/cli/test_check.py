"""`outcrop check`, run as a person or CI runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import HAIKU, said

GOOD = said()
BAD = {**said(), "inferenceConfig": {"temperature": 2}}
TEXT = (
    "1 validation error detected: Value '2.0' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must "
    "have value less than or equal to 1"
)


def check(*arguments: Any, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "outcrop", "check", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    (tmp_path / "deep").mkdir()
    lines = [{**GOOD, "modelId": HAIKU}, {**BAD, "modelId": HAIKU}]
    (tmp_path / "deep" / "many.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "notes.txt").write_text("not a request")
    return tmp_path


def test_a_good_request_ends_with_status_zero(folder: Path) -> None:
    run = check(folder / "good.json", "--model", HAIKU)
    assert (run.returncode, run.stdout) == (0, "1 request, none refused\n")


def test_a_folder_is_searched_and_a_fault_named_with_its_line(folder: Path) -> None:
    run = check(folder, "--model", HAIKU)
    assert run.returncode == 1
    assert f"many.jsonl:2 inferenceConfig.temperature\n  ValidationException: {TEXT}\n" in run.stdout
    assert run.stdout.endswith("3 requests, 1 refused\n")


def test_json_for_programs(folder: Path) -> None:
    run = check(folder / "deep" / "many.jsonl", "--format", "json")
    (finding,) = json.loads(run.stdout)["findings"]
    assert (finding["line"], finding["message"], finding["where"]) == (2, TEXT, "inferenceConfig.temperature")


def test_sarif_for_code_hosts(folder: Path) -> None:
    run = check(folder / "deep" / "many.jsonl", "--format", "sarif")
    report = json.loads(run.stdout)
    (result,) = report["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert report["version"] == "2.1.0"
    assert result["ruleId"] in {rule["id"] for rule in report["runs"][0]["tool"]["driver"]["rules"]}
    assert place["artifactLocation"]["uri"].endswith("deep/many.jsonl")
    assert place["region"] == {"startLine": 2}


def test_standard_input_and_native_bodies() -> None:
    body = {"modelId": HAIKU, "body": {"messages": []}}
    run = check("-", "--operation", "InvokeModel", stdin=json.dumps(body))
    assert run.returncode == 1
    assert "required key [max_tokens] not found" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "said_so"),
    [(["no-such-file.json", "-m", HAIKU], "is no file or folder"), (["-"], "names no model")],
)
def test_a_mistake_of_the_caller_ends_with_status_two(arguments: list[str], said_so: str) -> None:
    run = check(*arguments, stdin=json.dumps(GOOD))
    assert run.returncode == 2
    assert said_so in run.stderr
