"""What a rule looks at, and the wordings several rules share."""

from collections.abc import Iterator

import msgspec

from outcrop.chat.features import Model
from outcrop.model.runtime import (
    ContentBlock,
    ConverseRequest,
    ConverseStreamRequest,
    Message,
    Tool,
    ToolResultContentBlock,
    ToolSpecification,
)

Conversation = ConverseRequest | ConverseStreamRequest


class Subject(msgspec.Struct, frozen=True):
    """What a rule looks at. `parts` names every kind of content block and every member of the request that is there."""

    model: Model
    input: Conversation
    region: str
    parts: frozenset[str]

    @property
    def messages(self) -> list[Message]:
        return self.input.messages or []

    def blocks(self) -> Iterator[tuple[int, int, ContentBlock]]:
        """Every content block with the indices of its message and of itself."""
        for i, message in enumerate(self.messages):
            for j, block in enumerate(message.content):
                yield i, j, block

    def contents(self) -> Iterator[ContentBlock | ToolResultContentBlock]:
        """Every content block, those within tool results included."""
        for _, _, block in self.blocks():
            yield block
            yield from block.tool_result.content if block.tool_result else ()

    @property
    def tools(self) -> list[Tool]:
        return self.input.tool_config.tools if self.input.tool_config else []

    @property
    def latency(self) -> str | None:
        return self.input.performance_config.latency if self.input.performance_config else None

    @property
    def specifications(self) -> list[tuple[int, ToolSpecification]]:
        return [(i, tool.tool_spec) for i, tool in enumerate(self.tools) if tool.tool_spec]


def unsupported_field(name: str) -> str:
    return f"This model doesn't support the {name} field. Remove {name} and try again."


def not_an_object(path: str) -> str:
    return f"The format of the value at {path} is invalid. Provide a json object for the field and try again."
