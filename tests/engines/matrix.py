"""Every kind of block of the hub, and what becomes of it before each kind of engine.

`outcome` says it; `test_matrix` asks each cell, whole and streamed, and sees whether it is answered or refused; what a block
looks like on the way is for the tests of the engines and families. `page` is docs/reference/engines.md.
"""

from typing import Any

from tests.documents.conftest import pdf, word
from tests.families.conftest import PIXEL, hub

from outcrop.chat.request import ChatRequest
from outcrop.model import runtime as r

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = r.ToolConfiguration(
    tools=[
        r.Tool(
            tool_spec=r.ToolSpecification(
                name="get_weather", description="The weather", input_schema=r.ToolInputSchema(json=SCHEMA)
            )
        )
    ]
)
CITED = r.CitationsConfig(enabled=True)


def document(kind: Any, citations: r.CitationsConfig | None = None, **source: Any) -> r.ContentBlock:
    paper = r.DocumentBlock(format=kind, name="paper", source=r.DocumentSource(**source), citations=citations)
    return r.ContentBlock(document=paper)


def picture(kind: Any = "png") -> r.ImageBlock:
    return r.ImageBlock(format=kind, source=r.ImageSource(bytes=PIXEL))


CALL = r.ContentBlock(tool_use=r.ToolUseBlock(input={"city": "Rome"}, name="get_weather", tool_use_id="toolu_1"))


def result(*items: r.ToolResultContentBlock, status: Any = "success") -> r.ContentBlock:
    return r.ContentBlock(tool_result=r.ToolResultBlock(content=list(items), status=status, tool_use_id="toolu_1"))


def answered(*items: r.ToolResultContentBlock, status: Any = "success") -> ChatRequest:
    return hub(
        ("user", "Weather?"), ("assistant", [CALL]), ("user", [result(*items, status=status)]), tool_config=TOOLS
    )


def asked(*blocks: r.ContentBlock, **members: Any) -> ChatRequest:
    return hub(("user", [*blocks, r.ContentBlock(text="What is this?")]), **members)


def search() -> r.SearchResultBlock:
    found = [r.SearchResultContentBlock(text="Granite is hard.")]
    return r.SearchResultBlock(content=found, source="https://example.com", title="Stones")


def guarded(**kinds: Any) -> r.ContentBlock:
    return r.ContentBlock(guard_content=r.GuardrailConverseContentBlock(**kinds))


MP4 = r.VideoBlock(format="mp4", source=r.VideoSource(bytes=b"x"))
TAKEN_BY_CLAUDE: dict[str, ChatRequest] = {
    "text": hub(),
    "system": hub(system=[r.SystemContentBlock(text="Be kind.")]),
    "image": asked(r.ContentBlock(image=picture())),
    "pdf": asked(document("pdf", bytes=pdf("Hello"))),
    "docx": asked(document("docx", bytes=word())),
    "csv": asked(document("csv", bytes=b"a;b")),
    "text document": asked(document("txt", text="Granite is hard.")),
    "passages": asked(document(None, content=[r.DocumentContentBlock(text="Granite is hard.")])),
    "citations": asked(document("txt", CITED, text="Granite is hard.")),
    "search result": asked(r.ContentBlock(search_result=search())),
    "cache point": asked(r.ContentBlock(text="x"), r.ContentBlock(cache_point=r.CachePointBlock(type="default"))),
    "guarded text": asked(guarded(text=r.GuardrailConverseTextBlock(text="mind"))),
    "tools": hub(tool_config=TOOLS),
    "tool result: text": answered(r.ToolResultContentBlock(text="21")),
    "tool result: JSON": answered(r.ToolResultContentBlock(json={"degrees": 21})),
    "tool result: image": answered(r.ToolResultContentBlock(image=picture())),
    "tool result: error": answered(r.ToolResultContentBlock(text="no"), status="error"),
    "redacted reasoning": hub(
        ("user", "Hm"),
        ("assistant", [r.ContentBlock(reasoning_content=r.ReasoningContentBlock(redacted_content=b"x")), "Yes"]),
        ("user", "Go on"),
    ),
}
TAKEN_BY_NOBODY: dict[str, ChatRequest] = {
    "video": asked(r.ContentBlock(video=MP4)),
    "audio": asked(r.ContentBlock(audio=r.AudioBlock(format="mp3", source=r.AudioSource(bytes=b"x")))),
    "tool result: video": answered(r.ToolResultContentBlock(video=MP4)),
    "image in S3": asked(
        r.ContentBlock(
            image=r.ImageBlock(format="png", source=r.ImageSource(s3_location=r.S3Location(uri="s3://bkt/k")))
        )
    ),
    "system tool": hub(
        tool_config=r.ToolConfiguration(tools=[r.Tool(system_tool=r.SystemTool(name="nova_grounding"))])
    ),
    "broken document": asked(document("docx", bytes=b"x")),
}
KINDS = TAKEN_BY_CLAUDE | TAKEN_BY_NOBODY

ENGINES = ("anthropic", "bedrock", "openai")
# What differs from "passed" for what Claude takes, and from "refused" for the rest; all but "refused" are answered.
_TEXT = ("pdf", "docx", "csv", "text document", "passages", "search result")
_DIFFERS = {(kind, "openai"): "as text" for kind in _TEXT} | {
    ("docx", "anthropic"): "as text",
    ("csv", "anthropic"): "as text",
    ("citations", "openai"): "refused",
    ("cache point", "openai"): "left out",
    ("redacted reasoning", "openai"): "refused",
}


def outcome(kind: str, engine: str) -> str:
    """What becomes of a kind of block before an engine."""
    return _DIFFERS.get((kind, engine), "passed" if kind in TAKEN_BY_CLAUDE else "refused")


def page() -> str:
    """docs/reference/engines.md."""
    head = [
        "# Engines",
        "",
        "<!-- Made by tools/listings.py; edits are lost. -->",
        "",
        "What becomes of each kind of block on its way to a backend: *passed* as it is, *as text* when the backend takes no",
        "such block, *refused* in AWS's words, or *left out*: a cache point changes no answer, and chat completions have",
        "none. Each cell is asked, whole and streamed, on Claude Sonnet 4.5, and is answered or refused as it says:",
        "`anthropic` and `bedrock` before another Outcrop, `openai` before a real llama.cpp.",
        "",
        f"| block | {' | '.join(ENGINES)} |",
        "|---|---|---|---|",
    ]
    rows = [f"| {kind} | {' | '.join(outcome(kind, engine) for engine in ENGINES)} |" for kind in KINDS]
    return "\n".join([*head, *rows]) + "\n"
