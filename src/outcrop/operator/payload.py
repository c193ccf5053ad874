"""Message payloads: a list of messages with `sl_role`, or Converse's own, to Converse's messages.

A message without `sl_role` goes to the model unchanged. Of one that has it, role and content are taken, and for TOOL the
function's id and error flag; every other field is left out of the request (documented). A role that is none of these is
passed as it is, and the service may refuse it (documented), unless SYSTEM messages are lifted.
"""

import logging
from typing import Any

import msgspec

from outcrop.operator import checks, multimodal
from outcrop.operator.exceptions import DataException, Document

log = logging.getLogger("outcrop.operator")
ROLES = {"USER": "user", "ASSISTANT": "assistant"}


class Conversation(msgspec.Struct):
    """What a payload asks for: messages, lifted system texts, and how many messages were odd and let through."""

    messages: list[Document]
    system: list[Document]
    warnings: int = 0


def parse(payload: Any, *, lift: bool = False) -> Conversation:
    """`payload` as a conversation; with `lift` SYSTEM messages become system texts. Raises DataException."""
    fault = checks.objects(payload) or ("" if payload else "The list of messages is empty.")
    if fault:
        raise DataException(
            "The Message payload value is invalid.",
            fault,
            "Provide a list of messages, such as a Prompt Generator makes.",
        )
    made = Conversation([], [])
    for message in payload:
        role = message.get("sl_role")
        if role is None:
            made.warnings += _lint(message)
            made.messages.append(message)
        elif role == "TOOL":
            _append_result(made.messages, tool_result(message))
        elif role == "SYSTEM" and lift:
            made.system += content(message.get("content"))
        else:
            made.messages.append({"role": _role(role), "content": content(message.get("content"))})
    return made


def _role(role: Any) -> Any:
    return ROLES.get(role, role) if isinstance(role, str) else role


def content(value: Any) -> list[Document]:
    """A message's content as Converse's blocks: a text, an item, or a list of texts, blocks and multimodal items."""
    blocks: list[Document] = []
    for item in value if isinstance(value, list) else [value]:
        if multimodal.is_multimodal(item):
            blocks.append(multimodal.block(item))
        elif isinstance(item, dict):
            blocks.append(item)
        elif isinstance(item, str):
            blocks.append({"text": item})
        else:
            raise DataException(
                "The Message payload value is invalid.",
                f"The content of a message is {checks.kind(item)}.",
                "Provide a string, or a list of strings and content objects.",
            )
    return blocks


def _lint(message: Document) -> int:
    """Multimodal items in a message that goes to the model unchanged are a warning (documented)."""
    items = message.get("content")
    if not isinstance(items, list) or not any(map(multimodal.is_multimodal, items)):
        return 0
    log.warning("a message without sl_role has content with sl_type; it is sent unchanged")
    return 1


def tool_result(message: Document) -> Document:
    """The toolResult block of a message of role TOOL."""
    result: Document = {"toolUseId": message.get("function_id"), "content": _result(message.get("content"))}
    if message.get("is_error") in (True, "true"):
        result["status"] = "error"
    return {"toolResult": result}


def _result(value: Any) -> list[Document]:
    """What a function returned: text as text, an object as JSON, multimodal content as blocks, the rest as its JSON text."""
    if isinstance(value, list) and value and all(map(multimodal.is_multimodal, value)):
        return [multimodal.block(item) for item in value]
    if multimodal.is_multimodal(value):
        return [multimodal.block(value)]
    if isinstance(value, dict):
        return [{"json": value}]
    return [{"text": value if isinstance(value, str) else msgspec.json.encode(value).decode()}]


def _append_result(messages: list[Document], block: Document) -> None:
    """All results of a turn belong into one message (Converse demands it)."""
    last = messages[-1] if messages else {}
    if last.get("role") == "user" and all("toolResult" in one for one in last["content"]):
        messages[-1] = {"role": "user", "content": [*last["content"], block]}
    else:
        messages.append({"role": "user", "content": [block]})
