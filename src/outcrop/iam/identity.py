"""From a request to its principal: a signature or a bearer key, checked as AWS checks them, refused in AWS's words.

`authenticate` asks a key store for a secret and a clock for the time; it decides who is calling, never what they may.

Sources: recorded answers of the signing layer (403 with the texts below; expired by 27 s of 5 minutes), and errors
reported with their whole text for a missing header and a bad bearer key.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

import msgspec

from outcrop.errors import (
    AuthorizationFailure,
    ExpiredTokenException,
    IncompleteSignatureException,
    InvalidSignatureException,
    UnrecognizedClientException,
)
from outcrop.iam import short_term
from outcrop.iam.keys import Principal
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

WINDOW = timedelta(minutes=5)
STAMP = "%Y%m%dT%H%M%SZ"
SERVICES = ("bedrock",)
BAD_BEARER = "Authentication failed: Please make sure your API Key is valid."
EXPIRED_BEARER = "Bearer Token has expired"  # reported

Clock = Callable[[], datetime]


class KeyStore(Protocol):
    """What authentication needs to know."""

    def secret(self, access_key_id: str, session_token: str | None = None) -> tuple[str, Principal] | None: ...

    def bearer(self, token: str) -> Principal | None: ...

    def used(self, access_key_id: str, service: str, region: str, moment: datetime) -> None: ...


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def authenticate(
    request: HttpRequest, keys: KeyStore, clock: Clock = now, services: tuple[str, ...] = SERVICES
) -> tuple[Principal, str | None]:
    """The principal and the region it signed for (None with a long-term bearer key, which names none).

    `services` are those a signature may be for: the door's own. Raises AuthorizationFailure (no header, bad or expired
    bearer key), IncompleteSignatureException, UnrecognizedClientException, InvalidSignatureException or
    ExpiredTokenException.
    """
    header = request.headers.get("authorization")
    if not header:
        raise AuthorizationFailure("Authorization header is missing")
    if header[:7].lower() == "bearer ":
        return _bearer(header[7:].strip(), keys, clock())
    parts = sigv4.parse_authorization(header)
    if parts is None:
        raise IncompleteSignatureException("The request signature does not conform to AWS standards.")
    found = keys.secret(parts.access_key_id, request.headers.get("x-amz-security-token"))
    if found is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    secret, principal = found
    fault = _scope_fault(parts.service, parts.signed_headers, services)
    if fault:
        raise InvalidSignatureException(fault)
    moment = clock()
    _check_time(request.headers.get("x-amz-date", ""), parts.date, moment)
    if not sigv4.verify(request, parts, secret):
        raise InvalidSignatureException(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )
    keys.used(parts.access_key_id, parts.service, parts.region, moment)
    return principal, parts.region


def _bearer(token: str, keys: KeyStore, moment: datetime) -> tuple[Principal, str | None]:
    if token.startswith(short_term.PREFIX):
        return _presigned(token, keys, moment)
    principal = keys.bearer(token)
    if principal is None:
        raise AuthorizationFailure(BAD_BEARER)
    return principal, None


def _presigned(token: str, keys: KeyStore, moment: datetime) -> tuple[Principal, str]:
    """Whose short-term key `token` is, and the region it was made for."""
    given = short_term.read(token)
    if given is None:
        raise AuthorizationFailure(BAD_BEARER)
    try:
        found = keys.secret(given.authorization.access_key_id, given.session_token)
    except ExpiredTokenException as error:
        raise AuthorizationFailure(EXPIRED_BEARER) from error
    if found is None or not short_term.verify(token, found[0]) or given.begins > moment + WINDOW:
        raise AuthorizationFailure(BAD_BEARER)
    if given.ends <= moment:
        raise AuthorizationFailure(EXPIRED_BEARER)
    keys.used(found[1].key_id, SERVICES[0], given.authorization.region, moment)
    return msgspec.structs.replace(found[1], bearer="SHORT_TERM"), given.authorization.region


@lru_cache(maxsize=256)
def _scope_fault(service: str, signed_headers: str, services: tuple[str, ...]) -> str | None:
    """The service must be ours, and the host must be covered (documented: `host` or `:authority` is mandatory)."""
    if service not in services:
        # The wording AWS's signing layer uses on other services; none was recorded on Bedrock.
        return f"Credential should be scoped to correct service: '{services[0]}'. "
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
