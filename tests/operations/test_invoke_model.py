"""InvokeModel: native bytes in and out, and the headers that count and measure. Bodies are the families' tests' matter."""

import asyncio
from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.scripted import Scripted, asking, opening

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.model.runtime import TokenUsage

NATIVE = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello there"}],
}


def invoke(ask: Ask, body: Any = NATIVE, model: str = HAIKU, **headers: str) -> Any:
    return ask(converse_path(model, "invoke"), body, **headers)


def test_the_headers_are_these_in_this_order(ask: Ask) -> None:
    got = invoke(ask)

    assert got.status == 200
    assert list(got.headers) == [
        "content-type",
        "x-amzn-requestid",
        "x-amzn-bedrock-invocation-latency",
        "x-amzn-bedrock-output-token-count",
        "x-amzn-bedrock-input-token-count",
    ]
    assert got.headers["content-type"] == "application/json"


def test_the_headers_say_what_the_body_says(ask: Ask) -> None:
    got = invoke(ask)

    assert got.headers["x-amzn-bedrock-input-token-count"] == str(got.json["usage"]["input_tokens"])
    assert got.headers["x-amzn-bedrock-output-token-count"] == str(got.json["usage"]["output_tokens"])
    assert got.headers["x-amzn-bedrock-invocation-latency"].isdecimal()


def test_it_bills_what_converse_bills(ask: Ask) -> None:
    billed = ask(converse_path(), said("Hello there")).json["usage"]

    assert invoke(ask).headers["x-amzn-bedrock-input-token-count"] == str(billed["inputTokens"])


def test_cache_tokens_have_headers_where_the_usage_names_them(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    usage = TokenUsage(
        input_tokens=3, output_tokens=4, total_tokens=13, cache_read_input_tokens=5, cache_write_input_tokens=1
    )
    ends = [events.block_stop(0), events.message_stop("end_turn"), events.metadata(usage)]
    headers = invoke(asking(runner, catalogue, Scripted(opening(), ends))).headers

    assert list(headers.items())[3:] == [
        ("x-amzn-bedrock-cache-write-input-token-count", "1"),
        ("x-amzn-bedrock-cache-read-input-token-count", "5"),
        ("x-amzn-bedrock-output-token-count", "4"),
        ("x-amzn-bedrock-input-token-count", "3"),
    ]


def test_a_refusal_of_the_models_is_bare(ask: Ask) -> None:
    too_many = {**NATIVE, "max_tokens": 10_000}

    assert invoke(ask, too_many).error == (  # reported
        400,
        "ValidationException",
        "max_tokens: 10000 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307",
    )


def test_a_body_that_is_no_json_is_malformed(ask: Ask) -> None:
    assert invoke(ask, b"{ Malformed").error == (  # recorded
        400,
        "ValidationException",
        "Malformed input request, please reformat your input and try again.",
    )


def test_a_profile_is_invoked_like_its_model(ask: Ask) -> None:
    assert invoke(ask, model="us." + HAIKU).json["model"] == invoke(ask).json["model"]


@pytest.mark.parametrize("header", ["accept", "content_type"])
@pytest.mark.parametrize("value", ["application/json", "*/*"])
def test_json_is_what_comes_whatever_is_accepted(ask: Ask, header: str, value: str) -> None:
    got = invoke(ask, **{header: value})

    assert got.headers["content-type"] == "application/json"
    assert msgspec.json.decode(got.body)
