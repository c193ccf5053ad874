"""What Converse refuses of parameters, and what the service model does: one row per rule and per known text."""

from tests.conftest import HAIKU
from tests.conversations import (
    CACHE_POINT,
    DEEPSEEK,
    GEMMA,
    GPT_OSS,
    LLAMA_3_1,
    MISTRAL_7B,
    MISTRAL_LARGE,
    NOVA,
    NOVA_2,
    SONNET_4,
    Check,
    Refusal,
    asked,
    assistant,
    call,
    called,
    document,
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

TEXT_FORMAT = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": '{"type":"string"}'}}}}
NO_OUTPUT_CONFIG = "This model doesn't support the outputConfig field. Remove outputConfig and try again."
NO_TIER = "The provided service tier is not supported for this model."

PARAMETERS = [
    # probed on all families
    *(
        Refusal(
            f"a blank stop sequence on {model}",
            model,
            asked(inferenceConfig={"maxTokens": 64, "stopSequences": ["END", " "]}),
            "The stop sequence value at inferenceConfig.stopSequences.1 is blank. Try again with a non blank stop "
            "sequence.",
        )
        for model in (HAIKU, NOVA, LLAMA_3_1, MISTRAL_LARGE, DEEPSEEK, GEMMA, GPT_OSS)
    ),
    # probed on gpt-oss
    Refusal("stop sequences", GPT_OSS, asked(inferenceConfig={"stopSequences": ["STOPHERE"]}), field("stopSequences")),
    # reported; the limit is the model's
    *(
        Refusal(
            f"more tokens than {limit}",
            model,
            asked(inferenceConfig={"maxTokens": limit + 1}),
            f"The maximum tokens you requested exceeds the model limit of {limit}. Try again with a maximum tokens "
            "value that "
            f"is lower than {limit}.",
        )
        for model, limit in ((HAIKU, 4096), (NOVA, 10000), (LLAMA_3_1, 8192), (GPT_OSS, 128000))
    ),
    # probed on these families
    *(
        Refusal(f"structured output on {model}", model, asked(outputConfig=TEXT_FORMAT), NO_OUTPUT_CONFIG)
        for model in (NOVA, LLAMA_3_1, MISTRAL_7B, MISTRAL_LARGE, DEEPSEEK)
    ),
    # probed; without the profile's prefix, and without a full stop
    Refusal(
        "optimized latency",
        LLAMA_3_1,
        asked(performanceConfig={"latency": "optimized"}),
        "Latency performance configuration is not supported for meta.llama3-1-8b-instruct-v1:0 in us-east-1",
    ),
    *(
        Refusal(f"{tier} tier on {model}", model, asked(serviceTier={"type": tier}), NO_TIER)
        for model in (HAIKU, LLAMA_3_1, MISTRAL_7B, DEEPSEEK)
        for tier in ("priority", "flex")
    ),
    # reported on Claude with thinking
    Refusal(
        "a cache point after reasoning",
        SONNET_4,
        talk(
            user(text()),
            assistant({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, CACHE_POINT, text()),
            user(text()),
        ),
        "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.",
    ),
    # reported on Nova, in this form and not as the model's
    Refusal(
        "a cache point among tools on Nova",
        NOVA_2,
        asked(**tools(tool(), CACHE_POINT)),
        "Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted, please "
        "reformat your "
        "input and try again.",
    ),
    # reported, 2026
    Refusal(
        "a signature on gpt-oss",
        GPT_OSS,
        talk(
            user(text()),
            assistant({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, text()),
            user(text()),
        ),
        field("reasoningContent.reasoningText.signature"),
    ),
    Refusal(
        "a search result on gpt-oss",
        GPT_OSS,
        asked(text(), {"searchResult": {"title": "t", "source": "s", "content": [text()]}}),
        field("searchResult"),
    ),
    # documented: an empty or ill-formed pointer is answered with 400; the words are decided
    Refusal(
        "a path that is no pointer",
        HAIKU,
        asked(additionalModelResponseFieldPaths=["stop_sequence"]),
        "The JSON pointer stop_sequence in additionalModelResponseFieldPaths is invalid. Try again with a valid "
        "pointer.",
    ),
    # decided, after the texts for tools
    Refusal(
        "fields that are a list",
        HAIKU,
        asked(additionalModelRequestFields=[1]),
        no_object("additionalModelRequestFields"),
    ),
]

CONSTRAINTS = [  # the service model's own: checked before the model is looked at, counted from 1
    # reported, 2026-08: floats as Java prints them
    Refusal(
        "temperature",
        HAIKU,
        asked(inferenceConfig={"temperature": 99}),
        "1 validation error detected: Value '99.0' at 'inferenceConfig.temperature' failed to satisfy constraint: "
        "Member must "
        "have value less than or equal to 1",
    ),
    # reported
    Refusal(
        "no tokens",
        HAIKU,
        asked(inferenceConfig={"maxTokens": 0}),
        "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member "
        "must have "
        "value greater than or equal to 1",
    ),
    # by the pattern of the first
    Refusal(
        "topP",
        HAIKU,
        asked(inferenceConfig={"topP": 1.5}),
        "1 validation error detected: Value '1.5' at 'inferenceConfig.topP' failed to satisfy constraint: Member "
        "must have "
        "value less than or equal to 1",
    ),
    # reported: no value is printed for a list
    Refusal(
        "an empty list of tools",
        HAIKU,
        asked(toolConfig={"tools": []}),
        "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have "
        "length greater "
        "than or equal to 1",
    ),
    # reported: one text for each constraint
    Refusal(
        "an empty tool",
        HAIKU,
        asked(**tools(tool("", description=""))),
        "3 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy "
        "constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value '' at "
        "'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must have length greater "
        "than or equal "
        "to 1; Value '' at 'toolConfig.tools.1.member.toolSpec.description' failed to satisfy constraint: Member "
        "must have "
        "length greater than or equal to 1",
    ),
    # reported: no value is printed within content blocks, and this enumeration has an order of its own
    Refusal(
        "a document format",
        HAIKU,
        asked(text(), document(kind="octet-stream")),
        "1 validation error detected: Value at 'messages.1.member.content.2.member.document.format' failed to satisfy "
        "constraint: Member must satisfy enum value set: [docx, csv, html, txt, pdf, md, doc, xlsx, xls]",
    ),
    # reported: length before pattern here, the other way round for the tool above
    Refusal(
        "a call's name",
        HAIKU,
        talk(user(text()), assistant(text(), call(name="a." * 33)), user(result()), **tools()),
        "2 validation errors detected: Value at 'messages.2.member.content.2.member.toolUse.name' failed to satisfy "
        "constraint: Member must have length less than or equal to 64; Value at "
        "'messages.2.member.content.2.member.toolUse.name' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9_-]+",
    ),
    # by pattern, from the report above
    Refusal(
        "a call's id",
        HAIKU,
        called(result("no spaces")),
        "1 validation error detected: Value at 'messages.3.member.content.1.member.toolResult.toolUseId' failed to "
        "satisfy "
        "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+",
    ),
]


@rows(*PARAMETERS, *CONSTRAINTS)
def test_refuses(case: Refusal, refuses: Check) -> None:
    refuses(case)
