"""A Converse input as one turn to generate: every member that matters arrives, and rules come first."""

from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU
from tests.conversations import CACHE_POINT, asked, text, tool, tools

from outcrop.catalog import Catalogue
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.errors import ValidationException
from outcrop.model.runtime import ConverseRequest, ConverseStreamRequest, InferenceConfiguration
from outcrop.operations import conversation


@pytest.fixture
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


def turn(model: Model, body: Any, kind: Any = ConverseRequest, *, streamed: bool = False) -> ChatRequest:
    return conversation.request(model, msgspec.convert(body, kind), region="us-east-1", streamed=streamed)


@pytest.mark.parametrize("kind", [ConverseRequest, ConverseStreamRequest])
def test_every_member_arrives(model: Model, kind: Any) -> None:
    body = asked(
        text("Hi"),
        system=[{"text": "Be brief."}],
        inferenceConfig={"maxTokens": 7, "stopSequences": ["END"]},
        additionalModelRequestFields={"top_k": 3},
        **tools(tool("look_up"), toolChoice={"any": {}}),
    )
    got = turn(model, body, kind)

    assert [block.text for block in got.messages[0].content] == ["Hi"]
    assert [block.text for block in got.system] == ["Be brief."]
    assert got.inference == InferenceConfiguration(max_tokens=7, stop_sequences=["END"])
    assert got.fields == {"top_k": 3}
    assert [tool.tool_spec.name for tool in got.tools if tool.tool_spec] == ["look_up"]
    assert got.tool_choice is not None
    assert got.tool_choice.any is not None


def test_what_is_left_out_is_empty(model: Model) -> None:
    got = turn(model, asked())

    assert (got.system, got.fields, got.tools, got.output_config) == ([], {}, [], None)
    assert got.inference == InferenceConfiguration()


@pytest.mark.parametrize("streamed", [False, True])
def test_the_engine_learns_whether_its_answer_is_streamed(model: Model, streamed: bool) -> None:
    assert turn(model, asked(), streamed=streamed).streamed is streamed


def test_what_converse_refuses_is_refused(model: Model) -> None:
    with pytest.raises(ValidationException, match="must start with a user message"):
        turn(model, {})


def test_structured_output_arrives(catalogue: Catalogue) -> None:
    schema = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{}"}}}}
    got = turn(catalogue.find("openai.gpt-oss-120b-1:0", "us-east-1").model, asked(outputConfig=schema))

    assert msgspec.to_builtins(got.output_config) == schema


def test_cache_points_stay_where_they_are(catalogue: Catalogue) -> None:
    nova = catalogue.find("amazon.nova-lite-v1:0", "us-east-1").model
    got = turn(nova, asked(text("a"), CACHE_POINT, text("b")))

    assert [block.cache_point is not None for block in got.messages[0].content] == [False, True, False]
