"""Pydantic's sentences, as Mistral's servers send them."""

from typing import Any

import pytest
from hypothesis import given
from tests.counting import Looked
from tests.families.test_everit import JSON

from outcrop.families.everit import MAX_TOLD
from outcrop.families.mistral.faults import Fault, faults, refusal_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ("prompt",),
    "properties": {
        "prompt": {"type": "string"},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 8192, "nullable": True},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1, "nullable": True},
        "stop": {"type": "array", "items": {"type": "string"}, "maxItems": 10, "nullable": True},
        "choice": {"enum": ("auto", "any", "none"), "nullable": True},
        "flag": {"type": "object"},
        "sure": {"type": "boolean"},
        "anything": {},
    },
    "additionalProperties": False,
}


def told(**members: Any) -> list[str]:
    """The lines under the heading, without links."""
    lines = refusal_of("Request", list(faults(SCHEMA, {"prompt": "a", **members}))).text.split("\n")[1:]
    return [line for line in lines if "https" not in line]


def test_one_fault() -> None:
    # probed, 2026: all of the text but its prefix on Converse
    found = list(faults(SCHEMA, {"prompt": "a", "stdapi_probe_unknown": 1}))
    assert refusal_of("TextToTextCompletionRequest", found).text == (
        "Validation Error: 1 validation error for TextToTextCompletionRequest\n"
        "stdapi_probe_unknown\n"
        "  Extra inputs are not permitted [type=extra_forbidden, input_value=1, input_type=int]\n"
        "    For further information visit https://errors.pydantic.dev/2.10/v/extra_forbidden"
    )


def test_nothing_to_tell() -> None:
    # recorded, 2025, and quoted, 2024
    assert refusal_of("TextToTextCompletionRequest", []).text == "Validation Error"


def test_the_number_of_faults() -> None:
    assert refusal_of("R", [Fault(("a",), "missing", "Field required", {})] * 2).text.startswith(
        "Validation Error: 2 validation errors for R\na\n  Field required "
    )


# The rest is what pydantic 2.10 says of the same values.
@pytest.mark.parametrize(
    ("members", "lines"),
    [
        (
            {"max_tokens": 0.5},
            [
                "max_tokens",
                "  Input should be a valid integer, got a number with a fractional part "
                "[type=int_from_float, input_value=0.5, input_type=float]",
            ],
        ),
        (
            {"max_tokens": "q"},
            [
                "max_tokens",
                "  Input should be a valid integer, unable to parse string as an integer "
                "[type=int_parsing, input_value='q', input_type=str]",
            ],
        ),
        (
            {"max_tokens": []},
            ["max_tokens", "  Input should be a valid integer [type=int_type, input_value=[], input_type=list]"],
        ),
        (
            {"max_tokens": 9000},
            [
                "max_tokens",
                "  Input should be less than or equal to 8192 [type=less_than_equal, input_value=9000, input_type=int]",
            ],
        ),
        (
            {"max_tokens": 0},
            [
                "max_tokens",
                "  Input should be greater than or equal to 1 [type=greater_than_equal, input_value=0, input_type=int]",
            ],
        ),
        (
            {"temperature": "hot"},
            [
                "temperature",
                "  Input should be a valid number, unable to parse string as a number "
                "[type=float_parsing, input_value='hot', input_type=str]",
            ],
        ),
        (
            {"temperature": "5"},
            [
                "temperature",
                "  Input should be less than or equal to 1 [type=less_than_equal, input_value='5', input_type=str]",
            ],
        ),
        (
            {"temperature": {}},
            ["temperature", "  Input should be a valid number [type=float_type, input_value={}, input_type=dict]"],
        ),
        ({"stop": "x"}, ["stop", "  Input should be a valid list [type=list_type, input_value='x', input_type=str]"]),
        (
            {"stop": ["a"] * 11},
            [
                "stop",
                "  List should have at most 10 items after validation, not 11 "
                "[type=too_long, input_value=['a', 'a', 'a', 'a', 'a',...'a', 'a', 'a', 'a', 'a'], input_type=list]",
            ],
        ),
        (
            {"stop": [1, "b"]},
            ["stop.0", "  Input should be a valid string [type=string_type, input_value=1, input_type=int]"],
        ),
        (
            {"choice": "required"},
            [
                "choice",
                "  Input should be 'auto', 'any' or 'none' "
                "[type=literal_error, input_value='required', input_type=str]",
            ],
        ),
        (
            {"flag": []},
            ["flag", "  Input should be a valid dictionary [type=dict_type, input_value=[], input_type=list]"],
        ),
        (
            {"prompt": None},
            ["prompt", "  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]"],
        ),
    ],
)
def test_sentences(members: dict[str, Any], lines: list[str]) -> None:
    assert told(**members) == lines


def test_the_schemas_members_come_first() -> None:
    places = [fault.place for fault in faults(SCHEMA, {"z": 1, "stop": 1, "a": 1, "max_tokens": 0})]
    assert places == [("prompt",), ("max_tokens",), ("stop",), ("z",), ("a",)]


def test_what_is_missing_is_shown_with_what_is_there() -> None:
    [fault] = faults(SCHEMA, {"flag": {"a": "x" * 40}})
    assert fault.lines().split("\n")[1] == (
        "  Field required [type=missing, input_value={'flag': {'a': 'xxxxxxxxx...xxxxxxxxxxxxxxxxxxxxx'}}, "
        "input_type=dict]"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 80, "'xxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxx'"),
        # letters are not cut in two
        ("é" * 40, "'éééééééééééé...ééééééééééé'"),
        ("it's", '"it\'s"'),
    ],
)
def test_a_long_value_lacks_its_middle(value: str, shown: str) -> None:
    assert told(extra=value)[1].endswith(f"input_value={shown}, input_type=str]")


@pytest.mark.parametrize(
    "members", [{"max_tokens": "5"}, {"max_tokens": 5.0}, {"temperature": "0.5"}, {"temperature": 1}, {"stop": None}]
)
def test_what_pydantic_reads_as_a_number(members: dict[str, Any]) -> None:
    assert list(faults(SCHEMA, {"prompt": "a", **members})) == []


def test_a_fault_in_a_list_of_faults() -> None:
    # recorded, 2025: the form of a web framework
    [fault] = faults(SCHEMA, {"prompt": "a", "seed": 42})
    assert fault.detail("body", "ChatCompletionRequest") == {
        "type": "extra_forbidden",
        "loc": ["body", "ChatCompletionRequest", "seed"],
        "msg": "Extra inputs are not permitted",
        "input": 42,
    }


@given(JSON)
def test_any_value_is_judged(value: Any) -> None:
    assert all(fault.lines() for fault in faults(SCHEMA, value))


def test_a_hundred_faults_are_told_and_no_more_looked_for() -> None:
    given = Looked([1] * 100_000)
    found = list(faults({"type": "array", "items": {"type": "string"}}, given))
    assert len(found) == given.items == MAX_TOLD
