"""Palmyra's native bodies, both ways."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, malformed, model, refusal, whole
from tests.families.natives import BODIES, objects
from tests.families.runs import METRICS, TEXTS, call_run, streamed, text_run

from outcrop.chat.events import Event
from outcrop.chat.request import ChatRequest
from outcrop.families import writer

X5 = model("writer.palmyra-x5-v1:0")
USER = {"role": "user", "content": "Explain it."}
TOOL = {"type": "function", "function": {"name": "report", "parameters": {"type": "object"}}}


def asked(*messages: Any, **members: Any) -> ChatRequest:
    return writer.decode(json.dumps({"messages": list(messages) or [USER], **members}).encode(), X5)


def answered(run: list[Event]) -> Any:
    return json.loads(writer.encode_reply(whole(*run), asked(), X5))


@pytest.mark.parametrize("content", ["Explain it.", {"text": "Explain it."}, [{"type": "text", "text": "Explain it."}]])
def test_a_content_is_text_or_holds_it(content: Any) -> None:
    # documented: the example's content is an object
    request = asked({"role": "system", "content": "Be brief."}, {"role": "user", "content": content})
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Explain it.")]
    assert [block.text for block in request.system] == ["Be brief."]


def test_settings() -> None:
    request = asked(temperature=2.0, top_p=0.5, max_tokens=8192, stop=["|"], seed=7, min_tokens=1, presence_penalty=-2)
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (8192, 2.0, 0.5)
    assert (inference.stop_sequences, request.fields) == (["|"], {"min_tokens": 1, "seed": 7, "presence_penalty": -2})


def test_an_answer_is_short_unless_the_body_says_otherwise() -> None:
    assert asked().inference.max_tokens == 16  # documented


def test_tools_and_formats() -> None:
    request = asked(tools=[TOOL], tool_choice="required", response_format={"type": "json_object"})
    assert [tool.tool_spec.name for tool in request.tools if tool.tool_spec] == ["report"]
    assert request.tool_choice is not None
    assert request.output_config is not None


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({}, "#: required key [messages] not found"),
        ({"messages": []}, "#/messages: expected minimum item count: 1, found: 0"),
        ({"messages": [{}]}, "#/messages/0: required key [role] not found"),
        ({"messages": [USER], "max_tokens": 8193}, "#/max_tokens: 8193 is not less or equal to 8192"),
        ({"messages": [USER], "temperature": 2.1}, "#/temperature: 2.1 is not less or equal to 2"),
        ({"messages": [USER], "presence_penalty": -3}, "#/presence_penalty: -3 is not greater or equal to -2"),
        ({"messages": [USER], "stop": ["a"] * 5}, "#/stop: expected maximum item count: 4, found: 5"),
        ({"messages": [USER], "top_k": 1}, "#: extraneous key [top_k] is not permitted"),
    ],
)
def test_refusals_are_everits_within_the_documented_limits(sent: Any, text: str) -> None:
    assert refusal(writer, sent, X5) == malformed(text)


def test_fields_and_settings_of_converse_meet_the_schema() -> None:
    assert checked(writer, hub(fields={"top_k": 1}), X5) == malformed("#: extraneous key [top_k] is not permitted")
    assert checked(writer, hub(fields={"seed": 1}), X5) is None


def test_a_reply_in_bytes() -> None:
    # documented: vLLM's members
    reply = writer.encode_reply(whole(*text_run("Hi", " there")), asked(), X5)
    answer = json.loads(reply)
    assert re.fullmatch(r"chatcmpl-[0-9a-f]{32}", answer["id"])
    assert reply.decode() == (
        f'{{"id":"{answer["id"]}","object":"chat.completion","created":{answer["created"]},'
        '"model":"writer.palmyra-x5-v1:0",'
        '"choices":[{"index":0,"message":{"role":"assistant","reasoning_content":null,"content":"Hi there",'
        '"tool_calls":[]},'
        '"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":17,'
        '"completion_tokens":3,"prompt_tokens_details":null},"prompt_logprobs":null}'
    )


def test_calls_and_reasons() -> None:
    (choice,) = answered(call_run("{}", name="report"))["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert re.fullmatch(r"chatcmpl-tool-[0-9a-f]{32}", choice["message"]["tool_calls"][0]["id"])
    (stopped,) = answered(text_run("Hi", reason="stop_sequence", sequence="|"))["choices"]
    assert (stopped["finish_reason"], stopped["stop_reason"]) == ("stop", "|")


def test_a_stream_in_bytes() -> None:
    chunks = writer.stream(asked(), X5, 30).chunks(text_run("Hi", reason="max_tokens"))
    first = json.loads(chunks[0])
    envelope = (
        f'{{"id":"{first["id"]}","object":"chat.completion.chunk","created":{first["created"]},'
        '"model":"writer.palmyra-x5-v1:0","choices":[{"index":0,"delta":'
    )
    assert chunks == [
        f'{envelope}{{"role":"assistant","content":""}},"logprobs":null,"finish_reason":null}}]}}'.encode(),
        f'{envelope}{{"content":"Hi"}},"logprobs":null,"finish_reason":null}}]}}'.encode(),
        (
            f'{envelope}{{"content":""}},"logprobs":null,"finish_reason":"length"}}],"amazon-bedrock-invocationMetrics":'
            '{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,"firstByteLatency":30}}'
        ).encode(),
    ]


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    chunks = streamed(writer, asked(), X5, text_run(*pieces), size)
    said = "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)
    assert said == answered(text_run(*pieces))["choices"][0]["message"]["content"]
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@given(BODIES | objects(*writer.Body.__struct_fields__))
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(writer, sent, X5) != ""
