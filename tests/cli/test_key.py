"""`outcrop key`: secrets are shown once, keys switched by their id."""

import csv
import json
import re
import stat
from pathlib import Path

from tests.cli.conftest import Ask


def test_a_secret_is_shown_once(outcrop: Ask) -> None:
    outcrop("user", "create", "cleo")
    shown = outcrop("key", "create", "cleo")
    found = re.search(r"AWS_ACCESS_KEY_ID +(AKIA\w{16})\nAWS_SECRET_ACCESS_KEY +(\S{40})\n", shown)
    assert found
    for listing in (outcrop("key", "list"), outcrop("key", "list", "--json"), outcrop("user", "show", "cleo")):
        assert found[1] in listing
        assert found[2] not in listing


def test_a_secret_goes_into_a_file_of_its_owner_s_instead(outcrop: Ask, tmp_path: Path) -> None:
    outcrop("user", "create", "dora")
    path = tmp_path / "dora.csv"
    said = outcrop("key", "create", "dora", "--csv", str(path))
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows[0] == ["Access key ID", "Secret access key"]
    assert rows[1][0] in said
    assert rows[1][1] not in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert outcrop("key", "create", "dora", "--csv", str(path), status=1).startswith(
        f"outcrop: {path} is there already\n"
    )
    bearer = tmp_path / "bearer.csv"
    outcrop("key", "create", "dora", "--bearer", "--days", "7", "--csv", str(bearer))
    assert bearer.read_text().splitlines()[1].startswith("ABSK")


def test_keys_are_switched_and_deleted_by_their_id(outcrop: Ask) -> None:
    outcrop("user", "create", "emil")
    key = json.loads(outcrop("key", "create", "emil", "--json"))["AccessKeyId"]
    bearer = json.loads(outcrop("key", "create", "emil", "--bearer", "--days", "3", "--json"))
    for one in (key, bearer["ServiceSpecificCredentialId"]):
        assert outcrop("key", "disable", one) == f"inactive  {one}\n"
        assert re.search(rf"{one} +emil +Inactive", outcrop("key", "list", "emil"))
        assert outcrop("key", "enable", one) == f"active  {one}\n"
        assert re.search(rf"{one} +emil +Active", outcrop("key", "list"))
        assert outcrop("key", "delete", one) == f"deleted  {one}\n"
    assert outcrop("key", "list").startswith("There are no keys but root's.")
    assert outcrop("key", "delete", key, status=1).startswith(f"outcrop: there is no key {key}\n")
    said = outcrop("key", "create", "emil", "--days", "3", status=1)
    assert said == "outcrop: only API keys end by themselves\n  add --bearer, or leave --days out\n"


def test_secrets_at_rest_are_rotated(outcrop: Ask, tmp_path: Path) -> None:
    outcrop("user", "create", "ivy")
    outcrop("key", "create", "ivy")
    before = (tmp_path / "data" / "vault.key").read_bytes()
    assert outcrop("key", "rotate-secrets") == "resealed  3 secrets\n"
    assert (tmp_path / "data" / "vault.key").read_bytes() != before
    assert "ivy" in outcrop("key", "list")
