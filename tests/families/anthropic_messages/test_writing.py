"""Hub requests as native bodies: what a caller writes, our own reading reads back."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import HAIKU_3, PIXEL, SONNET_4_5, hub

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import anthropic_messages
from outcrop.families.anthropic_messages import writing
from outcrop.model import runtime as r

TEXT = st.text(min_size=1, max_size=8)
NAME = st.from_regex(r"[a-zA-Z0-9_-]{1,8}", fullmatch=True)
POINT = st.sampled_from([None, "5m", "1h"]).map(lambda ttl: r.CachePointBlock(type="default", ttl=ttl))
CITED = st.none() | st.booleans().map(lambda enabled: r.CitationsConfig(enabled=enabled))
SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
IMAGE = st.sampled_from(["png", "jpeg", "gif", "webp"]).map(
    lambda kind: r.ImageBlock(format=kind, source=r.ImageSource(bytes=PIXEL))
)
SOURCES = st.one_of(
    st.binary(min_size=1, max_size=8).map(lambda data: ("pdf", r.DocumentSource(bytes=data))),
    TEXT.map(lambda text: ("txt", r.DocumentSource(text=text))),
    st.lists(TEXT, min_size=1, max_size=3).map(
        lambda texts: (None, r.DocumentSource(content=[r.DocumentContentBlock(text=text) for text in texts]))
    ),
)
DOCUMENT = st.builds(
    lambda source, name, context, cited: r.DocumentBlock(
        format=source[0], source=source[1], name=name, context=context, citations=cited
    ),
    SOURCES,
    TEXT,
    st.none() | TEXT,
    CITED,
)
SEARCH = st.builds(
    r.SearchResultBlock,
    content=st.lists(TEXT.map(lambda text: r.SearchResultContentBlock(text=text)), min_size=1, max_size=2),
    source=TEXT,
    title=TEXT,
    citations=CITED,
)
ITEM = st.one_of(
    TEXT.map(lambda text: r.ToolResultContentBlock(text=text)),
    IMAGE.map(lambda image: r.ToolResultContentBlock(image=image)),
    DOCUMENT.map(lambda document: r.ToolResultContentBlock(document=document)),
    SEARCH.map(lambda found: r.ToolResultContentBlock(search_result=found)),
)
RESULT = st.builds(
    r.ToolResultBlock,
    content=st.lists(ITEM, max_size=3),
    status=st.sampled_from(["success", "error"]),
    tool_use_id=NAME,
)
USE = st.builds(r.ToolUseBlock, input=st.dictionaries(TEXT, TEXT, max_size=2), name=NAME, tool_use_id=NAME)
THOUGHT = st.one_of(
    st.builds(r.ReasoningTextBlock, text=st.text(max_size=8), signature=TEXT).map(
        lambda text: r.ReasoningContentBlock(reasoning_text=text)
    ),
    st.binary(min_size=1, max_size=8).map(lambda data: r.ReasoningContentBlock(redacted_content=data)),
)
PLAIN: st.SearchStrategy[r.ContentBlock] = st.one_of(
    TEXT.map(lambda text: r.ContentBlock(text=text)),
    IMAGE.map(lambda image: r.ContentBlock(image=image)),
    DOCUMENT.map(lambda document: r.ContentBlock(document=document)),
    SEARCH.map(lambda found: r.ContentBlock(search_result=found)),
    RESULT.map(lambda result: r.ContentBlock(tool_result=result)),
    USE.map(lambda use: r.ContentBlock(tool_use=use)),
)
SPECIFICATION = st.builds(
    r.ToolSpecification,
    name=NAME,
    description=st.none() | TEXT,
    input_schema=st.just(r.ToolInputSchema(json={"type": "object", "properties": {}})),
    strict=st.sampled_from([None, True, False]),
)


def marked(block: Any, kind: type[Any]) -> st.SearchStrategy[list[Any]]:
    """The block, with or without a cache point behind it."""
    return st.one_of(st.just([block]), POINT.map(lambda point: [block, kind(cache_point=point)]))


def flat(parts: list[list[Any]]) -> list[Any]:
    return [part for few in parts for part in few]


CONTENT = st.one_of(
    PLAIN.flatmap(lambda block: marked(block, r.ContentBlock)),
    THOUGHT.map(lambda thought: [r.ContentBlock(reasoning_content=thought)]),
)
MESSAGE = st.builds(
    lambda role, parts: r.Message(role=role, content=flat(parts)),
    st.sampled_from(["user", "assistant"]),
    st.lists(CONTENT, min_size=1, max_size=3),
)
SYSTEM = st.lists(
    TEXT.flatmap(lambda text: marked(r.SystemContentBlock(text=text), r.SystemContentBlock)), max_size=2
).map(flat)
CHOICE = st.sampled_from(
    [
        None,
        r.ToolChoice(auto=r.AutoToolChoice()),
        r.ToolChoice(any=r.AnyToolChoice()),
        r.ToolChoice(tool=r.SpecificToolChoice(name="f")),
    ]
)
TOOLS = st.none() | st.builds(
    lambda parts, choice: r.ToolConfiguration(tools=flat(parts), tool_choice=choice),
    st.lists(SPECIFICATION.flatmap(lambda asked: marked(r.Tool(tool_spec=asked), r.Tool)), min_size=1, max_size=2),
    CHOICE,
)
FORMAT = r.OutputFormat(
    type="json_schema",
    structure=r.OutputFormatStructure(json_schema=r.JsonSchemaDefinition(schema=msgspec.json.encode(SCHEMA).decode())),
)
OUTPUT = st.sampled_from(
    [
        None,
        r.OutputConfig(text_format=FORMAT),
        r.OutputConfig(effort="low"),
        r.OutputConfig(effort="max", text_format=FORMAT),
    ]
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "top_k": st.integers(0, 500),
        "thinking": st.just({"type": "enabled", "budget_tokens": 1024}),
        "metadata": st.just({"user_id": "x"}),
        "anthropic_beta": st.just(["context-1m-2025-08-07"]),
        "context_management": st.just({"edits": []}),
        "tools": st.just([{"type": "bash_20250124", "name": "bash"}]),
    },
)
REQUEST = st.builds(
    ChatRequest,
    messages=st.lists(MESSAGE, min_size=1, max_size=3),
    system=SYSTEM,
    inference=st.builds(
        r.InferenceConfiguration,
        max_tokens=st.integers(1, 9),
        temperature=st.none() | st.floats(0, 1),
        top_p=st.none() | st.floats(0, 1),
        stop_sequences=st.none() | st.lists(TEXT, max_size=2),
    ),
    tool_config=TOOLS,
    output_config=OUTPUT,
    fields=FIELDS,
)


@given(REQUEST)
def test_what_is_written_is_read_back(request: ChatRequest) -> None:
    body = msgspec.json.encode(writing.body(request, SONNET_4_5))
    assert anthropic_messages.decode(body, SONNET_4_5) == request


def test_a_body_says_what_bedrock_wants_first() -> None:
    assert json.loads(msgspec.json.encode(writing.body(hub(), HAIKU_3))) == {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": HAIKU_3.max_output_tokens,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    }


@pytest.mark.parametrize(("model", "limit"), [(HAIKU_3, 4096), (SONNET_4_5, SONNET_4_5.max_output_tokens)])
def test_the_limit_is_the_models_when_none_is_asked_for(model: Model, limit: int) -> None:
    assert writing.body(hub(), model)["max_tokens"] == (model.default_max_tokens or limit)


def test_fields_go_where_they_belong() -> None:
    # an alias on Bedrock (probed); a choice with more to it than Converse can say; effort beside the hub's format
    fields = {
        "reasoning_config": {"type": "adaptive"},
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        "output_config": {"effort": "low"},
        "anthropic_version": "bedrock-2023-05-31",
        "inference_geo": "eu",
    }
    config = r.ToolConfiguration(
        tools=[
            r.Tool(tool_spec=r.ToolSpecification(name="f", input_schema=r.ToolInputSchema(json={"type": "object"})))
        ],
        tool_choice=r.ToolChoice(any=r.AnyToolChoice()),
    )
    request = hub(fields=fields, tool_config=config, output_config=r.OutputConfig(text_format=FORMAT))
    body = writing.body(request, SONNET_4_5)
    assert body["thinking"] == {"type": "adaptive"}
    assert body["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}
    assert body["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}}
    assert body["inference_geo"] == "eu"
    assert "reasoning_config" not in body
    assert request.fields is fields
    assert len(fields) == 5  # the request is left as it was
