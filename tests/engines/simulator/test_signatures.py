"""What was signed comes back as it was, or is refused in Claude's words; other people's signatures pass."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Ask, converse_path, said
from tests.conversations import CACHE_POINT, SONNET_4, assistant, talk, text, user

from outcrop.engines.simulator import signatures

PREFIX = "The model returned the following errors: "
INVALID = ": Invalid `signature` in `thinking` block"  # quoted
THINKING = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}


@pytest.fixture
def thought(ask: Ask) -> dict[str, str]:
    """The reasoning of one answer: its text and signature."""
    blocks = ask(converse_path(SONNET_4), {**said("Why?"), **THINKING}).json["output"]["message"]["content"]
    found: dict[str, str] = blocks[0]["reasoningContent"]["reasoningText"]
    return found


def sent_back(thought: dict[str, str], *before: Any) -> dict[str, Any]:
    reasoning = {"reasoningContent": {"reasoningText": thought}}
    return talk(user(text("Why?")), assistant(*before, reasoning, text("So.")), user(text("And?")))


def test_what_was_signed_may_come_back(ask: Ask, thought: dict[str, str]) -> None:
    assert ask(converse_path(SONNET_4), sent_back(thought)).status == 200


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_another_text_is_refused(ask: Ask, thought: dict[str, str], operation: str) -> None:
    body = sent_back({**thought, "text": thought["text"] + " "})

    got = ask(converse_path(SONNET_4, operation), body)
    assert got.error == (400, "ValidationException", f"{PREFIX}messages.1.content.0{INVALID}")


def test_another_signature_is_refused(ask: Ask, thought: dict[str, str]) -> None:
    body = sent_back({**thought, "signature": thought["signature"][:-4] + "AAAA"})

    assert ask(converse_path(SONNET_4), body).error[2] == f"{PREFIX}messages.1.content.0{INVALID}"


def test_the_place_is_the_native_one(ask: Ask, thought: dict[str, str]) -> None:
    body = sent_back({**thought, "text": "Another"}, text("Well"), CACHE_POINT)

    assert ask(converse_path(SONNET_4), body).error[2] == f"{PREFIX}messages.1.content.1{INVALID}"


def test_a_native_body_is_refused_without_the_prefix(ask: Ask, thought: dict[str, str]) -> None:
    def body(words: str) -> dict[str, Any]:
        block = {"type": "thinking", "thinking": words, "signature": thought["signature"]}
        turns = [said("Why?")["messages"][0] | {"content": "Why?"}, {"role": "assistant", "content": [block]}]
        turns.append({"role": "user", "content": "And?"})
        return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 99, "messages": turns}

    assert ask(converse_path(SONNET_4, "invoke"), body(thought["text"])).status == 200
    got = ask(converse_path(SONNET_4, "invoke"), body("Another"))
    assert got.error == (400, "ValidationException", f"messages.1.content.0{INVALID}")


@pytest.mark.parametrize("signature", ["ErUBCkYIBxgCIkDsigned", "EqQBCgIYAhIkYWJjZGVm", "not base64"])
def test_signatures_of_others_pass(ask: Ask, signature: str) -> None:
    assert ask(converse_path(SONNET_4), sent_back({"text": "Anything", "signature": signature})).status == 200


def test_the_same_text_is_signed_alike_whatever_was_asked(ask: Ask, thought: dict[str, str]) -> None:
    assert signatures.sign(thought["text"]) == thought["signature"]
    assert thought["signature"].startswith("Er")  # as recorded ones do
    assert len(thought["signature"]) == 88


@given(st.text(), st.text())
def test_different_texts_have_different_signatures(one: str, other: str) -> None:
    assert (signatures.sign(one) == signatures.sign(other)) == (one == other)
