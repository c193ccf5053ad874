"""Guardrails with boto3, over loopback: made, versioned, applied, enforced, denied by policy, and in the ledger.

Everything is asked as a program on AWS asks it; only the endpoint and the keys differ.
"""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests import docs
from tests.cli.conftest import run
from tests.serving import serving

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
MESSAGES = {"blockedInputMessaging": "Not asked.", "blockedOutputsMessaging": "Not answered."}
MAIL = "jane@quarry.example"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("guarded")) as server:
        yield server


def client(server, service="bedrock-runtime", key=None):
    keys = key or (server.facts.access_key_id, server.facts.secret_access_key)
    return boto3.client(
        service,
        endpoint_url=server.facts.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture(scope="module")
def runtime(guarded):
    return client(guarded)


@pytest.fixture(scope="module")
def guardrail(guarded):
    """One that blocks a word that is asked and one that is answered, and masks addresses of answers; version 1."""
    bedrock = client(guarded, "bedrock")
    made = bedrock.create_guardrail(
        name="quarry",
        **MESSAGES,
        wordPolicyConfig={
            "wordsConfig": [{"text": "basalt", "outputEnabled": False}, {"text": "granite", "inputEnabled": False}]
        },
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE", "inputEnabled": False}]
        },
    )
    (listed,) = bedrock.list_guardrails()["guardrails"]
    assert (listed["id"], listed["status"], listed["createdAt"]) == (made["guardrailId"], "READY", made["createdAt"])
    version = bedrock.create_guardrail_version(guardrailIdentifier=made["guardrailArn"])
    shown = bedrock.get_guardrail(guardrailIdentifier=made["guardrailId"], guardrailVersion=version["version"])
    assert (shown["version"], shown["name"]) == ("1", "quarry")
    return {"guardrailIdentifier": made["guardrailId"], "guardrailVersion": version["version"]}


def asked(text):
    return {"modelId": HAIKU, "messages": [{"role": "user", "content": [{"text": text}]}]}


def test_it_is_applied(runtime, guardrail):
    content = [{"text": {"text": "A basalt."}}]
    answer = runtime.apply_guardrail(**guardrail, source="INPUT", content=content)
    assert (answer["action"], answer["outputs"]) == ("GUARDRAIL_INTERVENED", [{"text": "Not asked."}])
    assert answer["assessments"][0]["wordPolicy"]["customWords"][0]["match"] == "basalt"
    assert runtime.apply_guardrail(**guardrail, source="OUTPUT", content=content)["action"] == "NONE"


def test_converse_is_blocked_and_masked(runtime, guardrail):
    config = {**guardrail, "trace": "enabled"}
    blocked = runtime.converse(**asked("Is it basalt?"), guardrailConfig=config)
    assert (blocked["stopReason"], blocked["usage"]["totalTokens"]) == ("guardrail_intervened", 0)
    assert blocked["output"]["message"]["content"] == [{"text": "Not asked."}]
    masked = runtime.converse(**asked(f"Repeat {MAIL}"), guardrailConfig=config)
    text = masked["output"]["message"]["content"][0]["text"]
    assert "{EMAIL}" in text
    assert MAIL not in text
    assert masked["trace"]["guardrail"]["outputAssessments"][guardrail["guardrailIdentifier"]]


def test_nothing_that_is_blocked_leaves_a_stream(runtime, guardrail):
    config = {**guardrail, "streamProcessingMode": "sync"}
    stream = runtime.converse_stream(**asked("Say granite twice"), guardrailConfig=config)["stream"]
    events = list(stream)
    text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)
    assert text.endswith("Not answered.")
    assert "granite" not in text.lower()
    assert [event["messageStop"]["stopReason"] for event in events if "messageStop" in event] == [
        "guardrail_intervened"
    ]


def test_native_bodies_are_judged(runtime, guardrail):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50}
    body["messages"] = [{"role": "user", "content": "Is it basalt?"}]
    answer = runtime.invoke_model(modelId=HAIKU, body=json.dumps(body), trace="ENABLED", **guardrail)
    native = json.loads(answer["body"].read())
    assert native["amazon-bedrock-guardrailAction"] == "INTERVENED"
    assert native["content"][0]["text"] == "Not asked."
    stream = runtime.invoke_model_with_response_stream(modelId=HAIKU, body=json.dumps(body), **guardrail)["body"]
    chunks = [json.loads(event["chunk"]["bytes"]) for event in stream]
    assert chunks[-1] == {"type": "message_stop", "amazon-bedrock-guardrailAction": "INTERVENED"}


def test_who_may_not_apply_it_may_not_name_it(guarded, guardrail):
    iam = client(guarded, "iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    allowed = {"Effect": "Allow", "Action": "bedrock:InvokeModel*", "Resource": "*"}

    def let(*statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName="ann", PolicyName="models", PolicyDocument=document)

    let(allowed)
    ann = client(guarded, key=(key["AccessKeyId"], key["SecretAccessKey"]))
    assert ann.converse(**asked("Hello"))["stopReason"] == "end_turn"
    with pytest.raises(ClientError) as refused:
        ann.converse(**asked("Hello"), guardrailConfig=guardrail)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert (
        "bedrock:ApplyGuardrail on resource: arn:aws:bedrock:us-east-1:" in refused.value.response["Error"]["Message"]
    )
    let(allowed, {"Effect": "Allow", "Action": "bedrock:ApplyGuardrail", "Resource": "arn:aws:bedrock:*:*:guardrail/*"})
    assert ann.converse(**asked("Hello"), guardrailConfig=guardrail)["stopReason"] == "end_turn"


def test_the_pages_policy_makes_sure_that_it_is_used(guarded, guardrail):
    ((_, text),) = docs.blocks("how-to/guardrails.md", "json")
    statements = json.loads(text.replace("abc123def456", guardrail["guardrailIdentifier"]))
    iam = client(guarded, "iam")
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="bob", PolicyName="guarded", PolicyDocument=document)
    bob = client(guarded, key=(key["AccessKeyId"], key["SecretAccessKey"]))
    assert bob.converse(**asked("Hello"), guardrailConfig=guardrail)["stopReason"] == "end_turn"
    for config in ({}, {"guardrailConfig": {**guardrail, "guardrailVersion": "DRAFT"}}):
        with pytest.raises(ClientError, match="is not authorized to perform: bedrock:InvokeModel"):
            bob.converse(**asked("Hello"), **config)


def test_the_ledger_says_what_was_refused(guarded, runtime, guardrail):
    before = outcomes(guarded)
    runtime.converse(**asked("basalt"), guardrailConfig=guardrail)
    runtime.converse(**asked("stone"), guardrailConfig=guardrail)
    after = outcomes(guarded)
    assert after.get("refused_guard", 0) == before.get("refused_guard", 0) + 1
    assert after["complete"] == before["complete"] + 1


def outcomes(server):
    done = run("usage", "--data", server.data, "--json", "--by", "outcome")
    rows = json.loads(done.stdout)["rows"]
    assert all(row["input_tokens"] == 0 for row in rows if row["key"] == "refused_guard")
    return {row["key"]: row["requests"] for row in rows}


def test_the_how_to_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with serving(tmp_path) as server:
        for name, value in {
            "AWS_ENDPOINT_URL_BEDROCK": server.facts.endpoint,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.facts.endpoint,
            "AWS_ACCESS_KEY_ID": server.facts.access_key_id,
            "AWS_SECRET_ACCESS_KEY": server.facts.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "absent",
            "AWS_SHARED_CREDENTIALS_FILE": "absent",
        }.items():
            monkeypatch.setenv(name, value)
        names = docs.run("how-to/guardrails.md")
        for name in ("bedrock", "runtime"):
            names[name].close()
    assert capsys.readouterr().out.splitlines() == [
        "My card is {CREDIT_DEBIT_CARD_NUMBER}, my claim {claim}.",
        "Guardrail masked.",
        "No action.",
        "guardrail_intervened Please ask without naming our suppliers.",
    ]
    assert names["masked"]["usage"]["totalTokens"] > 0
