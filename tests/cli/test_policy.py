"""`outcrop policy`: documents, versions, and whom they are attached to."""

import json
import re

from tests.cli.conftest import Ask

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}}'


def test_policies(outcrop: Ask) -> None:
    assert outcrop("policy", "list").startswith("There are no policies.")
    outcrop("policy", "create", "p", "-", said=DOCUMENT)
    for number in range(2, 8):  # more than the five versions there may be
        text = DOCUMENT.replace("InvokeModel", f"Action{number}")
        assert outcrop("policy", "update", "p", "-", said=text).endswith(f"policy/p v{number}\n")
    shown = json.loads(outcrop("policy", "show", "p", "--json"))
    assert json.loads(shown["PolicyVersion"]["Document"])["Statement"]["Action"] == "bedrock:Action7"
    assert re.search(r"AmazonBedrockFullAccess +v1 +0 +arn:aws:iam::aws:", outcrop("policy", "list", "--aws"))
    assert outcrop("policy", "delete", "p") == "deleted  arn:aws:iam::123456789012:policy/p\n"
    assert outcrop("policy", "create", "q", "-", said="{}", status=1) == "outcrop: Syntax errors in policy.\n"
    none = outcrop("policy", "show", "none", status=1)
    assert none == "outcrop: no policy is called none\n  list them: outcrop policy list --aws\n"
    assert outcrop("policy", "attach", "ReadOnlyAccess", status=1).startswith("outcrop: attach the policy to whom?\n")
