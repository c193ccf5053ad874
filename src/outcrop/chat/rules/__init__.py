"""What Converse itself refuses, and in which words: one rule, one row of `RULES`, in the order they are checked.

A rule is a function from a `Subject` (the request, the model and the region) to the texts of what it finds; the first text
found is the answer, a ValidationException (`caching` raises another, as recorded). Rules ask the model's features and never
name a model. Paths count from 0 here (`messages.0.content.1`), as recorded; the service model's constraints, checked before,
count from 1.

Sources are named per rule: `recorded` (an exchange), `probed` (a published series of Converse calls of 2026-08),
`reported` (the text quoted whole in an issue), `documented` (the API reference).
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import plain
from outcrop.chat.rules import conversation, media, parameters, tools
from outcrop.chat.rules.subject import Conversation, Subject
from outcrop.errors import ServiceError, ValidationException
from outcrop.model.runtime import InvokeModelRequest, InvokeModelWithResponseStreamRequest

UNUSUAL = "unusual"  # a part of every conversation that `chat.request.plain` is false for

Invocation = InvokeModelRequest | InvokeModelWithResponseStreamRequest
Find = Callable[[Subject], Iterator[str]]


class Rule(msgspec.Struct, frozen=True):
    """A row: what finds the fault, and the parts of a request it concerns (none: every request)."""

    find: Find
    concerns: frozenset[str]


def check(model: Model, input: Conversation, region: str) -> bool:
    """Raise ValidationException with the first rule's words that `input` breaks.

    Returns whether the conversation is plain (`chat.request.plain`), which is found out on the way.
    """
    subject = Subject(model, input, region, _parts(input))
    for find in _applicable(subject.parts):
        for message in find(subject):
            raise ValidationException(message)
    return UNUSUAL not in subject.parts


def findings(model: Model, input: Conversation, region: str) -> Iterator[tuple[Find, ServiceError]]:
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


def _parts(input: Conversation) -> frozenset[str]:
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
    for message in parameters.serving(model, region, input.performance_config_latency, input.service_tier):
        raise ValidationException(message)


def check_streaming(model: Model) -> None:
    """Raise ValidationException for a model that answers whole only.

    Reported for Jurassic-2, embeddings and images; the full stop is known from a reported Content-Length of 53.
    """
    if not model.streaming:
        raise ValidationException("The model is unsupported for streaming.")


def _rule(find: Find, *concerns: str) -> Rule:
    return Rule(find, frozenset(concerns))


RULES: tuple[Rule, ...] = (
    _rule(conversation.roles, UNUSUAL),
    _rule(conversation.chat_model),
    _rule(conversation.block_keys, UNUSUAL),
    _rule(conversation.empty_content, UNUSUAL),
    _rule(conversation.first_turn, UNUSUAL),
    _rule(conversation.blank_text, UNUSUAL),
    _rule(media.documents, "document", "tool_result"),
    _rule(tools.tool_support, "tool_config", "tool_use", "tool_result"),
    _rule(tools.members, "tool_config", "tool_result", "search_result", "reasoning_content"),
    _rule(tools.tool_specifications, "tool_config"),
    _rule(tools.tool_blocks, "tool_use", "tool_result"),
    _rule(conversation.last_turn, UNUSUAL),
    _rule(conversation.system_messages, "system"),
    _rule(media.media, "image", "video", "audio", "document", "tool_result", "tool_addition", "tool_removal"),
    _rule(parameters.stop_sequences, "inference_config"),
    _rule(media.caching, "cache_point", "system", "tool_config"),
    _rule(parameters.output_config, "output_config"),
    _rule(parameters.performance, "performance_config", "service_tier"),
    _rule(parameters.max_tokens, "inference_config"),
    _rule(parameters.response_paths, "additional_model_response_field_paths"),
    _rule(parameters.additional_fields, "additional_model_request_fields"),
)
