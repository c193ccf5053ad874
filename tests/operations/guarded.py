"""Guardrails for tests: making them, and naming them."""

from typing import Any

from tests.operations.conftest import Account

MESSAGES = {"blockedInputMessaging": "Not asked.", "blockedOutputsMessaging": "Not answered."}
WORDS = {"wordPolicyConfig": {"wordsConfig": [{"text": "basalt"}]}}
EMAIL = {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}}


def made(account: Account, name: str = "one", **members: Any) -> str:
    """The id of a new guardrail."""
    answer = account.ask("POST", "/guardrails", {"name": name, **MESSAGES, **(members or WORDS)})
    assert answer.status == 202, answer.body
    guardrail_id: str = answer.json["guardrailId"]
    return guardrail_id
