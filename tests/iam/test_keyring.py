"""Every key a request may be signed with, and what becomes of it when identity changes under it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from outcrop.errors import AuthorizationFailure, ExpiredTokenException
from outcrop.iam import keys
from outcrop.iam.keyring import Keys, microseconds
from outcrop.iam.keys import Principal, RootKey, Session
from outcrop.iam.store import Store
from outcrop.iam.store.state import Draft
from outcrop.iam.store.values import AccessKey, Entity, ServiceCredential, bearer_token
from outcrop.storage.files import Vault
from outcrop.storage.shared import SharedDatabase

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = RootKey(keys.generate())
ANN = Entity(kind="user", id="AIDA1", name="Ann", created=1, path="/quarry/", tags={"team": "stone"})
ROLE = Entity(kind="role", id="AROA1", name="digger", created=3, path="/x/", trust="{}", tags={"depth": "1"})
TOKEN = bearer_token("Ann-at-123456789012")


class Ring:
    """A store with Ann, her keys and a role; the clock is moved by hand."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self.store, self.runner, self.moment = Store(SharedDatabase(folder), Vault(folder)), runner, NOW
        self.keys = Keys(ROOT, self.store, lambda: self.moment)

        def fill(draft: Draft) -> None:
            for value in (ANN, ROLE, self.key(), self.credential()):
                draft.put(value)

        runner.run(self.store.change(lambda draft: None))
        runner.run(self.store.change(fill))

    def put(self, *values: Entity | AccessKey | ServiceCredential) -> None:
        self.runner.run(self.store.change(lambda draft: [draft.put(value) for value in values]))

    def key(self, **fields: bool) -> AccessKey:
        sealed = self.store.vault.seal(b"the secret")
        return AccessKey(id="AKIAANN", user="AIDA1", sealed=sealed, created=1, **fields)

    def credential(self, active: bool = True) -> ServiceCredential:
        assert self.store.state.material
        expires = microseconds(NOW + timedelta(days=1))
        digest = self.store.state.material.digest(TOKEN)
        return ServiceCredential(
            id="ACCA1", user="AIDA1", digest=digest, alias="a", created=1, expires=expires, active=active
        )

    def session(self, **fields: object) -> str:
        given = {"source": "AROA1", "access_key_id": "ASIA1", "secret": "s", "issued": 0, "name": "shift"}
        ends = microseconds(NOW + timedelta(hours=1))
        assert self.store.state.material
        return self.store.state.material.seal(
            msgspec.json.encode(Session(**{**given, "expires": ends, **fields}))  # type: ignore[arg-type]
        )


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    with asyncio.Runner() as runner:
        made = Ring(tmp_path, runner)
        yield made
        runner.run(made.store.database.aclose())


def test_an_access_key_is_its_user_s(ring: Ring) -> None:
    found = ring.keys.secret("AKIAANN")
    assert found == (
        "the secret",
        Principal(ANN.arn, "AKIAANN", name="Ann", unique_id="AIDA1", tags={"team": "stone"}),
    )
    assert ring.keys.secret("AKIAANN") is found  # worked out once
    assert found is not None
    assert not found[1].root
    assert ring.keys.secret("AKIAOTHER") is None


def test_root_s_keys_work_with_and_without_identity(ring: Ring, tmp_path: Path) -> None:
    empty = Keys(ROOT, Store(SharedDatabase(tmp_path / "none"), ring.store.vault))
    for one in (ring.keys, empty):
        found = one.secret(ROOT.credentials.access_key_id)
        assert found is not None
        assert found[1].root
        assert one.bearer(ROOT.credentials.bearer_token) == ROOT.principal
        assert one.bearer("ABSKwrong") is None
        assert one.secret("ASIA1", "token") is None
    assert ring.keys.secret(ROOT.credentials.access_key_id, "token") is None


def test_a_key_that_is_switched_off_or_gone_is_unknown_at_once(ring: Ring) -> None:
    assert ring.keys.secret("AKIAANN")
    ring.put(ring.key(active=False))
    assert ring.keys.secret("AKIAANN") is None
    ring.put(ring.key())
    assert ring.keys.secret("AKIAANN")
    ring.runner.run(ring.store.change(lambda draft: draft.drop(ring.key())))
    assert ring.keys.secret("AKIAANN") is None


def test_a_bearer_key_is_its_user_s_until_it_expires(ring: Ring) -> None:
    found = ring.keys.bearer(TOKEN)
    assert found is not None
    assert (found.arn, found.key_id, found.bearer) == (ANN.arn, "ACCA1", "LONG_TERM")
    assert ring.keys.bearer(TOKEN + "x") is None
    ring.put(ring.credential(active=False))
    assert ring.keys.bearer(TOKEN) is None
    ring.put(ring.credential())
    ring.moment = NOW + timedelta(days=1)
    with pytest.raises(AuthorizationFailure, match=r"^Bearer Token has expired$"):
        ring.keys.bearer(TOKEN)


def test_a_session_has_its_role_s_name_and_tags(ring: Ring) -> None:
    found = ring.keys.secret("ASIA1", ring.session(tags={"crew": "night"}))
    assert found is not None
    secret, principal = found
    assert secret == "s"
    assert principal.arn == "arn:aws:sts::123456789012:assumed-role/digger/shift"
    assert (principal.unique_id, principal.name, principal.role) == ("AROA1:shift", "shift", ROLE.arn)
    assert principal.tags == {"depth": "1", "crew": "night"}


def test_a_session_of_a_user_or_of_root_is_theirs(ring: Ring) -> None:
    for source, arn in (("AIDA1", ANN.arn), ("123456789012", ROOT.principal.arn)):
        found = ring.keys.secret("ASIA1", ring.session(source=source))
        assert found is not None
        assert (found[1].arn, found[1].key_id) == (arn, "ASIA1")
        assert found[1].session is not None


def test_a_session_ends_at_its_moment(ring: Ring) -> None:
    token = ring.session()
    ring.moment = NOW + timedelta(minutes=59, seconds=59)
    assert ring.keys.secret("ASIA1", token)
    ring.moment = NOW + timedelta(hours=1)
    with pytest.raises(ExpiredTokenException, match=r"^The security token included in the request is expired$"):
        ring.keys.secret("ASIA1", token)


def test_a_session_is_nothing_with_another_key_a_changed_token_or_without_its_role(ring: Ring) -> None:
    token = ring.session()
    assert ring.keys.secret("ASIA2", token) is None
    assert ring.keys.secret("ASIA1") is None
    assert ring.keys.secret("ASIA1", token[:-5] + "AAAA=") is None
    assert ring.keys.secret("ASIA1", token)
    ring.runner.run(ring.store.change(lambda draft: draft.drop(ROLE)))
    assert ring.keys.secret("ASIA1", token) is None
    again = Entity(kind="role", id="AROA2", name="digger", created=4)
    ring.put(again)
    assert ring.keys.secret("ASIA1", token) is None


def test_uses_are_noted_with_the_last_moment(ring: Ring) -> None:
    ring.keys.used("AKIAANN", "bedrock", "us-east-1", NOW)
    ring.keys.used("AKIAANN", "iam", "us-west-2", NOW + timedelta(seconds=1))
    assert ring.keys.uses == {"AKIAANN": (NOW + timedelta(seconds=1), "iam", "us-west-2")}
