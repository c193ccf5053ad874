"""Claude's Text Completions, and the Messages bodies that the same models take."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import (
    CLAUDE_2,
    HAIKU_3,
    INSTANT,
    SONNET_4_5,
    claude,
    decoded,
    hub,
    malformed,
    refusal,
    whole,
)
from tests.families.test_everit import JSON

from outcrop.chat import events
from outcrop.chat.refusals import ModelRefusal
from outcrop.families import anthropic_messages, anthropic_text

PROMPT = "\n\nHuman: Hello\n\nAssistant:"


def body(**members: Any) -> bytes:
    return json.dumps({"prompt": PROMPT, "max_tokens_to_sample": 100, **members}).encode()


def test_a_prompt_becomes_turns() -> None:
    # documented: an optional system prompt, then the two voices in turn
    prompt = "Be brief.\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: How are you?\n\nAssistant: Well,"
    request = anthropic_text.decode(body(prompt=prompt), CLAUDE_2)
    assert [block.text for block in request.system] == ["Be brief."]
    assert [(message.role, message.content[0].text) for message in request.messages] == [
        ("user", "Hi"),
        ("assistant", "Hello!"),
        ("user", "How are you?"),
        ("assistant", "Well,"),
    ]


def test_parameters_are_read() -> None:
    sent = body(
        temperature=0.5, top_p=0.9, top_k=250, stop_sequences=["\n\nHuman:"], anthropic_version="bedrock-2023-05-31"
    )
    request = anthropic_text.decode(sent, CLAUDE_2)
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (100, 0.5, 0.9)
    assert (inference.stop_sequences, request.fields) == (["\n\nHuman:"], {"top_k": 250})


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # quoted (then without a pointer): 8192 is not less or equal to 8191
        (
            {"prompt": PROMPT, "max_tokens_to_sample": 8192},
            "#/max_tokens_to_sample: 8192 is not less or equal to 8191",
        ),
        # recorded
        (
            {"input": "x"},
            "#: required key [prompt] not found#: required key [max_tokens_to_sample] not found"
            "#: extraneous key [input] is not permitted",
        ),
        ({"prompt": PROMPT}, "#: required key [max_tokens_to_sample] not found"),
        ({"prompt": 1, "max_tokens_to_sample": 1}, "#/prompt: expected type: String, found: Integer"),
        (
            {"prompt": PROMPT, "max_tokens_to_sample": 1, "temperature": 1.5},
            "#/temperature: 1.5 is not less or equal to 1",
        ),
    ],
)
def test_bodies_of_the_wrong_shape(sent: Any, text: str) -> None:
    assert refusal(anthropic_text, sent, CLAUDE_2) == malformed(text)


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        # quoted, with real line feeds between the quotation marks
        ("Hello", 'prompt must start with "\n\nHuman:" turn after an optional system prompt'),
        ("Human: Hello\n\nAssistant:", 'prompt must start with "\n\nHuman:" turn after an optional system prompt'),
        ("\n\nAssistant: Hello", 'prompt must start with "\n\nHuman:" turn after an optional system prompt'),
        ("\n\nHuman: Hello", 'prompt must end with "\n\nAssistant:" turn'),
    ],
)
def test_prompts_out_of_form(prompt: str, text: str) -> None:
    assert refusal(anthropic_text, body(prompt=prompt), INSTANT) == text


def test_a_prompt_over_the_window() -> None:
    prompt = "\n\nHuman: " + "word " * 100_001 + "\n\nAssistant:"
    assert refusal(anthropic_text, body(prompt=prompt), INSTANT) == "Input is too long for requested model."


@pytest.mark.parametrize(
    ("asked", "name"), [(HAIKU_3, "claude-3-haiku-20240307"), (SONNET_4_5, "claude-sonnet-4-5-20250929")]
)
def test_newer_models_do_not_speak_it(asked: Any, name: str) -> None:
    # quoted for Claude 3 Sonnet, 3.7 Sonnet and Sonnet 4.5
    text = f'"{name}" is not supported on this API. Please use the Messages API instead.'
    assert refusal(anthropic_messages, body(), asked) == text


def test_a_messages_body_is_messages() -> None:
    # recorded on Claude 2 since 2024: the answer is a message, too
    request = anthropic_text.decode(json.dumps(claude()).encode(), CLAUDE_2)
    reply = json.loads(anthropic_text.encode_reply(whole(*TURN), request, CLAUDE_2))
    assert (reply["model"], reply["type"], reply["usage"]) == (
        "claude-2.0",
        "message",
        {"input_tokens": 10, "output_tokens": 4},
    )
    first = decoded(anthropic_text.stream(request, CLAUDE_2, 0).chunks([events.message_start()]))[0]
    assert first["type"] == "message_start"


def test_a_messages_body_of_the_wrong_shape_is_refused_as_one() -> None:
    text = '#: subject must not be valid against schema {"required":["messages"]}#: required key [max_tokens] not found'
    assert refusal(anthropic_text, claude(max_tokens=...), CLAUDE_2) == malformed(text)


def test_converse_gets_messages_rules() -> None:
    with pytest.raises(ModelRefusal, match="text content blocks must be non-empty"):
        anthropic_text.check(hub(("user", "")), CLAUDE_2)


TURN = [
    events.message_start(),
    events.text_delta(0, " Hello"),
    events.text_delta(0, " there"),
    events.block_stop(0),
    events.message_stop("end_turn"),
    events.metadata(events.usage(10, 4), 200),
]


@pytest.mark.parametrize(
    ("stop", "reason", "sequence"),
    [
        # recorded: a turn that ended of itself names the other voice
        (events.message_stop("end_turn"), b'"stop_sequence"', rb'"\n\nHuman:"'),
        (events.message_stop("stop_sequence", "END"), b'"stop_sequence"', b'"END"'),
        (events.message_stop("max_tokens"), b'"max_tokens"', b"null"),
    ],
)
def test_a_reply_in_bytes(stop: Any, reason: bytes, sequence: bytes) -> None:
    request = anthropic_text.decode(body(), CLAUDE_2)
    reply = anthropic_text.encode_reply(whole(*TURN[:4], stop, TURN[5]), request, CLAUDE_2)
    expected = (
        b'{"type":"completion","completion":" Hello there","stop_reason":' + reason + b',"stop":' + sequence + b"}"
    )
    assert reply == expected


def test_a_stream_in_bytes() -> None:
    # recorded: pieces with nulls, a last one without text that carries the metrics
    request = anthropic_text.decode(body(), CLAUDE_2)
    assert anthropic_text.stream(request, CLAUDE_2, 90).chunks(TURN) == [
        b'{"type":"completion","completion":" Hello","stop_reason":null,"stop":null}',
        b'{"type":"completion","completion":" there","stop_reason":null,"stop":null}',
        rb'{"type":"completion","completion":"","stop_reason":"stop_sequence","stop":"\n\nHuman:",'
        b'"amazon-bedrock-invocationMetrics":{"inputTokenCount":10,"outputTokenCount":4,"invocationLatency":200,'
        b'"firstByteLatency":90}}',
    ]


def test_an_engine_that_tells_its_usage_too_early_is_wrong() -> None:
    stream = anthropic_text.stream(anthropic_text.decode(body(), CLAUDE_2), CLAUDE_2, 0)
    with pytest.raises(ValueError, match="before the end of the turn"):
        stream.chunks([TURN[5]])


VOICES = st.lists(st.sampled_from(["\n\nHuman:", "\n\nAssistant:", " hi", "\n"])).map("".join)


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | (st.text() | VOICES).map(lambda prompt: body(prompt=prompt))
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(anthropic_text, sent, CLAUDE_2) != ""
