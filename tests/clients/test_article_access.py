"""The article's way, step by step: model access, policy, user, attach, key, configure, call, and what the key has used.

Once by boto3, once by the AWS command line. The policy is the article's: its Statement is an object and its resources are
all foundation models, so the models may be called and not be listed.
"""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from tests.clients.test_cli import VERSION_1
from tests.serving import Server, Serving, run, wait_until

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "bedrock",
        "Effect": "Allow",
        "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        "Resource": "arn:aws:bedrock:*::foundation-model/*",
    },
}
QUESTION = [{"role": "user", "content": [{"text": "What lies under the soil?"}]}]
NO_ACCESS = "You don't have access to the model with the specified model ID."
NO_USE_CASE = "Model use case details have not been submitted for this account"
NOT_LISTED = (
    "User: arn:aws:iam::123456789012:user/{name} is not authorized to perform: bedrock:ListFoundationModels because no "
    "identity-based policy allows the bedrock:ListFoundationModels action"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home with a place for AWS's files."""
    (tmp_path / ".aws").mkdir()
    return tmp_path


def configure(home: Path, key_id: str, secret: str) -> None:
    """The article's two files."""
    (home / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    )
    (home / ".aws" / "config").write_text("[default]\nregion = us-west-2\n")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, environment_of: Any, server: Any, home: Path) -> dict[str, str]:
    """The environment of the configured user: endpoints, and a home; no keys."""
    given = {name: text for name, text in environment_of(server).items() if "KEY" not in name and "REGION" not in name}
    given |= {"HOME": str(home)}
    for name in [
        *given,
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ]:
        monkeypatch.delenv(name, raising=False)
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    return given


@pytest.fixture(scope="module")
def article(start_server: Any) -> Serving:
    """A server on which models have to be asked for."""
    found: Serving = start_server("article", "--access", "request")
    return found


@pytest.fixture
def server(article: Serving) -> Server:
    return article.facts


def administrator(article: Serving, *words: str) -> str:
    """What a command of the machine's own administrator prints."""
    done = run(*words, "--data", str(article.data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def ask_for_the_model(root: Any, article: Serving) -> None:
    """The article's first part: the use case, the request, and somebody who grants it."""
    bedrock, runtime = root.client("bedrock"), root.client("bedrock-runtime")

    def ask() -> Any:
        return runtime.converse(modelId=HAIKU, messages=QUESTION)

    def status() -> str:
        found = bedrock.get_foundation_model_availability(modelId=HAIKU)
        return str(found["agreementAvailability"]["status"])

    code, message = refusal(ask)
    assert (code, message.partition(".")[0]) == ("ResourceNotFoundException", NO_USE_CASE)
    bedrock.put_use_case_for_model_access(formData=json.dumps({"companyName": "Example", "useCases": "lessons"}))
    assert refusal(ask) == ("AccessDeniedException", NO_ACCESS)
    assert status() == "NOT_AVAILABLE"
    (offer,) = bedrock.list_foundation_model_agreement_offers(modelId=HAIKU)["offers"]
    bedrock.create_foundation_model_agreement(modelId=HAIKU, offerToken=offer["offerToken"])
    assert status() == "PENDING"
    assert HAIKU.partition(":")[0] in administrator(article, "access", "list", "--pending")
    administrator(article, "access", "grant", HAIKU, "--region", "us-west-2")
    wait_until(lambda: status() == "AVAILABLE", article.process)


def test_the_article_by_boto3(configured: dict[str, str], article: Serving, server: Server, home: Path) -> None:
    root = boto3.session.Session(
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
        region_name="us-west-2",
    )
    ask_for_the_model(root, article)
    iam = root.client("iam")
    name = "bedrock-runtime"
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(POLICY))["Policy"]
    user = iam.create_user(UserName=name, Tags=[{"Key": "use-case", "Value": "CLI"}])["User"]
    iam.attach_user_policy(UserName=name, PolicyArn=policy["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    configure(home, key["AccessKeyId"], key["SecretAccessKey"])

    mine = boto3.session.Session()
    assert mine.client("sts").get_caller_identity()["Arn"] == user["Arn"]
    runtime = mine.client("bedrock-runtime")
    answer = runtime.converse(modelId=HAIKU, messages=QUESTION)
    assert answer["output"]["message"]["content"][0]["text"]
    events = list(runtime.converse_stream(modelId=HAIKU, messages=QUESTION)["stream"])
    assert events[-1]["metadata"]["usage"]["outputTokens"] > 0
    (used,) = [row for row in usage_by_key(article) if row["key"] == key["AccessKeyId"]]
    told = [answer["usage"], events[-1]["metadata"]["usage"]]
    assert used["requests"] == 2
    assert used["input_tokens"] == sum(usage["inputTokens"] for usage in told)
    assert used["output_tokens"] == sum(usage["outputTokens"] for usage in told)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        mine.client("bedrock").list_foundation_models()
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("AccessDeniedException", NOT_LISTED.format(name=name))
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        mine.client("iam").create_access_key(UserName=name)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"

    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        runtime.converse(modelId=HAIKU, messages=QUESTION)
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def usage_by_key(article: Serving) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(administrator(article, "usage", "--by", "key", "--json"))["rows"]
    return found


@pytest.mark.clients
def test_the_article_by_the_command_line(
    toolchain: Any, environment_of: Any, article: Serving, server: Server, configured: dict[str, str], home: Path
) -> None:
    administrator(article, "access", "use-case", str(Path(__file__)))
    administrator(article, "access", "grant", HAIKU, "--region", "us-west-2")
    aws, root = toolchain(str(VERSION_1)), environment_of(server)
    name = "bedrock-runtime-cli"
    (home / "policy.json").write_text(json.dumps(POLICY))

    def called(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run([aws, *words], env=env, capture_output=True, text=True, timeout=60, check=False)

    def told(*words: str, env: dict[str, str] = root) -> Any:
        done = called(*words, "--output", "json", env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    made = told("iam", "create-policy", "--policy-name", name, "--policy-document", f"file://{home}/policy.json")
    told("iam", "create-user", "--user-name", name)
    told("iam", "attach-user-policy", "--user-name", name, "--policy-arn", made["Policy"]["Arn"])
    key = told("iam", "create-access-key", "--user-name", name)["AccessKey"]
    (home / "key.csv").write_text(f"Access key ID,Secret access key\n{key['AccessKeyId']},{key['SecretAccessKey']}\n")
    row = next(iter(csv.DictReader((home / "key.csv").read_text().splitlines())))
    for setting, value in {
        "aws_access_key_id": row["Access key ID"],
        "aws_secret_access_key": row["Secret access key"],
        "region": "us-west-2",
    }.items():
        assert called("configure", "set", setting, value, env=configured).returncode == 0

    assert told("sts", "get-caller-identity", env=configured)["Arn"].endswith(f":user/{name}")
    asked = ("bedrock-runtime", "converse", "--model-id", HAIKU, "--messages", json.dumps(QUESTION))
    assert told(*asked, env=configured)["usage"]["outputTokens"] > 0
    listed = called("bedrock", "list-foundation-models", "--by-provider", "anthropic", env=configured)
    assert listed.returncode != 0
    assert (
        f"(AccessDeniedException) when calling the ListFoundationModels operation: {NOT_LISTED.format(name=name)}"
        in (listed.stderr)
    )
    lines = told("iam", "list-access-keys", "--user-name", name)["AccessKeyMetadata"]
    assert [(line["AccessKeyId"], line["Status"]) for line in lines] == [(key["AccessKeyId"], "Active")]
    assert "SecretAccessKey" not in lines[0]
