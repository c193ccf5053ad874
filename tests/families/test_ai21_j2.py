"""Jurassic-2's native bodies, both ways."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, malformed, model, refusal, whole
from tests.families.natives import BODIES, objects
from tests.families.runs import METRICS, streamed, text_run

from outcrop.chat.events import StopReason
from outcrop.chat.request import ChatRequest
from outcrop.families import ai21_j2

MID = model("ai21.j2-mid-v1")


def asked(**members: Any) -> ChatRequest:
    return ai21_j2.decode(json.dumps({"prompt": "What is it?", **members}).encode(), MID)


def answered(*pieces: str, reason: StopReason = "end_turn", sequence: str | None = None) -> Any:
    reply = whole(*text_run(*pieces, reason=reason, sequence=sequence))
    return json.loads(ai21_j2.encode_reply(reply, asked(), MID))


def test_a_body_is_read() -> None:
    # recorded 2024-01: the request of a tracing library
    request = asked(temperature=0.9, topP=1.0, maxTokens=10, stopSequences=[])
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "What is it?")]
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p, inference.stop_sequences) == (
        10,
        0.9,
        1.0,
        [],
    )


def test_an_answer_is_short_unless_the_body_says_otherwise() -> None:
    assert asked().inference.max_tokens == 200  # documented


def test_penalties_travel_as_fields() -> None:
    # recorded 2025-08 (refused for want of access): scales of zero
    sent: dict[str, Any] = {
        "countPenalty": {"scale": 0},
        "presencePenalty": {"scale": 5, "applyToEmojis": False},
        "frequencyPenalty": {"scale": 500},
    }
    assert asked(**sent).fields == sent


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # quoted 2024-04
        (
            {"prompt": "a", "top_p": 1, "max_tokens_to_sample": 5},
            "#: extraneous key [top_p] is not permitted#: extraneous key [max_tokens_to_sample] is not permitted",
        ),
        # by the documented limits
        ({}, "#: required key [prompt] not found"),
        ({"prompt": "a", "maxTokens": 8192}, "#/maxTokens: 8192 is not less or equal to 8191"),
        ({"prompt": "a", "temperature": 1.5}, "#/temperature: 1.5 is not less or equal to 1"),
        ({"prompt": "a", "stopSequences": "|"}, "#/stopSequences: expected type: JSONArray, found: String"),
        ({"prompt": "a", "countPenalty": {}}, "#/countPenalty: required key [scale] not found"),
        ({"prompt": "a", "countPenalty": {"scale": 2}}, "#/countPenalty/scale: 2 is not less or equal to 1"),
        ({"prompt": "a", "presencePenalty": {"scale": 6}}, "#/presencePenalty/scale: 6 is not less or equal to 5"),
        (
            {"prompt": "a", "frequencyPenalty": {"scale": 501}},
            "#/frequencyPenalty/scale: 501 is not less or equal to 500",
        ),
    ],
)
def test_refusals_are_everits(sent: Any, text: str) -> None:
    assert refusal(ai21_j2, sent, MID) == malformed(text)


def test_fields_and_settings_of_converse_meet_the_schema() -> None:
    refused = malformed("#: extraneous key [top_k] is not permitted")
    assert checked(ai21_j2, hub(fields={"top_k": 1}), MID) == refused
    assert checked(ai21_j2, hub(fields={"countPenalty": {"scale": 1}}), MID) is None


def test_a_reply_in_bytes() -> None:
    # recorded 2024-01: the members in this order, a constant identifier, spaces as U+2581 before the first word too
    def token(name: str, start: int, end: int) -> str:
        return (
            f'{{"generatedToken":{{"token":"{name}","logprob":0.0,"raw_logprob":0.0}},"topTokens":null,'
            f'"textRange":{{"start":{start},"end":{end}}}}}'
        )

    prompt = ",".join([token("▁What", 0, 4), token("▁is", 4, 7), token("▁it", 7, 10), token("?", 10, 11)])
    said = ",".join([token("<|newline|>", 0, 1), token("A", 1, 2), token("▁thing", 2, 8)])
    reply = ai21_j2.encode_reply(whole(*text_run("\nA", " thing", reason="max_tokens")), asked(), MID)
    assert reply.decode() == (
        f'{{"id":1234,"prompt":{{"text":"What is it?","tokens":[{prompt}]}},"completions":[{{"data":'
        f'{{"text":"\\nA thing","tokens":[{said}]}},"finishReason":{{"reason":"length","length":3}}}}]}}'
    )


def test_an_answer_that_ended_of_itself_has_a_token_for_it() -> None:
    # recorded
    (completion,) = answered("Yes")["completions"]
    assert completion["finishReason"] == {"reason": "endoftext"}
    last = completion["data"]["tokens"][-1]
    assert last["generatedToken"]["token"] == "<|endoftext|>"
    assert last["textRange"] == {"start": 3, "end": 3}


def test_a_stop_sequence_is_named() -> None:
    # AI21's reference
    (completion,) = answered("Yes", reason="stop_sequence", sequence="|")["completions"]
    assert completion["finishReason"] == {"reason": "stop", "sequence": "|"}
    assert [token["generatedToken"]["token"] for token in completion["data"]["tokens"]] == ["▁Yes"]


def test_converse_has_what_was_said_as_the_prompt() -> None:
    reply = ai21_j2.encode_reply(whole(*text_run("Hi")), hub(), MID)
    assert json.loads(reply)["prompt"]["text"] == "Hello"


@given(st.text())
def test_tokens_cover_the_text(text: str) -> None:
    ranges = [token["textRange"] for token in answered(text)["completions"][0]["data"]["tokens"]]
    assert [at["end"] for at in ranges[:-1]] == [at["start"] for at in ranges[1:]]
    assert (ranges[0]["start"], ranges[-1]["end"]) == (0, len(text))


def test_a_stream_is_one_whole_answer() -> None:
    # the service refuses to stream these models before it asks anyone (quoted)
    (chunk,) = streamed(ai21_j2, asked(), MID, text_run("Hi", " there"), 2)
    assert list(chunk) == ["id", "prompt", "completions", METRICS]
    assert chunk["completions"][0]["data"]["text"] == "Hi there"


@given(
    BODIES | objects("prompt", "temperature", "topP", "maxTokens", "stopSequences", "countPenalty", "presencePenalty")
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(ai21_j2, sent, MID) != ""
