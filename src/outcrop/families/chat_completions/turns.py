"""Chat-completions messages, tools and formats as the hub's.

System and developer messages become the system prompt wherever they stand; results of tools that follow each other become
one turn. What cannot be read raises what the family's `Refuse` makes of the text.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable

import msgspec

from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.families.chat_completions.body import Call, Choice, Format, ImagePart, Named, TextPart, Tool, Turn
from outcrop.model.runtime import (
    AnyToolChoice,
    ContentBlock,
    ImageBlock,
    ImageSource,
    JsonSchemaDefinition,
    Message,
    OutputConfig,
    OutputFormat,
    OutputFormatStructure,
    SpecificToolChoice,
    SystemContentBlock,
    ToolChoice,
    ToolConfiguration,
    ToolInputSchema,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolSpecification,
    ToolUseBlock,
)
from outcrop.model.runtime import Tool as HubTool
from outcrop.wire import bounds

Refuse = Callable[[str], ModelRefusal]
_DATA = re.compile(r"data:[^,]*;base64,")
_ANYTHING = {"type": "object", "properties": {}}
_encode = msgspec.json.Encoder().encode


def system(turns: Iterable[Turn]) -> list[SystemContentBlock]:
    """What system and developer messages say, in order."""
    said = [_text(turn) for turn in turns if turn.role in ("system", "developer")]
    return [SystemContentBlock(text=text) for text in said if text]


def messages(turns: Iterable[Turn], refuse: Refuse) -> list[Message]:
    """The other messages as turns; raises `refuse` for pictures and arguments that are none."""
    found: list[Message] = []
    answering = False  # whether the last turn is results of tools
    for turn in turns:
        if turn.role == "tool":
            result = _result(turn)
            if answering:
                found[-1].content.append(result)
            else:
                found.append(Message(role="user", content=[result]))
        elif turn.role == "assistant":
            found.append(Message(role="assistant", content=_spoken(turn, refuse)))
        elif turn.role == "user":
            found.append(Message(role="user", content=_blocks(turn, refuse)))
        answering = turn.role == "tool"
    return found


def _text(turn: Turn) -> str:
    """The text of a message where nothing but text counts."""
    if isinstance(turn.content, list):
        return "\n".join([part.text for part in turn.content if isinstance(part, TextPart)])
    return turn.content or ""


def _result(turn: Turn) -> ContentBlock:
    content = [ToolResultContentBlock(text=_text(turn))]
    return ContentBlock(tool_result=ToolResultBlock(tool_use_id=turn.tool_call_id or "", content=content))


def _spoken(turn: Turn, refuse: Refuse) -> list[ContentBlock]:
    text = _text(turn)
    calls = [_call(call, refuse) for call in turn.tool_calls or ()]
    return [ContentBlock(text=text)] * bool(text or not calls) + calls


def _call(call: Call, refuse: Refuse) -> ContentBlock:
    bounds.check(call.function.arguments.encode())
    try:
        arguments = msgspec.json.decode(call.function.arguments or "{}")
    except (msgspec.MsgspecError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise refuse(f"The arguments of tool call {call.id} are not a JSON object.")  # decided: no record
    use = ToolUseBlock(tool_use_id=call.id, name=call.function.name, input=arguments)
    return ContentBlock(tool_use=use)


def _blocks(turn: Turn, refuse: Refuse) -> list[ContentBlock]:
    if not isinstance(turn.content, list):
        return [ContentBlock(text=turn.content or "")]
    return [
        ContentBlock(image=_picture(part, refuse)) if isinstance(part, ImagePart) else ContentBlock(text=part.text)
        for part in turn.content
    ]


def _picture(part: ImagePart, refuse: Refuse) -> ImageBlock:
    """A picture that the message brings along; addresses are never visited."""
    url = part.image_url.url
    found = _DATA.match(url)
    try:
        data = base64.b64decode(url[found.end() :], validate=True) if found else b""
    except binascii.Error:
        data = b""
    header = image_header(data)
    if header is None:
        raise refuse("Failed to load image: the URL must hold a picture as base64 data.")  # decided: no record
    return ImageBlock(format=header.format, source=ImageSource(bytes=data))


def tool_config(tools: list[Tool] | None, choice: Choice | None, refuse: Refuse) -> ToolConfiguration | None:
    """The tools, and which to call; None when there are none, or none may be called.

    Raises `refuse` for a choice of nothing, in the words of the server behind these models (vLLM); no record on Bedrock.
    """
    if not tools:
        if choice not in (None, "none", "auto"):
            raise refuse("When using `tool_choice`, `tools` must be set.")
        return None
    if isinstance(choice, Named) and choice.function.name not in [tool.function.name for tool in tools]:
        raise refuse("The tool specified in `tool_choice` does not match any of the specified `tools`")
    if choice == "none":
        return None
    return ToolConfiguration(tools=[_specification(tool) for tool in tools], tool_choice=_choice(choice))


def _choice(choice: Choice | None) -> ToolChoice | None:
    if isinstance(choice, Named):
        return ToolChoice(tool=SpecificToolChoice(name=choice.function.name))
    return ToolChoice(any=AnyToolChoice()) if choice == "required" else None


def _specification(tool: Tool) -> HubTool:
    asked = tool.function
    schema = ToolInputSchema(json=_ANYTHING if asked.parameters is None else asked.parameters)
    specification = ToolSpecification(
        name=asked.name, description=asked.description or None, input_schema=schema, strict=asked.strict
    )
    return HubTool(tool_spec=specification)


def output_config(asked: Format | None) -> OutputConfig | None:
    """The form of the answer: any JSON object, one that follows a schema, or None for text."""
    if asked is None or asked.type == "text":
        return None
    given = asked.json_schema if asked.type == "json_schema" else None
    schema = given.schema if given and given.schema is not None else {"type": "object"}
    definition = JsonSchemaDefinition(schema=_encode(schema).decode(), name=given.name if given else None)
    structure = OutputFormatStructure(json_schema=definition)
    return OutputConfig(text_format=OutputFormat(type="json_schema", structure=structure))
