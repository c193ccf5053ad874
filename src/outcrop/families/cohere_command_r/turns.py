"""A Command R body as turns of the hub: history, the message behind its documents, the calls whose results it brings.

Calls have no identifiers here, so they are named by their place. Nothing is checked: the body has been.
"""

from typing import Any

import msgspec

from outcrop.families import bodies
from outcrop.families.cohere_command_r.body import Body, NativeTool, Parameter, Result, Turn
from outcrop.model.runtime import (
    ContentBlock,
    DocumentBlock,
    DocumentSource,
    Message,
    SystemContentBlock,
    Tool,
    ToolInputSchema,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolSpecification,
    ToolUseBlock,
)

# Types of parameters are Python's.
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}
_encode = msgspec.json.Encoder().encode


def system(native: Body) -> list[SystemContentBlock]:
    """The preamble, and what the history says in the system's name; nothing of it beside a raw prompt."""
    if native.raw_prompting:
        return []
    said = [native.preamble, *(turn.message for turn in native.chat_history if turn.role == "SYSTEM")]
    return [SystemContentBlock(text=text) for text in said if text]


def turns(native: Body) -> list[Message]:
    """Everything said so far, the user's message last or followed by the calls and results that came with it."""
    if native.raw_prompting:  # nothing but the message goes to the model
        return [Message(role="user", content=[ContentBlock(text=native.message)])]
    messages = [_turn(turn, index) for index, turn in enumerate(spoken(native)) if turn.role != "SYSTEM"]
    asked = next((message for message in reversed(messages) if message.role == "user"), None)
    if asked:
        asked.content[:0] = [
            ContentBlock(document=_document(found, index)) for index, found in enumerate(native.documents)
        ]
    return messages


def spoken(native: Body) -> list[Turn]:
    """The history, the message, and what the results answer where the history does not end with it."""
    spoken = list(native.chat_history)
    if native.message or not native.tool_results:
        spoken.append(Turn(role="USER", message=native.message))
    if native.tool_results:
        if not (spoken and spoken[-1].tool_calls):
            spoken.append(Turn(role="CHATBOT", tool_calls=[result.call for result in native.tool_results]))
        spoken.append(Turn(role="TOOL", tool_results=native.tool_results))
    return spoken


def _turn(turn: Turn, index: int) -> Message:
    """One turn; calls get the name of their place, and results that of the calls before them."""
    text = [ContentBlock(text=turn.message)] if turn.message else []
    if turn.role == "CHATBOT":
        calls = [
            ContentBlock(tool_use=ToolUseBlock(tool_use_id=f"call_{index}_{at}", name=call.name, input=call.parameters))
            for at, call in enumerate(turn.tool_calls)
        ]
        return Message(role="assistant", content=text + calls)
    results = [_result(result, f"call_{index - 1}_{at}") for at, result in enumerate(turn.tool_results)]
    return Message(role="user", content=text + results if results else [ContentBlock(text=turn.message)])


def _result(result: Result, identifier: str) -> ContentBlock:
    outputs = [ToolResultContentBlock(json=output) for output in result.outputs]
    return ContentBlock(tool_result=ToolResultBlock(tool_use_id=identifier, content=outputs))


def _document(document: dict[str, Any], index: int) -> DocumentBlock:
    text = "\n".join([f"{name}: {_text(value)}" for name, value in document.items()])
    name = _text(document.get("title") or f"document {index}")
    return DocumentBlock(format="txt", name=name, source=DocumentSource(text=text))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _encode(value).decode()


def tools(native: Body) -> list[Tool]:
    """The tools, their parameters as a JSON schema; none beside a raw prompt."""
    return [] if native.raw_prompting else [_specification(tool) for tool in native.tools]


def _specification(tool: NativeTool) -> Tool:
    definitions = tool.parameter_definitions
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: _property(definition) for name, definition in definitions.items()},
        "required": [name for name, definition in definitions.items() if definition.required],
    }
    specification = ToolSpecification(
        name=tool.name, description=tool.description or None, input_schema=ToolInputSchema(json=schema)
    )
    return Tool(tool_spec=specification)


def _property(definition: Parameter) -> dict[str, Any]:
    kind = definition.type.partition("[")[0].lower()  # List[str]
    return {"type": _TYPES.get(kind, "string"), **bodies.additional(description=definition.description)}
