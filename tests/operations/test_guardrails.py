"""Guardrails of an account: made, shown, changed, published, listed, deleted, and refused when nobody here could judge."""

import re
from typing import Any

import pytest
from tests.operations.conftest import Account
from tests.operations.guarded import EMAIL, MESSAGES, WORDS, made

from outcrop.config import Settings, build

FULL = {
    "description": "All of it",
    "wordPolicyConfig": {
        "wordsConfig": [{"text": "basalt", "inputAction": "BLOCK", "outputAction": "NONE", "outputEnabled": False}],
        "managedWordListsConfig": [{"type": "PROFANITY"}],
    },
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}],
        "regexesConfig": [{"name": "claim", "description": "A claim", "pattern": r"C-\d+", "action": "BLOCK"}],
    },
    "crossRegionConfig": {"guardrailProfileIdentifier": "us.guardrail.v1:0"},
    "tags": [{"key": "team", "value": "stone"}],
}


def test_a_guardrail_is_made_as_its_draft(account: Account) -> None:
    answer = account.ask("POST", "/guardrails", {"name": "one", **MESSAGES, **FULL})
    assert answer.status == 202
    assert list(answer.json) == ["createdAt", "guardrailArn", "guardrailId", "version"]
    assert re.fullmatch(r"arn:aws:bedrock:us-east-1:123456789012:guardrail/[a-z0-9]{12}", answer.json["guardrailArn"])
    assert answer.json["version"] == "DRAFT"
    shown = account.ask("GET", f"/guardrails/{answer.json['guardrailId']}").json
    assert {**shown, "createdAt": 0, "updatedAt": 0} == {
        **MESSAGES,
        "createdAt": 0,
        "crossRegionDetails": {
            "guardrailProfileArn": "arn:aws:bedrock:us-east-1:123456789012:guardrail-profile/us.guardrail.v1:0",
            "guardrailProfileId": "us.guardrail.v1:0",
        },
        "description": "All of it",
        "failureRecommendations": [],
        "guardrailArn": answer.json["guardrailArn"],
        "guardrailId": answer.json["guardrailId"],
        "name": "one",
        "sensitiveInformationPolicy": {
            "piiEntities": FULL["sensitiveInformationPolicyConfig"]["piiEntitiesConfig"],  # type: ignore[index]
            "regexes": FULL["sensitiveInformationPolicyConfig"]["regexesConfig"],  # type: ignore[index]
        },
        "status": "READY",
        "statusReasons": [],
        "updatedAt": 0,
        "version": "DRAFT",
        "wordPolicy": {
            "managedWordLists": FULL["wordPolicyConfig"]["managedWordListsConfig"],  # type: ignore[index]
            "words": FULL["wordPolicyConfig"]["wordsConfig"],  # type: ignore[index]
        },
    }


def test_it_is_found_by_its_arn_in_its_region_alone(account: Account) -> None:
    one = made(account)
    arn = f"arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aguardrail%2F{one}"
    assert account.ask("GET", f"/guardrails/{arn}").json["guardrailId"] == one
    for path, region in ((one, "us-west-2"), (arn, "us-west-2"), ("nosuch", "us-east-1")):
        assert account.ask("GET", f"/guardrails/{path}", region=region).error[:2] == (404, "ResourceNotFoundException")
    assert account.ask("GET", "/guardrails/NO").error[:2] == (400, "ValidationException")


def test_a_name_is_one_guardrails_in_a_region(account: Account) -> None:
    made(account)
    other = made(account, "other")
    taken = (400, "ConflictException", "Another guardrail in your account already has this name.")
    body = {"name": "one", **MESSAGES, **WORDS}
    assert account.ask("POST", "/guardrails", body).error == taken
    assert account.ask("PUT", f"/guardrails/{other}", body).error == taken
    assert account.ask("POST", "/guardrails", body, region="us-west-2").status == 202


def test_the_same_token_makes_one(account: Account) -> None:
    one = made(account, clientRequestToken="t1", **WORDS)
    assert made(account, clientRequestToken="t1", **WORDS) == one
    first = account.ask("POST", f"/guardrails/{one}", {"clientRequestToken": "v1"}).json
    assert account.ask("POST", f"/guardrails/{one}", {"clientRequestToken": "v1"}).json == first


def test_versions_stay_as_they_were_and_their_numbers_are_not_given_again(account: Account) -> None:
    one = made(account)
    first = account.ask("POST", f"/guardrails/{one}", {"description": "The first"})
    assert (first.status, first.json) == (202, {"guardrailId": one, "version": "1"})
    changed = account.ask("PUT", f"/guardrails/{one}", {"name": "new", **MESSAGES, **EMAIL})
    assert changed.status == 202
    assert list(changed.json) == ["guardrailArn", "guardrailId", "updatedAt", "version"]
    draft = account.ask("GET", f"/guardrails/{one}").json
    assert (draft["name"], draft["wordPolicy"], draft["updatedAt"]) == ("new", None, changed.json["updatedAt"])
    kept = account.ask("GET", f"/guardrails/{one}", query="guardrailVersion=1").json
    assert (kept["name"], kept["version"], kept["description"]) == ("one", "1", "The first")
    assert kept["wordPolicy"]["words"] == [{"text": "basalt"}]
    assert account.ask("DELETE", f"/guardrails/{one}", query="guardrailVersion=1").status == 202
    assert account.ask("GET", f"/guardrails/{one}", query="guardrailVersion=1").status == 404
    assert account.ask("POST", f"/guardrails/{one}", {}).json["version"] == "2"
    assert account.ask("DELETE", f"/guardrails/{one}").status == 202
    assert account.ask("GET", f"/guardrails/{one}", query="guardrailVersion=2").status == 404
    assert account.ask("DELETE", f"/guardrails/{one}").status == 404


def test_they_are_listed_page_by_page(account: Account) -> None:
    ids = [made(account, name) for name in ("one", "two", "three")]
    for _ in range(2):
        account.ask("POST", f"/guardrails/{ids[1]}", {})

    def pages(query: str) -> list[tuple[str, str]]:
        found, token = [], ""
        while True:
            answer = account.ask("GET", "/guardrails", query=query + token).json
            found += [(row["id"], row["version"]) for row in answer["guardrails"]]
            if answer["nextToken"] is None:
                return found
            token = f"&nextToken={answer['nextToken']}"

    for most in ("1", "2", "1000"):
        assert pages(f"maxResults={most}") == [(one, "DRAFT") for one in ids]
        assert pages(f"maxResults={most}&guardrailIdentifier={ids[1]}") == [(ids[1], v) for v in ("DRAFT", "1", "2")]
    assert account.ask("GET", "/guardrails", region="us-west-2").json["guardrails"] == []
    assert account.ask("GET", "/guardrails", query="nextToken=abc").error[:2] == (400, "ValidationException")
    assert account.ask("GET", "/guardrails", query="guardrailIdentifier=none").status == 404


def test_a_restart_loses_nothing_and_another_process_sees_what_changes(account: Account) -> None:
    one = made(account, **FULL)
    other = Account(build(Settings(data=account.data)), account.runner, account.data)
    account.runner.run(other.built.database.refresh())  # what its watcher does, twice a second and more
    assert other.ask("GET", f"/guardrails/{one}").body == account.ask("GET", f"/guardrails/{one}").body
    account.ask("PUT", f"/guardrails/{one}", {"name": "two", **MESSAGES, **WORDS})
    account.runner.run(other.built.database.refresh())
    assert other.ask("GET", f"/guardrails/{one}").json["name"] == "two"
    account.runner.run(other.built.aclose())


TOPIC = {"topicsConfig": [{"name": "Weather", "definition": "Rain", "type": "DENY"}]}
FILTER = {"filtersConfig": [{"type": "HATE", "inputStrength": "LOW", "outputStrength": "LOW"}]}
GROUNDING = {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.5}]}
REASONING = {"policies": ["arn:aws:bedrock:us-east-1:123456789012:automated-reasoning-policy/abcdefghijkl"]}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"topicPolicyConfig": TOPIC}, "There is no model on this server that could judge topicPolicyConfig."),
        ({"contentPolicyConfig": FILTER}, "could judge contentPolicyConfig. Remove contentPolicyConfig and try again."),
        ({"contextualGroundingPolicyConfig": GROUNDING}, "could judge contextualGroundingPolicyConfig."),
        ({"automatedReasoningPolicyConfig": REASONING}, "could judge automatedReasoningPolicyConfig."),
        (
            {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "NAME", "action": "BLOCK"}]}},
            "the PII entity type NAME, which has no form of its own. Remove it and try again. The types with",
        ),
        (
            {
                "sensitiveInformationPolicyConfig": {
                    "regexesConfig": [{"name": "x", "pattern": "(?=a)", "action": "BLOCK"}]
                }
            },
            "The pattern of the regex x is not valid: invalid perl operator: (?=. Try again with a valid pattern.",
        ),
    ],
)
def test_what_nobody_here_could_judge_is_refused(account: Account, members: Any, words: str) -> None:
    body = {"name": "one", **MESSAGES, **members}
    status, kind, message = account.ask("POST", "/guardrails", body).error
    assert (status, kind) == (400, "ValidationException")
    assert words in message
    assert account.ask("GET", "/guardrails").json["guardrails"] == []
    assert account.ask("PUT", f"/guardrails/{made(account)}", body).error[2] == message


def test_what_the_service_model_forbids_is_refused_in_its_words(account: Account) -> None:
    status, kind, message = account.ask("POST", "/guardrails", {"name": "a b", **MESSAGES}).error
    assert (status, kind) == (400, "ValidationException")
    assert "at 'name' failed to satisfy constraint" in message
