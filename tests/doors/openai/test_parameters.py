"""Every parameter that the openai package names is decided, and what is refused is refused in OpenAI's form."""

from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types import responses
from openai.types.chat import completion_create_params as chat
from openai.types.responses import response_create_params as response
from openai.types.responses import response_input_param as items
from tests.doors.openai.conftest import CLAUDE, NOVA
from tests.doors.sdk_types import paths, undecided, unknown

from outcrop.doors.openai.parameters import CHAT, RESPONSES

HELLO = [{"role": "user", "content": "Hello"}]
# Items and tools of other types are refused by their type.
OURS = {
    "input": (
        items.EasyInputMessageParam,
        items.Message,
        items.ResponseFunctionToolCallParam,
        items.FunctionCallOutput,
        items.ResponseReasoningItemParam,
        items.ResponseOutputMessageParam,
    ),
    "tools": (responses.FunctionToolParam,),
}


def test_every_parameter_of_chat_completions_is_decided() -> None:
    found = paths(chat.CompletionCreateParamsNonStreaming, chat.CompletionCreateParamsStreaming, within={})
    assert len(found) > 50
    assert (undecided(found, CHAT), unknown(found, CHAT)) == (set(), set())


def test_every_parameter_of_responses_is_decided() -> None:
    found = paths(response.ResponseCreateParamsNonStreaming, response.ResponseCreateParamsStreaming, within=OURS)
    assert len(found) > 60
    assert (undecided(found, RESPONSES), unknown(found, RESPONSES)) == (set(), set())


WRONG: dict[str, Any] = {
    "store": True,
    "moderation": {"model": "x"},
    "audio": {"voice": "a", "format": "mp3"},
    "modalities": ["text", "audio"],
    "functions": [{"name": "a"}],
    "function_call": "auto",
    "logprobs": True,
    "top_logprobs": 2,
    "verbosity": "low",
    "web_search_options": {},
    "background": True,
    "conversation": "conv_1",
    "previous_response_id": "resp_1",
    "prompt": {"id": "p"},
    "context_management": [{"type": "compaction"}],
    "truncation": "auto",
    "access_programs": {"cyber": True},
    "image": {"context_compression": "x"},
    "include": ["message.output_text.logprobs"],
    "messages[].audio": [{"role": "assistant", "content": "a", "audio": {"id": "a"}}],
    "messages[].function_call": [
        {"role": "assistant", "content": "a", "function_call": {"name": "a", "arguments": ""}}
    ],
    "messages[].refusal": [{"role": "assistant", "content": "a", "refusal": "no"}],
    "text.verbosity": {"verbosity": "high"},
    "reasoning.mode": {"mode": "pro"},
    "reasoning.context": {"context": "all"},
    "tools[].defer_loading": [{"type": "function", "name": "a", "defer_loading": True}],
    "tools[].async": [{"type": "function", "name": "a", "async": True}],
    "tools[].allowed_callers": [{"type": "function", "name": "a", "allowed_callers": ["programmatic"]}],
    "input[].namespace": [{"type": "function_call", "call_id": "a", "name": "a", "arguments": "", "namespace": "x"}],
    "input[].caller": [
        {"type": "function_call", "call_id": "a", "name": "a", "arguments": "", "caller": {"type": "x"}}
    ],
    "input[].async": [{"type": "function_call", "call_id": "a", "name": "a", "arguments": "", "async": True}],
}
BY_TYPE = {"tools[].custom"}  # an item without a function is none


def refusals(table: dict[str, Any]) -> list[str]:
    return sorted(path for path, row in table.items() if row.kind == "refused" and path not in BY_TYPE)


def ask(client: OpenAI, api: str, more: dict[str, Any]) -> Any:
    """Through the SDK, whatever it thinks of the parameter."""
    if api == "chat":
        return client.chat.completions.create(model=NOVA, messages=HELLO, extra_body=more)  # type: ignore[arg-type]
    return client.responses.create(model=NOVA, input="Hello", extra_body=more)


@pytest.mark.parametrize(
    ("api", "path"),
    [*(("chat", path) for path in refusals(CHAT)), *(("responses", path) for path in refusals(RESPONSES))],
)
def test_what_is_refused_is_refused_by_its_name(client: OpenAI, api: str, path: str) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, api, {path.partition(".")[0].removesuffix("[]"): WRONG[path]})
    error = raised.value
    assert (error.param, error.code, error.type) == (path, "unsupported_parameter", "invalid_request_error")
    assert f"Unsupported parameter: '{path}' is not supported here: " in str(error)


@pytest.mark.parametrize(("api", "table"), [("chat", CHAT), ("responses", RESPONSES)])
def test_values_that_ask_for_what_happens_anyway_are_taken(client: OpenAI, api: str, table: dict[str, Any]) -> None:
    """As is null, which stands for absence; none of it reaches a model that takes no parameter of that name."""
    anyway = {path: row.anyway[0] for path, row in table.items() if row.anyway and "." not in path}
    lists = {"modalities", "include"}
    given = {name: [value] if name in lists else value for name, value in anyway.items()}
    assert ask(client, api, given).model == NOVA
    assert ask(client, api, dict.fromkeys(given)).model == NOVA


@pytest.mark.parametrize(
    ("api", "given"),
    [
        ("chat", {"user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "prompt_cache_retention": "24h"}),
        ("chat", {"prediction": {"type": "content", "content": "x"}, "prompt_cache_options": {"mode": "explicit"}}),
        ("chat", {"messages": [{"role": "user", "content": "Hello", "name": "ann"}]}),
        ("responses", {"user": "u", "max_tool_calls": 3, "stream_options": {"include_obfuscation": False}}),
        ("responses", {"reasoning": {"summary": "auto"}, "include": ["reasoning.encrypted_content"]}),
        ("responses", {"input": [{"role": "user", "content": "Hello", "id": "msg_1", "status": "completed"}]}),
    ],
)
def test_what_is_without_effect_changes_nothing(client: OpenAI, api: str, given: dict[str, Any]) -> None:
    def text(answer: Any) -> str:
        return str(answer.choices[0].message.content if api == "chat" else answer.output_text)

    assert text(ask(client, api, given)) == text(ask(client, api, {}))


@pytest.mark.parametrize("name", ["seed", "frequency_penalty", "presence_penalty", "logit_bias", "nobody_knows"])
def test_what_is_the_models_goes_to_the_model(client: OpenAI, name: str) -> None:
    value = {"1": 1} if name == "logit_bias" else 1
    with pytest.raises(openai.BadRequestError, match=f"{name}: Extra inputs are not permitted"):
        client.chat.completions.create(model=CLAUDE, messages=HELLO, extra_body={name: value})  # type: ignore[arg-type]
