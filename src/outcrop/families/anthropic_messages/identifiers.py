"""Identifiers of native Claude answers, derived from what they name: the same request always gets the same ones.

Forms: recorded, 880 message identifiers of the older backend and 4 of the newest.
"""

import base64
import hashlib

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages.generation import version

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 22  # of 16 bytes in base 58
NEWEST_BACKEND = (4, 8)  # recorded on Claude Opus 4.8 and Sonnet 5


def message_id(request: ChatRequest, model: Model) -> str:
    """``msg_bdrk_01`` and 22 letters of base 58; 52 lower-case letters of base 32 on the newest backend."""
    digest = hashlib.sha256(msgspec.json.encode((model.id, request))).digest()
    if version(model) >= NEWEST_BACKEND:
        return "msg_bdrk_" + base64.b32encode(digest).decode().rstrip("=").lower()
    return "msg_bdrk_01" + _base58(digest[:16])


def tool_use_id(hub_id: str) -> str:
    """``toolu_bdrk_01`` and 22 letters of base 58 for an engine's identifier; one that is native already is kept."""
    if hub_id.startswith("toolu_"):
        return hub_id
    return "toolu_bdrk_01" + _base58(hashlib.sha256(hub_id.encode()).digest()[:16])


def _base58(data: bytes) -> str:
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        letters = _BASE58[digit] + letters
    return letters.rjust(_LENGTH, _BASE58[0])
