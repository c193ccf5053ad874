"""Who has which policies: a user's own, its groups', its boundary's, a session's; and nothing for who is gone."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outcrop.iam.decide import Grants, decide
from outcrop.iam.directory import Directory
from outcrop.iam.keyring import session_principal, user_principal
from outcrop.iam.keys import ROOT_ARN, Principal, Session
from outcrop.iam.policy import Asked
from outcrop.iam.store import Store
from outcrop.iam.store.values import Entity, ManagedPolicy, Value, Version
from outcrop.storage.files import Vault
from outcrop.storage.shared import SharedDatabase

Put = Callable[..., None]
READ = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"


def document(*actions: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def managed(name: str, *texts: str, default: int = 1) -> ManagedPolicy:
    versions = tuple(Version(number, text, 1) for number, text in enumerate(texts, 1))
    return ManagedPolicy(id=f"ANPA{name}", name=name, created=1, updated=1, versions=versions, default=default)


def user(**fields: object) -> Entity:
    return Entity(**{"kind": "user", "id": "AIDA1", "name": "ann", "created": 1, **fields})  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[Store, Put]]:
    with asyncio.Runner() as runner:
        made = Store(SharedDatabase(tmp_path), Vault(tmp_path))

        def put(*values: Value) -> None:
            runner.run(made.change(lambda draft: [draft.put(value) for value in values]))

        yield made, put
        runner.run(made.database.aclose())


def may(grants: Grants, action: str) -> bool:
    return decide(grants, Asked(action)).allowed


def test_a_user_has_its_own_and_its_groups_policies(store: tuple[Store, Put]) -> None:
    made, put = store
    crew = Entity(kind="group", id="AGPA1", name="crew", created=1, inline={"g": document("a:Group")}, attached=(READ,))
    put(crew, managed("m", document("a:Managed")))
    ann = user(inline={"i": document("a:Inline")}, attached=(managed("m").arn,), groups=("AGPA1",))
    put(ann)
    grants = Directory(made).grants(user_principal(ann, "AKIA1"))
    assert [may(grants, f"a:{word}") for word in ("Inline", "Managed", "Group", "Other")] == [True, True, True, False]
    assert may(grants, "bedrock:ListFoundationModels")
    assert {policy.name for policy in grants.identity} == {"i", "m", "g", "AmazonBedrockReadOnly"}


def test_the_version_in_force_counts(store: tuple[Store, Put]) -> None:
    made, put = store
    ann, directory = user(attached=(managed("m").arn,)), Directory(made)
    put(managed("m", document("a:One"), document("a:Two")), ann)
    assert may(directory.grants(user_principal(ann, "")), "a:One")
    before = directory.version
    put(managed("m", document("a:One"), document("a:Two"), default=2))
    assert directory.version is not before
    grants = directory.grants(user_principal(ann, ""))
    assert (may(grants, "a:One"), may(grants, "a:Two")) == (False, True)


def test_a_boundary_bounds_also_one_that_is_not_there(store: tuple[Store, Put]) -> None:
    made, put = store
    everything = {"all": document("*")}
    ann, ben = (
        user(inline=everything, boundary=READ),
        user(id="AIDA2", name="ben", inline=everything, boundary="arn:gone"),
    )
    put(ann, ben)
    directory = Directory(made)
    bounded, lost = (directory.grants(user_principal(one, "")) for one in (ann, ben))
    assert (may(bounded, "bedrock:ListFoundationModels"), may(bounded, "a:Other")) == (True, False)
    assert not may(lost, "bedrock:ListFoundationModels")


def test_a_session_is_narrowed_by_what_it_was_asked_for_with(store: tuple[Store, Put]) -> None:
    made, put = store
    role = Entity(kind="role", id="AROA1", name="r", created=1, inline={"all": document("*")})
    put(role)

    def grants(**fields: object) -> Grants:
        given = {"source": "AROA1", "access_key_id": "ASIA1", "secret": "", "issued": 0, "expires": 0, "name": "s"}
        session = Session(**{**given, **fields})  # type: ignore[arg-type]
        return Directory(made).grants(session_principal(role, session))

    assert may(grants(), "a:Any")
    narrowed = grants(policies=(document("a:One"),), policy_arns=(READ,))
    found = [may(narrowed, one) for one in ("a:One", "bedrock:ListFoundationModels", "a:Any")]
    assert found == [True, True, False]


def test_root_may_everything_and_who_is_gone_nothing(store: tuple[Store, Put]) -> None:
    made, _ = store
    directory = Directory(made)
    assert may(directory.grants(Principal(ROOT_ARN, "AKIA")), "a:Any")
    assert directory.grants(user_principal(user(inline={"all": document("*")}), "")) == Grants()


def test_a_policy_that_cannot_be_read_denies_everything(
    store: tuple[Store, Put], caplog: pytest.LogCaptureFixture
) -> None:
    made, put = store
    ann = user(inline={"broken": "{", "all": document("*")})
    put(ann)
    assert not may(Directory(made).grants(user_principal(ann, "")), "a:Any")
    assert [record.message for record in caplog.records] == ["the policy broken cannot be read, and denies everything"]
