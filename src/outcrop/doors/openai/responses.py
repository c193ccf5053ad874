"""The Responses API's requests: items as Converse's turns, and what is said of the answer.

An answer is made from what the request holds; nothing is stored, so `previous_response_id` and `conversation` are refused.
Tools of the service's own (web search and the like) are refused, functions are taken.

Sources: OpenAI's API reference; 23 recorded exchanges with bedrock-mantle (gpt-oss and newer).
"""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.doors.openai import conversing
from outcrop.doors.openai.conversing import Asked, Question
from outcrop.doors.openai.errors import Wrong
from outcrop.doors.openai.parameters import RESPONSES_RULES
from outcrop.families.chat_completions import body as completions
from outcrop.families.chat_completions import turns


class Part(Struct, kw_only=True):
    """A part of an item: text under one of its names, or a picture as ``data:image/png;base64,...``."""

    type: Literal["input_text", "output_text", "input_image", "refusal", "text"]
    text: str | None = None
    image_url: str | None = None
    refusal: str | None = None


class Item(Struct, kw_only=True):
    """A message, a call, what a call gave, or a thought that comes back (which no model takes from here)."""

    type: Literal["message", "function_call", "function_call_output", "reasoning"] = "message"
    role: Literal["user", "assistant", "system", "developer"] = "user"
    content: str | list[Part] | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str | list[Part] = ""


class Function(Struct, kw_only=True):
    type: Literal["function"]
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Named(Struct):
    type: Literal["function"]
    name: str


class Format(Struct, kw_only=True):
    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str | None = None
    schema: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class Text(Struct):
    format: Format | None = None
    verbosity: str | None = None


class Reasoning(Struct):
    effort: str | None = None
    summary: str | None = None


class Body(Struct, kw_only=True):
    """The members that have a word in Converse, and those that say how to answer."""

    model: str
    input: str | list[Item]
    instructions: str | None = None
    stream: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[Function] | None = None
    tool_choice: Literal["none", "auto", "required"] | Named | None = None
    parallel_tool_calls: bool | None = None
    text: Text | None = None
    reasoning: Reasoning | None = None
    metadata: dict[str, str] | None = None
    service_tier: str | None = None


def read(value: dict[str, Any]) -> Body:
    """The body in `value`; raises Wrong with what is wrong in it."""
    try:
        return msgspec.convert(value, Body)
    except msgspec.ValidationError as error:
        raise Wrong(str(error)) from error


def converse(native: Body, value: dict[str, Any], model: Model | None) -> Question:
    """What Converse is asked for the same; raises Wrong for what cannot be read."""
    said = list(_turns(native))
    try:
        asked = Asked(
            messages=turns.messages(said, ModelRefusal),
            system=turns.system(said),
            max_tokens=native.max_output_tokens,
            temperature=native.temperature,
            top_p=native.top_p,
            tool_config=turns.tool_config(_tools(native), _choice(native), ModelRefusal),
            format=_format(native),
            format_at="text.format",
            parallel=native.parallel_tool_calls is not False,
            effort=native.reasoning.effort if native.reasoning else None,
            metadata=native.metadata,
            tier=native.service_tier,
            others=conversing.others(value, Body.__struct_fields__, RESPONSES_RULES),
        )
    except ModelRefusal as refusal:
        raise Wrong(refusal.text) from refusal
    return conversing.question(asked, model)


def _turns(native: Body) -> Iterator[completions.Turn]:
    """The items as messages of a chat; calls that follow each other, or a message of the assistant, are of one turn."""
    if native.instructions:
        yield completions.Turn(role="system", content=native.instructions)
    if isinstance(native.input, str):
        yield completions.Turn(role="user", content=native.input)
        return
    spoken: completions.Turn | None = None  # a turn of the assistant that may go on
    for item in native.input:
        if item.type == "reasoning":
            continue
        if item.type == "function_call":
            call = completions.Call(item.call_id, completions.CalledFunction(item.name, item.arguments))
            spoken = spoken or completions.Turn(role="assistant", tool_calls=[])
            spoken.tool_calls = [*(spoken.tool_calls or ()), call]
            continue
        if spoken:
            yield spoken
        turn = _turn(item)
        spoken = turn if turn.role == "assistant" else None
        if spoken is None:
            yield turn
    if spoken:
        yield spoken


def _turn(item: Item) -> completions.Turn:
    if item.type == "function_call_output":
        return completions.Turn(role="tool", tool_call_id=item.call_id, content=_content(item.output))
    return completions.Turn(role=item.role, content=_content(item.content))


def _content(content: str | list[Part] | None) -> str | list[completions.TextPart | completions.ImagePart]:
    if isinstance(content, list):
        return [
            completions.ImagePart(completions.ImageUrl(part.image_url or ""))
            if part.type == "input_image"
            else completions.TextPart(part.text or part.refusal or "")
            for part in content
        ]
    return content or ""


def _tools(native: Body) -> list[completions.Tool] | None:
    return [
        completions.Tool(
            completions.Function(
                name=tool.name, description=tool.description, parameters=tool.parameters, strict=tool.strict
            ),
            "function",
        )
        for tool in native.tools or ()
    ]


def _choice(native: Body) -> completions.Choice | None:
    choice = native.tool_choice
    return (
        completions.Named(completions.NamedFunction(choice.name), "function") if isinstance(choice, Named) else choice
    )


def _format(native: Body) -> completions.Format | None:
    asked = native.text.format if native.text else None
    if asked is None:
        return None
    schema = completions.Schema(
        schema=asked.schema, name=asked.name, description=asked.description, strict=asked.strict
    )
    return completions.Format(type=asked.type, json_schema=schema)
