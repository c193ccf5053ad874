"""Short ways to ask the families that do not chat: what they refuse, and what no body may make them do."""

import base64
import json
from typing import Any

from hypothesis import strategies as st
from tests.families.conftest import PIXEL
from tests.families.test_everit import JSON

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import ValidationException
from outcrop.families import NativeFamily

BODIES = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())


def base64_of(data: bytes = PIXEL) -> str:
    return base64.b64encode(data).decode()


def link(data: bytes = PIXEL, kind: str = "png") -> str:
    """A picture as Cohere takes it."""
    return f"data:image/{kind};base64,{base64_of(data)}"


def refused(family: NativeFamily, body: Any, asked: Model) -> str | None:
    """What a caller reads when `body` is refused, None when it is taken. Anything else that is raised is a fault."""
    try:
        family.decode(body if isinstance(body, bytes) else json.dumps(body).encode(), asked)
    except ModelRefusal as refusal:
        return refusal.text
    except ValidationException as refusal:
        return refusal.message
    return None


def objects(*names: str, of: Any = JSON) -> st.SearchStrategy[bytes]:
    """Bodies with these members and any values, so that every rule of a schema is met."""
    return st.dictionaries(st.sampled_from(names), of, max_size=5).map(lambda value: json.dumps(value).encode())
