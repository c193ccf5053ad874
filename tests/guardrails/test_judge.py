"""Judging: sides, actions, masks, and what of a text's beginning is settled."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.guardrails import Definition, Guardrail, Judge
from outcrop.guardrails.judge import Side
from outcrop.model.control import GuardrailSensitiveInformationPolicyConfig, GuardrailWordPolicyConfig


def judge(words: Any = None, sensitive: Any = None) -> Judge:
    definition = Definition(
        name="one",
        blocked_input="No.",
        blocked_outputs="Not so.",
        words=msgspec.convert(words, GuardrailWordPolicyConfig) if words else None,
        sensitive=msgspec.convert(sensitive, GuardrailSensitiveInformationPolicyConfig) if sensitive else None,
    )
    return Judge(Guardrail(region="r", id="g1", version="1", definition=definition, created_at=0, updated_at=0))


WORDS = {
    "wordsConfig": [
        {"text": "basalt"},
        {"text": "red granite", "inputAction": "NONE"},
        {"text": "slate", "outputEnabled": False},
    ],
    "managedWordListsConfig": [{"type": "PROFANITY", "outputAction": "NONE"}],
}
SENSITIVE = {
    "piiEntitiesConfig": [
        {"type": "EMAIL", "action": "ANONYMIZE"},
        {"type": "US_SOCIAL_SECURITY_NUMBER", "action": "BLOCK", "outputAction": "ANONYMIZE"},
        {"type": "PHONE", "action": "NONE"},
    ],
    "regexesConfig": [{"name": "claim", "pattern": r"C-\d+", "action": "ANONYMIZE"}],
}


def acts(side: Side, text: str) -> dict[str, str]:
    return {finding.match: finding.action for finding in side.read([text]).findings}


def test_each_side_has_its_own_actions() -> None:
    made = judge(WORDS)
    text = "Basalt, red granite, slate; damn."
    asked = {"Basalt": "BLOCK", "red granite": "NONE", "slate": "BLOCK", "damn": "BLOCK"}
    assert acts(made.input, text) == asked
    assert acts(made.output, text) == {"Basalt": "BLOCK", "red granite": "BLOCK", "damn": "NONE"}


def test_masks_stand_in_place_and_the_rest_stays() -> None:
    made = judge(sensitive=SENSITIVE)
    verdict = made.output.read(["Ask a@b.example or 123-45-6789 about C-17 and C-18.", "none"])
    assert verdict.texts == ["Ask {EMAIL} or {US_SOCIAL_SECURITY_NUMBER} about {claim} and {claim}.", "none"]
    assert (verdict.blocked, verdict.masked) == (False, True)


def test_one_block_is_enough() -> None:
    verdict = judge(sensitive=SENSITIVE).input.read(["a@b.example", "123-45-6789"])
    assert (verdict.blocked, verdict.masked) == (True, False)


def test_masks_that_overlap_hide_both() -> None:
    both = {
        "regexesConfig": [
            {"name": "one", "pattern": "abcd", "action": "ANONYMIZE"},
            {"name": "two", "pattern": "cdef", "action": "ANONYMIZE"},
        ]
    }
    assert judge(sensitive=both).input.read(["xabcdefx"]).texts == ["x{one}{two}x"]


def test_each_finding_is_told_once() -> None:
    verdict = judge(WORDS).input.read(["basalt basalt", "basalt Basalt"])
    assert [finding.match for finding in verdict.findings] == ["basalt", "Basalt"]


def test_expressions_settle_nothing_before_the_end() -> None:
    assert judge(sensitive=SENSITIVE).output.begin("word " * 100)[1] == 0


PARTS = [
    "a@b.example ",
    "red ",
    "granite ",
    "red granite, ",
    "4111 1111 1111 1111 ",
    "basalt",
    "s ",
    "\n",
    "stone ",
    ". ",
]
STREAMED = judge(
    {"wordsConfig": [{"text": "red granite"}, {"text": "basalt", "inputAction": "NONE"}]},
    {
        "piiEntitiesConfig": [
            {"type": "EMAIL", "action": "ANONYMIZE"},
            {"type": "CREDIT_DEBIT_CARD_NUMBER", "action": "ANONYMIZE"},
        ]
    },
).output


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.lists(st.integers(1, 40), min_size=1))
def test_a_text_that_comes_in_pieces_is_judged_as_if_it_came_whole(text: str, sizes: list[int]) -> None:
    held, told, findings, at = "", "", {}, 0
    while at < len(text):
        size = sizes[at % len(sizes)]
        held, at = held + text[at : at + size], at + size
        verdict, end = STREAMED.begin(held)
        told, held = told + verdict.texts[0], held[end:]
        findings.update(verdict.findings)
    rest = STREAMED.read([held])
    whole = STREAMED.read([text])
    assert told + rest.texts[0] == whole.texts[0]
    assert {**findings, **rest.findings}.keys() == whole.findings.keys()


@pytest.mark.parametrize("text", ["", "short"])
def test_a_short_text_is_held(text: str) -> None:
    assert STREAMED.begin(text)[1] == 0


def test_a_text_without_blanks_is_not_held_for_ever() -> None:
    held, told = "", ""
    for _ in range(500):
        verdict, end = STREAMED.begin(held := held + "a.b" * 20)
        told, held = told + verdict.texts[0], held[end:]
        assert len(held) <= 4096 + 60
    assert told + STREAMED.read([held]).texts[0] == "a.b" * 20 * 500
