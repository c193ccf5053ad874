"""Short-term Bedrock API keys: a request that was signed in advance, in base64 behind ``bedrock-api-key-``.

AWS's token generators make them on the caller's own machine from an access key or a session, so the service keeps
nothing: it checks the signature with the key the request names. `read` takes one apart, `verify` checks it.

Source: the published token generators (POST to bedrock.amazonaws.com with Action=CallWithBearerToken in the query, signed
for the service bedrock, ``&Version=1`` added after signing); 12 hours at most is documented.
"""

import base64
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

PREFIX = "bedrock-api-key-"
ACTION = "CallWithBearerToken"
LONGEST = 43_200  # seconds
UNSIGNED = ("X-Amz-Signature", "Version")


class Presigned(msgspec.Struct, frozen=True):
    """The request a key stands for, what its signature claims, and until when it holds."""

    request: HttpRequest
    authorization: sigv4.Authorization
    session_token: str | None
    begins: datetime
    ends: datetime


@lru_cache(maxsize=1024)
def read(token: str) -> Presigned | None:
    """The parts of a key, or None when it is not of the generators' form."""
    try:
        text = base64.b64decode(token.removeprefix(PREFIX), validate=True).decode("ascii")
    except ValueError:  # not base64, or not text
        return None
    place, _, query = text.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    scope = given.get("X-Amz-Credential", "").split("/")
    seconds, stamp = given.get("X-Amz-Expires", ""), given.get("X-Amz-Date", "")
    begins = _moment(stamp)
    if len(scope) != 5 or scope[3:] != ["bedrock", "aws4_request"] or given.get("Action") != ACTION or begins is None:
        return None
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 5 and 0 < int(seconds) <= LONGEST):
        return None
    signed = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in UNSIGNED)
    return Presigned(
        HttpRequest("POST", "/", signed, {"host": place.removesuffix("/"), "x-amz-date": stamp}, b""),
        sigv4.Authorization(
            scope[0],
            scope[1],
            scope[2],
            scope[3],
            given.get("X-Amz-SignedHeaders", ""),
            given.get("X-Amz-Signature", ""),
        ),
        given.get("X-Amz-Security-Token"),
        begins,
        begins + timedelta(seconds=int(seconds)),
    )


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def verify(token: str, secret: str) -> bool:
    """Whether the key's signature is the one `secret` makes; what was found once holds as long as both do."""
    found = read(token)
    if found is None or not found.authorization.signature.isascii():
        return False
    signed = found.authorization
    dated = found.request.headers["x-amz-date"].startswith(signed.date)
    return dated and signed.signed_headers == "host" and sigv4.verify(found.request, signed, secret)
