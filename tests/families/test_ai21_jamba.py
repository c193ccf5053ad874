"""Jamba's native bodies, both ways."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, malformed, model, refusal, whole
from tests.families.natives import BODIES, objects
from tests.families.runs import METRICS, TEXTS, call_run, streamed, text_run

from outcrop.chat import tokens
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import ai21_jamba
from outcrop.model.runtime import InferenceConfiguration

LARGE, INSTRUCT = model("ai21.jamba-1-5-large-v1:0"), model("ai21.jamba-instruct-v1:0")
USER = {"role": "user", "content": "Say this is a test"}
TOOL = {"type": "function", "function": {"name": "report", "parameters": {"type": "object"}}}


def asked(*messages: Any, **members: Any) -> ChatRequest:
    return ai21_jamba.decode(json.dumps({"messages": list(messages) or [USER], **members}).encode(), LARGE)


def answered(run: list[Event], request: ChatRequest | None = None) -> Any:
    return json.loads(ai21_jamba.encode_reply(whole(*run), request or asked(), LARGE))


def test_a_body_is_read() -> None:
    # recorded 2025-03 (refused for its credentials): the request of a tracing library
    request = asked(max_tokens=10, temperature=0.8, top_p=1, stop="|", frequency_penalty=0.1, presence_penalty=0)
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Say this is a test")]
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (10, 0.8, 1)
    assert inference.stop_sequences == ["|"]
    assert request.fields == {"frequency_penalty": 0.1, "presence_penalty": 0}


def test_systems_tools_and_formats() -> None:
    messages = [{"role": "system", "content": "Be brief."}, USER]
    request = asked(*messages, tools=[TOOL], response_format={"type": "json_object"}, stop=["|", "#"])
    assert [block.text for block in request.system] == ["Be brief."]
    assert [tool.tool_spec.name for tool in request.tools if tool.tool_spec] == ["report"]
    assert request.output_config is not None
    assert request.inference.stop_sequences == ["|", "#"]


def test_documents_stand_before_the_words() -> None:
    # AI21's reference
    document = {"content": "They are tall.", "metadata": [{"key": "title", "value": "Penguins"}]}
    first, words = asked(documents=[document]).messages[0].content
    assert first.document is not None
    assert (first.document.name, first.document.source.text) == ("document 0", "title: Penguins\nThey are tall.")
    assert words.text == "Say this is a test"


@pytest.mark.parametrize(
    ("asked", "sent", "text"),
    [
        (LARGE, {}, "#: required key [messages] not found"),
        (LARGE, {"messages": []}, "#/messages: expected minimum item count: 1, found: 0"),
        (LARGE, {"prompt": "a"}, "#: required key [messages] not found#: extraneous key [prompt] is not permitted"),
        (
            LARGE,
            {"messages": [{}]},
            "#/messages/0: required key [role] not found#/messages/0: required key [content] not found",
        ),
        (
            LARGE,
            {"messages": [{"role": "developer", "content": "a"}]},
            "#/messages/0/role: developer is not a valid enum value",
        ),
        (LARGE, {"messages": [USER], "max_tokens": 4097}, "#/max_tokens: 4097 is not less or equal to 4096"),
        (LARGE, {"messages": [USER], "temperature": 2.5}, "#/temperature: 2.5 is not less or equal to 2"),
        (LARGE, {"messages": [USER], "n": 17}, "#/n: 17 is not less or equal to 16"),
        (INSTRUCT, {"messages": [USER], "tools": [TOOL]}, "#: extraneous key [tools] is not permitted"),
        (INSTRUCT, {"messages": [USER], "documents": []}, "#: extraneous key [documents] is not permitted"),
    ],
)
def test_refusals_are_everits_within_the_documented_limits(asked: Model, sent: Any, text: str) -> None:
    assert refusal(ai21_jamba, sent, asked) == malformed(text)


def test_fields_and_settings_of_converse_meet_the_schema() -> None:
    refused = malformed("#: extraneous key [top_k] is not permitted")
    assert checked(ai21_jamba, hub(fields={"top_k": 1}), LARGE) == refused
    inference = InferenceConfiguration(max_tokens=10, temperature=1.0, top_p=1.0, stop_sequences=["|"])
    assert checked(ai21_jamba, hub(fields={"n": 2}, inference=inference), LARGE) is None


def test_a_reply_in_bytes() -> None:
    # recorded: the members in this order, calls null when there are none
    request = asked()
    reply = ai21_jamba.encode_reply(whole(*text_run("This is", " a test.")), request, LARGE)
    identifier = json.loads(reply)["id"]
    assert re.fullmatch(r"chatcmpl-[0-9a-f-]{36}", identifier)
    assert reply.decode() == (
        f'{{"id":"{identifier}","choices":[{{"index":0,"message":{{"role":"assistant","content":"This is a test.",'
        '"tool_calls":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":3,"total_tokens":17},'
        '"meta":{"requestDurationMillis":120},"model":"jamba-1-5-large"}'
    )


def test_calls_and_reasons() -> None:
    (choice,) = answered(call_run('{"day":"Monday"}', name="report"))["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"] == {"arguments": '{"day":"Monday"}', "name": "report"}
    assert answered(text_run("Hi", reason="max_tokens"))["choices"][0]["finish_reason"] == "length"


def test_as_many_choices_as_asked_for() -> None:
    assert [choice["index"] for choice in answered(text_run("Hi"), asked(n=2))["choices"]] == [0, 1]
    chunks = streamed(ai21_jamba, asked(n=2), LARGE, text_run("Hi"))
    assert [chunk["choices"][0]["index"] for chunk in chunks[:-1]] == [0, 1, 0, 1, 0, 1]


def test_a_stream_in_bytes() -> None:
    # recorded: no object, the usage in every chunk, the metrics alone in the last
    request = asked()
    chunks = ai21_jamba.stream(request, LARGE, 30).chunks(text_run("Hi", " there", reason="max_tokens"))
    identifier, count = json.loads(chunks[0])["id"], tokens.count_request(request, LARGE)

    def chunk(delta: str, reason: str, prompt: int, completion: int) -> bytes:
        usage = f'{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{prompt + completion}}}'
        choice = f'{{"index":0,"delta":{delta},"finish_reason":{reason}}}'
        return f'{{"id":"{identifier}","choices":[{choice}],"usage":{usage}}}'.encode()

    assert chunks == [
        chunk('{"role":"assistant","content":""}', "null", count, 0),
        chunk('{"content":"Hi"}', "null", count, 1),
        chunk('{"content":" there"}', "null", count, 2),
        chunk('{"content":""}', '"length"', 14, 3),
        b'{"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
        b'"firstByteLatency":30}}',
    ]


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    *chunks, last = streamed(ai21_jamba, asked(), LARGE, text_run(*pieces), size)
    said = "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)
    assert said == answered(text_run(*pieces))["choices"][0]["message"]["content"]
    assert list(last) == [METRICS]


@given(
    st.sampled_from((LARGE, INSTRUCT)),
    BODIES | objects("messages", "max_tokens", "stop", "n", "tools", "documents", "response_format"),
)
def test_any_body_is_taken_or_refused_in_words(by: Model, sent: bytes) -> None:
    assert refusal(ai21_jamba, sent, by) != ""
