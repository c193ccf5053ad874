"""The rules as a whole: their order, their one other exception, and what looks like a fault and is none."""

import pytest
from tests.conftest import HAIKU, Ask, converse_path, said
from tests.conversations import (
    CACHE_POINT,
    DEEPSEEK,
    GEMMA,
    GPT_OSS,
    LLAMA_3,
    LLAMA_3_1,
    MISTRAL_7B,
    MISTRAL_LARGE,
    MISTRAL_LARGE_3,
    NO_CHAT,
    NO_TOOLS,
    NOVA,
    NOVA_2,
    QWEN,
    SERVICE,
    SONNET_4,
    SONNET_4_5,
    START,
    Body,
    asked,
    assistant,
    call,
    called,
    document,
    image,
    result,
    s3,
    talk,
    text,
    tool,
    tools,
    user,
)


def blank(path: str) -> str:
    return f"The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again."


# The probed refusals of prompt caching are the only ones that are no ValidationException.
@pytest.mark.parametrize(
    ("model", "body"),
    [
        (LLAMA_3_1, asked(text(), CACHE_POINT)),
        (MISTRAL_7B, asked(text(), CACHE_POINT)),
        (DEEPSEEK, asked(text(), CACHE_POINT)),
        (GPT_OSS, asked(system=[{"text": "Be brief."}, CACHE_POINT])),
        (LLAMA_3_1, asked(**tools(tool(), CACHE_POINT))),
    ],
    ids=["Llama", "Mistral", "DeepSeek", "system prompt", "tools"],
)
def test_denies_prompt_caching(ask: Ask, model: str, body: Body) -> None:
    answer = ask(converse_path(model), body)

    assert answer.status == 403
    assert answer.headers["x-amzn-errortype"] == f"AccessDeniedException:{SERVICE}"
    assert answer.json == {
        "message": "You invoked an unsupported model or your request did not allow prompt caching. See the "
        "documentation for more information."
    }


# The other side of each rule: what looks alike and is taken.
TAKEN = {
    "an assistant first on Claude (reported since 2025)": (HAIKU, talk(assistant(text()), user(text()))),
    "an assistant first on Qwen (reported since 2025)": (QWEN, talk(assistant(text()), user(text()))),
    "an assistant last on Claude (probed)": (SONNET_4, talk(user(text()), assistant(text("So")))),
    "an assistant last on Nova (probed)": (NOVA, talk(user(text()), assistant(text("So")))),
    "an assistant last on Gemma (probed)": (GEMMA, talk(user(text()), assistant(text("So")))),
    "two users in a row (reported: merged by the service)": (NOVA, talk(user(text()), user(text()))),
    "white space on Nova (recorded)": (NOVA, asked(text(" "))),
    "any on Claude": (HAIKU, asked(**tools(toolChoice={"any": {}}))),
    "a named tool on Nova (recorded)": (NOVA, asked(**tools(toolChoice={"tool": {"name": "look_up"}}))),
    "auto on Llama (probed)": (LLAMA_3_1, asked(**tools(toolChoice={"auto": {}}))),
    "any on Mistral Large (probed)": (MISTRAL_LARGE, asked(**tools(toolChoice={"any": {}}))),
    "text beside a call on Claude": (HAIKU, talk(user(text()), assistant(text(), call()), user(result()), **tools())),
    "text beside a result on Nova (recorded)": (NOVA, called(result(), text())),
    "a failed result with content": (HAIKU, called(result(status="error"))),
    "a result without content": (HAIKU, called({"toolResult": {"toolUseId": "tooluse_1", "content": []}})),
    "a call the service answers itself": (
        NOVA_2,
        talk(
            user(text()),
            assistant(
                {"toolUse": {"toolUseId": "a", "name": "nova_grounding", "input": {}, "type": "server_tool_use"}},
                text(),
            ),
            user(text()),
            **tools({"systemTool": {"name": "nova_grounding"}}),
        ),
    ),
    "a document on Mistral 7B (probed)": (MISTRAL_7B, asked(text(), document())),
    "a document on DeepSeek (probed)": (DEEPSEEK, asked(text(), document())),
    "a picture in a tool result on Claude (recorded)": (HAIKU, called(result("tooluse_1", image()))),
    "a picture in a tool result on Nova (reported)": (NOVA, called(result("tooluse_1", image()))),
    "a picture beside a tool result on Mistral (reported)": (MISTRAL_LARGE_3, called(result(), image())),
    "a document in S3 on Nova (recorded)": (NOVA, asked(text(), document(source=s3("d.txt")))),
    "a picture in S3 on Nova (recorded)": (NOVA, asked(text(), image(**s3("i.png")))),
    "names with all that is taken (reported)": (HAIKU, asked(text(), document(" Report_2 - a(b)[c] "))),
    "five documents": (HAIKU, asked(text(), *(document(f"d{i}") for i in range(5)))),
    "as many tokens as there are (reported for Nova)": (NOVA, asked(inferenceConfig={"maxTokens": 10000})),
    "optimized latency on Nova Pro (recorded)": (
        "us.amazon.nova-pro-v1:0",
        asked(performanceConfig={"latency": "optimized"}),
    ),
    "standard latency anywhere": (LLAMA_3_1, asked(performanceConfig={"latency": "standard"})),
    "priority tier on gpt-oss (probed)": (GPT_OSS, asked(serviceTier={"type": "priority"})),
    "the default tier anywhere": (LLAMA_3_1, asked(serviceTier={"type": "default"})),
    "a cache point on Nova (recorded)": (NOVA, asked(text(), CACHE_POINT)),
    "a cache point among tools on Claude (recorded)": (SONNET_4, asked(**tools(tool(), CACHE_POINT))),
    "stop sequences on Llama (probed)": (LLAMA_3_1, asked(inferenceConfig={"stopSequences": ["END"]})),
    "a search result on Claude (documented)": (
        SONNET_4_5,
        asked(text(), {"searchResult": {"title": "t", "source": "s", "content": [text()]}}),
    ),
    "a guardrail's settings without a guardrail": (HAIKU, asked(guardrailConfig={"trace": "enabled"})),
    "metadata on any model (probed)": (LLAMA_3_1, asked(requestMetadata={"team": "a b"})),
    "prompt variables without a prompt (documented: ignored)": (HAIKU, asked(promptVariables={"x": {"text": "y"}})),
    "pointers with escapes": (HAIKU, asked(additionalModelResponseFieldPaths=["/a~1b/~0c/0"])),
}


@pytest.mark.parametrize(("model", "body"), TAKEN.values(), ids=TAKEN.keys())
def test_takes(ask: Ask, model: str, body: Body) -> None:
    answer = ask(converse_path(model), body)

    assert answer.status == 200, answer.error


# Which of two faults is answered: constraints, the model's id, Converse's rules, the model itself (in this order in all
# recordings that have two), and among the rules the conversation before its parameters.
ORDER = {
    "a constraint before the model's id": (
        "no-such-model",
        asked(inferenceConfig={"maxTokens": 0}),
        "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens'",
    ),
    "the model's id before the rules": ("no-such-model", talk(), "The provided model identifier is invalid."),
    "the profile before the rules": (
        "deepseek.r1-v1:0",
        talk(),
        "Invocation of model ID deepseek.r1-v1:0 with on-demand",
    ),
    "the kind of model before the conversation": ("amazon.nova-canvas-v1:0", talk(), NO_CHAT),
    "the conversation before its parameters": (NOVA, talk(inferenceConfig={"stopSequences": [" "]}), START),
    "blank text before documents": (NOVA, asked(text(""), document("a.b")), blank("messages.0.content.0")),
    "documents before tools": (
        GEMMA,
        asked(text(), document(), toolConfig={"tools": [tool(), tool()]}),
        "This model doesn't",
    ),
    "tools before parameters": (LLAMA_3, asked(inferenceConfig={"maxTokens": 100_000}, **tools()), NO_TOOLS),
    "the service before the model": (
        "us.anthropic.claude-opus-4-7",
        asked(inferenceConfig={"temperature": 0.5, "stopSequences": [" "]}),
        "The stop sequence value at inferenceConfig.stopSequences.0 is blank.",
    ),
}


@pytest.mark.parametrize(("model", "body", "beginning"), ORDER.values(), ids=ORDER.keys())
def test_answers_the_first_of_two_faults(ask: Ask, model: str, body: Body, beginning: str) -> None:
    status, kind, message = ask(converse_path(model), body).error

    assert (status, kind) == (400, "ValidationException")
    assert message.startswith(beginning)


def test_the_region_is_the_callers(ask: Ask) -> None:
    body = {**said(), "performanceConfig": {"latency": "optimized"}}
    arn = "arn:aws:bedrock:eu-west-1::foundation-model/" + HAIKU

    assert ask(converse_path(arn), body).error[2].endswith(f"{HAIKU} in us-east-1")
