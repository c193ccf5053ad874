"""What both clients share between building a call and reading its answer: time-outs, addressing, and when to try again.

`Attempts` is one call's way through the retries; the clients wait and send, each in its own manner.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from outcrop.client import errors
from outcrop.client.calls import Call, signed
from outcrop.client.configuration import Configuration, may_carry_secrets
from outcrop.client.credentials import Credentials
from outcrop.client.errors import ApiError, NotConfigured
from outcrop.client.retries import Retries

USER_AGENT = "outcrop"


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds: to open a connection, until the headers of the answer, and without a byte within its body."""

    connect: float = 10.0
    first: float = 60.0
    between: float = 60.0


DEFAULT = Timeouts()


class Attempts:
    """One call's attempts: `failed` says how long to wait before the next, or raises what the last one ended with."""

    def __init__(self, retries: Retries) -> None:
        self._retries, self._number = retries, 1
        self._last: ApiError | None = None

    def failed(self, error: ApiError) -> float:
        delay = self._retries.after(error, self._number)
        if delay is None:
            raise error
        self._number += 1
        self._last = error
        return delay

    def succeeded(self) -> None:
        self._retries.succeeded(self._last)


class Addressed(msgspec.Struct, frozen=True):
    """A call with its endpoint and all its headers."""

    call: Call
    endpoint: str
    headers: dict[str, str]


def addressed(call: Call, configuration: Configuration, credentials: Credentials) -> Addressed:
    """The call as it is sent now; raises `NotConfigured` when a bearer token would travel in the open."""
    endpoint = configuration.endpoints[call.service]
    if credentials.bearer_token and not may_carry_secrets(endpoint):
        raise NotConfigured(f"a bearer token is sent over https only, and {endpoint} is not")
    below = urlsplit(endpoint).path
    if below:  # an endpoint may lie below a path, which is then signed with the rest
        call = msgspec.structs.replace(call, path=below + call.path)
        endpoint = endpoint.removesuffix(below)
    timestamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = signed(call, endpoint, credentials, configuration.region, timestamp)
    headers["user-agent"] = USER_AGENT
    return Addressed(call, endpoint, headers)


def refused(status: int, headers: dict[str, str], body: bytes) -> ApiError | None:
    """The error that an answer is, if it is one."""
    if status >= 400:
        return errors.refusal(status, headers, body)
    if 300 <= status < 400:
        return errors.malformed(
            f"the endpoint answers with a redirection to {headers.get('location', 'nowhere')}", status
        )
    return None
