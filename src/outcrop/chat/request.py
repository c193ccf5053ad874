"""What every engine is asked: a conversation in Converse's terms, whichever operation it came through.

Messages and content blocks are the generated structures of the AWS service model; nothing here repeats them. What a
family takes beyond Converse's vocabulary (top_k, thinking ...) travels in `fields` under the family's own names, as
`additionalModelRequestFields` does.
"""

from typing import Any

import msgspec

from outcrop.model.runtime import (
    ContentBlock,
    InferenceConfiguration,
    Message,
    OutputConfig,
    SystemContentBlock,
    Tool,
    ToolChoice,
    ToolConfiguration,
)


class ChatRequest(msgspec.Struct, kw_only=True):
    """One turn to generate.

    `streamed` tells the engine whether the caller reads piece by piece. `plain` is set when the conversation is known to be
    plain (see `plain` below); False says nothing.
    """

    messages: list[Message]
    system: list[SystemContentBlock] = []
    inference: InferenceConfiguration = msgspec.field(default_factory=InferenceConfiguration)
    tool_config: ToolConfiguration | None = None
    output_config: OutputConfig | None = None
    fields: dict[str, Any] = {}
    streamed: bool = False
    plain: bool = False

    @property
    def tools(self) -> list[Tool]:
        return self.tool_config.tools if self.tool_config else []

    @property
    def tool_choice(self) -> ToolChoice | None:
        return self.tool_config.tool_choice if self.tool_config else None


def plain(messages: list[Message]) -> bool:
    """Whether user and assistant take turns, the user first and last, each saying one or more texts that are not blank.

    Most conversations are, and most rules have nothing to say about them; so this is asked once, before any of those.
    """
    turn = "user"
    for message in messages:
        if message.role != turn or not message.content:
            return False
        for block in message.content:
            text = block.text
            if not text or text.isspace() or block != ContentBlock(text=text):
                return False
        turn = "assistant" if turn == "user" else "user"
    return turn == "assistant"


def user(text: str) -> Message:
    """A user's message of one text block."""
    return Message(role="user", content=[ContentBlock(text=text)])


def text_of(block: ContentBlock | SystemContentBlock) -> str | None:
    """The text a model reads in a block: its own, or what it marks for a guardrail."""
    if block.text is not None or block.guard_content is None:
        return block.text
    return block.guard_content.text.text if block.guard_content.text else None


def has_cache_point(request: ChatRequest) -> bool:
    """Whether any part of the request asks for prompt caching."""
    return (
        any(block.cache_point for block in request.system)
        or any(tool.cache_point for tool in request.tools)
        or any(block.cache_point for message in request.messages for block in message.content)
    )
