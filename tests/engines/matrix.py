"""Every kind of block and of wish the hub knows, and what becomes of it before each kind of engine.

`outcome` says it; `test_matrix` asks each cell, whole and streamed, and looks at what was sent: a kind that is passed shows
in the bytes, one that is refused was never sent. `page` is docs/reference/engines.md.
"""

import base64
import io
import json
from typing import Any, NamedTuple

from PIL import Image
from tests.documents.conftest import pdf, word
from tests.families.conftest import hub

from outcrop.chat.request import ChatRequest
from outcrop.engines.simulator import signatures
from outcrop.model import runtime as r

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = r.Tool(
    tool_spec=r.ToolSpecification(
        name="get_weather", description="The weather", input_schema=r.ToolInputSchema(json=SCHEMA)
    )
)
CACHED = r.CachePointBlock(type="default")
CITED = r.CitationsConfig(enabled=True)
STONE, DEGREES, MIND = "Granite is hard.", "21 degrees", "Mind the gap."
ELSEWHERE = r.S3Location(uri="s3://bkt/k")


class Case(NamedTuple):
    """A request; what of it shows in the bytes that are sent, one of these; and what shows when it goes as text."""

    request: ChatRequest
    shows: tuple[str, ...]
    text: str = ""


def drawn(kind: str) -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(made, kind)
    return made.getvalue()


PICTURES = {kind: drawn(kind) for kind in ("png", "jpeg", "gif", "webp")}
PAPERS = {"pdf": pdf(STONE), "docx": word(), "csv": b"stone;hard"}
WORDS = {"pdf": "Granite", "docx": "Nachher", "csv": "stone;hard"}


def coded(data: bytes) -> tuple[str]:
    return (base64.b64encode(data).decode(),)


def text(said: str) -> r.ContentBlock:
    return r.ContentBlock(text=said)


def asked(*blocks: r.ContentBlock, **members: Any) -> ChatRequest:
    return hub(("user", [*blocks, text("What is this?")]), **members)


def picture(kind: Any) -> r.ImageBlock:
    return r.ImageBlock(format=kind, source=r.ImageSource(bytes=PICTURES[kind]))


def paper(kind: Any, citations: r.CitationsConfig | None = None, **source: Any) -> r.DocumentBlock:
    return r.DocumentBlock(format=kind, name="paper", source=r.DocumentSource(**source), citations=citations)


def document(kind: Any, citations: r.CitationsConfig | None = None, **source: Any) -> ChatRequest:
    return asked(r.ContentBlock(document=paper(kind, citations, **source)))


def tools(*others: r.Tool, **choice: Any) -> r.ToolConfiguration:
    return r.ToolConfiguration(tools=[WEATHER, *others], tool_choice=r.ToolChoice(**choice) if choice else None)


def answered(status: Any = "success", **item: Any) -> ChatRequest:
    """A tool was called and has answered."""
    call = r.ToolUseBlock(input={"city": "Rome"}, name="get_weather", tool_use_id="toolu_1")
    items = [r.ToolResultContentBlock(**item)]
    result = r.ToolResultBlock(content=items, status=status, tool_use_id="toolu_1")
    turns = ("user", "Weather?"), ("assistant", [r.ContentBlock(tool_use=call)])
    return hub(*turns, ("user", [r.ContentBlock(tool_result=result)]), tool_config=tools())


def thought(**kinds: Any) -> ChatRequest:
    block = r.ContentBlock(reasoning_content=r.ReasoningContentBlock(**kinds))
    return hub(("user", "Hm"), ("assistant", [block, "Yes"]), ("user", "Go on"))


def search() -> r.SearchResultBlock:
    found = [r.SearchResultContentBlock(text=STONE)]
    return r.SearchResultBlock(content=found, source="https://example.com", title="Stones")


def guarded(**kinds: Any) -> r.GuardrailConverseContentBlock:
    return r.GuardrailConverseContentBlock(**kinds)


def schema() -> r.OutputConfig:
    wanted = json.dumps({**SCHEMA, "additionalProperties": False})
    structure = r.OutputFormatStructure(json_schema=r.JsonSchemaDefinition(name="place", schema=wanted))
    return r.OutputConfig(text_format=r.OutputFormat(structure=structure, type="json_schema"))


GUARDED_TEXT = guarded(text=r.GuardrailConverseTextBlock(text=MIND))
GUARDED_IMAGE = guarded(
    image=r.GuardrailConverseImageBlock(format="png", source=r.GuardrailConverseImageSource(bytes=PICTURES["png"]))
)
MP4 = r.VideoBlock(format="mp4", source=r.VideoSource(bytes=b"x"))
SIGNED = r.ReasoningTextBlock(text="Stones, then.", signature=signatures.sign("Stones, then."))
MARKS = ("cachePoint", "cache_control")

CASES: dict[str, Case] = {
    "text": Case(hub(), ("Hello",)),
    **{f"image: {kind}": Case(asked(r.ContentBlock(image=picture(kind))), coded(PICTURES[kind])) for kind in PICTURES},
    "image in S3": Case(
        asked(r.ContentBlock(image=r.ImageBlock(format="png", source=r.ImageSource(s3_location=ELSEWHERE)))), ()
    ),
    **{
        f"document: {kind}": Case(document(kind, bytes=data), coded(data), WORDS[kind]) for kind, data in PAPERS.items()
    },
    "document: text": Case(document("txt", text=STONE), (STONE,), STONE),
    "document: passages": Case(document(None, content=[r.DocumentContentBlock(text=STONE)]), (STONE,), STONE),
    "document in S3": Case(document("pdf", s3_location=ELSEWHERE), ()),
    "document that cannot be read": Case(document("docx", bytes=b"x"), ()),
    "citations": Case(document("txt", CITED, text=STONE), ('"citations":{"enabled":true}',)),
    "search result": Case(asked(r.ContentBlock(search_result=search())), (STONE,), STONE),
    "video": Case(asked(r.ContentBlock(video=MP4)), ()),
    "audio": Case(asked(r.ContentBlock(audio=r.AudioBlock(format="mp3", source=r.AudioSource(bytes=b"x")))), ()),
    "tools": Case(hub(tool_config=tools()), ("get_weather",)),
    "tool choice: auto": Case(hub(tool_config=tools(auto=r.AutoToolChoice())), ('"auto"',)),
    "tool choice: any": Case(hub(tool_config=tools(any=r.AnyToolChoice())), ('"any"', '"required"')),
    "tool choice: tool": Case(
        hub(tool_config=tools(tool=r.SpecificToolChoice(name="get_weather"))),
        ('"type":"tool","name":"get_weather"', '"tool":{"name":"get_weather"}', '"function":{"name":"get_weather"}'),
    ),
    "system tool": Case(hub(tool_config=tools(r.Tool(system_tool=r.SystemTool(name="nova_grounding")))), ()),
    "tool result: text": Case(answered(text=DEGREES), (DEGREES,)),
    "tool result: JSON": Case(answered(json={"degrees": 21}), ('"degrees":21', r"\"degrees\":21")),
    "tool result: image": Case(answered(image=picture("png")), coded(PICTURES["png"])),
    "tool result: document": Case(
        answered(document=paper("pdf", bytes=PAPERS["pdf"])), coded(PAPERS["pdf"]), WORDS["pdf"]
    ),
    "tool result: search result": Case(answered(search_result=search()), (STONE,), STONE),
    "tool result: video": Case(answered(video=MP4), ()),
    "tool result: error": Case(
        answered("error", text=DEGREES), ('"is_error":true', '"status":"error"', f"Error: {DEGREES}")
    ),
    "reasoning": Case(thought(reasoning_text=SIGNED), (SIGNED.signature or "",), SIGNED.text),
    "reasoning: redacted": Case(thought(redacted_content=b"redacted"), coded(b"redacted")),
    "cache point": Case(asked(text("x"), r.ContentBlock(cache_point=CACHED)), MARKS),
    "cache point in system": Case(
        hub(system=[r.SystemContentBlock(text=MIND), r.SystemContentBlock(cache_point=CACHED)]), MARKS
    ),
    "cache point in tools": Case(hub(tool_config=tools(r.Tool(cache_point=CACHED))), MARKS),
    "guarded text": Case(asked(r.ContentBlock(guard_content=GUARDED_TEXT)), (MIND,)),
    "guarded image": Case(asked(r.ContentBlock(guard_content=GUARDED_IMAGE)), coded(PICTURES["png"])),
    "guarded text in system": Case(hub(system=[r.SystemContentBlock(guard_content=GUARDED_TEXT)]), (MIND,)),
    "system": Case(hub(system=[r.SystemContentBlock(text=MIND)]), (MIND,)),
    "stop sequences": Case(hub(inference=r.InferenceConfiguration(stop_sequences=["\u2550"])), ("\u2550",)),
    "token limit": Case(hub(inference=r.InferenceConfiguration(max_tokens=11)), (":11,", ":11}")),
    "temperature": Case(hub(inference=r.InferenceConfiguration(temperature=0.25)), ('"temperature":0.25',)),
    "JSON schema": Case(hub(output_config=schema()), ("additionalProperties",)),
    "further fields": Case(hub(fields={"top_k": 5}), ('"top_k":5',)),
}

TAKEN_BY_NOBODY = [kind for kind, case in CASES.items() if not case.shows and kind != "document that cannot be read"]
ENGINES = ("anthropic", "bedrock", "openai", "llama-cpp", "simulator")
# A kind that nothing can show in what is sent is one that nobody takes; the rest is passed, but for these.
_BY_CHAT_COMPLETIONS = {
    "image: webp": "as PNG",
    **dict.fromkeys(("document: pdf", "document: docx", "document: csv", "document: text"), "as text"),
    **dict.fromkeys(("document: passages", "search result"), "as text"),
    **dict.fromkeys(("tool result: document", "tool result: search result"), "as text"),
    "citations": "refused",
    "reasoning": "without signature",
    "reasoning: redacted": "refused",
    **dict.fromkeys(("cache point", "cache point in system", "cache point in tools"), "left out"),
}
_DIFFERS: dict[str, dict[str, str]] = {
    "anthropic": {"document: docx": "as text", "document: csv": "as text"},
    "openai": _BY_CHAT_COMPLETIONS,
    "llama-cpp": _BY_CHAT_COMPLETIONS,
    "simulator": dict.fromkeys(TAKEN_BY_NOBODY, "passed"),
}


def outcome(kind: str, engine: str) -> str:
    """What becomes of a kind before an engine."""
    return _DIFFERS.get(engine, {}).get(kind, "passed" if CASES[kind].shows else "refused")


INTRODUCTION = """\
What becomes of what a request says on its way to a backend: *passed* as it is; *as text* or *as PNG* where the backend
takes no such block; *without signature*, which only its maker can read; *left out*, for cache points, which change no
answer and have no form in chat completions; or *refused* in AWS's words. Each cell is asked of Claude Sonnet 4.5, whole and
streamed, and what is sent is looked at: `anthropic` and `bedrock` before another Outcrop, `openai` before llama.cpp's
server, `llama-cpp` with a vision tower, and `simulator`, which says what it was given. Nothing that is refused is sent,
except by `bedrock`, where AWS refuses it.

A tool choice of `any` makes llama.cpp abort under some templates (its issue 27619): that caller gets ModelErrorException,
the next one an answer. A failover or a split passes on what the engine passes on that it asks. S3 locations are read before
any engine is asked, where [objects](../how-to/settings.md) are configured and the caller may; here they are not.
"""


def page() -> str:
    """docs/reference/engines.md."""
    head = ["# Engines", "", "<!-- Made by tools/listings.py; edits are lost. -->", "", INTRODUCTION]
    table = [f"| | {' | '.join(ENGINES)} |", "|---" * (len(ENGINES) + 1) + "|"]
    rows = [f"| {kind} | {' | '.join(outcome(kind, engine) for engine in ENGINES)} |" for kind in CASES]
    return "\n".join([*head, *table, *rows]) + "\n"
