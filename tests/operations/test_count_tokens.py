"""CountTokens: the same number that Converse then bills, for the models that answer it."""

import base64
from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import SERVICE, Body, asked, called, document, image, talk, text, tool, tools, user

SONNET_4 = "anthropic.claude-sonnet-4-20250514-v1:0"
OPUS_4_7 = "anthropic.claude-opus-4-7"
UNSUPPORTED = "The provided model doesn't support counting tokens."


def count(ask: Ask, given: Any, model: str = SONNET_4) -> Any:
    return ask(converse_path(model, "count-tokens"), {"input": given})


def counted(ask: Ask, body: Body) -> int:
    got = count(ask, {"converse": body})
    assert got.status == 200, got.error
    return int(got.json["inputTokens"])


def native(**body: Any) -> Body:
    raw = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, **body}
    return {"invokeModel": {"body": base64.b64encode(msgspec.json.encode(raw)).decode()}}


def test_a_greeting_counts_what_was_recorded(ask: Ask) -> None:
    got = count(ask, {"converse": said("Hello, world!")})

    assert got.status == 200
    assert got.body == b'{"inputTokens":11}'
    assert list(got.headers) == ["content-type", "x-amzn-requestid"]


BODIES = {
    "text": asked(text("Hello there")),
    "a conversation": talk(user(text("one")), {"role": "assistant", "content": [text("two")]}, user(text("three"))),
    "a system prompt": asked(system=[{"text": "Be brief."}]),
    "tools": asked(**tools(tool("a", description="the first"), tool("b"))),
    "a tool that has to be called": asked(**tools(toolChoice={"any": {}})),
    "a call and its result": called(),
    "a picture": asked(text(), image()),
    "a document as text": asked(text(), document("d", {"text": "Granite is a rock"})),
    "white space and signs": asked(text("  \n… 你好 — 1234567  ")),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_converse_bills_what_was_counted(ask: Ask, body: Body) -> None:
    billed = ask(converse_path("us." + SONNET_4), body).json["usage"]["inputTokens"]

    assert counted(ask, body) == billed


def test_a_native_body_counts_like_its_converse_form(ask: Ask) -> None:
    messages = [{"role": "user", "content": "Hello, world!"}]
    got = count(ask, native(messages=messages, system="Be brief."))

    assert got.json["inputTokens"] == counted(ask, asked(text("Hello, world!"), system=[{"text": "Be brief."}]))


def test_more_counts_more(ask: Ask) -> None:
    assert counted(ask, asked(text("one two"))) < counted(ask, asked(text("one two three")))
    assert counted(ask, asked()) < counted(ask, asked(**tools()))


def test_an_arn_is_taken_too(ask: Ask) -> None:
    got = count(ask, {"converse": said()}, f"arn:aws:bedrock:us-east-1::foundation-model/{SONNET_4}")

    assert got.status == 200


@pytest.mark.parametrize(
    "model",
    [
        "us." + SONNET_4,  # recorded: profiles are not taken, though the bare id of such a model is
        f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{SONNET_4}",
        HAIKU,
        "amazon.nova-lite-v1:0",
        "amazon.titan-embed-text-v2:0",
    ],
)
def test_others_do_not_count(ask: Ask, model: str) -> None:
    got = count(ask, {"converse": said()}, model)

    assert got.status == 400
    assert got.headers["x-amzn-errortype"] == f"ValidationException:{SERVICE}"
    assert got.json == {"message": UNSUPPORTED}


REFUSED = {
    "what Converse refuses": (
        SONNET_4,
        {"converse": {"messages": []}},
        "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    ),
    "what the model refuses, bare": (
        OPUS_4_7,
        {"converse": {**said(), "additionalModelRequestFields": {"top_k": 10}}},
        "`top_k` is deprecated for this model.",
    ),
    "what the model refuses in a native body": (
        SONNET_4,
        native(messages=[{"role": "user", "content": "Hi"}], an_unknown_field=1),
        "an_unknown_field: Extra inputs are not permitted",
    ),
    "a tool the model does not know": (  # recorded
        SONNET_4,
        native(
            messages=[{"role": "user", "content": "Hi"}], tools=[{"type": "web_search_20250305", "name": "web_search"}]
        ),
        "tools.0: Input tag 'web_search_20250305' found using 'type' does not match any of the expected tags: "
        "'bash_20250124', 'custom', 'text_editor_20250124', 'text_editor_20250429', 'text_editor_20250728'",
    ),
    "no input": (  # the words of a constraint
        SONNET_4,
        {},
        "1 validation error detected: Value null at 'input' failed to satisfy constraint: Member must not be null",
    ),
}


@pytest.mark.parametrize(("model", "given", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_bear_no_prefix(ask: Ask, model: str, given: Any, message: str) -> None:
    assert count(ask, given, model).error == (400, "ValidationException", message)


def test_an_input_is_required(ask: Ask) -> None:
    got = ask(converse_path(SONNET_4, "count-tokens"), {})

    assert got.error[:2] == (400, "ValidationException")
    assert "'input' failed to satisfy constraint: Member must not be null" in got.error[2]
