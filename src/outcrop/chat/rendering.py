"""How the service dresses up a model's answer on Converse: undocumented members, usage by model, block order left alone.

These members are AWS's, not the model's: no engine makes them. Which model has which is data in the catalogue.

Sources: 1,556 recorded Converse answers and 247 ConverseStream sequences.
"""

from collections.abc import Iterable

from outcrop.chat.collect import Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, has_cache_point
from outcrop.model.runtime import ContentBlockStartEvent, ConverseStreamMetadataEvent, TokenUsage


def reply(model: Model, request: ChatRequest, whole: Reply) -> Reply:
    """`whole` with the members Converse adds, in place."""
    if _names_type(model, request):
        for block in whole.message.content:
            if block.tool_use and block.tool_use.type is None:
                block.tool_use.type = "tool_use"
    _usage(whole.usage, cached=_cache_members(model, request, streamed=False))
    return whole


def stream(model: Model, request: ChatRequest, batch: Iterable[Event]) -> Iterable[Event]:
    """The events of a batch with the members ConverseStream adds, in place."""
    named = _names_type(model, request)
    for event in batch:
        if isinstance(event, ContentBlockStartEvent):
            if named and event.start.tool_use and event.start.tool_use.type is None:
                event.start.tool_use.type = "tool_use"
        elif isinstance(event, ConverseStreamMetadataEvent):
            _usage(event.usage, cached=_cache_members(model, request, streamed=True))
    return batch


def _names_type(model: Model, request: ChatRequest) -> bool:
    """Whether `toolUse.type` leaks: Claude 4 and later (231 of 231 since 2025-11), Nova 2 beside a system tool (8 of 8)."""
    return model.features.tool_use_type or any(tool.system_tool for tool in request.tools)


def _cache_members(model: Model, request: ChatRequest, *, streamed: bool) -> bool:
    """Whether usage names cache tokens: streams only with a cache point, whole answers of some models always."""
    kind = model.features.cache_usage
    return kind != "never" and ((kind == "always" and not streamed) or has_cache_point(request))


def _usage(usage: TokenUsage, *, cached: bool) -> None:
    """An answer that no model has made, for a guardrail was before it, names no cache (recorded)."""
    usage.server_tool_usage = {}  # in every answer since 2025-10 (559 of 559 dated)
    if cached and usage.total_tokens:
        usage.cache_read_input_tokens = usage.cache_read_input_tokens or 0
        usage.cache_write_input_tokens = usage.cache_write_input_tokens or 0
        # the undocumented twins always accompany the documented members (731 of 731)
        usage.cache_read_input_token_count = usage.cache_read_input_tokens
        usage.cache_write_input_token_count = usage.cache_write_input_tokens
