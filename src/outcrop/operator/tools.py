"""Tools: the generators' description of a function to Converse's tool specification, and what travels beside it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from outcrop.operator.exceptions import DataException, Document

TYPES = ("STRING", "INTEGER", "NUMBER", "BOOLEAN", "ARRAY", "OBJECT")


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One parameter of a function; `type` is one of TYPES."""

    name: str
    type: str = "STRING"
    description: str = ""
    enum: list[Any] | None = None
    required: bool = False


def listed(payload: Any) -> list[Document]:
    """The tools of a payload: a list of them, or documents that hold such a list under `tools`. Raises DataException."""
    found: list[Document] = []
    for one in payload if isinstance(payload, list) else [payload]:
        if not isinstance(one, dict):
            raise DataException(
                "The Tool payload value is invalid.", "A tool is an object.", "Use the output of a Function Generator."
            )
        found += listed(one["tools"]) if "tools" in one else [one]
    return found


def configuration(tools: list[Document], choice: Document | None) -> Document:
    """Converse's `toolConfig`. Raises DataException."""
    made: Document = {"tools": [_converse(tool) for tool in tools]}
    if choice is not None:
        made["toolChoice"] = choice
    return made


def metadata(tools: list[Document]) -> dict[str, Any]:
    """The tools' own `sl_tool_metadata` by name, which no model sees."""
    return {str(tool.get("name")): tool["sl_tool_metadata"] for tool in tools if "sl_tool_metadata" in tool}


def _converse(tool: Document) -> Document:
    """Converse's own tools stay as they are."""
    if "name" not in tool:
        return tool
    specification: Document = {"name": tool["name"]}
    if tool.get("description"):
        specification["description"] = tool["description"]
    specification["inputSchema"] = {"json": _schema(tool.get("parameters") or [])}
    return {"toolSpec": specification}


def _schema(parameters: Any) -> Document:
    """The JSON schema of a function's parameters, or the one that was given."""
    if isinstance(parameters, dict):
        return parameters
    try:
        rows = msgspec.convert(parameters, list[Parameter])
    except msgspec.ValidationError as error:
        raise DataException(
            "The Tool payload value is invalid.", str(error), "Correct the tool's parameters."
        ) from error
    made: Document = {"type": "object", "properties": {row.name: dict(_property(row)) for row in rows}}
    required = [row.name for row in rows if row.required]
    return {**made, "required": required} if required else made


def _property(row: Parameter) -> Iterator[tuple[str, Any]]:
    yield "type", row.type.lower()
    if row.description:
        yield "description", row.description
    if row.enum:
        yield "enum", row.enum
