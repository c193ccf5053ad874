"""ListFoundationModels: everything the catalogue lists, undocumented members included, and AWS's four filters."""

from typing import Any

import pytest
from tests.conftest import Ask


def models(ask: Ask, query: str = "") -> list[dict[str, Any]]:
    got = ask("/foundation-models", method="GET", query=query)
    assert got.status == 200, got.error
    found: list[dict[str, Any]] = got.json["modelSummaries"]
    return found


def test_the_answer_has_these_members(ask: Ask) -> None:
    got = ask("/foundation-models", method="GET")

    assert list(got.json) == ["enableAccessToAllModelsByDefault", "modelSummaries"]  # the first since 2025-11
    assert list(got.headers) == ["content-type", "x-amzn-requestid"]


def test_entries_have_documented_and_hidden_members_in_order(ask: Ask) -> None:
    entry = models(ask)[0]

    assert list(entry) == sorted(entry)
    assert {"modelId", "modelArn", "providerName", "explicitPromptCaching", "guardrailsSupported"} <= set(entry)
    assert entry["modelArn"] == f"arn:aws:bedrock:us-east-1::foundation-model/{entry['modelId']}"


@pytest.mark.parametrize(
    ("query", "member", "value"),
    [
        ("byProvider=Anthropic", "providerName", "Anthropic"),
        ("byProvider=anthropic", "providerName", "Anthropic"),
        ("byOutputModality=EMBEDDING", "outputModalities", "EMBEDDING"),
        ("byInferenceType=PROVISIONED", "inferenceTypesSupported", "PROVISIONED"),
        ("byCustomizationType=FINE_TUNING", "customizationsSupported", "FINE_TUNING"),
    ],
)
def test_a_filter_keeps_what_matches_and_all_of_it(ask: Ask, query: str, member: str, value: str) -> None:
    expected = [entry["modelId"] for entry in models(ask) if entry[member] == value or value in entry[member]]

    assert expected
    assert [entry["modelId"] for entry in models(ask, query)] == expected


def test_filters_narrow_together(ask: Ask) -> None:
    found = models(ask, "byProvider=Amazon&byOutputModality=EMBEDDING")

    assert found
    assert all(entry["providerName"] == "Amazon" and "EMBEDDING" in entry["outputModalities"] for entry in found)


def test_an_unknown_provider_has_no_models(ask: Ask) -> None:
    assert models(ask, "byProvider=Nobody") == []


def test_an_unknown_modality_is_refused(ask: Ask) -> None:
    status, kind, message = ask("/foundation-models", method="GET", query="byOutputModality=FOO").error

    assert (status, kind) == (400, "ValidationException")
    assert message.startswith(  # reported
        "1 validation error detected: Value 'FOO' at 'byOutputModality' failed to satisfy constraint: Member must satisfy "
        "enum value set: ["
    )
