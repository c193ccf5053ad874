"""The OpenAI engine against a real llama.cpp server: text, tools, schemas, pictures, limits, and its refusals."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from tests import tiny
from tests.engines.test_pictures import block, webp
from tests.families.conftest import SONNET_4_5, hub, whole

from outcrop.chat.collect import Reply
from outcrop.chat.refusals import ModelRefusal
from outcrop.engines.kinds import Parts
from outcrop.engines.openai import Options, build
from outcrop.model import runtime as r

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
}
TOOL = r.Tool(tool_spec=r.ToolSpecification(name="weather", input_schema=r.ToolInputSchema(json=SCHEMA)))
TOOLS = r.ToolConfiguration(tools=[TOOL])


@pytest.fixture
def ask(llama: str, parts: Parts, runner: asyncio.Runner) -> Any:
    engine = build("llama", Options(endpoint=f"{llama}/v1"), parts).engine("tiny")

    async def answer(**members: Any) -> Reply:
        said = members.pop("said", (("user", "Hello"),))
        request = hub(*said, **members)
        return whole(*[event async for batch in engine.generate(SONNET_4_5, request) for event in batch])

    return lambda **members: runner.run(answer(**members))


def test_an_answer_in_english_that_ends_by_itself(ask: Any) -> None:
    reply = ask()
    assert reply.message.content[0].text == tiny.ANSWER
    assert reply.stop_reason == "end_turn"
    assert reply.usage.output_tokens == len(tiny.words(tiny.ANSWER)) + 1
    assert reply.usage.input_tokens + (reply.usage.cache_read_input_tokens or 0) == 8


def test_a_tool_loop(ask: Any) -> None:
    reply = ask(tool_config=TOOLS)
    (call,) = [found.tool_use for found in reply.message.content]
    assert reply.stop_reason == "tool_use"
    assert (call.name, set(call.input)) == ("weather", {"city", "days"})
    result = r.ToolResultBlock(tool_use_id=call.tool_use_id, content=[r.ToolResultContentBlock(text="sun")])
    turns = (("user", "Hello"), ("assistant", reply.message.content), ("user", [r.ContentBlock(tool_result=result)]))
    assert ask(tool_config=TOOLS, said=turns).message.content[0].text == tiny.TOLD


def test_an_answer_after_a_schema(ask: Any) -> None:
    structure = r.OutputFormatStructure(json_schema=r.JsonSchemaDefinition(schema=json.dumps(SCHEMA)))
    form = r.OutputFormat(type="json_schema", structure=structure)
    reply = ask(output_config=r.OutputConfig(text_format=form))
    assert set(msgspec.json.decode(reply.message.content[0].text)) == {"city", "days"}


def test_pictures_that_the_server_cannot_read_are_converted(ask: Any) -> None:
    seen = ask(said=(("user", ["What is this?", block(webp(), "webp")]),))
    assert seen.message.content[0].text == tiny.ANSWER
    assert seen.usage.input_tokens + (seen.usage.cache_read_input_tokens or 0) > 30


def test_limits_and_stops(ask: Any) -> None:
    cut = ask(inference=r.InferenceConfiguration(max_tokens=3))
    assert (cut.message.content[0].text, cut.stop_reason, cut.usage.output_tokens) == ("A very small", "max_tokens", 3)
    stopped = ask(inference=r.InferenceConfiguration(stop_sequences=["language"]))
    assert stopped.message.content[0].text == "A very small "


def test_a_prompt_over_the_window_is_refused_in_the_model_s_words(ask: Any) -> None:
    with pytest.raises(ModelRefusal, match=r"^Input is too long for requested model\.$"):
        ask(said=(("user", "x" * 9000),))
