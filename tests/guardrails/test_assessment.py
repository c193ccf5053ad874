"""What is said of a judgement: units, coverage, order."""

import json

import pytest
from tests.guardrails.test_judge import SENSITIVE, WORDS, judge

from outcrop.guardrails.assessment import Coverage, Judgement, in_order


def judgement(*texts: str, full: bool = False) -> Judgement:
    made = judge(WORDS, SENSITIVE)
    return Judgement(made, "INPUT", made.input.read(list(texts)), Coverage.of(texts), 3, full)


@pytest.mark.parametrize(("characters", "units"), [(0, 0), (1, 1), (1000, 1), (1001, 2)])
def test_units_are_of_a_thousand_characters_and_of_what_is_looked_for(characters: int, units: int) -> None:
    used = judgement("x" * characters).usage()
    assert {name for name, value in used.items() if value} == (
        {"wordPolicyUnits", "sensitiveInformationPolicyUnits", "sensitiveInformationPolicyFreeUnits"}
        if units
        else set()
    )
    assert used["wordPolicyUnits"] == units


def test_members_are_in_the_order_of_the_declaration() -> None:
    shown = judgement("basalt a@b.example C-17").assessment("arn")
    assert list(shown) == ["wordPolicy", "sensitiveInformationPolicy", "invocationMetrics", "appliedGuardrailDetails"]
    assert list(shown["wordPolicy"]["customWords"][0]) == ["match", "action", "detected"]
    assert list(shown["sensitiveInformationPolicy"]["regexes"][0]) == ["name", "match", "regex", "action", "detected"]


def test_in_order_sorts_at_every_depth() -> None:
    assert json.dumps(in_order({"b": [{"d": 1, "c": None}], "a": 0})) == '{"a": 0, "b": [{"c": null, "d": 1}]}'


def test_pictures_are_covered_only_where_there_are_any() -> None:
    made = judge(WORDS)
    told = Judgement(made, "INPUT", made.input.read([]), Coverage(1, 2, 3), 0).covered()
    assert told == {"textCharacters": {"guarded": 1, "total": 2}, "images": {"guarded": 0, "total": 3}}
    assert "images" not in Judgement(made, "INPUT", made.input.read([]), Coverage(1, 2), 0).covered()


def test_reasons() -> None:
    assert judgement("stone").reason == "No action."
    assert judgement("a@b.example").reason == "Guardrail masked."
    assert judgement("a@b.example basalt").reason == "Guardrail blocked."
