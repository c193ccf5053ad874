"""A request of the hub as a chat-completions body, as a caller writes it: the other direction of `turns`.

Everything the hub can say is written or refused; what it has no word for goes as it stands in `fields`. Results of tools are
messages of their own, before what else the turn says; pictures in them follow as the user's, since a tool's message is text.
Documents must be text by now. Cache points say nothing to servers that cache by themselves and are left out.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, text_of
from outcrop.families.chat_completions import material
from outcrop.model.runtime import (
    ContentBlock,
    Message,
    OutputConfig,
    SystemContentBlock,
    Tool,
    ToolChoice,
    ToolResultBlock,
    ToolUseBlock,
)

Native = dict[str, Any]
ERROR = "Error: "  # before a failed tool's result, which has no mark of its own in these messages (decided)
_OURS = ("messages", "model", "n", "stream", "stream_options")
_encode = msgspec.json.Encoder().encode


def body(request: ChatRequest, *, limit: str = "max_tokens", thoughts: str | None = "reasoning_content") -> Native:
    """The body that asks for `request`; raises ModelRefusal for what chat completions have no form for.

    `limit` is the member for the token limit, `thoughts` the one for reasoning of earlier turns (None: it is left out, as
    OpenAI's guide wants it).
    """
    for name in _OURS:
        if name in request.fields:
            raise ModelRefusal(f"#: extraneous key [{name}] is not permitted")
    native: Native = {"messages": [*_system(request.system), *messages(request.messages, thoughts)]}
    asked = request.inference
    native |= _given(
        {
            limit: asked.max_tokens,
            "temperature": asked.temperature,
            "top_p": asked.top_p,
            "stop": asked.stop_sequences or None,
        }
    )
    if tools := [_tool(tool) for tool in request.tools if not tool.cache_point]:
        native["tools"] = tools
        native |= _given({"tool_choice": _choice(request.tool_choice)})
    return native | _output(request.output_config) | request.fields


def _given(members: Native) -> Native:
    return {name: value for name, value in members.items() if value is not None}


def _system(blocks: list[SystemContentBlock]) -> list[Native]:
    texts: list[str] = []
    for block in blocks:
        text = text_of(block)
        if text is None and not block.cache_point:
            raise material.unsupported("guardContent")
        texts += [text] if text is not None else []
    return [{"role": "system", "content": "\n".join(texts)}] if texts else []


def messages(turns: Iterable[Message], thoughts: str | None) -> list[Native]:
    """The turns of a conversation; raises ModelRefusal as `body` does."""
    found: list[Native] = []
    for turn in turns:
        found += [_assistant(turn, thoughts)] if turn.role == "assistant" else _user(turn)
    return found


def _user(turn: Message) -> list[Native]:
    """Results of tools first, then what else the turn holds."""
    results, parts = [], []
    for block in turn.content:
        if block.tool_result:
            results.append(_result(block.tool_result))
            parts += [material.part(item) for item in block.tool_result.content if item.image]
    for block in turn.content:
        if not (block.tool_result or block.cache_point):
            parts.append(material.part(block))
    return [*results, {"role": "user", "content": _plain(parts)}] if parts else results


def _plain(parts: list[Native]) -> str | list[Native]:
    """One text as itself: there are servers that take nothing else."""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _result(result: ToolResultBlock) -> Native:
    texts = [material.result_text(item) for item in result.content if not item.image]
    said = (ERROR if result.status == "error" else "") + "\n".join(texts)
    return {"role": "tool", "tool_call_id": result.tool_use_id, "content": said}


def _assistant(turn: Message, thoughts: str | None) -> Native:
    texts: list[str] = []
    calls: list[Native] = []
    thought = ""
    for block in turn.content:
        if block.tool_use:
            calls.append(_call(block.tool_use))
        elif block.reasoning_content:
            thought += _thought(block)
        elif not block.cache_point:
            part = material.part(block)
            if part["type"] != "text":
                raise material.unsupported("image")
            texts.append(part["text"])
    native: Native = {"role": "assistant", "content": "\n".join(texts) if texts or not calls else None}
    if thought and thoughts:
        native[thoughts] = thought
    return native | ({"tool_calls": calls} if calls else {})


def _thought(block: ContentBlock) -> str:
    thinking = block.reasoning_content.reasoning_text if block.reasoning_content else None
    if thinking is None:
        raise material.unsupported("reasoningContent")  # what is redacted only its maker can read
    return thinking.text


def _call(use: ToolUseBlock) -> Native:
    function = {"name": use.name, "arguments": _encode(use.input).decode()}
    return {"id": use.tool_use_id, "type": "function", "function": function}


def _tool(tool: Tool) -> Native:
    asked = tool.tool_spec
    if asked is None:
        raise ModelRefusal("This model doesn't support the systemTool field. Remove systemTool and try again.")
    function = {"name": asked.name, "description": asked.description, "parameters": asked.input_schema.json}
    return {"type": "function", "function": _given(function | {"strict": asked.strict})}


def _choice(choice: ToolChoice | None) -> Any:
    if choice is None:
        return None
    if choice.tool:
        return {"type": "function", "function": {"name": choice.tool.name}}
    return "required" if choice.any is not None else "auto"


def _output(asked: OutputConfig | None) -> Native:
    if asked is None:
        return {}
    found = _given({"reasoning_effort": asked.effort})
    definition = asked.text_format.structure.json_schema if asked.text_format else None
    if definition:
        schema = _given(
            {
                "name": definition.name or "answer",  # which has to have one
                "description": definition.description,
                "schema": msgspec.json.decode(definition.schema),
                "strict": True,
            }
        )
        found["response_format"] = {"type": "json_schema", "json_schema": schema}
    return found
