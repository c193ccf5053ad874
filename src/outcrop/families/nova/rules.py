"""What a Nova model itself refuses, whichever operation a request came through: one rule, one row of `RULES`.

A rule finds what is wrong as ``pointer: text`` in everit's words, because Converse hands the model a native body and its
schema is what refuses it. Pointers are native: a cache point is a member of the block before it and not counted.

Sources are named per rule: `recorded` (an exchange), `probed` (a published series of Converse calls of 2026-08), `quoted`
(the text given whole in a public report).
"""

from collections.abc import Callable, Iterator

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, plain
from outcrop.families import bodies, everit
from outcrop.families.nova import outlines
from outcrop.model.runtime import ContentBlock, Message, ToolResultBlock

Rule = Callable[[ChatRequest, Model], Iterator[str]]

TOO_LONG = "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again."


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal with the first thing that the model says no to."""
    simple = plain(request.messages)
    if not simple or request.fields or request.tool_config:
        for rule in RULES:
            for violation in rule(request, model):
                raise ModelRefusal(everit.malformed([violation]).message)
    if _too_long(request, model, simple):
        raise ModelRefusal(TOO_LONG)  # recorded on Nova 2 Lite


def _too_long(request: ChatRequest, model: Model, simple: bool) -> bool:
    window = model.context_window
    if window is None:
        return False
    if simple and not request.system and not request.tool_config:
        letters = sum(len(block.text or "") for message in request.messages for block in message.content)
        if letters + tokens.frame(len(request.messages), model) < window:
            return False  # no token is shorter than a letter
    return tokens.count_request(request, model, window) > window


def fields(request: ChatRequest, model: Model) -> Iterator[str]:
    """Additional fields the model does not know (probed on Nova Lite), or not in this form (quoted for reasoning)."""
    known = bodies.closed((), inferenceConfig=outlines.settings(model.max_output_tokens), reasoningConfig={})
    yield from everit.violations(known, request.fields)
    yield from outlines.reasoning(request.fields, model)


def schemas(request: ChatRequest, model: Model) -> Iterator[str]:
    """Input schemas of tools with definitions of their own (quoted for Nova Lite, Micro, Pro and Premier)."""
    for at, tool in enumerate(request.tools):
        if tool.tool_spec:
            yield from outlines.unfit(tool.tool_spec.input_schema.json, f"#/toolConfig/tools/{at}", model)


def blocks(request: ChatRequest, model: Model) -> Iterator[str]:
    """Results of tools that the model cannot be told, cache points where only a text may have one."""
    for index, message in enumerate(request.messages):
        before: ContentBlock | None = None
        for at, block in _native(message):
            pointer = f"#/messages/{index}/content/{at}"
            if block.cache_point:
                if before and before.text is None:
                    yield f"{pointer}: extraneous key [cachePoint] is not permitted"  # quoted, behind a tool's result
            elif block.tool_result:
                yield from _result(block.tool_result, pointer)
            before = block


def _native(message: Message) -> Iterator[tuple[int, ContentBlock]]:
    """Blocks with their native places; a cache point has that of the block it stands behind."""
    at = -1
    for block in message.content:
        at += 0 if block.cache_point else 1
        yield at, block


def _result(result: ToolResultBlock, pointer: str) -> Iterator[str]:
    """No content at all (quoted), documents and videos from S3 (both recorded)."""
    if not result.content:
        yield f"{pointer}/toolResult: required key [content] not found"
    for item in result.content:
        medium = item.document or item.video
        if medium and medium.source.s3_location:
            yield f"{pointer}: extraneous key [toolResult] is not permitted"


RULES: tuple[Rule, ...] = (fields, schemas, blocks)
