"""ApplyGuardrail: the verdict's whole shape, what is judged of a content, and what is refused."""

from typing import Any

import pytest
from tests.operations.conftest import Account
from tests.operations.guarded import MESSAGES, made

SENSITIVE = {
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [
            {"type": "EMAIL", "action": "ANONYMIZE"},
            {"type": "US_SOCIAL_SECURITY_NUMBER", "action": "BLOCK"},
            {"type": "PHONE", "action": "NONE"},
        ],
        "regexesConfig": [{"name": "claim", "pattern": r"C-\d+", "action": "ANONYMIZE"}],
    }
}
NO_UNITS = {
    "automatedReasoningPolicies": 0,
    "automatedReasoningPolicyUnits": 0,
    "contentPolicyImageUnits": 0,
    "contentPolicyUnits": 0,
    "contextualGroundingPolicyUnits": 0,
    "sensitiveInformationPolicyFreeUnits": 0,
    "sensitiveInformationPolicyUnits": 0,
    "topicPolicyUnits": 0,
    "wordPolicyUnits": 0,
}


def applied(
    account: Account, one: str, *texts: Any, version: str = "DRAFT", source: str = "INPUT", **members: Any
) -> Any:
    content = [text if isinstance(text, dict) else {"text": {"text": text}} for text in texts]
    body = {"source": source, "content": content, **members}
    answer = account.ask("POST", f"/guardrail/{one}/version/{version}/apply", body)
    assert answer.status == 200, answer.body
    return answer.json


def test_nothing_found(account: Account) -> None:
    one = made(account)
    arn = f"arn:aws:bedrock:us-east-1:123456789012:guardrail/{one}"
    answer = applied(account, one, "A stone.")
    answer["assessments"][0]["invocationMetrics"]["guardrailProcessingLatency"] = 0
    assert answer == {
        "action": "NONE",
        "actionReason": "No action.",
        "assessments": [
            {
                "appliedGuardrailDetails": {
                    "guardrailArn": arn,
                    "guardrailId": one,
                    "guardrailOrigin": ["REQUEST"],
                    "guardrailOwnership": "SELF",
                    "guardrailVersion": "DRAFT",
                },
                "automatedReasoningPolicy": None,
                "contentPolicy": None,
                "contextualGroundingPolicy": None,
                "invocationMetrics": {
                    "guardrailCoverage": {"textCharacters": {"guarded": 8, "total": 8}},
                    "guardrailProcessingLatency": 0,
                    "usage": {**NO_UNITS, "wordPolicyUnits": 1},
                },
                "sensitiveInformationPolicy": None,
                "topicPolicy": None,
                "wordPolicy": None,
            }
        ],
        "blockedResponse": None,
        "guardrailCoverage": {"images": None, "textCharacters": {"guarded": 8, "total": 8}},
        "output": [],
        "outputs": [],
        "usage": {**NO_UNITS, "wordPolicyUnits": 1},
    }
    assert list(answer) == sorted(answer)


@pytest.mark.parametrize(("source", "message"), [("INPUT", "Not asked."), ("OUTPUT", "Not answered.")])
def test_a_word_is_blocked(account: Account, source: str, message: str) -> None:
    answer = applied(account, made(account), "Some Basalt.", source=source)
    assert (answer["action"], answer["actionReason"]) == ("GUARDRAIL_INTERVENED", "Guardrail blocked.")
    assert answer["outputs"] == answer["output"] == [{"text": message}]
    assert answer["blockedResponse"] == message
    assert answer["assessments"][0]["wordPolicy"] == {
        "customWords": [{"action": "BLOCKED", "detected": True, "match": "Basalt"}],
        "managedWordLists": [],
    }


def test_sensitive_information_is_masked(account: Account) -> None:
    one = made(account, **SENSITIVE)
    answer = applied(account, one, "Ask a@b.example, +1 555 123 4567,", "about C-17.")
    assert (answer["action"], answer["actionReason"]) == ("GUARDRAIL_INTERVENED", "Guardrail masked.")
    assert answer["outputs"] == [{"text": "Ask {EMAIL}, +1 555 123 4567,"}, {"text": "about {claim}."}]
    assert answer["assessments"][0]["sensitiveInformationPolicy"] == {
        "piiEntities": [
            {"action": "ANONYMIZED", "detected": True, "match": "a@b.example", "type": "EMAIL"},
            {"action": "NONE", "detected": True, "match": "+1 555 123 4567", "type": "PHONE"},
        ],
        "regexes": [{"action": "ANONYMIZED", "detected": True, "match": "C-17", "name": "claim", "regex": "C-\\d+"}],
    }
    assert answer["usage"] == {
        **NO_UNITS,
        "sensitiveInformationPolicyUnits": 1,
        "sensitiveInformationPolicyFreeUnits": 1,
    }


def test_the_full_scope_names_kinds_that_were_not_found(account: Account) -> None:
    one = made(account, **SENSITIVE)
    answer = applied(account, one, "Ask a@b.example", outputScope="FULL")
    kinds = answer["assessments"][0]["sensitiveInformationPolicy"]["piiEntities"]
    assert [(kind["type"], kind["action"], kind["detected"]) for kind in kinds] == [
        ("EMAIL", "ANONYMIZED", True),
        ("US_SOCIAL_SECURITY_NUMBER", "NONE", False),
        ("PHONE", "NONE", False),
    ]


def test_sources_and_queries_are_not_guarded_and_pictures_are_counted(account: Account) -> None:
    answer = applied(
        account,
        made(account),
        {"text": {"text": "basalt", "qualifiers": ["grounding_source"]}},
        {"text": {"text": "basalt", "qualifiers": ["query"]}},
        {"text": {"text": "stone", "qualifiers": ["query", "guard_content"]}},
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
    )
    assert answer["action"] == "NONE"
    assert answer["guardrailCoverage"] == {
        "images": {"guarded": 0, "total": 1},
        "textCharacters": {"guarded": 5, "total": 17},
    }


def test_a_unit_is_a_thousand_characters(account: Account) -> None:
    one = made(account)
    assert [applied(account, one, "x" * n)["usage"]["wordPolicyUnits"] for n in (0, 1, 1000, 1001)] == [0, 1, 1, 2]


def test_a_version_judges_as_it_was_made(account: Account) -> None:
    one = made(account)
    account.ask("POST", f"/guardrails/{one}", {})
    assert applied(account, one, "basalt", version="1")["action"] == "GUARDRAIL_INTERVENED"
    changed = {"name": "one", **MESSAGES, "wordPolicyConfig": {"wordsConfig": [{"text": "slate"}]}}
    account.ask("PUT", f"/guardrails/{one}", changed)
    assert applied(account, one, "basalt", version="1")["action"] == "GUARDRAIL_INTERVENED"
    assert applied(account, one, "basalt")["action"] == "NONE"
    assert applied(account, one, "slate")["action"] == "GUARDRAIL_INTERVENED"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("nosuch/version/DRAFT", 404, "ResourceNotFoundException"),
        ("{}/version/7", 404, "ResourceNotFoundException"),
        ("NONE/version/DRAFT", 400, "ValidationException"),
        ("{}/version/0", 400, "ValidationException"),
    ],
)
def test_what_does_not_exist_is_refused(account: Account, path: str, status: int, kind: str) -> None:
    one = made(account)
    body = {"source": "INPUT", "content": [{"text": {"text": "x"}}]}
    assert account.ask("POST", f"/guardrail/{path.format(one)}/apply", body).error[:2] == (status, kind)
    empty = account.ask("POST", f"/guardrail/{one}/version/DRAFT/apply", {"source": "INPUT", "content": [{}]})
    assert empty.error == (400, "ValidationException", "Guardrail was enabled but input is in incorrect format.")


def test_a_long_text_is_judged_like_any_other(account: Account) -> None:
    answer = applied(account, made(account), "stone " * 20_000 + "basalt")
    assert answer["actionReason"] == "Guardrail blocked."
    assert answer["usage"]["wordPolicyUnits"] == 121
