"""From a request to its principal: a signature or a bearer key, checked as AWS checks them, refused in AWS's words.

`authenticate` asks a key store for a secret and a clock for the time; it decides who is calling, never what they may.

Sources: recorded answers of the signing layer (403 with the texts below; expired by 27 s of 5 minutes), and errors
reported with their whole text for a missing header and a bad bearer key.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from outcrop.errors import (
    AuthorizationFailure,
    IncompleteSignatureException,
    InvalidSignatureException,
    UnrecognizedClientException,
)
from outcrop.iam.keys import Principal
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

WINDOW = timedelta(minutes=5)
STAMP = "%Y%m%dT%H%M%SZ"
SERVICE = "bedrock"

Clock = Callable[[], datetime]


class KeyStore(Protocol):
    """What authentication needs to know."""

    def secret(self, access_key_id: str) -> tuple[str, Principal] | None: ...

    def bearer(self, token: str) -> Principal | None: ...


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def authenticate(request: HttpRequest, keys: KeyStore, clock: Clock = now) -> tuple[Principal, str | None]:
    """The principal and the region it signed for (None with a bearer key, which names none).

    Raises AuthorizationFailure (no header, bad bearer key), IncompleteSignatureException, UnrecognizedClientException
    or InvalidSignatureException.
    """
    header = request.headers.get("authorization")
    if not header:
        raise AuthorizationFailure("Authorization header is missing")
    if header[:7].lower() == "bearer ":
        return _bearer(header[7:].strip(), keys), None
    parts = sigv4.parse_authorization(header)
    if parts is None:
        raise IncompleteSignatureException("The request signature does not conform to AWS standards.")
    found = keys.secret(parts.access_key_id)
    if found is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    secret, principal = found
    fault = _scope_fault(parts.service, parts.signed_headers)
    if fault:
        raise InvalidSignatureException(fault)
    _check_time(request.headers.get("x-amz-date", ""), parts.date, clock())
    if not sigv4.verify(request, parts, secret):
        raise InvalidSignatureException(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )
    return principal, parts.region


def _bearer(token: str, keys: KeyStore) -> Principal:
    principal = keys.bearer(token)
    if principal is None:
        raise AuthorizationFailure("Authentication failed: Please make sure your API Key is valid.")
    return principal


@lru_cache(maxsize=256)
def _scope_fault(service: str, signed_headers: str) -> str | None:
    """The service must be ours, and the host must be covered (documented: `host` or `:authority` is mandatory)."""
    if service != SERVICE:
        # The wording AWS's signing layer uses on other services; none was recorded on Bedrock.
        return f"Credential should be scoped to correct service: '{SERVICE}'. "
    names = sigv4.header_names(signed_headers)
    if "host" not in names and ":authority" not in names:
        return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    return None


@lru_cache(maxsize=256)
def _parsed(stamp: str) -> datetime | None:
    """The time of an `x-amz-date`, or None; many requests carry the same one and parsing costs more than signing."""
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _check_time(stamp: str, scope_date: str, current: datetime) -> None:
    signed = _parsed(stamp)
    if signed is None:
        raise IncompleteSignatureException(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if stamp[:8] != scope_date:
        raise InvalidSignatureException(
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope_date}' "
            f"!= '{stamp[:8]}', from '{stamp}'."
        )
    if -WINDOW < signed - current < WINDOW:
        return
    current = current.replace(microsecond=0)
    if signed < current - WINDOW:
        edge = (current - WINDOW).strftime(STAMP)
        raise InvalidSignatureException(
            f"Signature expired: {stamp} is now earlier than {edge} ({current.strftime(STAMP)} - 5 min.)"
        )
    if signed > current + WINDOW:
        edge = (current + WINDOW).strftime(STAMP)
        raise InvalidSignatureException(
            f"Signature not yet current: {stamp} is still later than {edge} ({current.strftime(STAMP)} + 5 min.)"
        )
