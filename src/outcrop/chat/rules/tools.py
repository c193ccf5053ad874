"""Rules about tools, calls of them and their results."""

from collections.abc import Iterator

from outcrop.chat.rules.subject import Subject, not_an_object, unsupported_field
from outcrop.model.runtime import Message, ToolResultBlock, ToolUseBlock


def tool_support(s: Subject) -> Iterator[str]:
    """Tools on a model that takes none (recorded), and choices beyond `auto` (probed on Llama 3.1)."""
    features = s.model.features
    if not features.tools and (s.input.tool_config or any(b.tool_use or b.tool_result for _, _, b in s.blocks())):
        yield "This model doesn't support tool use."
    choice = s.input.tool_config.tool_choice if s.input.tool_config else None
    if choice and choice.any is not None and not features.tool_choice_any:
        yield unsupported_field("toolConfig.toolChoice.any")
    if choice and choice.tool is not None and not features.tool_choice_tool:
        yield unsupported_field("toolConfig.toolChoice.tool")


def members(s: Subject) -> Iterator[str]:
    """Members that not every model takes, all in the same words (reported 2026 for each)."""
    if any(tool.system_tool for tool in s.tools) and s.model.provider != "Amazon":
        yield unsupported_field("systemTool")
    if s.model.features.structured_output == "refused" and any(spec.strict is not None for _, spec in s.specifications):
        yield unsupported_field("strict")
    if s.model.provider == "Anthropic":
        return
    if any(content.search_result for content in s.contents()):
        yield unsupported_field("searchResult")
    for _, _, block in s.blocks():
        reasoning = block.reasoning_content.reasoning_text if block.reasoning_content else None
        if reasoning and reasoning.signature is not None:
            yield unsupported_field("reasoningContent.reasoningText.signature")


def tool_specifications(s: Subject) -> Iterator[str]:
    """Names used once, schemas of objects (both reported), a choice among the tools given."""
    seen: set[str] = set()
    for i, specification in s.specifications:
        if specification.name in seen:
            yield f"The tool {specification.name} is already defined at toolConfig.tools.{i}."
        seen.add(specification.name)
        schema = specification.input_schema.json
        if not isinstance(schema, dict):
            yield (
                f"The format of the value at toolConfig.tools.{i}.toolSpec.inputSchema.json is invalid. Provide a json "
                "object for the field and try again."
            )
        elif schema.get("type") != "object":
            yield f"The value at toolConfig.tools.{i}.toolSpec.inputSchema.json.type must be one of the following: object."
    choice = s.input.tool_config.tool_choice if s.input.tool_config else None
    if choice and choice.tool and choice.tool.name not in seen:
        # no record of this one: worded like its neighbours
        yield (
            f"The tool {choice.tool.name} at toolConfig.toolChoice.tool.name is not defined in toolConfig.tools. Define "
            "the tool and try again."
        )


def tool_blocks(s: Subject) -> Iterator[str]:
    """Tool blocks need tools, objects where objects belong, and results for every call (all reported)."""
    if not any(block.tool_use or block.tool_result for _, _, block in s.blocks()):
        return
    if s.input.tool_config is None:
        yield "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    for i, j, block in s.blocks():
        path = f"messages.{i}.content.{j}"
        if block.tool_use and not isinstance(block.tool_use.input, dict):
            yield not_an_object(f"{path}.toolUse.input")
        if block.tool_result:
            yield from _tool_result(block.tool_result, f"{path}.toolResult")
    yield from _turns(s)


def _tool_result(result: ToolResultBlock, path: str) -> Iterator[str]:
    if result.status == "error" and not result.content:
        yield f"The content field at {path} cannot be empty when status value is error."
    for k, item in enumerate(result.content):
        if item.json is not None and not isinstance(item.json, dict):
            yield not_an_object(f"{path}.content.{k}.json")


def _turns(s: Subject) -> Iterator[str]:
    """Every call answered in the next turn, no answer without a call, turns unmixed where the family wants that."""
    called: list[str] = []
    for i, message in enumerate(s.messages):
        uses = [block.tool_use for block in message.content if block.tool_use and not _server_side(block.tool_use)]
        results = [block.tool_result.tool_use_id for block in message.content if block.tool_result]
        if message.role == "user":
            told = set(results)
            missing = [identifier for identifier in called if identifier not in told]
            if missing:
                yield f"Expected toolResult blocks at messages.{i}.content for the following Ids: {', '.join(missing)}"
            if len(results) > len(called):
                yield (
                    f"The number of toolResult blocks at messages.{i}.content exceeds the number of toolUse blocks of "
                    "previous turn."
                )
        yield from _mixed(s, i, message)
        called = [use.tool_use_id for use in uses]


def _server_side(use: ToolUseBlock) -> bool:
    """Calls the service answers itself (Nova's built-in tools) need no result from the user."""
    return use.type == "server_tool_use"


def _mixed(s: Subject, i: int, message: Message) -> Iterator[str]:
    """Text beside tool blocks, refused by the families whose templates cannot hold it (reported for Llama, Mistral)."""
    if s.model.features.mixed_tool_turns or not any(block.text is not None for block in message.content):
        return
    if any(block.tool_use for block in message.content):
        yield f"messages.{i}.content: Conversation blocks and tool use blocks cannot be provided in the same turn."
    if any(block.tool_result for block in message.content):  # quoted without a full stop
        yield f"messages.{i}.content: Conversation blocks and tool result blocks cannot be provided in the same turn"
