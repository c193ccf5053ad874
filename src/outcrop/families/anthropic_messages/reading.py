"""A native Claude Messages body as a request of the hub.

What Converse has a word for gets it (`cache_control` becomes a cache point behind its block); the rest travels in
`fields` under its native name. The body itself is checked by decoding it into `body.Body`; the schemas are asked only
when that fails, or when something is there that only some models take.
"""

from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import everit, pydantic
from outcrop.families.anthropic_messages import blocks, details, outlines
from outcrop.families.anthropic_messages.body import (
    AnyTool,
    Auto,
    Body,
    CustomTool,
    Format,
    Named,
    NoTool,
    Output,
    Paragraph,
    Turn,
)
from outcrop.families.anthropic_messages.generation import version
from outcrop.model.runtime import (
    AnyToolChoice,
    AutoToolChoice,
    ContentBlock,
    InferenceConfiguration,
    JsonSchemaDefinition,
    Message,
    OutputConfig,
    OutputFormat,
    OutputFormatStructure,
    SpecificToolChoice,
    SystemContentBlock,
    Tool,
    ToolChoice,
    ToolConfiguration,
    ToolInputSchema,
    ToolSpecification,
)

VERSION = "bedrock-2023-05-31"
VERSIONS = frozenset(
    {VERSION, "2026-10-21"}
)  # the second is what Anthropic's own SDKs send to Bedrock, too, since 2.11
# Turns with the role "system" (recorded on Claude Opus 4.8; Sonnet 5's clients still avoid them).
TAKES_SYSTEM_TURNS = frozenset({(4, 8)})
_RARE = ("thinking", "metadata", "output_config", "context_management")  # members that only some models take
_FIELDS = ("top_k", "thinking", "metadata", "anthropic_beta", "context_management")  # without a word in Converse
_decode = msgspec.json.Decoder(Body).decode


def request(body: bytes, model: Model) -> ChatRequest:
    """The turn that `body` asks `model` for; raises ValidationException or ModelRefusal in the service's words."""
    try:
        native = _decode(body)
        tools = [_tool(tool) for tool in native.tools]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        refuse(body, model)
        raise everit.malformed() from None  # a body that no schema has words for
    if _doubtful(native, tools, body, model):
        refuse(body, model)
    _check_turns(native, model)
    messages = [_message(turn, f"messages.{index}") for index, turn in enumerate(native.messages)]
    if messages and messages[-1].role == "assistant" and not messages[-1].content:
        messages.pop()  # an empty last turn of the assistant is no prefill (documented, and in the seed of 2024)
    return ChatRequest(
        messages=messages,
        system=_system(native.system),
        inference=_inference(native),
        tool_config=_tool_config(native, tools),
        output_config=_output_config(native.output_config),
        fields=_fields(native),
    )


def refuse(body: bytes, model: Model) -> None:
    """Raise with the schemas' first word on `body`, if they have one."""
    value = everit.decode(body)
    outline = outlines.outline(model)
    if outline is not None:
        everit.check(outline, value)
    if "prompt" in value and "messages" not in value:
        # reported for Claude 3 to Claude Sonnet 4.5
        raise ModelRefusal(f'"{model.short_name}" is not supported on this API. Please use the Messages API instead.')
    refusal = pydantic.violation(details.details(model), value)
    if refusal:
        raise ModelRefusal(refusal)


def _doubtful(native: Body, tools: list[CustomTool | None], body: bytes, model: Model) -> bool:
    """Whether something is there that only some models take."""
    return (
        any(getattr(native, name) is not msgspec.UNSET for name in _RARE)
        or (not model.features.prompt_caching and b"cache_control" in body)
        or any(tool is None or tool.input_schema.get("type") != "object" for tool in tools)
        or isinstance(native.tool_choice, NoTool)
        or (model.wording == "everit" and (_has_system_turn(native) or any(tool and tool.strict for tool in tools)))
        or (version(model) < (3, 5) and any(kind in body for kind in (b'"document"', b"thinking", b'"search_result"')))
    )


def _has_system_turn(native: Body) -> bool:
    return any(turn.role == "system" for turn in native.messages)


def _check_turns(native: Body, model: Model) -> None:
    """What the model says of turns before it looks into them."""
    if native.anthropic_version not in VERSIONS:
        raise ModelRefusal(f"Invalid API version: {native.anthropic_version}")  # reported 2024
    last = len(native.messages) - 1
    previous = ""
    for index, turn in enumerate(native.messages):
        if turn.role == "system" and version(model) not in TAKES_SYSTEM_TURNS:
            raise ModelRefusal(
                'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
                '"system" as an input message role.'
            )
        if not turn.content and not (index == last and turn.role == "assistant"):
            raise ModelRefusal(
                f"messages.{index}: all messages must have non-empty content except for the optional final assistant "
                "message"
            )
        if version(model) < (3, 5):
            _check_order(previous, turn.role)
        previous = turn.role


def _check_order(previous: str, role: str) -> None:
    """Turns in order, as Claude 3 wants them (quoted); from 3.5 on turns of one role are joined (recorded 2025)."""
    if not previous and role != "user":
        raise ModelRefusal('messages: first message must use the "user" role')
    if previous == role:
        raise ModelRefusal(
            f'messages: roles must alternate between "user" and "assistant", but found multiple "{role}" roles in a row'
        )


def _message(turn: Turn, place: str) -> Message:
    if isinstance(turn.content, str):
        return Message(role=turn.role, content=[ContentBlock(text=turn.content)] if turn.content else [])
    content: list[ContentBlock] = []
    for index, block in enumerate(turn.content):
        content.extend(blocks.read(block, f"{place}.content.{index}"))
    return Message(role=turn.role, content=content)


def _system(system: str | list[Paragraph]) -> list[SystemContentBlock]:
    if isinstance(system, str):
        return [SystemContentBlock(text=system)] if system else []
    found = []
    for block in system:
        found.append(SystemContentBlock(text=block.text))
        if block.cache_control:
            found.append(SystemContentBlock(cache_point=blocks.cache_point(block.cache_control)))
    return found


def _inference(native: Body) -> InferenceConfiguration:
    return InferenceConfiguration(
        max_tokens=native.max_tokens,
        temperature=_set(native.temperature),
        top_p=_set(native.top_p),
        stop_sequences=_set(native.stop_sequences),
    )


def _set(value: Any) -> Any:
    return None if value is msgspec.UNSET else value


def _tool(tool: dict[str, Any]) -> CustomTool | None:
    """A tool of the caller's; None for one of Anthropic's own."""
    return msgspec.convert(tool, CustomTool) if tool.get("type") in (None, "custom") else None


def _tool_config(native: Body, tools: list[CustomTool | None]) -> ToolConfiguration | None:
    found: list[Tool] = []
    for tool in tools:
        if tool is None:
            continue
        found.append(Tool(tool_spec=_specification(tool)))
        if tool.cache_control:
            found.append(Tool(cache_point=blocks.cache_point(tool.cache_control)))
    if not found:
        return None
    return ToolConfiguration(tools=found, tool_choice=_tool_choice(native.tool_choice))


def _specification(tool: CustomTool) -> ToolSpecification:
    schema = ToolInputSchema(json=tool.input_schema)
    return ToolSpecification(
        name=tool.name, description=_set(tool.description), input_schema=schema, strict=tool.strict
    )


def _tool_choice(choice: Any) -> ToolChoice | None:
    match choice:
        case Auto():
            return ToolChoice(auto=AutoToolChoice())
        case AnyTool():
            return ToolChoice(any=AnyToolChoice())
        case Named(name=name):
            return ToolChoice(tool=SpecificToolChoice(name=name))
    return None


def _output_config(output: Output | msgspec.UnsetType) -> OutputConfig | None:
    if isinstance(output, msgspec.UnsetType):
        return None
    return OutputConfig(effort=output.effort, text_format=_text_format(output.format) if output.format else None)


def _text_format(native: Format) -> OutputFormat:
    schema = msgspec.json.encode(native.schema).decode()
    return OutputFormat(
        type="json_schema", structure=OutputFormatStructure(json_schema=JsonSchemaDefinition(schema=schema))
    )


def _fields(native: Body) -> dict[str, Any]:
    """What Converse has no word for, under its native name."""
    fields = {name: value for name in _FIELDS if (value := getattr(native, name)) is not msgspec.UNSET}
    own = [tool for tool in native.tools if tool.get("type") not in (None, "custom")]
    if own:
        fields["tools"] = own
    choice = native.tool_choice
    if isinstance(choice, NoTool):
        fields["tool_choice"] = {"type": "none"}
    elif isinstance(choice, Auto | AnyTool | Named) and choice.disable_parallel_tool_use:
        fields["tool_choice"] = msgspec.to_builtins(choice)
    return fields
