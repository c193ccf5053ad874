"""A.2: every setting of the page, by the request it makes and the output it gives."""

import asyncio
import pickle
from typing import Any

import pytest
from tests.operator.asking import HAIKU, RECORD, SONNET, failed, operator, refused, sent
from tests.operator.clients import InProcess, Listed, Refused, answered, done, said
from tests.operator.test_payload import SERIES, TURNS

from outcrop.chat.json_mode import INSTRUCTION
from outcrop.operator import ConverseOperator, DataException, ExecutionException

# --- one row of A.2 after the other


def test_label() -> None:
    assert operator().statistics.label == "Amazon Bedrock Converse API"
    assert operator(label="Create customer support chatbots").statistics.label == "Create customer support chatbots"


def test_prompt() -> None:
    assert sent() == {"modelId": HAIKU, "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    assert sent(prompt=lambda record: f"Say {record['msg']}")["messages"][0]["content"] == [{"text": "Say Hello"}]
    assert refused(prompt=None).reason == "The value is required."
    assert failed({}).reason == "msg is undefined."


@pytest.mark.parametrize("prompt", [None, "", "  ", 5])
def test_an_empty_prompt_of_a_record_is_the_records_fault(prompt: Any) -> None:
    assert failed({"msg": prompt}).error == "The Prompt value is invalid."


def test_use_message_payload() -> None:
    request = sent({"messages": SERIES[1:]}, use_message_payload=True, message_payload="$messages", prompt=None)
    assert request["messages"] == TURNS
    assert refused(use_message_payload=True, message_payload="$messages").error == "The Prompt value is invalid."
    hidden = refused(use_message_payload=True, message_payload="$messages", prompt=None, system_prompt="x")
    assert hidden.reason == "It is hidden with Use message payload."
    assert refused(use_message_payload=True, prompt=None).error == "The Message payload value is invalid."
    assert refused(message_payload="$messages").reason == "It appears with Use message payload."
    wrong = failed({"messages": "Hi"}, use_message_payload=True, message_payload="$messages", prompt=None)
    assert wrong.reason == "The expected data type is a list of objects."


def test_system_messages_of_a_payload_are_passed_or_lifted() -> None:
    settings = {"use_message_payload": True, "message_payload": "$messages", "prompt": None}
    passed = sent({"messages": SERIES}, **settings)
    assert passed["messages"][0]["role"] == "SYSTEM"
    assert "system" not in passed
    lifted = sent({"messages": SERIES}, system_role="lift", **settings)
    assert lifted["system"] == [{"text": "You are a helpful assistant"}]
    assert lifted["messages"] == TURNS
    assert refused(system_role="drop").error == "The System role value is invalid."


def test_binary_input() -> None:
    assert sent("Größe?".encode(), input="binary", prompt=None)["messages"][0]["content"] == [{"text": "Größe?"}]
    for hidden in ({"prompt": "$msg"}, {"prompt": None, "use_message_payload": True}):
        assert refused(input="binary", **hidden).reason == "It is hidden with Binary input."
    assert failed(b"\xff", input="binary", prompt=None).error == "Unable to read the prompt from the binary input"
    document = done(operator(input="binary", prompt=None).process(b"Hi"))
    assert document["original"] == {"content": "Hi"}


def test_system_prompt_and_its_cache_point() -> None:
    text = "Explain the answer to a 6-year-old child."
    assert sent(system_prompt=text)["system"] == [{"text": text}]
    assert sent({"msg": "Hi", "who": text}, system_prompt="$who")["system"] == [{"text": text}]
    cached = sent(system_prompt=text, cache_system_prompt=True)
    assert cached["system"] == [{"text": text}, {"cachePoint": {"type": "default"}}]
    assert "system" not in sent(cache_system_prompt=True)


def test_the_default_output_is_the_whole_response() -> None:
    response = answered([{"text": "Hi."}], trace={"x": 1})
    assert done(operator(Listed(response)).process(RECORD)) == {**response, "original": RECORD}


def test_json_mode() -> None:
    client = Listed(said('"answer": 42}'))
    document = done(operator(client, json_mode=True).process(RECORD))
    assert client.request["messages"][-1] == {"role": "assistant", "content": [{"text": "{"}]}
    assert document["json_output"] == {"answer": 42}
    assert document["output"]["message"]["content"] == [{"text": '{"answer": 42}'}]


@pytest.mark.parametrize("text", ['"a": 1}', '{"a": 1}', '```json\n{"a": 1}\n```'])
def test_json_of_a_model_that_goes_on_or_begins_anew(text: str) -> None:
    assert done(operator(Listed(said(text)), json_mode=True).process(RECORD))["json_output"] == {"a": 1}


def test_json_mode_with_a_payload() -> None:
    settings = {"json_mode": True, "use_message_payload": True, "message_payload": "$messages", "prompt": None}
    request = sent({"messages": SERIES[1:]}, **settings)
    assert request["messages"] == [*TURNS, {"role": "assistant", "content": [{"text": "{"}]}]
    error = failed({"messages": SERIES[1:3]}, **settings)
    assert error.reason == "The message list ends with an Assistant message."


def test_json_mode_simplified() -> None:
    document = done(operator(Listed(said('"a": [1]}')), json_mode=True, simplify_response=True).process(RECORD))
    assert document["content"] == {"a": [1]}
    assert "json_output" not in document


def test_json_mode_by_schema_and_by_instruction() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}
    model = "us.anthropic.claude-sonnet-4-6"
    client = Listed(said('{"a": 1}'))
    document = done(operator(client, model=model, json_mode=True, json_schema=schema).process(RECORD))
    assert document["json_output"] == {"a": 1}
    assert client.request["outputConfig"]["textFormat"]["type"] == "json_schema"
    client = Listed(said('```json\n{"a": 1}\n```'))
    assert done(operator(client, model=model, json_mode=True).process(RECORD))["json_output"] == {"a": 1}
    assert client.request["messages"][-1]["content"][-1] == {"text": INSTRUCTION}
    assert refused(json_schema=schema).reason == "It belongs to JSON mode."
    assert refused(json_mode=True, json_schema={"type": "city"}).error == "The JSON schema value is invalid."
    error = failed(RECORD, said('"b": 1}'), json_mode=True, json_schema={**schema, "required": ["a"]})
    assert error.error == "The JSON content does not follow the JSON schema"


def test_thinking_takes_no_prefill() -> None:
    client = Listed(said('{"a": 1}'))
    done(operator(client, model=SONNET, json_mode=True, thinking=True, budget_tokens=1024).process(RECORD))
    assert [message["role"] for message in client.request["messages"]] == ["user"]
    strict = {"strict_compatibility": True, "json_mode": True, "thinking": True, "budget_tokens": 1024, "model": SONNET}
    assert refused(**strict).error == "The JSON mode value is invalid."


@pytest.mark.parametrize("stop", ["end_turn", "max_tokens"])
def test_json_that_does_not_parse_goes_with_the_whole_answer(stop: str) -> None:
    error = failed(RECORD, said('"a": ', stop), json_mode=True)
    assert error.error == "Unable to parse JSON content string"
    document = error.document()
    assert list(document) == ["error", "reason", "resolution", "stacktrace", "original", "response"]
    assert document["response"]["output"]["message"]["content"] == [{"text": '{"a": '}]
    assert document["response"]["stopReason"] == stop


def test_simplify_response() -> None:
    assert done(operator(simplify_response=True).process(RECORD)) == {
        "role": "assistant",
        "content": "Hi.",
        "finish_reason": "end_turn",
        "usage": {"prompt_tokens": 10, "output_tokens": 5, "total_tokens": 15},
        "original": RECORD,
    }
    styled = operator(Listed(said("Hi.")), simplify_response=True, finish_reason_style="openai")
    assert done(styled.process(RECORD))["finish_reason"] == "stop"


def test_continuation_requests() -> None:
    client = Listed(said("One, ", "max_tokens"), said("two, ", "max_tokens"), said("three."))
    op = operator(client, continuation_requests=True, continuation_requests_limit=3, debug_mode=True)
    document = done(op.process(RECORD))
    assert document["output"]["message"]["content"] == [{"text": "One, two, three."}]
    assert (document["stop_reason"], document["stopReason"]) == ("end_turn", "end_turn")
    assert document["usage"] == {"inputTokens": 30, "outputTokens": 15, "totalTokens": 45}
    assert "metrics" not in document
    assert [raw["output"]["message"]["content"][0]["text"] for raw in document["_sl_responses"]] == [
        "One, ",
        "two, ",
        "three.",
    ]
    assert [len(request["messages"]) for request in client.requests] == [1, 2, 2]
    assert client.requests[2]["messages"][-1] == {"role": "assistant", "content": [{"text": "One, two,"}]}
    assert (op.statistics.requests, op.statistics.output_tokens) == (3, 15)


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_the_limit_is_that_of_further_requests(limit: int) -> None:
    client = Listed(said("x", "max_tokens"))
    op = operator(client, continuation_requests=True, continuation_requests_limit=limit)
    document = done(op.process(RECORD))
    assert len(client.requests) == 1 + limit
    assert document["stop_reason"] == "max_tokens"
    assert document["output"]["message"]["content"] == [{"text": "x" * (1 + limit)}]


def test_continued_json() -> None:
    client = Listed(said('"a": ', "max_tokens"), said('"b"}'))
    settings = {"json_mode": True, "continuation_requests": True, "continuation_requests_limit": 2}
    document = done(operator(client, debug_mode=True, **settings).process(RECORD))
    assert document["json_output"] == {"a": "b"}
    assert document["output"]["message"]["content"] == [{"text": '{"a": "b"}'}]
    assert client.requests[1]["messages"][-1]["content"] == [{"text": '{"a":'}]
    assert document["_sl_responses"][0] == said('"a": ', "max_tokens")


def test_a_failed_continuation_carries_what_there_is() -> None:
    client = Listed(said("One, ", "max_tokens"), Refused("ThrottlingException", "Too many requests", 429))
    op = operator(client, continuation_requests=True, continuation_requests_limit=2)
    with pytest.raises(DataException) as caught:
        done(op.process(RECORD))
    assert caught.value.reason == "Too many requests"
    assert caught.value.response["output"]["message"]["content"] == [{"text": "One, "}]


def test_debug_mode() -> None:
    raw = said("Hi.")
    document = done(operator(Listed(raw), simplify_response=True, debug_mode=True).process(RECORD))
    assert document["_sl_responses"] == raw
    assert list(document) == ["role", "content", "finish_reason", "usage", "_sl_responses", "original"]
    assert refused(debug_mode=True).reason == "It appears with Simplify response or Continuation requests."


@pytest.mark.parametrize(
    "name",
    ["json_mode", "simplify_response", "continuation_requests", "continuation_requests_limit", "debug_mode"],
)
@pytest.mark.parametrize("value", ["$flag", lambda record: 1])
def test_five_settings_take_no_value_from_the_record(name: str, value: Any) -> None:
    assert refused(**{name: value}).reason == "This field does not support upstream values."


# --- calls that fail, copies, other clients


def test_a_refusal_is_an_error_document_in_the_services_words() -> None:
    message = "Malformed input request, please reformat your input and try again."
    error = failed(RECORD, Refused("ValidationException", message))
    assert error.error == "Failed to invoke the Converse API: ValidationException"
    assert error.reason == message
    assert list(error.document()) == ["error", "reason", "resolution", "stacktrace", "original"]


def test_a_caller_who_is_not_known_ends_the_run() -> None:
    message = "The security token included in the request is invalid."
    op = operator(Listed(Refused("UnrecognizedClientException", message, 403)), on_error="discard")
    with pytest.raises(ExecutionException) as caught:
        done(op.process(RECORD))
    assert caught.value.reason == message


def test_a_copy_in_another_process_starts_from_nothing() -> None:
    op = ConverseOperator(make, model=HAIKU, prompt="$msg")
    assert done(op.process(RECORD))["stopReason"] == "end_turn"
    copied = pickle.loads(pickle.dumps(op))
    assert copied.statistics.records == 0
    assert copied(RECORD) == done(op.process(RECORD))
    assert (copied.statistics.records, op.statistics.records) == (1, 2)
    copied.close()


def make() -> Listed:
    return Listed(said("Hi."))


def test_many_records_at_once_do_not_meet() -> None:
    class Echo:
        async def converse(self, request: Any) -> Any:
            text = request["messages"][0]["content"][0]["text"]
            await asyncio.sleep(0)
            return said(text, "max_tokens" if len(request["messages"]) == 1 else "end_turn")

    op = operator(Echo(), continuation_requests=True, continuation_requests_limit=1)

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(op.process({"msg": f"m{n}"}) for n in range(50)))

    texts = [document["output"]["message"]["content"][0]["text"] for document in done(all_of_them())]
    assert texts == [f"m{n}m{n}" for n in range(50)]


# --- against the gateway


def test_the_gateway_answers(gateway: InProcess, asked: Any) -> None:
    document = asked(operator(gateway, simplify_response=True, system_prompt="Be brief."), RECORD)
    assert "You said: “Hello”." in document["content"]
    assert document["usage"]["total_tokens"] == document["usage"]["prompt_tokens"] + document["usage"]["output_tokens"]


@pytest.mark.parametrize(
    "model",
    [
        HAIKU,
        SONNET,
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "amazon.nova-lite-v1:0",
        "mistral.mistral-large-3-675b-instruct",
    ],
)
def test_the_gateway_answers_in_json(gateway: InProcess, asked: Any, model: str) -> None:
    document = asked(operator(gateway, model=model, json_mode=True), RECORD)
    assert isinstance(document["json_output"], dict)


@pytest.mark.parametrize("model", ["us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-haiku-4-5-20251001-v1:0"])
def test_the_gateway_follows_a_schema(gateway: InProcess, asked: Any, model: str) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "year": {"type": "integer"}},
        "required": ["city", "year"],
        "additionalProperties": False,
    }
    found = asked(operator(gateway, model=model, json_mode=True, json_schema=schema), RECORD)["json_output"]
    assert {name: type(value) for name, value in found.items()} == {"city": str, "year": int}


@pytest.mark.parametrize("model", [HAIKU, SONNET, "us.anthropic.claude-sonnet-4-6"])
def test_the_gateway_takes_continuations(gateway: InProcess, asked: Any, model: str) -> None:
    op = operator(
        gateway,
        model=model,
        maximum_tokens=3,
        continuation_requests=True,
        continuation_requests_limit=4,
        debug_mode=True,
    )
    document = asked(op, RECORD)
    raws = document["_sl_responses"]
    assert len(raws) == 5
    assert document["usage"]["outputTokens"] == sum(raw["usage"]["outputTokens"] for raw in raws)
    assert document["stop_reason"] == "max_tokens"


def test_the_gateway_refuses_the_pages_own_payload_unless_it_is_lifted(gateway: InProcess, asked: Any) -> None:
    settings = {"use_message_payload": True, "message_payload": "$messages", "prompt": None}
    with pytest.raises(DataException) as caught:
        asked(operator(gateway, **settings), {"messages": SERIES})
    assert "failed to satisfy constraint: Member must satisfy enum value set: " in caught.value.reason
    document = asked(operator(gateway, system_role="lift", simplify_response=True, **settings), {"messages": SERIES})
    assert "You said: “Where was it played?”." in document["content"]
