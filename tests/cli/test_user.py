"""`outcrop user`: a user from nothing to deleted."""

import json
from pathlib import Path

from tests.cli.conftest import Ask

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}}'


def test_a_user_from_nothing_to_deleted(outcrop: Ask, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(DOCUMENT)
    assert outcrop("user", "list") == "There are no users. Make one: outcrop user create NAME\n"
    made = outcrop("policy", "create", "invoke", str(tmp_path / "p.json"))
    assert made.startswith("made  arn:aws:iam::123456789012:policy/invoke\n")
    assert "It may do nothing yet" in outcrop("user", "create", "ann", "--path", "/quarry/")
    attached = "attached  arn:aws:iam::123456789012:policy/invoke to user ann\n"
    assert outcrop("policy", "attach", "Invoke", "--user", "ann") == attached
    assert "attached to  user ann\n" in outcrop("policy", "show", "invoke")
    lines = outcrop("user", "list").splitlines()
    assert lines[0].split() == ["name", "path", "policies", "groups", "keys", "made"]
    assert lines[1].split()[:5] == ["ann", "/quarry/", "1", "0", "0"]
    assert outcrop("user", "delete", "ann", status=1) == (
        "outcrop: Cannot delete entity, must detach all policies first.\n"
    )
    assert outcrop("user", "delete", "ann", "--force") == "deleted  ann\n"
    assert outcrop("user", "show", "ann", status=1) == "outcrop: The user with name ann cannot be found.\n"


def test_a_user_is_shown_with_all_there_is(outcrop: Ask) -> None:
    outcrop("group", "create", "crew", "--policy", "AmazonBedrockReadOnly")
    made = outcrop("user", "create", "ben", "--group", "crew", "--policy", "AmazonBedrockFullAccess", "--json")
    assert json.loads(made)["Arn"] == "arn:aws:iam::123456789012:user/ben"
    key = json.loads(outcrop("key", "create", "ben", "--json"))
    outcrop("key", "create", "ben", "--bearer")
    shown = json.loads(outcrop("user", "show", "ben", "--json"))
    assert [one["GroupName"] for one in shown["Groups"]] == ["crew"]
    assert [one["PolicyName"] for one in shown["AttachedPolicies"]] == ["AmazonBedrockFullAccess"]
    assert [one["AccessKeyId"] for one in shown["AccessKeys"]] == [key["AccessKeyId"]]
    assert len(shown["ApiKeys"]) == 1
    text = outcrop("user", "show", "ben")
    assert f"access keys  {key['AccessKeyId']} (Active)\n" in text
    assert key["SecretAccessKey"] not in text
    assert outcrop("user", "delete", "ben", "--force") == "deleted  ben\n"
