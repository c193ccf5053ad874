"""Files are replaced whole and private, and a vault opens only what it has sealed."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outcrop.storage import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_where_the_data_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTCROP_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/share")
    assert files.data_directory() == Path("/share/outcrop")
    monkeypatch.setenv("OUTCROP_DATA", "/elsewhere")
    assert files.data_directory() == Path("/elsewhere")


def test_without_anything_said_the_data_is_in_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OUTCROP_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/someone")
    assert files.data_directory() == Path("/home/someone/.local/share/outcrop")


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write(path, b"one")
    files.write(path, b"two\x00")
    assert path.read_bytes() == b"two\x00"
    assert [child.name for child in tmp_path.iterdir()] == ["file"]


def test_a_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"open to all")
    path.chmod(0o644)
    files.write(path, b"private")
    assert mode(path) == 0o600


def test_what_was_open_before_stays_whole(tmp_path: Path) -> None:
    """A reader that has begun reads the old file to its end: it was replaced, not overwritten."""
    path = tmp_path / "file"
    files.write(path, b"the old text")
    with path.open("rb", buffering=0) as reader:
        assert reader.read(4) == b"the "
        files.write(path, b"something else")
        assert reader.read() == b"old text"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    files.write(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write(tmp_path / "missing" / "file", b"")


def test_a_directory_is_made_private_with_its_parents(tmp_path: Path) -> None:
    made = files.directory(tmp_path / "a" / "b")
    assert made == tmp_path / "a" / "b"
    assert mode(made) == 0o700


def test_a_directory_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    before = mode(tmp_path / "there")
    files.directory(tmp_path / "there")
    assert mode(tmp_path / "there") == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=200))
def test_what_is_sealed_opens_also_after_a_restart(tmp_path: Path, data: bytes) -> None:
    sealed = files.Vault(tmp_path).seal(data)
    assert files.Vault(tmp_path).open(sealed) == data


def test_sealing_hides_and_differs_every_time(tmp_path: Path) -> None:
    vault = files.Vault(tmp_path)
    one, two = vault.seal(b"a secret of some length"), vault.seal(b"a secret of some length")
    assert one != two
    assert b"secret" not in one


def test_the_key_is_private(tmp_path: Path) -> None:
    files.Vault(tmp_path)
    assert mode(tmp_path / "vault.key") == 0o600


def test_another_vault_does_not_open_it(tmp_path: Path) -> None:
    sealed = files.Vault(files.directory(tmp_path / "a")).seal(b"secret")
    with pytest.raises(files.DamagedSecret):
        files.Vault(files.directory(tmp_path / "b")).open(sealed)


@pytest.mark.parametrize("sealed", [b"", b"secret", b"\xff\x00", b"gAAAAAB"])
def test_bytes_that_were_never_sealed_do_not_open(tmp_path: Path, sealed: bytes) -> None:
    with pytest.raises(files.DamagedSecret):
        files.Vault(tmp_path).open(sealed)


@pytest.mark.parametrize("key", [b"", b"short", b"\xff" * 44])
def test_a_damaged_key_is_named_as_such(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "vault.key").write_bytes(key)
    with pytest.raises(files.DamagedSecret):
        files.Vault(tmp_path)


KEY, OTHER = "A" * 43 + "=", "B" * 43 + "="


def test_a_key_from_the_environment_leaves_none_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTCROP_SECRET_KEY", KEY)
    sealed = files.Vault(tmp_path).seal(b"secret")
    assert list(tmp_path.iterdir()) == []
    assert files.Vault(tmp_path).open(sealed) == b"secret"
    monkeypatch.setenv("OUTCROP_SECRET_KEY", OTHER)
    with pytest.raises(files.DamagedSecret, match="what is sealed does not fit OUTCROP_SECRET_KEY"):
        files.Vault(tmp_path).open(sealed)
    monkeypatch.setenv("OUTCROP_SECRET_KEY", "short")
    with pytest.raises(files.DamagedSecret, match="OUTCROP_SECRET_KEY holds no key"):
        files.Vault(tmp_path)


def test_both_alphabets_of_base64_are_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTCROP_SECRET_KEY", "+/" * 21 + "8=")
    sealed = files.Vault(tmp_path).seal(b"secret")
    monkeypatch.setenv("OUTCROP_SECRET_KEY", "-_" * 21 + "8=")
    assert files.Vault(tmp_path).open(sealed) == b"secret"


def test_a_rotation_that_others_do_not_notice(tmp_path: Path) -> None:
    """A vault that was opened before opens and seals what the rotation needs of it, at every step."""
    running, rotating = files.Vault(tmp_path), files.Vault(tmp_path)
    before, first = running.seal(b"before"), (tmp_path / "vault.key").read_bytes()
    rotating.begin_rotation()
    during = running.seal(b"during")
    resealed = rotating.seal(rotating.open(before))
    rotating.begin_rotation()  # as after one that was cut short: no third key
    assert len((tmp_path / "vault.key").read_bytes().split()) == 2
    rotating.end_rotation()
    assert first not in (tmp_path / "vault.key").read_bytes()
    assert [running.open(sealed) for sealed in (during, resealed)] == [b"during", b"before"]
    assert mode(tmp_path / "vault.key") == 0o600
    with pytest.raises(files.DamagedSecret):
        files.Vault(tmp_path).open(before)


def test_a_rotation_in_the_environment_needs_two_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTCROP_SECRET_KEY", KEY)
    old = files.Vault(tmp_path)
    sealed = old.seal(b"secret")
    with pytest.raises(files.DamagedSecret, match="put a new one and a comma before it"):
        old.begin_rotation()
    monkeypatch.setenv("OUTCROP_SECRET_KEY", f"{OTHER},{KEY}")
    both = files.Vault(tmp_path)
    both.begin_rotation()
    resealed = both.seal(both.open(sealed))
    both.end_rotation()
    monkeypatch.setenv("OUTCROP_SECRET_KEY", OTHER)
    assert files.Vault(tmp_path).open(resealed) == b"secret"
