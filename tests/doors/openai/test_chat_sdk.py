"""OpenAI's own SDK against its door: completions, streams, tools, structure, pictures, models and errors."""

import json
from typing import Any

import boto3
import httpx2
import openai
import pytest
from openai import OpenAI
from tests.conversations import MISTRAL_7B, PIXEL
from tests.doors.openai.conftest import CLAUDE, GPT_OSS, NOVA
from tests.serving import Server

HELLO = [{"role": "user", "content": "Hello"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.mark.parametrize("model", [CLAUDE, NOVA, GPT_OSS, f"us.{CLAUDE}", "meta.llama3-8b-instruct-v1:0"])
def test_a_completion(client: OpenAI, model: str) -> None:
    system = [] if "llama" in model else [{"role": "system", "content": "Be kind."}]
    found = client.chat.completions.create(model=model, messages=[*system, *HELLO], max_completion_tokens=200)
    assert "Hello" in (found.choices[0].message.content or "")
    assert (found.model, found.object, found.choices[0].finish_reason) == (model, "chat.completion", "stop")
    assert found.usage is not None
    assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens > 0


def test_both_paths(served: Server) -> None:
    for base in ("/v1", "/openai/v1"):
        other = OpenAI(base_url=served.endpoint + base, api_key=served.bearer_token, max_retries=0)
        assert other.chat.completions.create(model=NOVA, messages=HELLO).choices


def test_a_stream(client: OpenAI) -> None:
    options = {"model": CLAUDE, "messages": HELLO, "max_tokens": 200}
    chunks = list(client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == client.chat.completions.create(**options).choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens > 0
    assert len({chunk.id for chunk in chunks}) == 1
    assert not any(chunk.usage for chunk in client.chat.completions.create(**options, stream=True))


def test_what_a_model_thinks_stands_beside_what_it_says(client: OpenAI) -> None:
    # recorded on gpt-oss at bedrock-mantle
    message = client.chat.completions.create(model=GPT_OSS, messages=HELLO).choices[0].message
    assert message.reasoning  # type: ignore[attr-defined]
    deltas = [
        chunk.choices[0].delta for chunk in client.chat.completions.create(model=GPT_OSS, messages=HELLO, stream=True)
    ]
    assert "".join(getattr(delta, "reasoning", None) or "" for delta in deltas) == message.reasoning  # type: ignore[attr-defined]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_loop_with_tools(client: OpenAI, streamed: bool) -> None:
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Rome?"}]
    options: dict[str, Any] = {"model": CLAUDE, "tools": [TOOL]}
    if streamed:
        with client.chat.completions.stream(messages=messages, **options, tool_choice="required") as stream:
            choice = stream.get_final_completion().choices[0]
    else:
        asked = client.chat.completions.create(
            messages=messages, **options, tool_choice="required", parallel_tool_calls=False
        )
        choice = asked.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls
    call = choice.message.tool_calls[0]
    assert json.loads(call.function.arguments)["city"]
    messages += [
        {"role": "assistant", "tool_calls": [call.model_dump(include={"id", "type", "function"})]},
        {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"},
    ]
    assert client.chat.completions.create(messages=messages, **options).choices[0].finish_reason == "stop"


def test_structure(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": schema, "strict": True}}
    found = client.chat.completions.create(model=CLAUDE, messages=HELLO, response_format=wanted)
    assert set(json.loads(found.choices[0].message.content or "")) == {"city"}


@pytest.mark.parametrize(
    "model",
    [
        CLAUDE,  # begins the answer
        f"us.{CLAUDE}",
        "anthropic.claude-sonnet-4-6",  # takes no begun answer, and no schema of just any object
        "anthropic.claude-3-haiku-20240307-v1:0",
        "anthropic.claude-opus-4-7",
        NOVA,
        GPT_OSS,
        "qwen.qwen3-32b-v1:0",
        "meta.llama3-8b-instruct-v1:0",
        "mistral.mistral-7b-instruct-v0:2",
        "cohere.command-r-v1:0",
        "deepseek.r1-v1:0",
    ],
)
def test_an_answer_in_json_from_any_model(client: OpenAI, model: str) -> None:
    options: dict[str, Any] = {"model": model, "messages": HELLO, "response_format": {"type": "json_object"}}
    whole = client.chat.completions.create(**options).choices[0].message.content or ""
    assert isinstance(json.loads(whole), dict)
    deltas = [chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**options, stream=True)]
    assert "".join(deltas) == whole


@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_an_answer_in_json_beside_tools(client: OpenAI, model: str) -> None:
    """A call may come first, so the answer is not begun."""
    options: dict[str, Any] = {"model": model, "response_format": {"type": "json_object"}, "tools": [TOOL]}
    called = client.chat.completions.create(messages=HELLO, **options, tool_choice="required").choices[0]
    assert called.finish_reason == "tool_calls"
    assert not called.message.content
    assert called.message.tool_calls
    messages: list[Any] = [
        *HELLO,
        {
            "role": "assistant",
            "tool_calls": [called.message.tool_calls[0].model_dump(include={"id", "type", "function"})],
        },
        {"role": "tool", "tool_call_id": called.message.tool_calls[0].id, "content": "21 degrees"},
    ]
    said = client.chat.completions.create(messages=messages, **options).choices[0].message.content
    assert "21 degrees" in json.loads(said or "")["answer"]


@pytest.mark.parametrize("model", ["meta.llama3-8b-instruct-v1:0", NOVA, "anthropic.claude-3-haiku-20240307-v1:0"])
def test_a_schema_that_a_model_does_not_take_is_refused_by_the_callers_name_for_it(client: OpenAI, model: str) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": {"type": "object"}}}
    with pytest.raises(openai.BadRequestError, match="takes no JSON schema") as raised:
        client.chat.completions.create(model=model, messages=HELLO, response_format=wanted)
    assert (raised.value.param, raised.value.code) == ("response_format", "unsupported_parameter")


def test_a_picture(client: OpenAI) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    found = client.chat.completions.create(model=CLAUDE, messages=[{"role": "user", "content": parts}])
    assert "1 × 1" in (found.choices[0].message.content or "") or "picture" in (found.choices[0].message.content or "")


def test_limits_and_stop_sequences(client: OpenAI) -> None:
    cut = client.chat.completions.create(model=CLAUDE, messages=HELLO, max_tokens=1)
    assert cut.choices[0].finish_reason == "length"
    stopped = client.chat.completions.create(model=CLAUDE, messages=HELLO, stop=["lator"])
    assert (stopped.choices[0].message.content or "").endswith("u")


def test_what_says_nothing_of_the_answer_is_taken(client: OpenAI) -> None:
    found = client.chat.completions.create(
        model=CLAUDE, messages=HELLO, user="u", store=False, metadata={"team": "a"}, n=1, service_tier="auto"
    )
    assert found.choices


def test_models(client: OpenAI) -> None:
    found = {model.id: model for model in client.models.list()}
    assert {NOVA, CLAUDE} <= set(found)
    assert "amazon.titan-embed-text-v2:0" not in found
    assert client.models.retrieve(NOVA) == found[NOVA]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody.knows")


def test_profiles_are_models_too(client: OpenAI, application_profile: str) -> None:
    found = {model.id: model for model in client.models.list()}
    assert (found[f"us.{CLAUDE}"].owned_by, found[application_profile].owned_by) == ("system", "account")
    assert found[f"global.{CLAUDE}"].created > 1_700_000_000
    for name in (f"us.{CLAUDE}", application_profile):
        assert client.models.retrieve(name) == found[name]
        assert client.chat.completions.create(model=name, messages=HELLO).choices
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(application_profile + "x")


def test_who_may_list_models_alone_is_told_of_models_alone(served: Server) -> None:
    iam = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=served.endpoint,
        aws_access_key_id=served.access_key_id,
        aws_secret_access_key=served.secret_access_key,
    )
    may = ["bedrock:CallWithBearerToken", "bedrock:ListFoundationModels"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": may, "Resource": "*"}]}
    iam.create_user(UserName="lister")
    iam.put_user_policy(UserName="lister", PolicyName="p", PolicyDocument=json.dumps(policy))
    made = iam.create_service_specific_credential(UserName="lister", ServiceName="bedrock.amazonaws.com")
    key = made["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    found = {model.id for model in OpenAI(base_url=f"{served.endpoint}/v1", api_key=key, max_retries=0).models.list()}
    assert {NOVA, CLAUDE} <= found
    assert not any(name.startswith(("us.", "arn:")) for name in found)


@pytest.mark.parametrize(
    "name", [f"eu.{CLAUDE}", GPT_OSS, f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}", "anthropic.claude-v2"]
)
def test_what_can_be_asked_can_be_looked_up(client: OpenAI, name: str) -> None:
    assert client.models.retrieve(name).id == name
    assert client.chat.completions.create(model=name, messages=HELLO).choices


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"model": "nobody.knows"}, openai.BadRequestError, "The provided model identifier is invalid."),
        ({"temperature": 1.5}, openai.BadRequestError, "less than or equal to 1"),
        ({"n": 2}, openai.BadRequestError, "one choice"),
        ({"seed": 1}, openai.BadRequestError, "seed: Extra inputs are not permitted"),
        ({"messages": [{"role": "nobody", "content": "x"}]}, openai.BadRequestError, "role"),
        ({"tool_choice": "required"}, openai.BadRequestError, "`tools` must be set"),
        ({"messages": [{"role": "user", "content": " "}]}, openai.BadRequestError, "non-whitespace"),
    ],
)
def test_refusals(client: OpenAI, options: dict[str, Any], error: type[Exception], text: str) -> None:
    asked = {"model": CLAUDE, "messages": HELLO, **options}
    for streamed in (False, True):
        with pytest.raises(error) as raised:
            client.chat.completions.create(**asked, stream=streamed)
        assert text in str(raised.value)


def test_a_refusal_within_a_stream(client: OpenAI) -> None:
    # Mistral's models refuse there (recorded on Bedrock)
    with pytest.raises(openai.APIError, match="seed"):
        list(client.chat.completions.create(model=MISTRAL_7B, messages=HELLO, stream=True, seed=42))


def test_who_may_not(served: Server) -> None:
    stranger = OpenAI(base_url=f"{served.endpoint}/openai/v1", api_key="nobody", max_retries=0)
    with pytest.raises(openai.AuthenticationError, match="API Key is valid"):
        stranger.chat.completions.create(model=NOVA, messages=HELLO)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/openai/v1/nothing", b"{}", 404),
        ("GET", "/v1/chat/completions", b"", 404),
        ("POST", "/v1/chat/completions", b"[]", 400),
        ("POST", "/v1/chat/completions", b"{", 400),
    ],
)
def test_what_is_no_request(served: Server, method: str, path: str, body: bytes, status: int) -> None:
    headers = {"authorization": f"Bearer {served.bearer_token}"}
    answer = httpx2.request(method, served.endpoint + path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "invalid_request_error")
    assert answer.headers["x-request-id"]
