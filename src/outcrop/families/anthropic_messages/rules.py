"""What a Claude model itself refuses, whichever operation a request came through: one rule, one row of `RULES`.

A rule is a function from a request and a model to the text of the first thing it finds, without any prefix, or None. The
rules about turns, thinking and media have modules of their own; those here are about parameters, tools and size. What a
rule needs to know of a model it asks the features or the generation, never the name.

Sources are named per rule: `recorded` (an exchange), `probed` (a published series of Converse calls of 2026-08),
`quoted` (the text given whole in a public report on Claude, mostly on Bedrock).
"""

import json
from collections.abc import Callable
from typing import Any

from outcrop.chat import json_schema, tokens
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.families import everit, pydantic
from outcrop.families.anthropic_messages import details, media, outlines, thinking, turns
from outcrop.families.anthropic_messages.generation import version

Rule = Callable[[ChatRequest, Model], str | None]

MAX_TEXT_BYTES = 9_000_000
# Native members without a word in Converse, which `additionalModelRequestFields` may hold (recorded: the first four);
# for those that have one, the fields are no second way in, so that neither is dropped in silence (decided).
FIELDS = frozenset(
    {
        "thinking",
        "reasoning_config",  # taken as an alias of thinking (probed)
        "output_config",
        "top_k",
        "anthropic_beta",
        "anthropic_version",
        "context_management",
        "metadata",
        "tool_choice",
        "tools",
    }
)


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal with the first rule's words that `request` breaks."""
    for rule in SIMPLE if _simple(request) else RULES:
        refusal = rule(request, model)
        if refusal is not None:
            raise ModelRefusal(refusal)


def _simple(request: ChatRequest) -> bool:
    """Whether there is nothing but a plain conversation and Converse's own parameters, as there mostly is."""
    extras = request.system or request.fields or request.tool_config or request.output_config
    return request.plain and not extras


def fields(request: ChatRequest, model: Model) -> str | None:
    """Fields the model does not know or take (probed on Claude 4.x; reported for Claude 3.5, in the service's words)."""
    if not request.fields:
        return None
    outline = outlines.outline(model)
    known = outline["else"]["properties"] if outline else details.details(model)["properties"]
    for name, value in request.fields.items():
        native = "thinking" if name == "reasoning_config" else name
        if name not in FIELDS or native not in known:
            extraneous = everit.malformed([f"#: extraneous key [{name}] is not permitted"]).message
            return extraneous if outline else f"{name}: Extra inputs are not permitted"
        found = everit.violations(known[native], value, f"#/{name}") if outline else ()
        if texts := list(found):
            return everit.malformed(texts).message
        if not outline and (refusal := pydantic.violation(known[native], value, native)):
            return refusal
    return None


def max_tokens(request: ChatRequest, model: Model) -> str | None:
    """More output tokens than the model gives (quoted for Claude 3 Haiku on InvokeModel)."""
    asked, limit = request.inference.max_tokens, model.max_output_tokens
    if asked is None or limit is None or asked <= limit:
        return None
    return f"max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for {model.short_name}"


def sampling(request: ChatRequest, model: Model) -> str | None:
    """Parameters that newer models do not take: one of two from 4.1, none from 4.7 on (all probed)."""
    inference, generation = request.inference, version(model)
    given = {"temperature": inference.temperature, "top_p": inference.top_p, "top_k": request.fields.get("top_k")}
    if generation >= (4, 7):
        for name, value in given.items():
            if value is not None:
                return f"`{name}` is deprecated for this model."
    elif generation >= (4, 1) and inference.temperature is not None and inference.top_p is not None:
        return "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    return None


def stop_sequences(request: ChatRequest, model: Model) -> str | None:
    """Blank stop sequences (quoted; Converse has a rule of its own before)."""
    if all(sequence.strip() for sequence in request.inference.stop_sequences or ()):
        return None
    return "stop_sequences: each stop sequence must contain non-whitespace"


def tools(request: ChatRequest, model: Model) -> str | None:
    """Tool names used twice, a choice without tools or beyond them (all quoted), schemas no strict tool takes (recorded).

    Calls and results of tools that are no longer offered are taken (recorded on Claude 3.5 Haiku).
    """
    if not request.tools:
        lost = "tool_choice" in request.fields and "tools" not in request.fields
        return "tool_choice may only be specified while providing tools." if lost else None
    if not model.features.tools:
        return f"'{model.short_name}' does not support tool use."  # decided
    names = [tool.tool_spec.name for tool in request.tools if tool.tool_spec]
    if len(set(names)) != len(names):
        return "tools: Tool names must be unique."
    choice = request.tool_choice
    if choice and choice.tool and choice.tool.name not in names:
        return f"Tool '{choice.tool.name}' not found in provided tools"
    strict = [(i, tool.tool_spec) for i, tool in enumerate(request.tools) if tool.tool_spec and tool.tool_spec.strict]
    for index, specification in strict:
        if refusal := _schema_refusal(specification.input_schema.json):
            return f"tools.{index}.custom: {refusal}"
    return None


def _schema_refusal(schema: Any) -> str | None:
    """Why structured output refuses a schema; words for what is no schema at all are decided here."""
    try:
        json_schema.validator(schema)
    except json_schema.InvalidSchema as error:
        return f"Invalid schema: {error}"
    return json_schema.unsupported(schema)


def output_config(request: ChatRequest, model: Model) -> str | None:
    """Structured output (recorded) and effort (quoted), on models that take them."""
    own: dict[str, Any] = request.fields.get("output_config") or {}
    hub = request.output_config
    effort = (hub.effort if hub else None) or own.get("effort")
    if effort is not None and not _takes_effort(model):
        return "This model does not support the effort parameter."
    schema = own.get("format")
    if hub and hub.text_format and hub.text_format.structure.json_schema:
        schema = hub.text_format.structure.json_schema.schema
    if schema is None:
        return None
    if model.features.structured_output == "refused_by_model":
        return "output_config.format: Extra inputs are not permitted"  # probed on Opus 4.7 and 5
    refusal = _format_refusal(schema)
    return f"output_config.format.schema: {refusal}" if refusal else None


def _format_refusal(schema: Any) -> str | None:
    """`schema` as text (the hub's form) or as a native `format`."""
    if isinstance(schema, dict):
        return _schema_refusal(schema.get("schema"))
    try:
        return _schema_refusal(json.loads(schema))
    except (ValueError, RecursionError) as error:
        return f"Invalid schema: {error}"


def _takes_effort(model: Model) -> bool:
    """Opus from 4.5, all others from 4.6 on."""
    return version(model) >= ((4, 5) if "opus" in (model.short_name or "") else (4, 6))


def size(request: ChatRequest, model: Model) -> str | None:
    """More text than the service takes, or than fits the window (recorded on Claude 3.5 Haiku and Sonnet 4.5)."""
    letters = sum([len(block.text) for message in request.messages for block in message.content if block.text])
    letters += sum([len(block.text) for block in request.system if block.text])
    if letters * 4 > MAX_TEXT_BYTES and (size := _bytes(request)) > MAX_TEXT_BYTES:
        return f"too many total text bytes: {size} > {MAX_TEXT_BYTES}"
    window, asked = model.context_window, request.inference.max_tokens or 0
    if window is None or letters + asked <= window:  # no token is shorter than a letter
        return None
    count = tokens.count_request(request, model, window)
    if count > window:
        return "Input is too long for requested model."
    if version(model) < (4, 5) and count + asked > window:
        return f"input length and `max_tokens` exceed context limit: {count} + {asked} > {window}"  # quoted
    return None


def _bytes(request: ChatRequest) -> int:
    """The text of turns and system prompt in UTF-8: ten million letters and "Hi" are 10,000,002 (recorded)."""
    texts = [block.text for message in request.messages for block in message.content]
    return sum(len(text.encode()) for text in [*texts, *(block.text for block in request.system)] if text)


RULES: tuple[Rule, ...] = (
    fields,
    max_tokens,
    sampling,
    thinking.configuration,
    stop_sequences,
    tools,
    output_config,
    size,
    turns.content,
    turns.tool_results,
    turns.reasoning,
    media.media,
    turns.last,
    thinking.last_turn,
)
SIMPLE: tuple[Rule, ...] = (max_tokens, sampling, stop_sequences, size)  # the rules a simple request can break
