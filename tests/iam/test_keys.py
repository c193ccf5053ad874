"""The forms of keys, and the root key of a data directory: sealed, private, the same every time."""

import base64
import re
import stat
from pathlib import Path

import pytest

from outcrop.iam import keys
from outcrop.iam.keys import Principal, RootKey
from outcrop.storage import files


def test_the_forms_are_those_of_aws() -> None:
    for _ in range(50):
        made = keys.generate()
        assert re.fullmatch(r"AKIA[A-Z2-7]{16}", made.access_key_id)
        assert re.fullmatch(r"[A-Za-z0-9_-]{40}", made.secret_access_key)
        assert made.bearer_token.startswith("ABSK")
        inner = base64.b64decode(made.bearer_token[4:], validate=True).decode()
        assert re.fullmatch(r"BedrockAPIKey-[0-9a-f]{4}-at-123456789012:[A-Za-z0-9_-]{43}", inner)


def test_no_two_keys_share_a_part() -> None:
    made = [keys.generate() for _ in range(50)]
    for parts in zip(*((k.access_key_id, k.secret_access_key, k.bearer_token) for k in made), strict=True):
        assert len(set(parts)) == 50


def test_secrets_are_not_shown() -> None:
    made = keys.generate()
    for shown in (repr(made), str(made), f"{made}", repr([made])):
        assert made.access_key_id in shown
        assert made.secret_access_key not in shown
        assert made.bearer_token not in shown


def test_a_root_key_is_made_once(tmp_path: Path) -> None:
    first, second = RootKey.of(tmp_path / "data"), RootKey.of(tmp_path / "data")
    assert first.credentials == second.credentials
    assert RootKey.of(tmp_path / "other").credentials != first.credentials


def test_a_root_key_is_sealed_and_private(tmp_path: Path) -> None:
    """Neither secret stands in any file, plain, encoded or in part, and every file is the owner's."""
    made = RootKey.of(tmp_path / "data").credentials
    found = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(found) == 2
    for path in found:
        data = path.read_bytes()
        for secret in (made.secret_access_key, made.bearer_token, made.bearer_token[4:], made.access_key_id):
            for text in (secret.encode(), base64.b64encode(secret.encode()), secret[:12].encode()):
                assert text not in data
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["root-key.sealed", "vault.key"])
@pytest.mark.parametrize("damage", [b"", b"damaged", b"\xff\xfe", b"x" * 44])
def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, name: str, damage: bytes) -> None:
    RootKey.of(tmp_path)
    (tmp_path / name).write_bytes(damage)
    with pytest.raises(files.DamagedSecret):
        RootKey.of(tmp_path)
    assert (tmp_path / name).read_bytes() == damage


def test_any_changed_byte_of_the_sealed_key_is_noticed(tmp_path: Path) -> None:
    RootKey.of(tmp_path)
    path = tmp_path / "root-key.sealed"
    sealed = path.read_bytes()
    for at in range(0, len(sealed) - 4, 7):  # the last digits may hold bits that mean nothing
        path.write_bytes(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(files.DamagedSecret):
            RootKey.of(tmp_path)


def test_a_sealed_key_without_its_vault_is_refused(tmp_path: Path) -> None:
    RootKey.of(tmp_path)
    (tmp_path / "vault.key").unlink()
    with pytest.raises(files.DamagedSecret):
        RootKey.of(tmp_path)


def test_the_store_answers_for_its_own_key_only() -> None:
    made, other = keys.generate(), keys.generate()
    store, root = RootKey(made), Principal("arn:aws:iam::123456789012:root", made.access_key_id)
    assert store.secret(made.access_key_id) == (made.secret_access_key, root)
    assert store.bearer(made.bearer_token) == root
    for unknown in (other.access_key_id, made.access_key_id.lower(), made.access_key_id + "A", ""):
        assert store.secret(unknown) is None
    for unknown in (
        other.bearer_token,
        made.bearer_token[:-1],
        made.bearer_token + "=",
        made.secret_access_key,
        "é",
        "",
    ):
        assert store.bearer(unknown) is None
