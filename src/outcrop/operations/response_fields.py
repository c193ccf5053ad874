"""`additionalModelResponseFieldPaths`: members of the native answer beside Converse's own.

Paths are JSON pointers (RFC 6901) into the model's native response; a path that is well formed but leads nowhere is
left out (Converse API reference). Malformed paths are refused by `outcrop.chat.rules`.
"""

from typing import Any

import msgspec

from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import FAMILIES

_MISSING = object()


def native(reply: Reply, request: ChatRequest, model: Model) -> Any:
    """The native answer of the model's family; `{}` for a family whose native bodies are not built."""
    family = FAMILIES.get(model.api)
    return msgspec.json.decode(family.encode_reply(reply, request, model)) if family else {}


def pick(paths: list[str], document: Any) -> Any:
    """What the paths find, each under its last segment; None when nothing is found."""
    found = {}
    for path in paths:
        segments = [segment.replace("~1", "/").replace("~0", "~") for segment in path.split("/")[1:]]
        value = _follow(document, segments)
        if segments and value is not _MISSING:
            found[segments[-1]] = value
    return found or None


def _follow(value: Any, segments: list[str]) -> Any:
    for segment in segments:
        if isinstance(value, dict) and segment in value:
            value = value[segment]
        elif isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return _MISSING
    return value
