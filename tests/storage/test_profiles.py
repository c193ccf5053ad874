"""Application inference profiles outlive the process that made them, and a file that is none is never taken for one."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outcrop.storage.profiles import ApplicationProfile, DamagedProfiles, Profiles

EAST, WEST = "us-east-1", "eu-west-1"


def profile(id: str = "1arbu5hu2sjr", region: str = EAST, created: int = 1, **fields: object) -> ApplicationProfile:
    given: dict[str, object] = {
        "arn": f"arn:aws:bedrock:{region}:123456789012:application-inference-profile/{id}",
        "id": id,
        "region": region,
        "name": "quarry",
        "description": None,
        "source": f"arn:aws:bedrock:{region}::foundation-model/amazon.nova-lite-v1:0",
        "model_arns": (f"arn:aws:bedrock:{region}::foundation-model/amazon.nova-lite-v1:0",),
        "tags": (("team", "stone"),),
        "token": None,
        "created": created,
    }
    return ApplicationProfile(**{**given, **fields})  # type: ignore[arg-type]


def test_profiles_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    before = Profiles(path)
    before.add(profile("a" * 12, created=2))
    before.add(profile("b" * 12, created=1))
    before.remove(profile("a" * 12).arn)
    assert Profiles(path).in_region(EAST) == [profile("b" * 12, created=1)]


def test_the_file_appears_with_the_first_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    profiles = Profiles(path)
    assert not path.exists()
    profiles.add(profile())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_bytes())[0]["id"] == "1arbu5hu2sjr"


def test_without_a_path_they_are_forgotten() -> None:
    profiles = Profiles()
    profiles.add(profile())
    assert profiles.get(profile().arn) == profile()
    assert Profiles().get(profile().arn) is None


def test_one_is_found_by_its_whole_arn_alone(tmp_path: Path) -> None:
    profiles = Profiles()
    profiles.add(profile())
    assert profiles.get(profile().arn.replace(EAST, WEST)) is None
    assert profiles.get("1arbu5hu2sjr") is None


def test_regions_are_apart_and_oldest_come_first() -> None:
    profiles = Profiles()
    for one in (profile("a", created=3), profile("b", created=1), profile("c", WEST, created=2)):
        profiles.add(one)
    assert [one.id for one in profiles.in_region(EAST)] == ["b", "a"]
    assert [one.id for one in profiles.in_region(WEST)] == ["c"]


def test_a_token_is_remembered_where_it_was_used() -> None:
    profiles = Profiles()
    profiles.add(profile(token="t1"))
    assert profiles.asked_for(EAST, "t1") == profile(token="t1")
    assert profiles.asked_for(WEST, "t1") is None
    assert profiles.asked_for(EAST, "t2") is None


def test_what_could_not_be_written_did_not_happen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = Profiles(tmp_path / "profiles.json")
    profiles.add(profile("a" * 12))

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        profiles.add(profile("b" * 12))
    with pytest.raises(OSError, match="no space"):
        profiles.remove(profile("a" * 12).arn)
    assert profiles.in_region(EAST) == Profiles(tmp_path / "profiles.json").in_region(EAST) == [profile("a" * 12)]


@pytest.mark.parametrize("text", [b"", b"{}", b"[{}]", b"[", b"\xff", b'[{"arn":1}]'])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "profiles.json"
    path.write_bytes(text)
    with pytest.raises(DamagedProfiles, match=r"profiles\.json does not hold inference profiles"):
        Profiles(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.text(max_size=20)), max_size=4))
def test_any_text_comes_back_as_it_was(tmp_path: Path, texts: list[tuple[str, str | None]]) -> None:
    path = tmp_path / "profiles.json"
    path.unlink(missing_ok=True)
    kept = [profile(str(n), created=n, name=name, description=more) for n, (name, more) in enumerate(texts)]
    profiles = Profiles(path)
    for one in kept:
        profiles.add(one)
    assert Profiles(path).in_region(EAST) == kept
