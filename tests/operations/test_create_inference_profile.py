"""CreateInferenceProfile: what may be copied, once however often it is asked, and kept."""

import json
import re
from typing import Any

import pytest
from tests.operations.conftest import Account, model_arn, system_arn

from outcrop.config import Settings, build

LITE = "amazon.nova-lite-v1:0"
ARN = re.compile(r"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/[a-z0-9]{12}")


def test_a_profile_is_made(account: Account) -> None:
    made = account.create(model_arn(LITE))

    assert (made.status, list(made.json)) == (201, ["inferenceProfileArn", "status"])
    assert ARN.fullmatch(made.json["inferenceProfileArn"])
    assert made.json["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("source", "routes"),
    [
        (model_arn(LITE), ["us-east-1"]),
        (system_arn(f"us.{LITE}"), ["us-east-1", "us-east-2", "us-west-2"]),
        (system_arn("global.amazon.nova-2-lite-v1:0"), ["", "us-east-1"]),
    ],
)
def test_it_has_the_models_of_its_source(account: Account, source: str, routes: list[str]) -> None:
    shown = account.get(account.create(source).json["inferenceProfileArn"]).json
    assert [model["modelArn"].split(":")[3] for model in shown["models"]] == routes
    assert {model["modelArn"].rpartition("/")[2] for model in shown["models"]} == {
        source.rpartition("/")[2].split(".", 1)[1] if "profile" in source else LITE
    }


def test_every_request_makes_one_unless_the_token_says_it_is_the_same(account: Account) -> None:
    source = model_arn(LITE)
    one = account.create(source, clientRequestToken="t1").json
    assert account.create(source, clientRequestToken="t1").json == one
    assert account.create(source, name="other", clientRequestToken="t1").json == one
    others = [
        account.create(source, clientRequestToken="t2").json,
        account.create(source).json,
        account.create(source).json,
    ]
    assert len({made["inferenceProfileArn"] for made in [one, *others]}) == 4


def test_a_token_is_free_again_when_its_profile_is_gone(account: Account) -> None:
    one = account.create(model_arn(LITE), clientRequestToken="t1").json["inferenceProfileArn"]
    account.ask("DELETE", f"/inference-profiles/{one.rpartition('/')[2]}")
    assert account.create(model_arn(LITE), clientRequestToken="t1").json["inferenceProfileArn"] != one


def test_a_restart_loses_nothing(account: Account) -> None:
    tags = [{"key": "team", "value": "stone"}, {"key": "empty", "value": ""}]
    made = account.create(model_arn(LITE), description="A quarry", tags=tags).json["inferenceProfileArn"]
    before = account.get(made).body
    later = Account(build(Settings(data=account.data)), account.runner, account.data)
    assert later.get(made).body == before
    (kept,) = json.loads((account.data / "inference-profiles.json").read_bytes())
    assert kept["tags"] == [["team", "stone"], ["empty", ""]]


@pytest.mark.parametrize(
    ("source", "status", "kind", "message"),
    [
        (model_arn("amazon.nova-light-v1:0"), 404, "ResourceNotFoundException", "Model not found"),
        (model_arn(LITE, "us-west-2"), 404, "ResourceNotFoundException", "Model not found"),
        (model_arn(f"us.{LITE}"), 404, "ResourceNotFoundException", "Model not found"),
        (system_arn("us.qwen.qwen3-32b-v1:0"), 404, "ResourceNotFoundException", "Inference profile not found"),
        (system_arn(LITE), 404, "ResourceNotFoundException", "Inference profile not found"),
        (system_arn(f"us.{LITE}", "us-west-2"), 404, "ResourceNotFoundException", "Inference profile not found"),
        (
            f"arn:aws:bedrock:us-east-1::inference-profile/us.{LITE}",
            400,
            "ValidationException",
            "copyFrom must be a valid inference profile model source ARN.",
        ),
    ],
)
def test_a_source_that_is_none_here_is_refused(
    account: Account, source: str, status: int, kind: str, message: str
) -> None:
    assert account.create(source).error == (status, kind, message)
    assert not (account.data / "inference-profiles.json").exists()


@pytest.mark.parametrize(
    ("body", "place", "constraint"),
    [
        (
            {"modelSource": {"copyFrom": model_arn(LITE)}},
            "Value null at 'inferenceProfileName'",
            "Member must not be null",
        ),
        ({"inferenceProfileName": "a"}, "Value null at 'modelSource'", "Member must not be null"),
        (
            {"inferenceProfileName": "a", "modelSource": {}},
            "Value null at 'modelSource.copyFrom'",
            "Member must not be null",
        ),
        (
            {"inferenceProfileName": "a--b", "modelSource": {"copyFrom": model_arn(LITE)}},
            "Value 'a--b' at 'inferenceProfileName'",
            "Member must satisfy regular expression pattern: ([0-9a-zA-Z][ _-]?)+",
        ),
        (
            {"inferenceProfileName": "a", "modelSource": {"copyFrom": LITE}},
            f"Value '{LITE}' at 'modelSource.copyFrom'",
            "Member must satisfy regular expression pattern: arn:aws",
        ),
        (
            {
                "inferenceProfileName": "a",
                "modelSource": {"copyFrom": system_arn("1arbu5hu2sjr").replace(":inf", ":application-inf")},
            },
            "at 'modelSource.copyFrom'",
            "Member must satisfy regular expression pattern: arn:aws",
        ),
        (
            {"inferenceProfileName": "a", "modelSource": {"copyFrom": model_arn(LITE)}, "tags": [{"key": "a"}]},
            "Value null at 'tags.1.member.value'",
            "Member must not be null",
        ),
    ],
)
def test_what_the_service_model_forbids_is_refused_in_its_words(
    account: Account, body: Any, place: str, constraint: str
) -> None:
    status, kind, message = account.ask("POST", "/inference-profiles", body).error
    assert (status, kind) == (400, "ValidationException")
    assert message.startswith("1 validation error detected: ")
    assert f"{place} failed to satisfy constraint: {constraint}" in message
