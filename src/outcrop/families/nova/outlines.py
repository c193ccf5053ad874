"""The shape of a native Nova body, and the one violation of it that the service tells.

Unlike the other schemas of the service, Nova's names a single violation however many there are (quoted: of five unknown
members one is named), which one is not known; here it is the first one in the order of everit's library. What does not fit
anywhere into a block is told of the block's own member: a tool result whose content has a document from S3 is an
"extraneous key [toolResult]" (recorded).

Sources: recorded and quoted refusals of 2024 to 2026, the request schema of the Nova user guides.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from outcrop.chat.features import Features, Model
from outcrop.families import everit
from outcrop.families.bodies import OBJECT, SHARE, STRING, STRINGS, bounded, closed

TOOL_NAME = re.compile("^[a-zA-Z0-9_-]+$")
# What the first generation does not take at the top of a tool's input schema (quoted: $defs, definitions; reported: the
# rest). Others are recorded as taken, though the user guide says that there are none.
REFUSED_IN_SCHEMAS = ("$defs", "definitions", "$schema", "$id")
_CACHE_POINT = closed(("type",), type={"enum": ("default",)})
_S3 = closed(("uri",), uri=STRING, bucketOwner=STRING)
_SOURCE = closed((), bytes=STRING, s3Location=_S3)
_IMAGE = closed(("format", "source"), format={"enum": ("png", "jpeg", "gif", "webp")}, source=_SOURCE)
_VIDEO = closed(("format", "source"), format=STRING, source=_SOURCE)
_DOCUMENT = closed(
    ("format", "name", "source"),
    format={"enum": ("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")},
    name=STRING,
    source=_SOURCE,
)
# A document or video in a tool's result may not come from S3 (recorded).
_SENT = closed(("bytes",), bytes=STRING)
_ITEMS: dict[str, everit.Schema] = {
    "text": STRING,
    "json": OBJECT,
    "image": _IMAGE,
    "video": closed(("format", "source"), format=STRING, source=_SENT),
    "document": {**_DOCUMENT, "properties": {**_DOCUMENT["properties"], "source": _SENT}},
}
_BLOCKS: dict[str, everit.Schema] = {
    "text": STRING,
    "image": _IMAGE,
    "video": _VIDEO,
    "document": _DOCUMENT,
    "toolUse": closed(("toolUseId", "name", "input"), toolUseId=STRING, name=STRING, input=OBJECT),
    "toolResult": closed(
        ("toolUseId", "content"),
        toolUseId=STRING,
        content={"type": "array"},
        status={"enum": ("success", "error")},
        type=STRING,
    ),
    "reasoningContent": OBJECT,
}
_SPECIFICATION = closed(
    ("name", "inputSchema"), name=STRING, description=STRING, inputSchema=closed(("json",), json=OBJECT)
)
_TOOLS = closed(
    ("tools",),
    tools={
        "type": "array",
        "minItems": 1,
        "items": closed((), toolSpec=_SPECIFICATION, systemTool=closed(("name",), name=STRING)),
    },
    toolChoice=closed((), auto=OBJECT, any=OBJECT, tool=closed(("name",), name=STRING)),
)
_REASONING = closed(
    ("type", "maxReasoningEffort"),
    type={"enum": ("enabled", "disabled")},
    maxReasoningEffort={"enum": ("low", "medium", "high")},
)


@lru_cache
def settings(longest: int | None) -> everit.Schema:
    """The schema of ``inferenceConfig`` for a model that writes at most `longest` tokens."""
    length, natural = bounded("integer", 1, longest), bounded("integer", 0)
    return closed(
        (),
        maxTokens=length,
        max_new_tokens=length,
        temperature=SHARE,
        topP=SHARE,
        top_p=SHARE,
        topK=natural,
        top_k=natural,
        stopSequences=STRINGS,
    )


@lru_cache
def _frame(longest: int | None) -> everit.Schema:
    """Everything but the blocks of the messages."""
    content = {"type": "array", "minItems": 1}
    turn = closed(("role", "content"), role={"type": "string", "enum": ("user", "assistant")}, content=content)
    return closed(
        ("messages",),
        schemaVersion=STRING,
        messages={"type": "array", "minItems": 1, "items": turn},
        system={"type": "array", "items": closed(("text",), text=STRING, cachePoint=_CACHE_POINT)},
        inferenceConfig=settings(longest),
        toolConfig=_TOOLS,
        reasoningConfig={},
    )


def violation(value: dict[str, Any], model: Model) -> str | None:
    """The one thing in a body that the service says no to, as ``pointer: text``; None when there is nothing."""
    return next(_violations(value, model), None)


def _violations(value: dict[str, Any], model: Model) -> Iterator[str]:
    yield from everit.violations(_frame(model.max_output_tokens), value)
    yield from reasoning(value, model)
    for at, tool in enumerate(value.get("toolConfig", {}).get("tools", ())):
        yield from _tool(tool, f"#/toolConfig/tools/{at}")
    for index, turn in enumerate(value["messages"]):
        for at, block in enumerate(turn["content"]):
            yield from _block(block, f"#/messages/{index}/content/{at}", model)


def reasoning(value: dict[str, Any], model: Model) -> Iterator[str]:
    """The settings of reasoning: one effort or none, and none at all in the first generation."""
    if "reasoningConfig" not in value:
        return
    given = value["reasoningConfig"]
    if model.features.reasoning is None:
        yield "the provided reasoning config value is invalid"  # quoted for Nova Pro, 2026
    elif given != {"type": "disabled"} and any(everit.violations(_REASONING, given)):
        yield "#: extraneous key [reasoningConfig] is not permitted"  # quoted for Nova 2 Lite: effort is missing


def _tool(tool: dict[str, Any], pointer: str) -> Iterator[str]:
    if len(tool) != 1:
        yield f"{pointer}: required key [toolSpec] not found"
    specification = tool.get("toolSpec")
    if specification and not TOOL_NAME.match(specification["name"]):
        # quoted for Nova Sonic, whose tools have the same schema
        yield f"{pointer}/toolSpec/name: string [{specification['name']}] does not match pattern {TOOL_NAME.pattern}"


def unfit(schema: Any, pointer: str, model: Model) -> Iterator[str]:
    """What the model does not take at the top of a tool's input schema."""
    if model.features.reasoning is None and isinstance(schema, dict):
        for name in REFUSED_IN_SCHEMAS:
            if name in schema:
                yield f"{pointer}/toolSpec/inputSchema/json: extraneous key [{name}] is not permitted"


def _block(block: Any, pointer: str, model: Model) -> Iterator[str]:
    """A block is judged by the member it has; one that has none by what it has instead."""
    known = _known(model.features)
    kind = next((name for name in known if isinstance(block, dict) and name in block), None)
    if kind is None:
        yield from everit.violations(closed(()), block, pointer)
        yield f"{pointer}: required key [toolUse] not found"  # recorded
        return
    beside = {"cachePoint": _CACHE_POINT} if kind == "text" else {}
    yield from everit.violations(closed((kind,), **{kind: known[kind]}, **beside), block, pointer)
    if kind == "toolResult" and not all(map(_fits, block[kind]["content"])):
        yield f"{pointer}: extraneous key [toolResult] is not permitted"  # recorded


@lru_cache
def _known(features: Features) -> dict[str, everit.Schema]:
    """The blocks a model takes; the others are unknown members to it (decided)."""
    taken = {
        "image": features.images,
        "video": features.videos,
        "document": features.documents,
        "reasoningContent": features.reasoning,
    }
    return {name: schema for name, schema in _BLOCKS.items() if taken.get(name, True)}


def _fits(item: Any) -> bool:
    """Whether an item of a tool's result is one of those there are."""
    kind = next((name for name in _ITEMS if isinstance(item, dict) and name in item), None)
    return kind is not None and not any(everit.violations(closed((kind,), **{kind: _ITEMS[kind]}), item))
