"""Anthropic's own SDK against its door: messages, streams, tools, thinking, counts and errors."""

import anthropic
import httpx2
import pytest
from anthropic import Anthropic, AnthropicBedrock
from tests.doors.anthropic.conftest import MODEL
from tests.serving import Server

HELLO = [{"role": "user", "content": "Hello"}]
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def test_a_message(client: Anthropic) -> None:
    message = client.messages.create(model=MODEL, max_tokens=100, messages=HELLO)
    assert "Hello" in message.content[0].text
    assert (message.role, message.stop_reason, message.model) == ("assistant", "end_turn", "claude-sonnet-4-5-20250929")
    assert message.usage.input_tokens > 0
    assert message._request_id


@pytest.mark.parametrize("model", [MODEL, f"us.{MODEL}", f"global.{MODEL}", "anthropic.claude-3-haiku-20240307-v1:0"])
def test_models_go_by_their_bare_id_or_a_profiles(client: Anthropic, model: str) -> None:
    assert client.messages.create(model=model, max_tokens=10, messages=HELLO).type == "message"


def test_a_stream(client: Anthropic) -> None:
    with client.messages.stream(model=MODEL, max_tokens=100, messages=HELLO) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert final.content[0].text == client.messages.create(model=MODEL, max_tokens=100, messages=HELLO).content[0].text
    assert final.usage.output_tokens > 0


def test_a_loop_with_tools(client: Anthropic) -> None:
    messages = [{"role": "user", "content": "What is the weather in Rome?"}]
    asked = client.messages.create(
        model=MODEL, max_tokens=200, messages=messages, tools=[TOOL], tool_choice={"type": "any"}
    )
    call = next(block for block in asked.content if block.type == "tool_use")
    assert (asked.stop_reason, call.name) == ("tool_use", "get_weather")
    assert isinstance(call.input["city"], str)
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "21 degrees"}
    messages += [{"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
    with client.messages.stream(model=MODEL, max_tokens=200, messages=messages, tools=[TOOL]) as stream:
        assert stream.get_final_message().stop_reason == "end_turn"


def test_thinking_and_its_signature_come_back(client: Anthropic) -> None:
    thinking = {"type": "enabled", "budget_tokens": 1024}
    messages = list(HELLO)
    first = client.messages.create(model=MODEL, max_tokens=2000, messages=messages, thinking=thinking)
    assert [block.type for block in first.content] == ["thinking", "text"]
    messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": "Go on."}]
    assert client.messages.create(model=MODEL, max_tokens=2000, messages=messages, thinking=thinking).content


def test_caching_is_told(client: Anthropic) -> None:
    system = [{"type": "text", "text": "Be kind. " * 2000, "cache_control": {"type": "ephemeral"}}]
    first, second = (
        client.messages.create(model=MODEL, max_tokens=50, messages=HELLO, system=system).usage for _ in range(2)
    )
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens > 0


def test_counting(client: Anthropic) -> None:
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO, tools=[TOOL])
    used = client.messages.create(model=MODEL, max_tokens=50, messages=HELLO, tools=[TOOL]).usage.input_tokens
    assert counted.input_tokens == used


@pytest.mark.parametrize("geography", ["us", "global"])
def test_what_answers_by_a_profile_counts_by_it(client: Anthropic, geography: str) -> None:
    counted = [client.messages.count_tokens(model=name, messages=HELLO) for name in (MODEL, f"{geography}.{MODEL}")]
    assert counted[0] == counted[1]
    with pytest.raises(anthropic.BadRequestError, match="doesn't support counting tokens"):
        client.messages.count_tokens(model="us.anthropic.claude-3-haiku-20240307-v1:0", messages=HELLO)


def test_a_profile_of_the_account(client: Anthropic, application_profile: str) -> None:
    used = client.messages.create(model=application_profile, max_tokens=50, messages=HELLO).usage.input_tokens
    assert client.messages.count_tokens(model=application_profile, messages=HELLO).input_tokens == used


def test_betas_travel_in_a_header(client: Anthropic) -> None:
    # on Bedrock they stand in the body, where the door puts them
    found = client.beta.messages.create(model=MODEL, max_tokens=9, messages=HELLO, betas=["context-1m-2025-08-07"])
    assert found.type == "message"


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"max_tokens": 0}, anthropic.BadRequestError, "max_tokens: Input should be greater than or equal to 1"),
        ({"extra_body": {"temperature": 3}}, anthropic.BadRequestError, "temperature: range: 0..1"),
        ({"model": "nobody.knows"}, anthropic.BadRequestError, "The provided model identifier is invalid."),
        ({"model": "amazon.nova-lite-v1:0"}, anthropic.NotFoundError, "is not served through the Messages API"),
    ],
)
def test_refusals(client: Anthropic, options: dict[str, object], error: type[Exception], text: str) -> None:
    asked = {"model": MODEL, "max_tokens": 10, "messages": HELLO, **options}
    for streamed in (False, True):
        with pytest.raises(error) as raised:
            client.messages.create(**asked, stream=streamed)
        assert text in str(raised.value)


def test_who_may_not(served: Server) -> None:
    stranger = Anthropic(base_url=f"{served.endpoint}/anthropic", api_key="nobody", max_retries=0)
    with pytest.raises(anthropic.AuthenticationError, match="API Key is valid"):
        stranger.messages.create(model=MODEL, max_tokens=10, messages=HELLO)


def test_a_bearer_token_instead_of_an_api_key(served: Server) -> None:
    known = Anthropic(base_url=f"{served.endpoint}/anthropic", auth_token=served.bearer_token, max_retries=0)
    assert known.messages.create(model=MODEL, max_tokens=10, messages=HELLO).content


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "/anthropic/v1/messages", b"", 404, "not_found_error"),
        ("POST", "/anthropic/v1/nothing", b"{}", 404, "not_found_error"),
        ("POST", "/anthropic/v1/messages", b"[]", 400, "invalid_request_error"),
        ("POST", "/anthropic/v1/messages", b"{", 400, "invalid_request_error"),
        ("POST", "/anthropic/v1/messages", b"{}", 400, "invalid_request_error"),
    ],
)
def test_what_is_no_request(served: Server, method: str, path: str, body: bytes, status: int, kind: str) -> None:
    headers = {"x-api-key": served.bearer_token}
    answer = httpx2.request(method, served.endpoint + path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_bedrocks_own_paths_with_the_same_sdk(served: Server) -> None:
    """`AnthropicBedrock` signs, and speaks InvokeModel."""
    bedrock = AnthropicBedrock(
        aws_access_key=served.access_key_id,
        aws_secret_key=served.secret_access_key,
        aws_region="us-east-1",
        base_url=served.endpoint,
        max_retries=0,
    )
    whole = bedrock.messages.create(model=f"us.{MODEL}", max_tokens=50, messages=HELLO)
    with bedrock.messages.stream(model=f"us.{MODEL}", max_tokens=50, messages=HELLO) as stream:
        assert "".join(stream.text_stream) == whole.content[0].text
    with pytest.raises(anthropic.BadRequestError):
        bedrock.messages.create(model=f"us.{MODEL}", max_tokens=0, messages=HELLO)
