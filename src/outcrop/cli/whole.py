"""One turn of a conversation that is answered whole: as JSON, or continued when it was cut off.

The ways to make a model answer in JSON, and to ask on, are the Converse operator's; here they meet a conversation.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from outcrop.chat.json_mode import PREFILL, begin
from outcrop.model.runtime import Message, TokenUsage
from outcrop.operator import capabilities, continuation, json_mode
from outcrop.operator.simplify import text as text_of

if TYPE_CHECKING:
    from outcrop.client.conversation import Conversation

Document = dict[str, Any]


def ask(made: "Conversation", parts: list[Any], *, as_json: bool, schema: Any, go_on: int) -> tuple[Document, str]:
    """The response and its text, which is JSON when that was asked for; the history has both sides of the turn.

    Raises ApiError, and DataException when what came is no JSON.
    """
    turn = made.opened(*parts)
    request = msgspec.to_builtins(made.request([*made.messages, turn]))
    way = json_mode.way(made.model, schema=schema, thinking=bool(made.fields)) if as_json else None
    if way:
        json_mode.prepare(request, way, schema)
    begun = PREFILL if way == "prefill" else ""
    responses = [_call(made, request)]
    prefill = capabilities.of(made.model).prefill and not made.fields
    while go_on and continuation.can_go_on(responses):
        go_on -= 1
        responses.append(_call(made, continuation.further(request, responses, prefill=prefill, begun=begun)))
    response = responses[0] if len(responses) == 1 else continuation.merge(responses, stripped=prefill)
    said = begin(begun, text_of(response))
    if way:
        value = json_mode.parse(said, response)
        json_mode.check(value, schema, response)
        said = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    plain = len(responses) == 1 and not way
    answer = response["output"]["message"] if plain else {"role": "assistant", "content": [{"text": said}]}
    made.keep(turn, msgspec.convert(answer, Message), msgspec.convert(response["usage"], TokenUsage))
    response.pop("stop_reason", None)  # the operator's own
    return response, said


def _call(made: "Conversation", request: Document) -> Document:
    response: Document = msgspec.to_builtins(made.client.converse(request))
    return response
