"""What can go wrong with a call, in one hierarchy, and how a refusal is read off a response.

`ApiError` is all of it; `NoAnswer` is the part for which nobody at the service has decided anything. What is wrong before
any call, no credentials for example, is `NotConfigured`.
"""

from collections.abc import Mapping

import msgspec

from outcrop.transport import TimedOut, Unreachable
from outcrop.wire.eventstream import Message

REQUEST_ID = "x-amzn-requestid"


class ApiError(Exception):
    """A call went wrong.

    `code` is AWS's exception name, `status` the HTTP status (200 within a stream, 0 when there was no answer), `request_id`
    what AWS support asks for, `retryable` whether the SDKs' rules would have tried again.
    """

    def __init__(
        self, code: str, message: str, status: int, *, request_id: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.request_id = code, message, status, request_id
        self.retry_after = retry_after

    @property
    def retryable(self) -> bool:
        return self.status != 200 and retryable(self.code, self.status)


class NoAnswer(ApiError):
    """The service was not reached, broke off, fell silent (`code` is "TimedOut") or answered what is no answer."""

    @property
    def retryable(self) -> bool:
        return self.code != "MalformedAnswer"

    def __str__(self) -> str:
        return self.message  # the code is the client's own, and says less


class NotConfigured(Exception):
    """What a call needs is not there: credentials, a region, a profile. The message says where it was looked for."""


# botocore 1.44's standard mode: codes and statuses that are tried again. Beside them stands what the service model marks as
# retryable, of which Bedrock has one, ModelNotReadyException.
TRANSIENT = frozenset(
    {"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "ModelNotReadyException"}
)
TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "RequestThrottled",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    }
)
# The exceptions of the service models; a 429 that is none of them is throttling, whatever it calls itself.
MODELLED = frozenset(
    {
        "AccessDeniedException",
        "ConflictException",
        "InternalServerException",
        "ModelErrorException",
        "ModelNotReadyException",
        "ModelStreamErrorException",
        "ModelTimeoutException",
        "ResourceInUseException",
        "ResourceNotFoundException",
        "ServiceQuotaExceededException",
        "ServiceUnavailableException",
        "ThrottlingException",
        "TooManyTagsException",
        "ValidationException",
    }
)


def throttled(code: str, status: int) -> bool:
    """Whether an error says that there were too many requests."""
    return code in THROTTLED or (status == 429 and code not in MODELLED)


def retryable(code: str, status: int) -> bool:
    """Whether the SDKs' standard mode tries again after an error."""
    return code in TRANSIENT or status in TRANSIENT_STATUSES or throttled(code, status)


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """The error that a response with a status of 400 or more is."""
    code = headers.get("x-amzn-errortype", "").split(":")[0]
    said, named = _message(body)
    return ApiError(
        code or named or "UnknownError",
        said,
        status,
        request_id=headers.get(REQUEST_ID),
        retry_after=_seconds(headers.get("x-amz-retry-after")),
    )


def exception(message: Message, request_id: str | None) -> ApiError:
    """The error that a frame is which is no event."""
    name = message.headers.get(":exception-type") or message.headers.get(":error-code")
    name = name or message.headers.get(":event-type") or "unknown"
    said = message.headers.get(":error-message") or _message(message.payload)[0]
    return ApiError(name[:1].upper() + name[1:], said, 200, request_id=request_id)


def no_answer(error: Unreachable) -> NoAnswer:
    """The error that a failure of the connection is."""
    return NoAnswer("TimedOut" if isinstance(error, TimedOut) else "Unreachable", str(error), 0)


def malformed(why: str, status: int = 200) -> NoAnswer:
    """The error that an answer is which cannot be read."""
    return NoAnswer("MalformedAnswer", why, status)


def _message(body: bytes) -> tuple[str, str]:
    """What an error's body says, and the exception it names (``__type``, as other AWS protocols have it)."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body[:200].decode("utf-8", "replace"), ""
    if not isinstance(value, dict):
        return str(value), ""
    named = str(value.get("__type") or "").rpartition("#")[2]
    return str(value.get("message") or value.get("Message") or value), named


def _seconds(milliseconds: str | None) -> float | None:
    """The header x-amz-retry-after, which is in milliseconds; what is no whole number counts as absent."""
    return int(milliseconds) / 1000 if milliseconds and milliseconds.isdecimal() and len(milliseconds) < 10 else None
