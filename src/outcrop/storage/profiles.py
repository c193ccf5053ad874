"""Application inference profiles: those of one data directory, in one file that is replaced whole with every change.

A profile is what its maker asked for, with an ARN. Nothing here knows which models there are, or what a profile is for.
"""

from pathlib import Path

import msgspec

from outcrop.storage import files

NAME = "inference-profiles.json"


class DamagedProfiles(Exception):
    """The file of profiles is not one."""


class ApplicationProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile: `source` is the ARN it was copied from, `created` nanoseconds since 1970, `token` its request's."""

    arn: str
    id: str
    region: str
    name: str
    description: str | None
    source: str
    model_arns: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    token: str | None
    created: int


class Profiles:
    """The profiles of the file at `path`, which appears with the first of them; without a path they end with the process."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file; raises `DamagedProfiles` when it is not one."""
        self._path = path
        self._by_arn = {profile.arn: profile for profile in _read(path)} if path else {}

    def get(self, arn: str) -> ApplicationProfile | None:
        """The profile with exactly this ARN."""
        return self._by_arn.get(arn)

    def in_region(self, region: str) -> list[ApplicationProfile]:
        """The profiles of `region`, oldest first."""
        return sorted((p for p in self._by_arn.values() if p.region == region), key=lambda profile: profile.created)

    def asked_for(self, region: str, token: str) -> ApplicationProfile | None:
        """The profile that a request with this token has made in `region`."""
        return next((p for p in self._by_arn.values() if (p.region, p.token) == (region, token)), None)

    def add(self, profile: ApplicationProfile) -> None:
        """Keep `profile`; it is in the file when this returns. Raises OSError when it cannot be written."""
        self._replace({**self._by_arn, profile.arn: profile})

    def remove(self, arn: str) -> None:
        """Forget the profile with this ARN, which is there; likewise."""
        self._replace({key: profile for key, profile in self._by_arn.items() if key != arn})

    def _replace(self, profiles: dict[str, ApplicationProfile]) -> None:
        if self._path:
            files.write(self._path, msgspec.json.encode(list(profiles.values())))
        self._by_arn = profiles


def _read(path: Path) -> list[ApplicationProfile]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[ApplicationProfile])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as error:
        raise DamagedProfiles(f"{path} does not hold inference profiles: {error}") from error
