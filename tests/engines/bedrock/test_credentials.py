"""botocore's chain: found once, refreshed in time, never lost while it holds."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outcrop.engines.bedrock.credentials import AGAIN, Chain, NoCredentials


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_REGION",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def process(folder: Path, lasting: timedelta) -> None:
    """A profile whose credentials come from a program: a new key each time, until it is told to fail."""
    program = folder / "keys.py"
    until = (datetime.now(UTC) + lasting).isoformat()
    program.write_text(
        f"""import json, pathlib
count = pathlib.Path({str(folder / "count")!r})
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
if pathlib.Path({str(folder / "broken")!r}).exists():
    raise SystemExit("no more")
print(json.dumps({{"Version": 1, "AccessKeyId": f"KEY{{number}}", "SecretAccessKey": "s", "SessionToken": "t",
                  "Expiration": {until!r}}}))
"""
    )
    (folder / "config").write_text(
        f"[profile p]\nregion = eu-west-3\ncredential_process = {sys.executable} {program}\n"
    )


def test_a_profile_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[p]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n")

    async def read() -> tuple[str, str | None, str | None]:
        chain = Chain("p")
        keys = await chain.keys()
        return keys.access_key_id, keys.token, await chain.region()

    assert asyncio.run(read()) == ("AKIA1", None, None)


def test_keys_are_kept_until_they_are_near_their_end(tmp_path: Path) -> None:
    process(tmp_path, timedelta(hours=1))

    async def read() -> list[str]:
        chain = Chain("p")
        assert await chain.region() == "eu-west-3"
        return [(await chain.keys()).access_key_id for _ in range(3)]

    first, *others = asyncio.run(read())
    assert others == [first] * 2


def test_keys_near_their_end_are_refreshed_and_used_on_when_that_fails(tmp_path: Path) -> None:
    process(tmp_path, timedelta(minutes=12))  # botocore begins to refresh 15 minutes before the end
    time = 0.0

    async def read() -> list[int]:
        nonlocal time
        chain = Chain("p", clock=lambda: time)
        numbers = []
        for step in (0.0, AGAIN, 0.0, AGAIN):
            time += step
            if len(numbers) == 3:
                (tmp_path / "broken").touch()
            numbers.append(int((await chain.keys()).access_key_id.removeprefix("KEY")))
        return numbers

    first, second, third, fourth = asyncio.run(read())
    assert first < second == third == fourth
    assert int((tmp_path / "count").read_text()) > third  # it was tried


@pytest.mark.parametrize("profile", [None, "nobody"])
def test_there_are_none(profile: str | None) -> None:
    with pytest.raises(NoCredentials, match="no AWS credentials"):
        asyncio.run(Chain(profile).keys())


def test_keys_do_not_show_their_secret(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[p]\naws_access_key_id = A\naws_secret_access_key = hidden\n")
    assert "hidden" not in repr(asyncio.run(Chain("p").keys()))


def test_a_profile_that_is_none_has_no_region() -> None:
    with pytest.raises(NoCredentials, match="no AWS region: ProfileNotFound"):
        asyncio.run(Chain("nobody").region())
