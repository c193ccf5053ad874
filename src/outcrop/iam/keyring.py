"""Every key a request may be signed with: the root key of the machine, users' access and bearer keys, and sessions.

What a state of identity says about a key is worked out once and remembered until the state changes; a session's token
carries everything itself and is opened once. Nothing here waits or reads a file.
"""

from datetime import datetime
from functools import lru_cache

import msgspec

from outcrop.errors import AuthorizationFailure, ExpiredTokenException
from outcrop.iam.identity import EXPIRED_BEARER, Clock, now
from outcrop.iam.keys import ACCOUNT, Principal, RootKey, Session
from outcrop.iam.store import Store
from outcrop.iam.store.state import State
from outcrop.iam.store.values import Entity

EXPIRED = "The security token included in the request is expired"  # recorded, without a full stop


class Keys:
    """The key store of a server. Uses of access keys are noted in `uses`: moment, service and Region by key id."""

    def __init__(self, root: RootKey, store: Store, clock: Clock = now) -> None:
        self._root, self._store, self._clock = root, store, clock
        self._state: State | None = None
        self._known: dict[str, tuple[str, Principal]] = {}
        self._holders: dict[str, Principal | None] = {}
        self._open = lru_cache(maxsize=1024)(self._opened)
        self.uses: dict[str, tuple[datetime, str, str]] = {}

    def secret(self, access_key_id: str, session_token: str | None = None) -> tuple[str, Principal] | None:
        """The secret of an access key and whose it is; None when there is no such key, or it is not active.

        Raises `ExpiredTokenException` for a session that has ended.
        """
        if session_token is not None:
            return self._session(access_key_id, session_token)
        state = self._current()
        found = self._known.get(access_key_id) or self._root.secret(access_key_id) or self._find(state, access_key_id)
        if found is not None:
            self._known[access_key_id] = found
        return found

    def bearer(self, token: str) -> Principal | None:
        """Whose long-term bearer key `token` is; raises `AuthorizationFailure` when it has expired."""
        found = self._root.bearer(token)
        state = self._current()
        if found is not None or state.material is None:
            return found
        credential = state.by_digest.get(state.material.digest(token))
        if credential is None or not credential.active:
            return None
        if credential.expires is not None and credential.expires <= microseconds(self._clock()):
            raise AuthorizationFailure(EXPIRED_BEARER)
        known = self._holders.get(credential.id)
        if known is None:
            user = state.by_id.get(credential.user)
            known = msgspec.structs.replace(user_principal(user, credential.id), bearer="LONG_TERM") if user else None
            self._holders[credential.id] = known
        return known

    def used(self, access_key_id: str, service: str, region: str, moment: datetime) -> None:
        """Note that a request was signed with this key."""
        self.uses[access_key_id] = (moment, service, region)

    def _current(self) -> State:
        state = self._store.state
        if state is not self._state:
            self._state, self._known, self._holders = state, {}, {}
            self._open.cache_clear()
        return state

    def _find(self, state: State, access_key_id: str) -> tuple[str, Principal] | None:
        key = state.keys.get(access_key_id)
        user = state.by_id.get(key.user) if key else None
        if key is None or user is None or not key.active:
            return None
        return self._store.vault.open(key.sealed).decode(), user_principal(user, key.id)

    def _session(self, access_key_id: str, session_token: str) -> tuple[str, Principal] | None:
        self._current()
        found = self._open(session_token)
        if found is None or found.session is None or found.key_id != access_key_id:
            return None
        if found.session.expires <= microseconds(self._clock()):
            raise ExpiredTokenException(EXPIRED)
        return found.session.secret, found

    def _opened(self, session_token: str) -> Principal | None:
        """The principal of a session token, or None when it is not ours or its role or user is gone."""
        state = self._store.state
        data = state.material.open(session_token) if state.material else None
        if data is None:
            return None
        session = msgspec.json.decode(data, type=Session)
        if session.source == ACCOUNT:
            return msgspec.structs.replace(self._root.principal, key_id=session.access_key_id, session=session)
        entity = state.by_id.get(session.source)
        return session_principal(entity, session) if entity else None


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return int(moment.timestamp() * 1_000_000)


def user_principal(user: Entity, key_id: str) -> Principal:
    """A user who signs with `key_id`."""
    return Principal(user.arn, key_id, name=user.name, unique_id=user.id, tags=user.tags)


def session_principal(entity: Entity, session: Session) -> Principal:
    """A user's or an assumed role's session; the ARN of the latter has no path (documented)."""
    if entity.kind == "user":
        return msgspec.structs.replace(user_principal(entity, session.access_key_id), session=session)
    return Principal(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/{entity.name}/{session.name}",
        session.access_key_id,
        name=session.name,
        unique_id=f"{entity.id}:{session.name}",
        role=entity.arn,
        session=session,
        tags={**entity.tags, **session.tags},
    )
