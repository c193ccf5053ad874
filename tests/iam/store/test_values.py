"""The forms of what identity keeps."""

import base64
import re

from outcrop.iam.store.values import (
    AccessKey,
    Entity,
    ManagedPolicy,
    ServiceCredential,
    Version,
    bearer_token,
    unique_id,
)


def test_unique_ids_have_aws_form() -> None:
    made = {unique_id("AIDA") for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"AIDA[A-Z2-7]{17}", one) for one in made)


def test_arns_carry_the_path() -> None:
    assert Entity(kind="user", id="", name="Ann", created=0).arn == "arn:aws:iam::123456789012:user/Ann"
    assert Entity(kind="role", id="", name="r", created=0, path="/a/b/").arn == "arn:aws:iam::123456789012:role/a/b/r"
    policy = ManagedPolicy(id="", name="p", created=0, updated=0, versions=(), path="/x/")
    assert policy.arn == "arn:aws:iam::123456789012:policy/x/p"


def test_the_document_in_force_is_the_default_version_s() -> None:
    versions = (Version(2, "two", 0), Version(5, "five", 0))
    policy = ManagedPolicy(id="", name="p", created=0, updated=0, versions=versions, default=5)
    assert policy.document == "five"


def test_a_bearer_token_is_its_alias_and_a_secret() -> None:
    token = bearer_token("ann-at-123456789012")
    inner = base64.b64decode(token.removeprefix("ABSK"), validate=True).decode()
    assert re.fullmatch(r"ann-at-123456789012:[A-Za-z0-9_-]{43}", inner)
    assert bearer_token("ann-at-123456789012") != token


def test_what_is_sealed_or_hashed_is_not_shown() -> None:
    key = AccessKey(id="AKIA1", user="AIDA1", sealed=b"sealed", created=0)
    credential = ServiceCredential(id="ACCA1", user="AIDA1", digest=b"digest", alias="a", created=0)
    assert (repr(key), repr(credential)) == ("AccessKey(AKIA1)", "ServiceCredential(ACCA1)")
