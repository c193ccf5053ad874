"""The open-weight models' native bodies, both ways."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import PIXEL, checked, hub, model, refusal, whole
from tests.families.natives import BODIES, link, objects
from tests.families.runs import METRICS, TEXTS, call_run, streamed, text_run, thought_run

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import openai_chat
from outcrop.model.runtime import ContentBlock, ToolResultBlock

GPT = model("openai.gpt-oss-120b-1:0")
GEMMA = model("google.gemma-3-12b-it")
QWEN = model("qwen.qwen3-32b-v1:0")
KIMI = model("moonshot.kimi-k2-thinking")
MODELS = (GPT, GEMMA, QWEN, KIMI)
USER = {"role": "user", "content": "Hello world!"}


def body(*messages: Any, **members: Any) -> bytes:
    return json.dumps({"messages": list(messages) or [USER], **members}).encode()


def asked(*messages: Any, **members: Any) -> ChatRequest:
    return openai_chat.decode(body(*messages, **members), GPT)


def answered(run: list[Event], request: ChatRequest | None = None, by: Model = GPT) -> Any:
    return json.loads(openai_chat.encode_reply(whole(*run), request or asked(), by))


def error(text: str | None) -> str:
    """The message within the document that a refusal is."""
    assert text is not None
    found = json.loads(text)["error"]
    assert (found["code"], found["param"], found["type"]) == ("validation_error", None, "invalid_request_error")
    return str(found["message"])


def test_a_body_is_read() -> None:
    # recorded 2025-11
    request = asked(USER, max_tokens=50, model="openai.gpt-oss-120b-1:0", seed=42, stream=False, temperature=0.0)
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Hello world!")]
    assert (request.inference.max_tokens, request.inference.temperature, request.fields) == (50, 0.0, {"seed": 42})


def test_developers_and_systems_speak_alike() -> None:
    # documented: developer messages are the system prompt
    messages = [{"role": "developer", "content": "Be brief."}, {"role": "system", "content": "Be kind."}, USER]
    assert [block.text for block in asked(*messages).system] == ["Be brief.", "Be kind."]


def test_the_newer_name_of_a_limit_counts() -> None:
    assert asked(max_tokens=5, max_completion_tokens=7).inference.max_tokens == 7


def test_stop_is_one_sequence_or_several() -> None:
    assert asked(stop="|").inference.stop_sequences == ["|"]
    assert asked(stop=["|", "#"], top_p=0.5).inference.stop_sequences == ["|", "#"]


def test_a_round_trip_of_a_tool() -> None:
    # recorded 2025-11
    function = {"name": "add", "arguments": '{"a":2,"b":3}'}
    messages = [
        USER,
        {
            "content": "sum=5",
            "role": "assistant",
            "tool_calls": [{"function": function, "id": "t1", "type": "function"}],
        },
        {"content": "5", "role": "tool", "tool_call_id": "t1"},
    ]
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    request = asked(*messages, tools=[tool], tool_choice={"type": "function", "function": {"name": "add"}})
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    result = request.messages[2].content[0].tool_result
    assert result is not None
    assert (result.tool_use_id, result.content[0].text) == ("t1", "5")
    assert request.tool_choice is not None
    assert request.tool_choice.tool is not None


def test_a_schema_for_the_answer() -> None:
    schema = {"type": "object", "properties": {"word": {"type": "string"}}}
    request = asked(response_format={"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}})
    assert request.output_config is not None
    assert request.output_config.text_format is not None


def test_pictures() -> None:
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": link()}}]
    picture = openai_chat.decode(body({"role": "user", "content": parts}), GEMMA).messages[0].content[1].image
    assert picture is not None
    assert picture.source.bytes == PIXEL


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"temperature": -1}, "temperature must be non-negative, got -1.0."),
        ({"top_p": 0}, "top_p must be in (0, 1], got 0.0."),
        ({"top_p": 1.5}, "top_p must be in (0, 1], got 1.5."),
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0."),
        ({"max_completion_tokens": 0}, "max_completion_tokens must be at least 1, got 0."),
        ({"n": 0}, "n must be at least 1, got 0."),
        ({"n": 129}, "n must be at most 128, got 129."),
        ({"tool_choice": "required"}, "When using `tool_choice`, `tools` must be set."),
        ({"messages": []}, "messages must hold at least one turn of the conversation."),
    ],
)
def test_values_are_refused_in_vllms_words(members: Any, text: str) -> None:
    assert f'message: "{text}", param: None' in error(refusal(openai_chat, {"messages": [USER], **members}, GPT))


def test_forms_are_refused_in_serdes_words() -> None:
    sent = b'{"messages":"Hello"}'
    assert error(refusal(openai_chat, sent, GPT)) == (
        "Failed to deserialize the JSON body into the target type: Invalid 'messages': invalid type: string \"Hello\", "
        f"expected a sequence at line 1 column {len(sent)}"
    )


def test_what_is_no_json_object_is_the_services_to_refuse() -> None:
    assert refusal(openai_chat, b"{", GPT) == "Malformed input request, please reformat your input and try again."


def test_the_model_in_the_body_must_be_the_one_that_is_invoked() -> None:
    # documented: it must match, or be left out
    for name in ("openai.gpt-oss-120b-1:0", "us.openai.gpt-oss-120b-1:0"):
        assert refusal(openai_chat, body(model=name), GPT) is None
    assert "does not match" in error(refusal(openai_chat, body(model="openai.gpt-oss-20b-1:0"), GPT))


def test_efforts() -> None:
    for effort in (None, "none", "low", "medium", "high"):
        assert refusal(openai_chat, body(reasoning_effort=effort), GPT) is None
    # probed through Converse, word for word
    assert checked(openai_chat, hub(fields={"reasoning_effort": "minimal"}), GPT) == (
        '{"error":{"code":"validation_error","message":"SubmitRequestFailure: SubmitRequestFailure: code=-32602, msg=1 '
        "validation error for ChatCompletionRequest\\nreasoning_effort\\n  Input should be 'none', 'low', 'medium' or "
        "'high' [type=literal_error, input_value='minimal', input_type=str]\\n    For further information visit "
        'https://errors.pydantic.dev/2.13/v/literal_error","param":null,"type":"invalid_request_error"}}'
    )


def test_a_budget_is_no_effort() -> None:
    # probed through Converse, but for the column, which counts a body that nobody saw
    budget = {"type": "enabled", "budget_tokens": 1024}
    text = error(checked(openai_chat, hub(fields={"reasoning_config": budget}), GPT))
    assert re.fullmatch(
        r"Failed to deserialize the JSON body into the target type: Invalid 'reasoning_effort': unknown variant "
        r"`budget_tokens`, expected one of `high`, `low`, `medium`, `minimal`, `none`, `xhigh` at line 1 column \d+",
        text,
    )
    assert checked(openai_chat, hub(fields={"reasoning_config": budget}), QWEN) is None  # unknown there, and ignored


def test_unknown_members_are_ignored() -> None:
    # probed on gpt-oss, Gemma 3 and Qwen 3
    for each in MODELS:
        assert checked(openai_chat, hub(fields={"top_k": 10, "made_up": True}), each) is None
    assert asked(made_up=True).fields == {"made_up": True}


def test_gemmas_template_knows_no_results_of_tools() -> None:
    # probed on Gemma 3 12B, word for word
    result = ContentBlock(tool_result=ToolResultBlock(tool_use_id="t1", content=[]))
    request = hub(("user", "a"), ("assistant", "b"), ("user", [result]))
    assert checked(openai_chat, request, GEMMA) == (
        '{"error":{"code":"validation_error","message":"ErrorEvent { error: APIError { type: \\"BadRequestError\\", code: '
        'Some(400), message: \\"Conversation roles must alternate user/assistant/user/assistant/...\\", param: None } }",'
        '"param":null,"type":"invalid_request_error"}}'
    )
    assert checked(openai_chat, request, QWEN) is None


def test_a_prompt_over_the_window() -> None:
    # vLLM's words
    text = error(refusal(openai_chat, body({"role": "user", "content": "word " * 40_000}), QWEN))
    assert "This model's maximum context length is 32768 tokens. However, your request has 400" in text


def test_a_reply_in_bytes() -> None:
    # recorded 2025-11: these members, sorted; the time is the answer's
    before = int(time.time())
    reply = openai_chat.encode_reply(whole(*thought_run(["Say hi."], ["Hello!"])), asked(), GPT)
    answer = json.loads(reply)
    assert before <= answer["created"] <= time.time()
    assert re.fullmatch(r"chatcmpl-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", answer["id"])
    assert reply.decode() == (
        '{"choices":[{"finish_reason":"stop","index":0,"logprobs":null,"message":{"content":'
        '"<reasoning>Say hi.</reasoning>Hello!","refusal":null,"role":"assistant"}}],'
        f'"created":{answer["created"]},"id":"{answer["id"]}","model":"openai.gpt-oss-120b-1:0","object":"chat.completion",'
        '"service_tier":"auto","usage":{"completion_tokens":3,"prompt_tokens":14,"total_tokens":17}}'
    )


def test_a_thought_that_the_limit_cut_off_is_closed() -> None:
    # recorded 2025-11 with ten tokens
    (choice,) = answered(thought_run(["The user says"], [], "max_tokens"))["choices"]
    assert choice["message"]["content"] == "<reasoning>The user says</reasoning>"
    assert choice["finish_reason"] == "length"


def test_calls() -> None:
    # recorded 2025-11: the reason, the members and the form of the identifier
    (choice,) = answered(call_run('{"a":2}', name="add"))["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert call["function"] == {"arguments": '{"a":2}', "name": "add"}
    assert re.fullmatch(r"chatcmpl-tool-[0-9a-f]{32}", call["id"])


def test_kimi_names_its_calls_itself() -> None:
    # recorded on Converse: functions.get_temperature:0
    (choice,) = answered(call_run("{}"), by=KIMI)["choices"]
    assert choice["message"]["tool_calls"][0]["id"] == "tooluse_1"


def test_as_many_choices_as_asked_for() -> None:
    choices = answered(text_run("Hi"), asked(n=3))["choices"]
    assert [(choice["index"], choice["message"]["content"]) for choice in choices] == [(0, "Hi"), (1, "Hi"), (2, "Hi")]
    chunks = streamed(openai_chat, asked(n=2), GPT, text_run("Hi"))
    assert [chunk["choices"][0]["index"] for chunk in chunks] == [0, 1, 0, 1, 0, 1]
    assert [METRICS in chunk for chunk in chunks] == [False] * 5 + [True]


def test_a_stream_in_bytes() -> None:
    # OpenAI's reference; the members as in the recorded answers, sorted
    chunks = openai_chat.stream(asked(), GPT, 30).chunks(thought_run(["Hm"], ["Hi", ""]))
    first = json.loads(chunks[0])
    envelope = (
        f'"created":{first["created"]},"id":"{first["id"]}","model":"openai.gpt-oss-120b-1:0",'
        '"object":"chat.completion.chunk","service_tier":"auto"'
    )

    def chunk(delta: str, reason: str = "null", more: str = "") -> bytes:
        choice = f'{{"delta":{delta},"finish_reason":{reason},"index":0,"logprobs":null}}'
        return f'{{"choices":[{choice}],{envelope}{more}}}'.encode()

    metrics = (
        ',"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
        '"firstByteLatency":30}'
    )
    assert chunks == [
        chunk('{"content":"","role":"assistant"}'),
        chunk('{"content":"<reasoning>Hm"}'),
        chunk('{"content":"</reasoning>"}'),
        chunk('{"content":"Hi"}'),
        chunk("{}", '"stop"', metrics),
    ]


def test_the_usage_comes_last_when_asked_for() -> None:
    # OpenAI's reference: a chunk without choices
    chunks = streamed(openai_chat, asked(stream_options={"include_usage": True}), GPT, text_run("Hi"))
    assert (chunks[-1]["choices"], chunks[-1]["usage"]["total_tokens"]) == ([], 17)
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@given(TEXTS, TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(thoughts: list[str], pieces: list[str], size: int) -> None:
    run = thought_run(thoughts, pieces)
    chunks = streamed(openai_chat, asked(), GPT, run, size)
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said == answered(run)["choices"][0]["message"]["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]


@given(st.sampled_from(MODELS), BODIES | objects(*openai_chat.Body.__struct_fields__, "reasoning_effort"))
def test_any_body_is_taken_or_refused_in_words(by: Model, sent: bytes) -> None:
    assert refusal(openai_chat, sent, by) != ""
