"""Every operation of both clients against a real server."""

import asyncio
import json

import msgspec
import pytest
from tests.conftest import HAIKU

import outcrop
from outcrop.client import AsyncClient, Client
from outcrop.model.control import ListFoundationModelsRequest, ListInferenceProfilesRequest
from outcrop.model.runtime import ContentBlock, ConverseRequest, Message

BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 20, "messages": [{"role": "user", "content": "Hello"}]}
CONVERSE = ConverseRequest(model_id=HAIKU, messages=[Message(role="user", content=[ContentBlock(text="Hello")])])
PLAIN = {"modelId": HAIKU, "messages": [{"role": "user", "content": [{"text": "Hello"}]}]}


@pytest.fixture(params=["blocking", "awaited"])
def ask(served, request):
    """`ask(operation, *arguments)`: what an operation of either client answers, streams as lists."""
    keys = {name: getattr(served, name) for name in ("access_key_id", "secret_access_key", "region")}

    async def awaited(operation, *arguments):
        async with AsyncClient(served.endpoint, **keys) as client:
            got = await getattr(client, operation)(*arguments)
            return [item async for item in got] if hasattr(got, "__aiter__") else got

    def run(operation, *arguments):
        if request.param == "awaited":
            return asyncio.run(awaited(operation, *arguments))
        with Client(served.endpoint, **keys) as client:
            got = getattr(client, operation)(*arguments)
            return list(got) if hasattr(got, "__next__") else got

    return run


@pytest.mark.parametrize("request_", [CONVERSE, PLAIN], ids=["structure", "dict"])
def test_converse_takes_a_structure_or_a_dict(ask, request_):
    reply = ask("converse", request_)
    assert reply.stop_reason == "end_turn"
    streamed = ask("converse_stream", request_)
    assert streamed[-1].usage == reply.usage


@pytest.mark.parametrize("body", [BODY, json.dumps(BODY), json.dumps(BODY).encode()], ids=["value", "text", "bytes"])
def test_invoke_model_answers_in_the_models_own_words(ask, body):
    found = ask("invoke_model", {"modelId": HAIKU, "body": body})
    assert found.json()["role"] == "assistant"
    assert (found.input_tokens, found.output_tokens) == tuple(found.json()["usage"].values())[:2]
    assert found.content_type == "application/json"


def test_invoke_model_with_response_stream_yields_the_models_own_events(ask):
    chunks = [json.loads(chunk) for chunk in ask("invoke_model_with_response_stream", {"modelId": HAIKU, "body": BODY})]
    assert (chunks[0]["type"], chunks[-1]["type"]) == ("message_start", "message_stop")


def test_count_tokens_says_what_the_call_would_use(ask):
    counted = msgspec.structs.replace(CONVERSE, model_id="anthropic.claude-sonnet-4-20250514-v1:0")
    expected = ask("converse", msgspec.structs.replace(counted, model_id="us." + counted.model_id)).usage.input_tokens
    assert ask("count_tokens", counted) == expected
    body = json.dumps(BODY).encode()
    assert ask("count_tokens", {"modelId": counted.model_id, "input": {"invokeModel": {"body": body}}}) == expected


def test_models_are_listed_and_filtered(ask):
    every = ask("list_foundation_models")
    some = ask("list_foundation_models", {"byProvider": "anthropic"})
    typed = ask("list_foundation_models", ListFoundationModelsRequest(by_provider="anthropic"))
    assert len(every) > len(some) > 5
    assert typed == some
    assert {model.provider_name for model in some} == {"Anthropic"}


def test_profiles_come_from_all_pages(ask):
    every = ask("list_inference_profiles")
    assert len(every) > 20
    assert ask("list_inference_profiles", {"maxResults": 7}) == every
    assert ask("list_inference_profiles", ListInferenceProfilesRequest(max_results=7)) == every


def test_names_are_where_they_are_said_to_be():
    assert (outcrop.Client, outcrop.AsyncClient) == (Client, AsyncClient)
    for name in outcrop.client.__all__:
        assert getattr(outcrop.client, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        outcrop.client.Nothing  # noqa: B018
