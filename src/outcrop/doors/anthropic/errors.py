"""AWS's errors in Anthropic's shape: a type, a status and the message, which stays AWS's.

Source: the errors page of the Claude API's documentation; which AWS exception becomes which type is decided.
"""

import msgspec
from msgspec import Struct

from outcrop.doors.inside import Refusal

_TYPES = {
    "ValidationException": "invalid_request_error",
    "SerializationException": "invalid_request_error",
    "IncompleteSignatureException": "authentication_error",
    "InvalidSignatureException": "authentication_error",
    "UnrecognizedClientException": "authentication_error",
    "ExpiredTokenException": "authentication_error",
    "AccessDeniedException": "permission_error",
    "ResourceNotFoundException": "not_found_error",
    "RequestEntityTooLargeException": "request_too_large",
    "ThrottlingException": "rate_limit_error",
    "ServiceQuotaExceededException": "rate_limit_error",
    "ModelNotReadyException": "overloaded_error",
    "ServiceUnavailableException": "overloaded_error",
    "ModelTimeoutException": "timeout_error",
}
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
# What AWS answers with AccessDeniedException when nobody has been recognised; Anthropic has a type of its own for that.
_UNKNOWN = ("Authorization header is missing", "Authentication failed", "Bearer Token has expired")


class Failure(Struct, frozen=True):
    """An error in Anthropic's words."""

    type: str
    status: int
    message: str


def failure(refusal: Refusal) -> Failure:
    """The error that `refusal` is here."""
    kind = _TYPES.get(refusal.code, "api_error")
    if kind == "permission_error" and refusal.message.startswith(_UNKNOWN):
        kind = "authentication_error"
    return Failure(kind, _STATUS[kind], refusal.message)


def body(found: Failure) -> bytes:
    """The error as a body, or as the data of an event."""
    return msgspec.json.encode({"type": "error", "error": {"type": found.type, "message": found.message}})


def wrong(text: str) -> Refusal:
    """A request that is none."""
    return Refusal("ValidationException", 400, text)


def not_found(text: str) -> Refusal:
    """A path or a model that is not there."""
    return Refusal("ResourceNotFoundException", 404, text)
