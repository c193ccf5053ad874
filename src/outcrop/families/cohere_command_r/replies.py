"""Answers of Command R, whole and in pieces: text, calls or queries, and the history with them.

A reply's text may stand in the history as well; the last chunk holds the whole answer, with its cost. Citations are
never made: no engine tells any.

Sources: recorded answers and streams; Cohere's Chat API for the chunks of calls and queries.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, text_of
from outcrop.families.cohere_command_r.body import Body, Call, ChatMessage, Turn
from outcrop.families.cohere_command_r.turns import spoken
from outcrop.families.identifiers import request_uuid
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ContentBlockDeltaEvent, ConverseStreamMetadataEvent, TokenUsage

_FINISH = {"max_tokens": "MAX_TOKENS", "stop_sequence": "STOP_SEQUENCE", "content_filtered": "ERROR_TOXIC"}
_PREFIX = "379ed018/"  # of every recorded response_id
# Members of the answer that have a chunk of their own.
_KINDS = {"tool_calls": "tool-calls-generation", "search_queries": "search-queries-generation"}
_encode = msgspec.json.Encoder().encode


def answer(reply: Reply, request: ChatRequest, model: Model) -> dict[str, Any]:
    """The whole answer: its members in recorded order, then those that only some requests get."""
    native = _native(request)
    generation = request_uuid(request, model, "generation")
    text = "".join([block.text for block in reply.message.content if block.text])
    calls = [Call(name=use.name, parameters=use.input) for block in reply.message.content if (use := block.tool_use)]
    history = spoken(native)
    if not native.search_queries_only:
        history.append(Turn(role="CHATBOT", message=text, tool_calls=calls))
    found: dict[str, Any] = {
        "response_id": _PREFIX + request_uuid(request, model),
        "text": "" if native.search_queries_only else text,
        "generation_id": generation,
        "chat_history": [_said(turn) for turn in history],
        "finish_reason": _FINISH.get(reply.stop_reason, "COMPLETE"),
    }
    if native.search_queries_only:  # decided: the query is the message, in the user's own words
        queries = [{"text": native.message, "generation_id": generation}]
        found |= {"is_search_required": True, "search_queries": queries}
    if calls:
        found["tool_calls"] = calls
    if native.return_prompt:
        found["prompt"] = _prompt(native)
    return found


def _native(request: ChatRequest) -> Body:
    """The body that was sent, or the last message of a conversation that came through Converse."""
    if isinstance(request, ChatMessage):
        return request.native
    said = [text_of(block) or "" for message in request.messages[-1:] for block in message.content]
    return Body(message="\n".join(said))


def _said(turn: Turn) -> dict[str, Any]:
    """A turn without the members it has nothing for."""
    tools = {"tool_calls": turn.tool_calls, "tool_results": turn.tool_results}
    members: dict[str, Any] = {} if turn.role == "TOOL" else {"message": turn.message}
    return {"role": turn.role, **members, **{name: value for name, value in tools.items() if value}}


def _prompt(native: Body) -> str:
    """The conversation in the template that Cohere publishes for Command R; a raw message as it is."""
    if native.raw_prompting:
        return native.message
    turns = [Turn(role="SYSTEM", message=native.preamble)] if native.preamble else []
    parts = [
        f"<|START_OF_TURN_TOKEN|><|{turn.role}_TOKEN|>{turn.message}<|END_OF_TURN_TOKEN|>"
        for turn in turns + spoken(native)
    ]
    return "<BOS_TOKEN>" + "".join(parts) + "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"


class ChatStream:
    """One run's encoder: a chunk per piece of text, then calls or queries if there are any, then the whole answer."""

    def __init__(self, request: ChatRequest, model: Model, first_byte_ms: int) -> None:
        self._request, self._model, self._first_byte_ms = request, model, first_byte_ms
        self._collector = Collector()
        self._silent = isinstance(request, ChatMessage) and request.native.search_queries_only

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found: list[dict[str, Any]] = []
        for event in batch:
            self._collector.add(event)
            if isinstance(event, ContentBlockDeltaEvent):
                if event.delta.text and not self._silent:
                    found.append(_chunk("text-generation", text=event.delta.text))
            elif isinstance(event, ConverseStreamMetadataEvent):
                found += self._end(event)
        return [_encode(chunk) for chunk in found]

    def _end(self, event: ConverseStreamMetadataEvent) -> list[dict[str, Any]]:
        whole = answer(self._collector.reply(), self._request, self._model)
        found = [_chunk(kind, **{name: whole[name]}) for name, kind in _KINDS.items() if name in whole]
        last = {
            "is_finished": True,
            "event_type": "stream-end",
            "response": whole | {"meta": _meta(event.usage)},
            "finish_reason": whole["finish_reason"],
            **invocation_metrics(event, self._first_byte_ms),
        }
        return [*found, last]


def _chunk(kind: str, **members: Any) -> dict[str, Any]:
    return {"is_finished": False, "event_type": kind, **members}


def _meta(used: TokenUsage) -> dict[str, Any]:
    """What the last chunk tells of the cost (recorded there alone)."""
    counts = {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens}
    return {"api_version": {"version": "1"}, "billed_units": counts, "tokens": counts}
