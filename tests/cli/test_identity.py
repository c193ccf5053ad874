"""How commands ask IAM: by the API's own actions, whole lists, times one can read."""

import json
import re
from pathlib import Path

import pytest
from tests.cli.conftest import Ask


def test_lists_are_whole_however_long(outcrop: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outcrop.doors.query.call.PAGE", 2)
    for number in range(3):
        outcrop("group", "create", f"g{number}")
    assert [group["GroupName"] for group in json.loads(outcrop("group", "list", "--json"))] == ["g0", "g1", "g2"]


def test_json_has_the_api_s_names_and_iso_times(outcrop: Ask) -> None:
    made = json.loads(outcrop("user", "create", "ann", "--json"))
    assert set(made) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", made["CreateDate"])


def test_what_iam_refuses_ends_with_its_own_words(outcrop: Ask) -> None:
    assert outcrop("user", "create", "a/b", status=1) == (
        "outcrop: The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
        "following: +=,.@_-\n"
    )


def test_settings_that_are_none_are_said(outcrop: Ask, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "outcrop.toml").write_text("storage = 1")
    assert "outcrop.toml" in outcrop("user", "list", status=1)
