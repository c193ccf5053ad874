"""What Converse refuses of tools, calls and their results: one row per rule and per known text."""

from tests.conftest import HAIKU
from tests.conversations import (
    DEEPSEEK,
    GPT_OSS,
    LLAMA_3,
    LLAMA_3_1,
    LLAMA_3_2,
    MISTRAL_7B,
    MISTRAL_LARGE,
    NO_TOOLS,
    NOVA,
    NOVA_2,
    SONNET_4,
    Check,
    Refusal,
    asked,
    assistant,
    call,
    called,
    field,
    no_object,
    result,
    rows,
    talk,
    text,
    tool,
    tools,
    user,
)

TOOLS = [
    # probed on the first three models, recorded on the fourth
    *(
        Refusal(f"on {model}", model, asked(**tools()), NO_TOOLS)
        for model in (MISTRAL_7B, LLAMA_3, DEEPSEEK, LLAMA_3_2)
    ),
    Refusal("calls in the history", LLAMA_3, talk(user(text()), assistant(call()), user(result())), NO_TOOLS),
    # probed on Llama 3.1, the last on Mistral Large of 2024-02
    Refusal("any", LLAMA_3_1, asked(**tools(toolChoice={"any": {}})), field("toolConfig.toolChoice.any")),
    Refusal(
        "a named one",
        LLAMA_3_1,
        asked(**tools(toolChoice={"tool": {"name": "look_up"}})),
        field("toolConfig.toolChoice.tool"),
    ),
    Refusal(
        "a named one",
        MISTRAL_LARGE,
        asked(**tools(toolChoice={"tool": {"name": "look_up"}})),
        field("toolConfig.toolChoice.tool"),
    ),
    # reported
    Refusal(
        "a name used twice",
        HAIKU,
        asked(**tools(tool(), tool())),
        "The tool look_up is already defined at toolConfig.tools.1.",
    ),
    *(
        Refusal(
            f"a schema that is {schema}",
            HAIKU,
            asked(**tools(tool("a"), tool("b"), tool("c"), tool("d", schema))),
            "The value at toolConfig.tools.3.toolSpec.inputSchema.json.type must be one of the following: object.",
        )
        for schema in ({"type": "string"}, {"properties": {}}, {"anyOf": [{"type": "object"}]})
    ),
    Refusal(
        "a schema that is a list",
        HAIKU,
        asked(**tools(tool(schema=["x"]))),
        no_object("toolConfig.tools.0.toolSpec.inputSchema.json"),
    ),
    # decided: nothing is known
    Refusal(
        "a choice of a tool that is not there",
        NOVA,
        asked(**tools(toolChoice={"tool": {"name": "other"}})),
        "The tool other at toolConfig.toolChoice.tool.name is not defined in toolConfig.tools. Define the tool and "
        "try again.",
    ),
    # reported, 2026
    Refusal("strict on Nova 2", NOVA_2, asked(**tools(tool(strict=True))), field("strict")),
    Refusal(
        "a system tool on gpt-oss", GPT_OSS, asked(**tools({"systemTool": {"name": "web_search"}})), field("systemTool")
    ),
]

CALLS = [  # all reported, the second input by pattern
    Refusal(
        "no tools beside a call",
        HAIKU,
        talk(user(text()), assistant(call()), user(result())),
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    ),
    Refusal(
        "a call without its result",
        HAIKU,
        called(text("never mind")),
        "Expected toolResult blocks at messages.2.content for the following Ids: tooluse_1",
    ),
    Refusal(
        "only the results that are missing",
        SONNET_4,
        talk(user(text()), assistant(call("a"), call("b"), call("c")), user(result("b")), **tools()),
        "Expected toolResult blocks at messages.2.content for the following Ids: a, c",
    ),
    Refusal(  # two calls answered in two turns of the user, as two frameworks did
        "a result in the turn after the next",
        SONNET_4,
        talk(user(text()), assistant(call("a"), call("b")), user(result("a")), user(result("b")), **tools()),
        "Expected toolResult blocks at messages.2.content for the following Ids: b",
    ),
    Refusal(
        "more results than calls",
        HAIKU,
        called(result(), result("tooluse_2")),
        "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.",
    ),
    Refusal(
        "a result without a call",
        HAIKU,
        talk(user(result()), **tools()),
        "The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.",
    ),
    Refusal(
        "text beside a call",
        LLAMA_3_1,
        talk(user(text()), assistant(text(), call()), user(result()), **tools()),
        "messages.1.content: Conversation blocks and tool use blocks cannot be provided in the same turn.",
    ),
    Refusal(
        "text beside a result",
        MISTRAL_LARGE,
        called(result(), text()),
        "messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn",
    ),
    Refusal(
        "a failed result without content",
        HAIKU,
        called({"toolResult": {"toolUseId": "tooluse_1", "content": [], "status": "error"}}),
        "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
    ),
    *(
        Refusal(
            f"a result that is {value}",
            HAIKU,
            called(result("tooluse_1", {"json": value})),
            no_object("messages.2.content.0.toolResult.content.0.json"),
        )
        for value in ([1], "text", 42)
    ),
    *(
        Refusal(
            f"a call with the input {value!r}",
            HAIKU,
            talk(
                user(text()),
                assistant(text(), {"toolUse": {"toolUseId": "a", "name": "look_up", "input": value}}),
                user(result("a")),
                **tools(),
            ),
            no_object("messages.1.content.1.toolUse.input"),
        )
        for value in ("text", [1])
    ),
]


@rows(*TOOLS, *CALLS)
def test_refuses(case: Refusal, refuses: Check) -> None:
    refuses(case)
