"""A.7: the prompt generator, alone and before the Converse operator."""

from typing import Any

import pytest
from tests.operator.clients import Listed, done, said

from outcrop.operator import (
    Chain,
    ConfigurationException,
    ConverseOperator,
    MultimodalContentGenerator,
    PromptGenerator,
)

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
TEMPLATE = "Answer {{{metadata.question}}} from:\n{{#documents}}\n- {{{.}}}\n{{/documents}}\n"
RECORD = {"metadata": {"question": "what & why?"}, "documents": ["one", "two"]}
TEXT = "Answer what & why? from:\n- one\n- two\n"


def test_simple_mode_gives_a_prompt() -> None:
    assert done(PromptGenerator(template=TEMPLATE).process(RECORD)) == {"prompt": TEXT, "original": RECORD}


@pytest.mark.parametrize("role", ["SYSTEM", "USER", "ASSISTANT"])
def test_advanced_mode_gives_messages(role: Any) -> None:
    made = done(PromptGenerator(template=TEMPLATE, advanced_mode=True, role=role).process(RECORD))
    assert made == {"messages": [{"content": TEXT, "sl_role": role}], "original": RECORD}


def test_content_replaces_a_template_that_is_not_there_and_follows_one_that_is() -> None:
    alone = PromptGenerator(advanced_mode=True, content="$documents")
    assert done(alone.process(RECORD))["messages"][0]["content"] == ["one", "two"]
    both = PromptGenerator(template="Say {{metadata.question}}", advanced_mode=True, content="$documents[0]")
    assert done(both.process({**RECORD, "metadata": {"question": "it"}}))["messages"][0]["content"] == ["Say it", "one"]


def test_a_template_is_never_an_expression() -> None:
    assert done(PromptGenerator(template="$price is {{n}}").process({"n": 5}))["prompt"] == "$price is 5"


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({}, "The Prompt template value is invalid."),
        ({"template": "{{#a}}"}, "Unable to read the Prompt template"),
        ({"template": "x", "role": "TOOL"}, "The Role value is invalid."),
        ({"template": "x", "content": "$a"}, "The Content value is invalid."),
    ],
)
def test_what_can_never_work(settings: dict[str, Any], error: str) -> None:
    with pytest.raises(ConfigurationException) as caught:
        PromptGenerator(**settings)
    assert caught.value.error == error


@pytest.mark.parametrize("advanced", [False, True])
def test_it_pairs_with_the_converse_operator(advanced: bool) -> None:
    client = Listed(said("Hi."))
    reading: dict[str, Any] = (
        {"use_message_payload": True, "message_payload": "$messages"} if advanced else {"prompt": "$prompt"}
    )
    chain = Chain(
        [
            PromptGenerator(template=TEMPLATE, advanced_mode=advanced),
            ConverseOperator(client, model=HAIKU, simplify_response=True, **reading),
        ]
    )
    document = done(chain.process(RECORD))
    assert client.request["messages"] == [{"role": "user", "content": [{"text": TEXT}]}]
    assert document["content"] == "Hi."
    assert document["original"]["original"] == RECORD


def test_a_picture_and_its_question() -> None:
    client = Listed(said("A pixel."))
    chain = Chain(
        [
            MultimodalContentGenerator(content="$image", content_type="image/png"),
            PromptGenerator(template="What is {{original.title}}?", advanced_mode=True, content="$"),
            ConverseOperator(client, model=HAIKU, use_message_payload=True, message_payload="$messages"),
        ]
    )
    done(chain.process({"image": "iVBORw0KGgo=", "title": "this"}))
    assert client.request["messages"][0]["content"] == [
        {"text": "What is this?"},
        {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
    ]
