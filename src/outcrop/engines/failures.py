"""What callers are told when a backend refuses, breaks, falls silent or is not there: AWS's errors, for all engines.

An engine names what it saw, `Failures` makes the exception to raise. A refusal of the request itself is the model's
(`ModelRefusal`, which Converse words with its prefix); all else is the service's. Errors of a model carry the backend's
status and words (`originalStatusCode`, `originalMessage`, `resourceName`) without what is secret. Once a stream has begun,
an error is its last frame: ModelStreamErrorException, which the service model has for that.
"""

import logging
import re
from datetime import UTC, datetime

from msgspec import Struct

from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import (
    ModelErrorException,
    ModelNotReadyException,
    ModelStreamErrorException,
    ModelTimeoutException,
    ServiceError,
    ServiceUnavailableException,
    ThrottlingException,
)
from outcrop.transport import TimedOut, Unreachable

FAILED = "The system encountered an unexpected error during processing. Try your request again."  # recorded in a stream
TIMED_OUT = "Model has timed out in processing the request. Try your request again."  # reported, in streams too
THROTTLED = "Too many requests, please wait before trying again."  # recorded
OVERLOADED = "Model is getting throttled. Try your request again."  # recorded, with 503
NOT_READY = (  # reported; the second sentence is the documentation's
    "Model is not ready for inference. Wait and try your request again. Refer to "
    "https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html#handle-model-not-ready-exception."
)
NO_OUTPUT = "The model returned no output. Try your request again."  # decided
LONGEST = 500  # characters of a backend's words
_TOO_LONG = re.compile(
    r"context.?(?:length|size|window)|maximum context|too long|too many (?:input )?tokens|exceeds? the available",
    re.IGNORECASE,
)
_LOOKS_SECRET = re.compile(r"\b(?:sk|pk|gsk|hf|AKIA|ASIA)[-_]?[A-Za-z0-9_\-]{12,}|(?<=Bearer )\S+|(?<=://)[^/\s@]+@")
# Refused by the backend: the request is wrong. Everything else below 500 is between Outcrop and the backend.
_WRONG = frozenset((400, 413, 422))
_LATE = frozenset((408, 504))
_OVERLOADED = 529  # Anthropic's own status

log = logging.getLogger("outcrop.engines")


class Failures(Struct, frozen=True):
    """The words of one engine, called `name` in logs, whose `secrets` no caller and no log may see."""

    name: str
    secrets: tuple[str, ...] = ()

    def refused(
        self, status: int, text: str, model: Model, *, retry_after: str | None = None
    ) -> ModelRefusal | ServiceError:
        """The backend answered with an HTTP error; `text` is what it said, `retry_after` its header of that name."""
        said = self.scrubbed(text)
        if status in _WRONG:
            return too_long(model) if status == 413 or _TOO_LONG.search(text) else ModelRefusal(said)
        log.warning("engine %s answered with status %d: %s", self.name, status, said)
        error = self._error(status, text, said, model)
        error.retry_after = seconds(retry_after)
        return error

    def _error(self, status: int, text: str, said: str, model: Model) -> ServiceError:
        if status == 429:
            return ThrottlingException(THROTTLED)
        if status in _LATE:
            return ModelTimeoutException(TIMED_OUT)
        if status == 503 and "loading" in text.lower():
            return ModelNotReadyException(NOT_READY)
        if status in (503, _OVERLOADED):
            return ServiceUnavailableException(OVERLOADED)
        return ModelErrorException(
            FAILED, {"originalStatusCode": status, **self._original(said), "resourceName": model.id}
        )

    def lost(self, error: Unreachable, model: Model, *, late: bool = False) -> ServiceError:
        """The connection did not come about, broke or fell silent; `late` when a stream has begun."""
        log.warning("engine %s: %s", self.name, self.scrubbed(str(error)))
        if isinstance(error, TimedOut):
            return ModelStreamErrorException(TIMED_OUT) if late else ModelTimeoutException(TIMED_OUT)
        if not error.sent:
            return ServiceUnavailableException()
        return self._failed("", model, late=late)

    def broken(self, text: str, model: Model, *, late: bool = False) -> ServiceError:
        """The backend said within its answer that it failed, or its answer is none; `text` is what it said."""
        said = self.scrubbed(text)
        log.warning("engine %s failed: %s", self.name, said)
        return self._failed(said, model, late=late)

    def scrubbed(self, text: str) -> str:
        """The first `LONGEST` characters of `text` without secrets and what looks like one."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return _LOOKS_SECRET.sub("***", text)[:LONGEST]

    def _failed(self, said: str, model: Model, *, late: bool) -> ServiceError:
        if late:
            return ModelStreamErrorException(FAILED, self._original(said))
        return ModelErrorException(FAILED, {**self._original(said), "resourceName": model.id})

    def _original(self, said: str) -> dict[str, str | int]:
        return {"originalMessage": said} if said.strip() else {}


def too_long(model: Model) -> ModelRefusal:
    """The prompt is over the model's window, in the words of its family (reported; Claude's stand in for all others')."""
    if model.api in ("llama", "mistral_text", "mistral_chat") and model.context_window:
        return ModelRefusal(
            f"This model's maximum context length is {model.context_window} tokens. Please reduce the length of the prompt"
        )
    return ModelRefusal("Input is too long for requested model.")


def seconds(retry_after: str | None) -> float | None:
    """What a Retry-After header says: seconds, or a date (RFC 9110); None when it says nothing."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    from email.utils import parsedate_to_datetime

    try:
        left = parsedate_to_datetime(retry_after) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return max(0.0, left.total_seconds())
