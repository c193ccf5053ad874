"""Signing in and out, who is signed in, and tickets for a socket that cannot send a cookie.

Signing in takes a ticket or an access key with its secret. Wrong secrets for one key are counted: after ten within a
minute the key has to wait, whoever asks; tickets are not affected.
"""

import hmac
import time
from collections.abc import Callable
from typing import Any

import msgspec

from outcrop import __version__
from outcrop.errors import ThrottlingException, ValidationException
from outcrop.iam.keys import ACCOUNT, Principal
from outcrop.server.api.asked import Asked, Backing, Told
from outcrop.server.sessions import TICKET
from outcrop.server.visitor import NotSignedIn, cookie_for, session_of
from outcrop.wire.http import HttpRequest

FAILURES = 10
WINDOW = 60.0  # seconds in which they count
REMEMBERED = 1024  # keys whose failures are counted; beyond it the oldest is forgotten


class _SignIn(msgspec.Struct, frozen=True, rename="camel"):
    """The body: either a ticket, or an access key with its secret."""

    ticket: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""


class SigningIn:
    """Exchanges what a visitor brings for a session; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, list[float]] = {}

    async def answer(self, request: HttpRequest, backing: Backing) -> Told:
        """The session, with its cookie; raises NotSignedIn, ThrottlingException, or ValidationException for no such body."""
        try:
            given = msgspec.json.decode(request.body, type=_SignIn)
        except msgspec.MsgspecError as error:
            raise ValidationException("Give a ticket, or an accessKeyId and its secretAccessKey.") from error
        principal = self._by_ticket(given, backing) if given.ticket else self._by_key(given, backing)
        session = backing.visitors.sessions.begin(principal.key_id)
        return Told(_described(principal, backing), [cookie_for(request.headers).set(session)])

    def _by_ticket(self, given: _SignIn, backing: Backing) -> Principal:
        principal = backing.visitors.ticket(given.ticket)
        if principal is None:
            raise NotSignedIn("This link was used before, or is too old. Ask for a new one: outcrop page")
        return principal

    def _by_key(self, given: _SignIn, backing: Backing) -> Principal:
        self._check_patience(given.access_key_id)
        found = backing.visitors.key(given.access_key_id)
        secret = found[0] if found else ""
        if not hmac.compare_digest(secret.encode(), given.secret_access_key.encode()) or found is None:
            self._failures.setdefault(given.access_key_id, []).append(self._clock())
            raise NotSignedIn("The access key is unknown, or its secret is another.")
        self._failures.pop(given.access_key_id, None)
        return found[1]

    def _check_patience(self, key_id: str) -> None:
        recent = [moment for moment in self._failures.pop(key_id, ()) if moment > self._clock() - WINDOW]
        if recent:
            self._failures[key_id] = recent
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]
        if len(recent) >= FAILURES:
            raise ThrottlingException("Too many wrong secrets for this access key. Try again in a minute.")


async def show(asked: Asked) -> dict[str, Any]:
    """Who is signed in."""
    return _described(asked.principal, asked.backing)


async def end(asked: Asked) -> Told:
    """Sign out: the session ends on the server, the cookie in the browser."""
    headers = asked.request.headers
    asked.backing.visitors.sessions.end(session_of(headers) or "")
    return Told({}, [cookie_for(headers).clear()])


async def ticket(asked: Asked) -> dict[str, Any]:
    """A ticket for the chat's socket, good once."""
    return {"ticket": asked.backing.visitors.sessions.ticket(asked.principal.key_id), "seconds": TICKET}


def _described(principal: Principal, backing: Backing) -> dict[str, Any]:
    return {
        "arn": principal.arn,
        "accessKeyId": principal.key_id,
        "account": ACCOUNT,
        "region": backing.region,
        "version": __version__,
    }
