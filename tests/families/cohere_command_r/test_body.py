"""What a Command R body may hold, in everit's words when it does not."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from tests.families.conftest import malformed, model, refusal
from tests.families.natives import BODIES, objects

from outcrop.families import cohere_command_r
from outcrop.families.cohere_command_r.body import SCHEMA, Body

PLUS = model("cohere.command-r-plus-v1:0")


def test_the_schema_and_the_structure_know_the_same_members() -> None:
    assert set(SCHEMA["properties"]) == set(Body.__struct_fields__)


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # quoted 2024-05, 2024-06 and 2024-12: bodies of Command, in the order of Java's hash table
        (
            {"prompt": "a", "stream": False},
            "#: required key [message] not found#: extraneous key [stream] is not permitted"
            "#: extraneous key [prompt] is not permitted",
        ),
        ({"message": "a", "prompt": "a"}, "#: extraneous key [prompt] is not permitted"),
        ({"message": "a", "stream": True}, "#: extraneous key [stream] is not permitted"),
        (
            {
                "message": "a",
                "prompt": "a",
                "p": 1,
                "return_likelihoods": "NONE",
                "stream": False,
                "num_generations": 1,
                "logit_bias": {},
                "truncate": "END",
            },
            "#: extraneous key [logit_bias] is not permitted#: extraneous key [truncate] is not permitted"
            "#: extraneous key [stream] is not permitted#: extraneous key [num_generations] is not permitted"
            "#: extraneous key [return_likelihoods] is not permitted#: extraneous key [prompt] is not permitted"
            "#/p: 1 is not less or equal to 0.99",
        ),
        # by the documented limits
        ({"message": "a", "p": 0}, "#/p: 0 is not greater or equal to 0.01"),
        ({"message": "a", "k": 501}, "#/k: 501 is not less or equal to 500"),
        ({"message": "a", "temperature": 2}, "#/temperature: 2 is not less or equal to 1"),
        ({"message": "a", "max_tokens": 5000}, "#/max_tokens: 5000 is not less or equal to 4096"),
        ({"message": "a", "prompt_truncation": "AUTO"}, "#/prompt_truncation: AUTO is not a valid enum value"),
        ({"message": "a", "documents": ["x"]}, "#/documents/0: expected type: JSONObject, found: String"),
        (
            {"message": "a", "chat_history": [{"role": "user", "message": "a"}]},
            "#/chat_history/0/role: user is not a valid enum value",
        ),
        (
            {"message": "a", "tools": [{"name": "f"}]},
            "#/tools/0: required key [description] not found",
        ),
        (
            {"message": "a", "tool_results": [{"call": {"name": "f"}}]},
            "#/tool_results/0: required key [outputs] not found",
        ),
    ],
)
def test_refusals_are_everits(sent: Any, text: str) -> None:
    assert refusal(cohere_command_r, sent, PLUS) == malformed(text)


def test_all_that_is_documented_is_taken() -> None:
    call = {"name": "f", "parameters": {"x": 1}}
    sent = {
        "message": "And now?",
        "chat_history": [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}],
        "documents": [{"title": "t", "snippet": "s"}],
        "search_queries_only": False,
        "preamble": "Be brief.",
        "max_tokens": 100,
        "temperature": 0.3,
        "p": 0.75,
        "k": 0,
        "prompt_truncation": "OFF",
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "seed": 7,
        "return_prompt": True,
        "tools": [{"name": "f", "description": "d", "parameter_definitions": {"x": {"type": "int", "required": True}}}],
        "tool_results": [{"call": call, "outputs": [{"text": "1"}]}],
        "stop_sequences": ["|"],
        "raw_prompting": False,
    }
    assert refusal(cohere_command_r, sent, PLUS) is None
    read = msgspec.json.decode(json.dumps(sent).encode(), type=Body)
    assert msgspec.to_builtins(read)["tool_results"] == [{"call": call, "outputs": [{"text": "1"}]}]


@given(BODIES | objects(*Body.__struct_fields__))
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(cohere_command_r, sent, PLUS) != ""
