"""The linter on its own; that it agrees with the server is asserted on every request any test asks (conftest)."""

from typing import Any

import pytest
from tests.conftest import HAIKU, said

import outcrop
from outcrop import linter

LLAMA = "meta.llama3-8b-instruct-v1:0"


def messages_of(found: list[linter.Finding]) -> list[str]:
    return [finding.message for finding in found]


def test_nothing_is_found_in_what_would_be_taken() -> None:
    assert outcrop.check(said(), HAIKU) == []


def test_everything_is_found_not_only_the_first() -> None:
    """The server stops at the first rule; the linter names all that Converse itself would refuse, in the same order."""
    body = {**said(" "), "system": [{"text": "s"}], "inferenceConfig": {"maxTokens": 99_999, "stopSequences": [" "]}}

    found = outcrop.check(body, "mistral.mistral-7b-instruct-v0:2")

    assert [finding.rule for finding in found] == ["blank_text", "system_messages", "stop_sequences", "max_tokens"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (said(""), "messages[0].content[0]"),
        ({**said(), "inferenceConfig": {"temperature": 2}}, "inferenceConfig.temperature"),
        ({**said(), "inferenceConfig": {"stopSequences": [" "]}}, "inferenceConfig.stopSequences[0]"),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"toolUse": {"name": "a" * 65, "toolUseId": "1", "input": {}}}]}
                ]
            },
            "messages[0].content[0].toolUse.name",
        ),
        ({"messages": []}, ""),
    ],
)
def test_a_finding_says_where_counting_from_zero(body: dict[str, Any], where: str) -> None:
    """Constraints of the service model count from 1 in AWS's words; the place does not."""
    assert outcrop.check(body, LLAMA)[0].where == where


def test_a_finding_names_its_rule_and_how_it_is_known() -> None:
    finding = outcrop.check({**said(), "inferenceConfig": {"maxTokens": 5000}}, HAIKU)[0]

    assert finding.rule == "max_tokens"
    assert "reported" in finding.source
    assert finding.exception == "ValidationException"


def test_a_model_that_refuses_in_its_own_words_is_asked_too() -> None:
    body = {**said(), "inferenceConfig": {"temperature": 0.2, "topP": 0.5}}

    found = messages_of(outcrop.check(body, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"))

    assert found == [
        "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. "
        "Please use only one."
    ]


def test_a_native_body_is_checked_by_its_family() -> None:
    """The first seed's refusal, from its recording."""
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10000,
        "messages": [{"role": "system", "content": "todo"}, {"role": "user", "content": "Hello there."}],
    }

    found = messages_of(outcrop.check(body, HAIKU, operation="InvokeModelWithResponseStream"))

    assert found == [
        'Malformed input request: #: subject must not be valid against schema {"required":["messages"]}#/messages/0/role: '
        "system is not a valid enum value, please reformat your input and try again."
    ]


def test_an_unknown_model_is_a_finding() -> None:
    assert messages_of(outcrop.check(said(), "no-such-model")) == ["The provided model identifier is invalid."]


def test_bytes_that_are_no_json_are_a_finding() -> None:
    assert outcrop.check(b"{", HAIKU)[0].exception == "SerializationException"


def test_an_operation_without_a_linter_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="ApplyGuardrail is not one of Converse"):
        outcrop.check({}, HAIKU, operation="ApplyGuardrail")
