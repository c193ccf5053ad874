"""Identifiers of native answers, derived from what they name: the same request always gets the same ones.

They have the form of random UUIDs, as recorded, and tell nothing about the request.
"""

import hashlib
from uuid import UUID

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest


def request_uuid(request: ChatRequest, model: Model, name: str = "") -> str:
    """A UUID for the answer to `request`, or for the part of it called `name`."""
    return derived_uuid(msgspec.json.encode((model.id, name, request)))


def derived_uuid(data: bytes) -> str:
    """A UUID of version 4 for `data`, in lower case."""
    return str(UUID(bytes=hashlib.sha256(data).digest()[:16], version=4))
