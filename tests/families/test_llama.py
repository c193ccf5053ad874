"""Llama's native bodies, both ways."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import (
    LLAMA_2,
    LLAMA_3,
    LLAMA_3_1,
    LLAMA_VISION,
    PIXEL,
    checked,
    decoded,
    hub,
    malformed,
    refusal,
    whole,
)
from tests.families.test_everit import JSON

from outcrop.chat import events, tokens
from outcrop.chat.features import Model
from outcrop.families import llama


def body(**members: Any) -> bytes:
    return json.dumps({"prompt": "Hello", **members}).encode()


def test_a_body_is_read() -> None:
    # the request of the course of 2024
    request = llama.decode(body(max_gen_len=200, temperature=0.5, top_p=0.9), LLAMA_3)
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Hello")]
    assert (request.inference.max_tokens, request.inference.temperature, request.inference.top_p) == (200, 0.5, 0.9)
    assert request.fields == {}


def test_what_is_not_said_is_left_open() -> None:
    inference = llama.decode(body(), LLAMA_3).inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (None, None, None)


def test_a_template_becomes_turns() -> None:
    prompt = "<s>[INST] <<SYS>>Be brief.<</SYS>> Hi [/INST]"
    request = llama.decode(body(prompt=prompt), LLAMA_3)
    assert [block.text for block in request.system] == ["Be brief."]
    assert [message.role for message in request.messages] == ["user"]


@pytest.mark.parametrize(
    ("asked", "sent", "text"),
    [
        # quoted: Llama 2 and 3
        (LLAMA_3, {"prompt": "a", "max_gen_len": 8192}, "#/max_gen_len: 8192 is not less or equal to 2048"),
        (LLAMA_2, {"prompt": "a", "max_gen_len": 2049}, "#/max_gen_len: 2049 is not less or equal to 2048"),
        (LLAMA_3, {"prompt": "a", "max_tokens": 5}, "#: extraneous key [max_tokens] is not permitted"),
        (
            LLAMA_3,
            {"prompt": "a", "anthropic_version": "x"},
            "#: extraneous key [anthropic_version] is not permitted",
        ),
        (
            LLAMA_3,
            {"messages": []},
            "#: required key [prompt] not found#: extraneous key [messages] is not permitted",
        ),
        # by the same schema
        (LLAMA_3, {"prompt": 1}, "#/prompt: expected type: String, found: Integer"),
        (LLAMA_3, {"prompt": ""}, "#/prompt: expected minLength: 1, actual: 0"),
        (LLAMA_3, {"prompt": "a", "max_gen_len": 0}, "#/max_gen_len: 0 is not greater or equal to 1"),
        (LLAMA_3, {"prompt": "a", "temperature": 2}, "#/temperature: 2 is not less or equal to 1"),
        (LLAMA_3, {"prompt": "a", "top_p": None}, "#/top_p: expected type: Number, found: Null"),
        (LLAMA_3, {"prompt": "a", "images": []}, "#: extraneous key [images] is not permitted"),
    ],
)
def test_refusals_are_everits(asked: Model, sent: Any, text: str) -> None:
    assert refusal(llama, sent, asked) == malformed(text)


def test_newer_models_write_more() -> None:
    # listed: 8,192 tokens
    assert refusal(llama, body(max_gen_len=8192), LLAMA_3_1) is None


def test_what_is_no_json_is_refused_in_one_sentence() -> None:
    assert refusal(llama, b"{", LLAMA_3) == "Malformed input request, please reformat your input and try again."


def test_pictures_stand_before_the_users_words() -> None:
    # documented for Llama 3.2 and later
    request = llama.decode(body(images=[base64.b64encode(PIXEL).decode()]), LLAMA_VISION)
    picture, words = request.messages[0].content
    assert picture.image is not None
    assert (picture.image.format, picture.image.source.bytes, words.text) == ("png", PIXEL, "Hello")


@pytest.mark.parametrize("data", ["not base64!", base64.b64encode(b"no picture").decode()])
def test_what_is_no_picture_is_refused(data: str) -> None:
    assert refusal(llama, body(images=[data]), LLAMA_VISION) == "Could not process image"  # decided


def test_a_prompt_over_the_window() -> None:
    # quoted for Llama 3, whose window is 8,192 tokens
    text = "This model's maximum context length is 8192 tokens. Please reduce the length of the prompt"
    assert refusal(llama, body(prompt="word " * 9000), LLAMA_3) == text
    assert refusal(llama, body(prompt="word " * 8000), LLAMA_3) is None


def test_additional_fields_on_converse() -> None:
    # probed on Llama 3.1
    assert checked(llama, hub(fields={"top_k": 10}), LLAMA_3_1) == malformed(
        "#: extraneous key [top_k] is not permitted"
    )
    assert checked(llama, hub(), LLAMA_3_1) is None


TURN = [
    events.message_start(),
    events.text_delta(0, "Hi"),
    events.text_delta(0, " there"),
    events.block_stop(0),
    events.message_stop("end_turn"),
    events.metadata(events.usage(14, 3), 120),
]


def test_a_reply_in_bytes() -> None:
    # recorded: four members in this order
    request = llama.decode(body(), LLAMA_3)
    assert llama.encode_reply(whole(*TURN), request, LLAMA_3) == (
        b'{"generation":"Hi there","prompt_token_count":14,"generation_token_count":3,"stop_reason":"stop"}'
    )


def test_a_reply_cut_by_its_limit() -> None:
    cut = [*TURN[:4], events.message_stop("max_tokens"), TURN[5]]
    reply = llama.encode_reply(whole(*cut), llama.decode(body(), LLAMA_3), LLAMA_3)
    assert json.loads(reply)["stop_reason"] == "length"


def test_a_stream_in_bytes() -> None:
    # recorded: the prompt's count on the first chunk, a running count on all, the metrics on the last; always `generation`
    request = llama.decode(body(), LLAMA_3)
    count = tokens.count_request(request, LLAMA_3)
    assert llama.stream(request, LLAMA_3, 30).chunks(TURN) == [
        f'{{"generation":"Hi","prompt_token_count":{count},"generation_token_count":1,"stop_reason":null}}'.encode(),
        b'{"generation":" there","prompt_token_count":null,"generation_token_count":2,"stop_reason":null}',
        b'{"generation":"","prompt_token_count":null,"generation_token_count":3,"stop_reason":"stop",'
        b'"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
        b'"firstByteLatency":30}}',
    ]


@given(st.lists(st.text(), max_size=6), st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    run = [events.message_start(), *(events.text_delta(0, piece) for piece in pieces), *TURN[3:]]
    request = llama.decode(body(), LLAMA_3)
    stream = llama.stream(request, LLAMA_3, 0)
    chunks = [chunk for at in range(0, len(run), size) for chunk in decoded(stream.chunks(run[at : at + size]))]
    assert "".join(chunk["generation"] for chunk in chunks) == "".join(pieces)
    assert [chunk["prompt_token_count"] is None for chunk in chunks] == [False] + [True] * (len(chunks) - 1)
    assert [chunk["stop_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries({"prompt": JSON}, optional={"max_gen_len": JSON, "temperature": JSON, "images": JSON})
    .map(json.dumps)
    .map(str.encode)
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(llama, sent, LLAMA_VISION) != ""
