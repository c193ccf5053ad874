"""A backend's stream as native events, and its errors as what they are to a caller. It understands no event but errors."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.engines.failures import Failures
from outcrop.transport import Exchange, Unreachable
from outcrop.wire import sse

Native = dict[str, Any]


async def natives(exchange: Exchange, failures: Failures, model: Model) -> AsyncGenerator[list[Native], None]:
    """The native events of a stream, those that came together together; raises ServiceError when it breaks or fails."""
    decoder, begun, ended = sse.Decoder(), False, False
    async with aclosing(exchange):
        try:
            async for piece in exchange:
                batch: list[Native] = [msgspec.json.decode(data) for data in decoder.feed(piece)]
                for native in batch:
                    if native["type"] == "error":
                        raise _failed(native, failures, model, late=begun)
                    ended = ended or native["type"] == "message_stop"
                begun = begun or bool(batch)
                yield batch
        except Unreachable as error:
            raise failures.lost(error, model, late=begun) from error
        except (sse.MalformedStream, msgspec.DecodeError, LookupError, TypeError) as error:
            raise failures.broken(f"no event of a message: {error}", model, late=begun) from error
    if not ended:
        raise failures.broken("the stream ended before the message", model, late=begun)


def _failed(native: Native, failures: Failures, model: Model, *, late: bool) -> Exception:
    """An error that came under status 200: before anything else, it is what it would have been with its own status."""
    error = native.get("error") or {}
    text = str(error.get("message") or "")
    status = _STATUS.get(error.get("type") or "")
    return failures.broken(text, model, late=late) if late or status is None else failures.refused(status, text, model)


# Anthropic's error types and their statuses (Claude API documentation).
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def said(body: bytes) -> str:
    """What an error body says, in Anthropic's form or in none."""
    try:
        error = msgspec.json.decode(body)["error"]
        return str(error["message"])
    except (msgspec.DecodeError, LookupError, TypeError):
        return body.decode("utf-8", "replace")
