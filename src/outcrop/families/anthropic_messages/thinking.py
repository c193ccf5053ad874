"""Rules of Claude models about extended thinking: its settings, what may stand beside it, the turn it continues.

Sources are named as in `rules`.
"""

from typing import Any

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import pydantic
from outcrop.families.anthropic_messages import details
from outcrop.families.anthropic_messages.generation import version
from outcrop.model.runtime import Message

_GUIDE = "https://docs.claude.com/en/docs/build-with-claude/extended-thinking"


def settings(request: ChatRequest) -> Any:
    """The native ``thinking`` member, under either of its names."""
    return request.fields.get("thinking", request.fields.get("reasoning_config"))


def configuration(request: ChatRequest, model: Model) -> str | None:
    """The settings themselves (probed, quoted), and parameters that do not go with them (quoted)."""
    given = settings(request)
    if given is None:
        return None
    if refusal := pydantic.violation(details.THINKING, given, "thinking"):
        return refusal
    kind = given["type"]
    if kind == "enabled" and version(model) >= (4, 7):
        return (
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
    if kind == "adaptive" and version(model) < (4, 6):
        return "adaptive thinking is not supported on this model"
    if kind != "enabled":
        return None
    limit = request.inference.max_tokens or model.default_max_tokens or model.max_output_tokens
    if limit is not None and given["budget_tokens"] >= limit:
        return "`max_tokens` must be greater than `thinking.budget_tokens`."
    return _beside(request, model)


def _beside(request: ChatRequest, model: Model) -> str | None:
    temperature, choice = request.inference.temperature, request.tool_choice
    if temperature is not None and temperature != 1:
        adaptive = " or in adaptive mode" if version(model) >= (4, 6) else ""
        return f"`temperature` may only be set to 1 when thinking is enabled{adaptive}."
    if choice and (choice.any is not None or choice.tool is not None):
        return "Thinking may not be enabled when tool_choice forces tool use."
    return None


def last_turn(request: ChatRequest, model: Model) -> str | None:
    """With thinking on, a turn whose tool calls are being answered begins with the thinking that led to them (quoted)."""
    given = settings(request)
    if given is None or given["type"] != "enabled":
        return None
    index = len(request.messages) - 1
    if request.messages[index].role == "user":
        if not any(block.tool_result for block in request.messages[index].content):
            return None
        index -= 1
    return _begins_wrong(index, request.messages[index]) if index >= 0 else None


def _begins_wrong(index: int, message: Message) -> str | None:
    first = message.content[0] if message.content else None
    if first is None or first.reasoning_content:
        return None
    found = "tool_use" if first.tool_use else "text"
    return (
        f"messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When "
        "`thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost "
        "set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To "
        f"avoid this requirement, disable `thinking`. Please consult our documentation at {_GUIDE}"
    )
