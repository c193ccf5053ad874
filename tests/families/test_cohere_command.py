"""Command's native bodies, both ways."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, malformed, model, refusal, whole
from tests.families.natives import BODIES, objects
from tests.families.runs import LAST, METRICS, TEXTS, streamed, text_run

from outcrop.chat import events
from outcrop.chat.events import StopReason
from outcrop.chat.request import ChatRequest
from outcrop.families import cohere_command
from outcrop.families.cohere_command import Continuation

LIGHT = model("cohere.command-light-text-v14")


def asked(**members: Any) -> ChatRequest:
    return cohere_command.decode(json.dumps({"prompt": "Say this is a test", **members}).encode(), LIGHT)


def answered(request: ChatRequest, *pieces: str, reason: StopReason = "end_turn") -> Any:
    reply = whole(*text_run(*pieces, reason=reason))
    return json.loads(cohere_command.encode_reply(reply, request, LIGHT))


def test_a_body_is_read() -> None:
    # recorded 2025-04: the request of a tracing library
    request = asked(max_tokens=10, temperature=0.8, p=1, stop_sequences=["|"])
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Say this is a test")]
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (10, 0.8, 1)
    assert (inference.stop_sequences, request.fields) == (["|"], {})


def test_what_only_command_knows_travels_as_fields() -> None:
    # documented: a bias from -10 to 10 for tokens by number
    assert asked(k=7, logit_bias={"11": -10}).fields == {"k": 7, "logit_bias": {"11": -10}}


def test_an_answer_is_short_unless_the_body_says_otherwise() -> None:
    assert asked().inference.max_tokens == 20  # documented


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({}, "#: required key [prompt] not found"),
        ({"prompt": ""}, "#/prompt: expected minLength: 1, actual: 0"),
        ({"prompt": "a", "max_tokens": 4097}, "#/max_tokens: 4097 is not less or equal to 4096"),
        ({"prompt": "a", "temperature": 5.5}, "#/temperature: 5.5 is not less or equal to 5"),
        ({"prompt": "a", "p": 1.5}, "#/p: 1.5 is not less or equal to 1"),
        ({"prompt": "a", "k": 501}, "#/k: 501 is not less or equal to 500"),
        ({"prompt": "a", "num_generations": 6}, "#/num_generations: 6 is not less or equal to 5"),
        ({"prompt": "a", "truncate": "MIDDLE"}, "#/truncate: MIDDLE is not a valid enum value"),
        ({"prompt": "a", "stream": "yes"}, "#/stream: expected type: Boolean, found: String"),
        ({"prompt": "a", "top_p": 1}, "#: extraneous key [top_p] is not permitted"),
        ({"prompt": "a", "stop_sequences": ["a"] * 5}, "#/stop_sequences: expected maximum item count: 4, found: 5"),
    ],
)
def test_refusals_are_everits_within_the_documented_limits(sent: Any, text: str) -> None:
    assert refusal(cohere_command, sent, LIGHT) == malformed(text)


def test_a_prompt_over_the_window_loses_one_end() -> None:
    # documented: END is dropped unless the body says START; the prompt comes back whole
    prompt = "first " + "word " * 5000 + "last"
    by_end, by_start = asked(prompt=prompt), asked(prompt=prompt, truncate="START")
    texts = [request.messages[0].content[0].text or "" for request in (by_end, by_start)]
    assert (texts[0].startswith("first"), texts[0].endswith("last")) == (True, False)
    assert (texts[1].startswith("first"), texts[1].endswith("last")) == (False, True)
    assert answered(by_end, "Hi")["prompt"] == prompt


def test_a_prompt_that_must_not_be_cut_is_refused() -> None:
    text = refusal(cohere_command, {"prompt": "word " * 5000, "truncate": "NONE"}, LIGHT)
    assert text is not None
    assert text.startswith("too many tokens: total number of tokens in the prompt cannot exceed 4096 - received 500")


def test_fields_and_settings_of_converse_meet_the_schema() -> None:
    assert checked(cohere_command, hub(fields={"top_k": 3}), LIGHT) == malformed(
        "#: extraneous key [top_k] is not permitted"
    )
    assert checked(cohere_command, hub(fields={"k": 3, "return_likelihoods": "ALL"}), LIGHT) is None


def test_a_reply_in_bytes() -> None:
    # recorded 2025-04 and 2025-08, in this order; in 2024 the members were in alphabetical order
    request = asked(max_tokens=10)
    reply = cohere_command.encode_reply(whole(*text_run(" Hi", " there", reason="max_tokens")), request, LIGHT)
    outer, inner = json.loads(reply)["id"], json.loads(reply)["generations"][0]["id"]
    assert outer != inner
    assert reply.decode() == (
        f'{{"id":"{outer}","generations":[{{"id":"{inner}","text":" Hi there","finish_reason":"MAX_TOKENS"}}],'
        '"prompt":"Say this is a test"}'
    )


@pytest.mark.parametrize(
    ("reason", "native"),
    [
        ("end_turn", "COMPLETE"),
        ("max_tokens", "MAX_TOKENS"),
        ("stop_sequence", "COMPLETE"),
        ("content_filtered", "ERROR_TOXIC"),
    ],
)
def test_documented_reasons(reason: StopReason, native: str) -> None:
    assert answered(asked(), "Hi", reason=reason)["generations"][0]["finish_reason"] == native


def test_as_many_generations_as_asked_for() -> None:
    # recorded 2024-01: two, each with its own identifier
    found = answered(asked(num_generations=2), "Hi")["generations"]
    assert [generation["text"] for generation in found] == ["Hi", "Hi"]
    assert found[0]["id"] != found[1]["id"]


def test_likelihoods() -> None:
    # documented: of the generation, or of the prompt too
    own = answered(asked(prompt="One two", return_likelihoods="GENERATION"), " three")["generations"][0]
    assert own["token_likelihoods"] == [{"token": " three", "likelihood": 0.0}]
    assert own["likelihood"] == 0.0
    both = answered(asked(prompt="One two", return_likelihoods="ALL"), " three")["generations"][0]
    assert [each["token"] for each in both["token_likelihoods"]] == ["One", " two", " three"]


def test_converse_has_one_generation_of_what_was_said() -> None:
    found = answered(hub(), "Hi")
    assert (found["prompt"], len(found["generations"])) == ("Hello", 1)


def test_a_stream_in_bytes() -> None:
    # recorded 2024-01 with "stream": true
    stream = cohere_command.stream(asked(stream=True), LIGHT, 30)
    assert stream.chunks(text_run(" I", "", " am", reason="max_tokens")) == [
        b'{"is_finished":false,"text":" I"}',
        b'{"is_finished":false,"text":" am"}',
        f'{{"finish_reason":"MAX_TOKENS","is_finished":true,{LAST}'.encode(),
    ]


def test_several_generations_are_numbered_in_a_stream() -> None:
    chunks = streamed(cohere_command, asked(stream=True, num_generations=2), LIGHT, text_run("Hi"))
    assert [(chunk["index"], chunk.get("text"), METRICS in chunk) for chunk in chunks] == [
        (0, "Hi", False),
        (1, "Hi", False),
        (0, None, False),
        (1, None, True),
    ]


def test_without_stream_true_a_stream_is_one_whole_answer() -> None:
    # recorded 2024-01 with "stream": false and 2025-08 without
    for request in (asked(), asked(stream=False)):
        (chunk,) = streamed(cohere_command, request, LIGHT, text_run("Hi", " there"))
        assert list(chunk) == ["id", "generations", "prompt", METRICS]
        assert chunk["generations"][0]["text"] == "Hi there"


@given(TEXTS, st.integers(1, 4), st.booleans())
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int, whole_chunk: bool) -> None:
    request = asked(stream=not whole_chunk)
    chunks = streamed(cohere_command, request, LIGHT, text_run(*pieces), size)
    said = chunks[0]["generations"][0]["text"] if whole_chunk else "".join(c.get("text", "") for c in chunks)
    assert said == answered(request, *pieces)["generations"][0]["text"]


@given(
    BODIES | objects(*Continuation.__struct_fields__, "prompt", "p", "k", "logit_bias", "truncate", "stop_sequences")
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(cohere_command, sent, LIGHT) != ""


def test_thoughts_are_no_part_of_a_continuation() -> None:
    thinking = [events.message_start(), events.reasoning_delta(0, "Hm"), events.block_stop(0)]
    run = [*thinking, events.text_delta(1, "Hi"), *text_run()[1:]]
    assert json.loads(cohere_command.encode_reply(whole(*run), asked(), LIGHT))["generations"][0]["text"] == "Hi"


def test_of_a_prompt_of_megabytes_an_end_is_read() -> None:
    prompt = "first " + "word " * 300_000 + "last"
    for truncate, kept in (("END", "first word"), ("START", "word last")):
        said = asked(prompt=prompt, truncate=truncate).messages[0].content[0].text or ""
        assert kept in said
        assert said in prompt
        assert len(said) < 100_000
