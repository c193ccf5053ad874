"""`outcrop role`."""

import json

from tests.cli.conftest import Ask


def test_roles(outcrop: Ask) -> None:
    assert outcrop("role", "list").startswith("There are no roles.")
    outcrop("user", "create", "hal")
    made = outcrop("role", "create", "digger", "--user", "hal", "--hours", "2", "--policy", "AmazonBedrockFullAccess")
    assert made == "made  arn:aws:iam::123456789012:role/digger\n"
    assert outcrop("role", "list").splitlines()[1].split()[:4] == ["digger", "/", "2", "h"]
    shown = json.loads(outcrop("role", "show", "digger", "--json"))
    trust = json.loads(shown["Role"]["AssumeRolePolicyDocument"])
    assert trust["Statement"][0]["Principal"] == {"AWS": ["arn:aws:iam::123456789012:user/hal"]}
    assert "longest session  7200 s\n" in outcrop("role", "show", "digger")
    outcrop("policy", "detach", "AmazonBedrockFullAccess", "--role", "digger")
    assert outcrop("role", "delete", "digger") == "deleted  digger\n"
    assert outcrop("role", "create", "x", status=1).startswith("outcrop: who may assume the role?\n")
    anybody = trust["Statement"][0] | {"Principal": "*"}
    outcrop("role", "create", "open", "--trust", "-", said=json.dumps(trust | {"Statement": anybody}))
