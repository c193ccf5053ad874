"""AWS's errors in OpenAI's shape: a type, a code, a status and the message, which stays AWS's.

Source: the error pages of OpenAI's API reference; which AWS exception becomes which type is decided.
"""

import msgspec
from msgspec import Struct

from outcrop.doors.inside import Refusal

_KINDS = {
    "ValidationException": ("invalid_request_error", None, 400),
    "SerializationException": ("invalid_request_error", None, 400),
    "IncompleteSignatureException": ("authentication_error", "invalid_signature", 401),
    "InvalidSignatureException": ("authentication_error", "invalid_signature", 401),
    "UnrecognizedClientException": ("authentication_error", "invalid_api_key", 401),
    "ExpiredTokenException": ("authentication_error", "invalid_api_key", 401),
    "AccessDeniedException": ("permission_error", None, 403),
    "ResourceNotFoundException": ("invalid_request_error", "not_found", 404),
    "RequestEntityTooLargeException": ("invalid_request_error", None, 413),
    "ThrottlingException": ("rate_limit_error", "rate_limit_exceeded", 429),
    "ServiceQuotaExceededException": ("rate_limit_error", "rate_limit_exceeded", 429),
    "ModelNotReadyException": ("server_error", None, 503),
    "ServiceUnavailableException": ("server_error", None, 503),
    "ModelTimeoutException": ("server_error", "timeout", 504),
}
_UNKNOWN = ("Authorization header is missing", "Authentication failed", "Bearer Token has expired")


class Failure(Struct, frozen=True):
    """An error in OpenAI's words."""

    message: str
    type: str
    code: str | None
    status: int
    param: str | None = None


def failure(refusal: Refusal) -> Failure:
    """The error that `refusal` is here; nobody who has been recognised is told of keys."""
    kind, code, status = _KINDS.get(refusal.code, ("server_error", None, 500))
    if kind == "permission_error" and refusal.message.startswith(_UNKNOWN):
        kind, code, status = "authentication_error", "invalid_api_key", 401
    return Failure(refusal.message, kind, code, status)


def members(found: Failure) -> dict[str, str | None]:
    """The error itself."""
    return {"code": found.code, "message": found.message, "param": found.param, "type": found.type}


def body(found: Failure) -> bytes:
    """The error as a body, or as the data of an event."""
    return msgspec.json.encode({"error": members(found)})


class Wrong(Exception):
    """A request that cannot be read, or asks for what there is not: `args[0]` says why, `param` which parameter it is."""

    def __init__(self, text: str, param: str | None = None) -> None:
        super().__init__(text)
        self.param = param

    def failure(self) -> Failure:
        """The error that it is, in the form of OpenAI's for a parameter that a model does not take (documented)."""
        code = "unsupported_parameter" if self.param else None
        return Failure(str(self), "invalid_request_error", code, 400, self.param)
