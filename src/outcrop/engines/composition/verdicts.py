"""What an error says about the engine that raised it: whose fault it is, and whether anybody may be asked again."""

from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import (
    ModelNotReadyException,
    ServiceError,
    ServiceQuotaExceededException,
    ServiceUnavailableException,
    ThrottlingException,
)

_CALLERS = frozenset((400, 413))
_AILING = frozenset((408, 424, 500, 502, 503, 504))


def callers(error: Exception) -> bool:
    """Whether the request is what is wrong: any engine is told the same, so no other is asked."""
    if isinstance(error, ServiceError):
        return error.status in _CALLERS and not isinstance(error, ServiceQuotaExceededException)
    return isinstance(error, ModelRefusal)


def repeatable(error: Exception) -> bool:
    """Whether the backend has surely done nothing yet: it was busy, not ready, or not there."""
    return isinstance(error, (ThrottlingException, ServiceUnavailableException, ModelNotReadyException))


def ailing(error: Exception) -> bool:
    """Whether the engine is broken. One that is busy, or refuses this server's account, is not."""
    return isinstance(error, ServiceError) and (error.status in _AILING or isinstance(error, ModelNotReadyException))
