"""Who a browser is: the session behind its cookie, and whether a request is really the page's own.

A cookie alone never changes anything: a request that writes must carry a header that no other site can send without
being asked, and must not come from another origin. A bearer key in the header is taken as well, and needs no such proof,
since no browser adds it by itself.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import msgspec

from outcrop.errors import AccessDeniedException, ServiceError
from outcrop.iam.identity import KeyStore
from outcrop.iam.keys import Principal
from outcrop.server.sessions import SESSION, Sessions
from outcrop.wire.http import Header, HttpRequest

MARK = "x-outcrop-page"  # the header; any value
SAFE = ("GET", "HEAD")

Headers = Mapping[str, str]


class NotSignedIn(ServiceError):
    """There is no session: 401. The page answers it with its sign-in form."""

    status = 401


class Visitors:
    """Finds the principal of a request to the page's own API, or to the chat."""

    def __init__(self, sessions: Sessions, keys: KeyStore) -> None:
        self.sessions, self._keys = sessions, keys

    def of(self, request: HttpRequest) -> Principal:
        """Who asks; raises NotSignedIn, or AccessDeniedException for a request that another site has caused."""
        if "authorization" in request.headers:
            found = self.bearer(request.headers)
        else:
            if request.method not in SAFE:
                refuse_foreign(request.headers)
            found = self.cookie(request.headers)
        if found is None:
            raise NotSignedIn("You are not signed in, or your session has ended.")
        return found

    def bearer(self, headers: Headers) -> Principal | None:
        """Whose bearer key the header has."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self._keys.bearer(token.strip()) if scheme.lower() == "bearer" else None

    def cookie(self, headers: Headers) -> Principal | None:
        """Whose session the cookie has; a key that is gone takes its sessions with it."""
        session = session_of(headers)
        return self.holder(self.sessions.find(session)) if session else None

    def ticket(self, ticket: str) -> Principal | None:
        """Whose ticket it is; it is used up by this."""
        return self.holder(self.sessions.redeem(ticket))

    def key(self, access_key_id: str) -> tuple[str, Principal] | None:
        """The secret of an access key and whose it is."""
        return self._keys.secret(access_key_id)

    def holder(self, key_id: str | None) -> Principal | None:
        """Whose access key it is."""
        found = self._keys.secret(key_id) if key_id else None
        return found[1] if found else None


class Cookie(msgspec.Struct, frozen=True):
    """A cookie of ours as headers: `set(session)` and `clear`."""

    name: str
    attributes: str

    def set(self, session: str) -> Header:
        return "set-cookie", f"{self.name}={session}; Max-Age={int(SESSION)}{self.attributes}"

    def clear(self) -> Header:
        return "set-cookie", f"{self.name}=; Max-Age=0{self.attributes}"


def cookie_for(headers: Headers) -> Cookie:
    """The cookie as whoever sent `headers` has it: cookies ignore ports, so its name does not; Secure under TLS."""
    secure = "; Secure" if headers.get("origin", "").startswith("https:") else ""
    return Cookie(_cookie_name(headers), f"; Path=/; HttpOnly; SameSite=Strict{secure}")


def session_of(headers: Headers) -> str | None:
    """The session word in the cookie, if there is one."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(_cookie_name(headers))
    except CookieError:
        return None
    return found.value if found else None


def _cookie_name(headers: Headers) -> str:
    return f"outcrop-{_host(headers).rpartition(':')[2] if ':' in _host(headers) else 'page'}".replace("]", "")


def _host(headers: Headers) -> str:
    return headers.get("host") or headers.get(":authority") or ""


def same_origin(headers: Headers) -> bool:
    """Whether the page itself sent `headers`, as far as a browser says; who says nothing is no browser."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == _host(headers)


def refuse_foreign(headers: Headers) -> None:
    """Raise AccessDeniedException unless the request carries the page's mark and comes from its origin."""
    if MARK not in headers or not same_origin(headers):
        raise AccessDeniedException("This request was not made by the page of this server.")
