"""The function generator, which describes a tool, and the function result generator, which makes its answer a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from outcrop.operator import checks
from outcrop.operator.base import Operator, Record
from outcrop.operator.exceptions import ConfigurationException, Document
from outcrop.operator.fields import setting
from outcrop.operator.tools import TYPES, Parameter
from outcrop.operator.values import Value, bind

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(kw_only=True)
class FunctionGenerator(Operator):
    """Gives `tools`: the one it describes, after those that the record already has."""

    TITLE: ClassVar[str] = "Function Generator"

    name: str = setting("", "Name", "Required. The function's name: 1 to 64 letters, digits, - and _.", internal="name")
    description: str = setting("", "Description", "What the function does and when to call it.", internal="description")
    parameters: Sequence[Parameter] = setting(
        (), "Parameters", "Name, type, description, values and whether it is required.", internal="parameters"
    )
    metadata: Any = setting(None, "Tool metadata", "Travels beside the tool as `sl_tool_metadata`; no model sees it.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _NAME.fullmatch(self.name):
            raise ConfigurationException(
                "The Name value is invalid.", repr(self.name), "Provide 1 to 64 letters, digits, - and _."
            )
        wrong = [row.type for row in self.parameters if row.type not in TYPES]
        if wrong:
            raise ConfigurationException(
                "The Type value is invalid.", repr(wrong[0]), f"Choose one of: {', '.join(TYPES)}."
            )

    async def work(self, record: Record) -> Document:
        """`tools` and `original`."""
        tool: Document = {
            "sl_type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": [msgspec.to_builtins(row) | {"type": row.type} for row in self.parameters],
        }
        if self.metadata is not None:
            tool["sl_tool_metadata"] = self.metadata
        before = record.get("tools") if isinstance(record, dict) else None
        return {"tools": [*(before or []), tool], "original": record}


@dataclass(kw_only=True)
class FunctionResultGenerator(Operator):
    """Gives a message of role TOOL: what a function returned, for the call with this id."""

    TITLE: ClassVar[str] = "Function Result Generator"

    function_id: Value[str] = setting(
        "$original.toolUse.toolUseId", "Function ID", "The id of the call that this answers.", internal="functionId"
    )
    content: Value[Any] = setting(
        "$response", "Content", "What the function returned: a text, JSON, or multimodal content.", internal="content"
    )
    is_error: Value[bool] = setting(False, "Is error", "Whether the function failed.", internal="isError")
    function_name: Value[str] | None = setting(None, "Function name", "The function's name.", internal="functionName")
    metadata: Value[Any] | None = setting(
        None, "Metadata", "Anything else to keep with the message.", internal="metadata"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._id = bind("Function ID", self.function_id, checks.filled)
        self._content = bind("Content", self.content)
        self._error = bind("Is error", self.is_error, _truth)
        self._name = bind("Function name", self.function_name, checks.text)
        self._metadata = bind("Metadata", self.metadata)

    async def work(self, record: Record) -> Document:
        """The message and `original`. Raises DataException."""
        made = {
            "sl_role": "TOOL",
            "function_id": self._id.of(record),
            "content": self._content.of(record),
            "is_error": self._error.of(record) in (True, "true"),
            "name": self._name.of(record),
            "metadata": self._metadata.of(record),
        }
        return {**{name: value for name, value in made.items() if value is not None}, "original": record}


def _truth(value: Any) -> str:
    return "" if value in ("true", "false") else checks.flag(value)
