"""What Converse itself refuses, and in which words: one rule, one row of `RULES`, in the order they are checked.

A rule is a function from a `Subject` (the request, the model and the region) to the texts of what it finds; the first text
found is the answer, a ValidationException (`caching` raises another, as recorded). Rules ask the model's features and never
name a model. Paths count from 0 here (`messages.0.content.1`), as recorded; the service model's constraints, checked before,
count from 1.

Sources are named per rule: `recorded` (an exchange), `probed` (a published series of Converse calls of 2026-08),
`reported` (the text quoted whole in an issue), `documented` (the API reference).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import plain
from outcrop.errors import AccessDeniedException, ServiceError, ValidationException
from outcrop.model.runtime import (
    ContentBlock,
    ConverseRequest,
    ConverseStreamRequest,
    DocumentBlock,
    InvokeModelRequest,
    InvokeModelWithResponseStreamRequest,
    Message,
    Tool,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolSpecification,
    ToolUseBlock,
)
from outcrop.wire.validate import broken, constraint_error

UNUSUAL = "unusual"  # a part of every conversation that `chat.request.plain` is false for
MAX_DOCUMENT = 4_718_592  # 4.5 MB (API reference), as the limit of 3.75 MB for a picture is 5 MB in base 64
_KEYS = (
    "text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult"
)
# ASCII letters, digits, underscore, single spaces, hyphens, parentheses, brackets (reported after trials of each)
_DOCUMENT_NAME = re.compile(r"(?:[A-Za-z0-9_\-()\[\]]| (?! ))*")
_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*)+")


class Subject(msgspec.Struct, frozen=True):
    """What a rule looks at. `parts` names every kind of content block and every member of the request that is there."""

    model: Model
    input: ConverseRequest | ConverseStreamRequest
    region: str
    parts: frozenset[str]

    @property
    def messages(self) -> list[Message]:
        return self.input.messages or []

    def blocks(self) -> Iterator[tuple[int, int, ContentBlock]]:
        """Every content block with the indices of its message and of itself."""
        for i, message in enumerate(self.messages):
            for j, block in enumerate(message.content):
                yield i, j, block

    def contents(self) -> Iterator[ContentBlock | ToolResultContentBlock]:
        """Every content block, those within tool results included."""
        for _, _, block in self.blocks():
            yield block
            yield from block.tool_result.content if block.tool_result else ()

    @property
    def tools(self) -> list[Tool]:
        return self.input.tool_config.tools if self.input.tool_config else []

    @property
    def latency(self) -> str | None:
        return self.input.performance_config.latency if self.input.performance_config else None

    @property
    def specifications(self) -> list[tuple[int, ToolSpecification]]:
        return [(i, tool.tool_spec) for i, tool in enumerate(self.tools) if tool.tool_spec]


Invocation = InvokeModelRequest | InvokeModelWithResponseStreamRequest
Find = Callable[[Subject], Iterator[str]]


class Rule(msgspec.Struct, frozen=True):
    """A row: what finds the fault, and the parts of a request it concerns (none: every request)."""

    find: Find
    concerns: frozenset[str]


def check(model: Model, input: ConverseRequest | ConverseStreamRequest, region: str) -> None:
    """Raise ValidationException with the first rule's words that `input` breaks."""
    subject = Subject(model, input, region, _parts(input))
    for find in _applicable(subject.parts):
        for message in find(subject):
            raise ValidationException(message)


def findings(
    model: Model, input: ConverseRequest | ConverseStreamRequest, region: str
) -> Iterator[tuple[Find, ServiceError]]:
    """Every rule `input` breaks with the error it would be refused with, in order: `check`, without stopping."""
    subject = Subject(model, input, region, _parts(input))
    for find in _applicable(subject.parts):
        try:
            for message in find(subject):
                yield find, ValidationException(message)
        except ServiceError as error:
            yield find, error


@lru_cache(maxsize=1024)
def _applicable(parts: frozenset[str]) -> tuple[Find, ...]:
    """The rules that concern any of `parts`, in order; requests have few shapes, so this is looked up, not searched."""
    return tuple(rule.find for rule in RULES if not rule.concerns or not rule.concerns.isdisjoint(parts))


def _parts(input: ConverseRequest | ConverseStreamRequest) -> frozenset[str]:
    """The names of the members and kinds of block that are there, and UNUSUAL when the conversation is not plain."""
    found = {name for name in input.__struct_fields__ if getattr(input, name) is not None}
    messages = input.messages or []
    if not plain(messages):
        found.add(UNUSUAL)
        for message in messages:
            for block in message.content:
                found.update(name for name in block.__struct_fields__ if getattr(block, name) is not None)
    return frozenset(found)


def check_invocation(model: Model, input: Invocation, region: str) -> None:
    """The few of these rules that InvokeModel's headers can break; raises ValidationException."""
    serving = _serving(model, region, input.performance_config_latency, input.service_tier)
    for message in (*serving, *_guardrail(input.guardrail_identifier)):
        raise ValidationException(message)


def roles(s: Subject) -> Iterator[str]:
    """`system` has come into the service model as a role, and is refused all the same (reported 2024-08 and 2026-09)."""
    found = [
        broken(message.role, f"messages.{i}.member.role", "Member must satisfy enum value set: [user, assistant]")
        for i, message in enumerate(s.messages, 1)
        if message.role == "system"
    ]
    if found:
        yield constraint_error(found).message


def chat_model(s: Subject) -> Iterator[str]:
    """Embedding, image and speech models (reported)."""
    if not s.model.features.converse:
        yield "This action doesn't support the model that you provided. Try again with a supported text or chat model."


def block_keys(s: Subject) -> Iterator[str]:
    """A content block is a union with exactly one member (reported)."""
    for i, j, block in s.blocks():
        if block.text is not None and block == ContentBlock(text=block.text):
            continue
        count = sum(getattr(block, name) is not None for name in block.__struct_fields__)
        if count != 1:
            verb = "can only" if count else "must"
            yield f"ContentBlock object at messages.{i}.content.{j} {verb} set one of the following keys: {_KEYS}."


def empty_content(s: Subject) -> Iterator[str]:
    """A message with no block (reported)."""
    for i, message in enumerate(s.messages):
        if not message.content:
            yield (
                f"The content field in the Message object at messages.{i} is empty. Add a ContentBlock object to the "
                "content field and try again."
            )


def first_turn(s: Subject) -> Iterator[str]:
    """The first turn is the user's (recorded); Anthropic and Qwen take a leading assistant turn since 2025 (reported)."""
    leading = s.messages[0].role if s.messages else None
    if leading is None or (leading == "assistant" and s.model.provider not in ("Anthropic", "Qwen")):
        yield (
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        )


def blank_text(s: Subject) -> Iterator[str]:
    """Blank text: reported for every family but Claude, whose model refuses it itself; Nova takes a space (recorded).

    For Claude, too, the service says it with optimized latency and in turns with tool calls (reported).
    """
    by_model = s.model.provider == "Anthropic" and s.latency != "optimized"
    for i, j, block in s.blocks():
        text = block.text
        if by_model and not any(other.tool_use for other in s.messages[i].content):
            continue
        if text is not None and not (text if s.model.provider == "Amazon" else text.strip()):
            yield (
                f"The text field in the ContentBlock object at messages.{i}.content.{j} is blank. Add text to the text "
                "field, and try again."
            )


def system_messages(s: Subject) -> Iterator[str]:
    """A system prompt on a model that takes none (probed on Mistral 7B)."""
    if s.input.system and not s.model.features.system:
        yield (
            "This model doesn't support system messages. Try again without a system message or use a model that "
            "supports system messages."
        )


def stop_sequences(s: Subject) -> Iterator[str]:
    """Blank stop sequences, and models that take none (both probed)."""
    given = (s.input.inference_config.stop_sequences if s.input.inference_config else None) or []
    for i, sequence in enumerate(given):
        # Claude's "\n\nHuman:" is white space and more; only wholly blank ones are refused
        if not sequence.strip():
            yield (
                f"The stop sequence value at inferenceConfig.stopSequences.{i} is blank. Try again with a non blank "
                "stop sequence."
            )
    if given and s.model.features.stop_sequences == "refused":
        yield "This model doesn't support the stopSequences field. Remove stopSequences and try again."


def documents(s: Subject) -> Iterator[str]:
    """Documents: support (probed), text beside them (recorded 15 times), names, size and number (reported)."""
    found = [content.document for content in s.contents() if content.document]
    if found and not s.model.features.documents:
        yield "This model doesn't support documents."
    for message in s.messages:
        if any(b.document for b in message.content) and not any(b.text is not None for b in message.content):
            yield "A text block must be included when using documents. Add a text block and retry your request."
    yield from _document_names(found)
    if any(len(document.source.bytes or b"") > MAX_DOCUMENT for document in found):
        yield "The maximum document size is 4.5 MB. Reduce the size of your document and retry your request."
    if len(found) > s.model.features.max_documents:
        yield f"You can't include more than {s.model.features.max_documents} documents in a request."


def _document_names(found: list[DocumentBlock]) -> Iterator[str]:
    names = [document.name for document in found]
    if not all(_DOCUMENT_NAME.fullmatch(name) for name in names):
        yield (
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, "
            "parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check "
            "that the file name conforms to these restrictions and retry your request."
        )
    if len(set(names)) != len(names):
        yield "Messages can't contain duplicate document names."


def media(s: Subject) -> Iterator[str]:
    """Pictures, video and audio on models that take none (recorded for video, probed for pictures), and S3 sources."""
    features = s.model.features
    taken = {"image": features.images, "video": features.videos, "audio": features.audio}
    for content in s.contents():
        for kind, formats in taken.items():
            if not formats and getattr(content, kind, None) is not None:
                yield _unsupported_block(kind)
    results = [item for _, _, block in s.blocks() if block.tool_result for item in block.tool_result.content]
    if s.model.provider not in ("Anthropic", "Amazon", "Meta") and any(item.image for item in results):
        yield "This model doesn't support the image field for user messages. Remove image and try again."  # reported 2026-09
    for i, j, block in s.blocks():
        if block.tool_addition or block.tool_removal:  # documented for system messages alone, which are refused
            yield _unsupported_block("toolAddition" if block.tool_addition else "toolRemoval")
        yield from _s3(s, block, f"messages.{i}.content.{j}")


def _unsupported_block(kind: str) -> str:
    return f"This model doesn't support the {kind} content block that you provided. Update the content block and try again."


def _s3(s: Subject, block: ContentBlock, path: str) -> Iterator[str]:
    """S3 sources are Nova's alone (recorded); the document's refusal comes from the model (recorded)."""
    if s.model.features.s3:
        return
    items: list[Any] = [block, *(block.tool_result.content if block.tool_result else ())]
    if any(item.image is not None and item.image.source.s3_location for item in items):
        yield "This model doesn't support the s3Uri field. Remove s3Uri and try again."
    if block.document and block.document.source.s3_location:
        yield f"The model returned the following errors: {path}.document.source.type: Field required"


def tool_support(s: Subject) -> Iterator[str]:
    """Tools on a model that takes none (recorded), and choices beyond `auto` (probed on Llama 3.1)."""
    features = s.model.features
    if not features.tools and (s.input.tool_config or any(b.tool_use or b.tool_result for _, _, b in s.blocks())):
        yield "This model doesn't support tool use."
    choice = s.input.tool_config.tool_choice if s.input.tool_config else None
    if choice and choice.any is not None and not features.tool_choice_any:
        yield _unsupported_field("toolConfig.toolChoice.any")
    if choice and choice.tool is not None and not features.tool_choice_tool:
        yield _unsupported_field("toolConfig.toolChoice.tool")


def _unsupported_field(name: str) -> str:
    return f"This model doesn't support the {name} field. Remove {name} and try again."


def members(s: Subject) -> Iterator[str]:
    """Members that not every model takes, all in the same words (reported 2026 for each)."""
    if any(tool.system_tool for tool in s.tools) and s.model.provider != "Amazon":
        yield _unsupported_field("systemTool")
    if s.model.features.structured_output == "refused" and any(spec.strict is not None for _, spec in s.specifications):
        yield _unsupported_field("strict")
    if s.model.provider == "Anthropic":
        return
    if any(content.search_result for content in s.contents()):
        yield _unsupported_field("searchResult")
    for _, _, block in s.blocks():
        reasoning = block.reasoning_content.reasoning_text if block.reasoning_content else None
        if reasoning and reasoning.signature is not None:
            yield _unsupported_field("reasoningContent.reasoningText.signature")


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
            yield _not_an_object(f"{path}.toolUse.input")
        if block.tool_result:
            yield from _tool_result(block.tool_result, f"{path}.toolResult")
    yield from _turns(s)


def _tool_result(result: ToolResultBlock, path: str) -> Iterator[str]:
    if result.status == "error" and not result.content:
        yield f"The content field at {path} cannot be empty when status value is error."
    for k, item in enumerate(result.content):
        if item.json is not None and not isinstance(item.json, dict):
            yield _not_an_object(f"{path}.content.{k}.json")


def _not_an_object(path: str) -> str:
    return f"The format of the value at {path} is invalid. Provide a json object for the field and try again."


def _turns(s: Subject) -> Iterator[str]:
    """Every call answered in the next turn, no answer without a call, turns unmixed where the family wants that."""
    called: list[str] = []
    for i, message in enumerate(s.messages):
        uses = [block.tool_use for block in message.content if block.tool_use and not _server_side(block.tool_use)]
        results = [block.tool_result.tool_use_id for block in message.content if block.tool_result]
        if message.role == "user":
            missing = [identifier for identifier in called if identifier not in results]
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


def last_turn(s: Subject) -> Iterator[str]:
    """A last turn of the assistant, on models the service knows not to take one (probed)."""
    if s.messages and s.messages[-1].role == "assistant" and s.model.features.prefill == "refused":
        yield (
            "The model that you are using requires the last turn in the conversation to be a user message. Add a user "
            "message to the conversation and try again."
        )


def caching(s: Subject) -> Iterator[str]:
    """Cache points on models without caching (probed), among the tools of Nova, and after reasoning (both reported)."""
    among_tools = [i for i, tool in enumerate(s.tools) if tool.cache_point]
    points = [block.cache_point for _, _, block in s.blocks()] + [b.cache_point for b in s.input.system or []]
    if not s.model.features.prompt_caching and (among_tools or any(points)):
        raise AccessDeniedException(
            "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for "
            "more information."
        )
    if among_tools and not s.model.features.cache_tools:
        yield (
            f"Malformed input request: #/toolConfig/tools/{among_tools[0]}: extraneous key [cachePoint] is not permitted, "
            "please reformat your input and try again."
        )
    for message in s.messages:
        for before, block in zip(message.content, message.content[1:], strict=False):
            if block.cache_point and before.reasoning_content:
                yield (
                    "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try "
                    "again."
                )


def output_config(s: Subject) -> Iterator[str]:
    """Structured output on models without it (probed)."""
    if s.input.output_config is not None and s.model.features.structured_output == "refused":
        yield _unsupported_field("outputConfig")


def performance(s: Subject) -> Iterator[str]:
    """Optimized latency and service tiers where they are not offered (probed)."""
    yield from _serving(s.model, s.region, s.latency, s.input.service_tier.type if s.input.service_tier else None)


def _serving(model: Model, region: str, latency: str | None, tier: str | None) -> Iterator[str]:
    if latency == "optimized" and not model.features.latency_optimized:
        yield f"Latency performance configuration is not supported for {model.id} in {region}"
    if tier is not None and tier not in ("default", *model.features.service_tiers):
        yield "The provided service tier is not supported for this model."


def max_tokens(s: Subject) -> Iterator[str]:
    """More tokens than the model gives (reported)."""
    asked = s.input.inference_config.max_tokens if s.input.inference_config else None
    limit = s.model.max_output_tokens
    if asked is not None and limit is not None and asked > limit:
        yield (
            f"The maximum tokens you requested exceeds the model limit of {limit}. Try again with a maximum tokens value "
            f"that is lower than {limit}."
        )


def guardrail(s: Subject) -> Iterator[str]:
    """Outcrop has no guardrails, so none that a request names exists (reported text)."""
    yield from _guardrail(s.input.guardrail_config.guardrail_identifier if s.input.guardrail_config else None)


def _guardrail(identifier: str | None) -> Iterator[str]:
    if identifier:
        yield "The guardrail identifier or version provided in the request does not exist."


def response_paths(s: Subject) -> Iterator[str]:
    """Malformed JSON pointers (documented: refused with 400; no text recorded)."""
    for path in s.input.additional_model_response_field_paths or []:
        if not _POINTER.fullmatch(path):
            yield f"The JSON pointer {path} in additionalModelResponseFieldPaths is invalid. Try again with a valid pointer."


def additional_fields(s: Subject) -> Iterator[str]:
    """Additional fields are an object (documented)."""
    fields = s.input.additional_model_request_fields
    if fields is not None and not isinstance(fields, dict):
        yield _not_an_object("additionalModelRequestFields")


def _rule(find: Find, *concerns: str) -> Rule:
    return Rule(find, frozenset(concerns))


RULES: tuple[Rule, ...] = (
    _rule(roles, UNUSUAL),
    _rule(chat_model),
    _rule(block_keys, UNUSUAL),
    _rule(empty_content, UNUSUAL),
    _rule(first_turn, UNUSUAL),
    _rule(blank_text, UNUSUAL),
    _rule(documents, "document", "tool_result"),
    _rule(tool_support, "tool_config", "tool_use", "tool_result"),
    _rule(members, "tool_config", "tool_result", "search_result", "reasoning_content"),
    _rule(tool_specifications, "tool_config"),
    _rule(tool_blocks, "tool_use", "tool_result"),
    _rule(last_turn, UNUSUAL),
    _rule(system_messages, "system"),
    _rule(media, "image", "video", "audio", "document", "tool_result", "tool_addition", "tool_removal"),
    _rule(stop_sequences, "inference_config"),
    _rule(caching, "cache_point", "system", "tool_config"),
    _rule(output_config, "output_config"),
    _rule(performance, "performance_config", "service_tier"),
    _rule(max_tokens, "inference_config"),
    _rule(guardrail, "guardrail_config"),
    _rule(response_paths, "additional_model_response_field_paths"),
    _rule(additional_fields, "additional_model_request_fields"),
)
