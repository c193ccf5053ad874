"""Who a client says it is: where credentials are looked for, in botocore's order, and how long they hold.

What needs no call to anybody is resolved here: arguments, the environment, the two files, a `credential_process`. Single
sign-on, roles, web identities, containers and EC2 are asked of botocore, when it is installed. A secret never enters an
error or a `repr`.

Source: botocore 1.44, `credentials.py` (order, refreshing) and `auth.py` (bearer tokens over https only).
"""

import datetime
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from outcrop.client.errors import NotConfigured
from outcrop.client.profiles import Profiles

# Settings of a profile, and variables, that stand for more than reading a file.
BEYOND = ("role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "login_session")
BEYOND_VARIABLES = ("AWS_WEB_IDENTITY_TOKEN_FILE",)
REFRESH = datetime.timedelta(minutes=15)  # before they expire, as botocore begins to

NONE = "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_BEARER_TOKEN_BEDROCK, or name a profile"
WITHOUT_BOTOCORE = "pip install 'outcrop[aws]' for single sign-on, roles, containers and EC2"


class Credentials(msgspec.Struct, frozen=True):
    """An access key, temporary with `session_token`; or, alone, a bearer token."""

    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str | None = None
    bearer_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({'a bearer token' if self.bearer_token else self.access_key_id})"


class Source(Protocol):
    """Where a client's credentials come from: `ready` is quick and may have none, `load` may wait for somebody."""

    def ready(self) -> Credentials | None: ...

    def load(self) -> Credentials: ...


class Fixed:
    """Credentials that stay as they are."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def ready(self) -> Credentials:
        return self._credentials

    def load(self) -> Credentials:
        return self._credentials


class Process:
    """Credentials that a command prints (`credential_process`), asked for again before they expire."""

    def __init__(self, command: str, now: Callable[[], datetime.datetime]) -> None:
        self._command, self._now = command, now
        self._credentials: Credentials | None = None
        self._until: datetime.datetime | None = None

    def ready(self) -> Credentials | None:
        stale = self._until is not None and self._now() > self._until - REFRESH
        return None if stale else self._credentials

    def load(self) -> Credentials:
        printed = _Printed.of(_output(self._command))
        self._until = printed.expiration
        self._credentials = Credentials(printed.access_key_id, printed.secret_access_key, printed.session_token)
        return self._credentials


class _Printed(msgspec.Struct, rename="pascal"):
    """What a credential process prints, version 1 (documented)."""

    version: int
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expiration: datetime.datetime | None = None

    @classmethod
    def of(cls, printed: bytes) -> "_Printed":
        try:
            made = msgspec.json.decode(printed, type=cls)
        except msgspec.MsgspecError as error:
            raise NotConfigured(f"the credential_process of the profile printed something else: {error}") from None
        if made.version != 1:
            raise NotConfigured(f"the credential_process of the profile speaks version {made.version}, known is 1")
        if made.expiration and made.expiration.tzinfo is None:
            made.expiration = made.expiration.replace(tzinfo=datetime.UTC)
        return made


def _output(command: str) -> bytes:
    import shlex
    import subprocess

    try:
        done = subprocess.run(shlex.split(command), capture_output=True, check=False)  # noqa: S603 - the user's own command
    except OSError as error:
        raise NotConfigured(f"the credential_process of the profile cannot be started: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise NotConfigured(f"the credential_process of the profile ended with status {done.returncode}: {said}")
    return done.stdout


class Botocore:
    """Credentials by botocore's own chain, which refreshes them."""

    def __init__(self, profile: str | None) -> None:
        self._profile = profile
        self._credentials: Any = None

    def ready(self) -> Credentials | None:
        found = self._credentials
        stale = found is None or (hasattr(found, "refresh_needed") and found.refresh_needed())
        return None if stale else _frozen(found)

    def load(self) -> Credentials:
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        try:
            self._credentials = self._credentials or Session(profile=self._profile).get_credentials()
            if self._credentials is None:
                raise NotConfigured(NONE)
            return _frozen(self._credentials)
        except BotoCoreError as error:
            raise NotConfigured(f"no credentials: {error}") from error


def _frozen(found: Any) -> Credentials:
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


def find(
    environment: Mapping[str, str],
    profiles: Profiles,
    chosen: str | None,
    now: Callable[[], datetime.datetime],
) -> Source:
    """The source of credentials; `chosen` is a profile the caller named, which then wins over keys in the environment.

    Raises `NotConfigured` for a profile that is in neither file, half a key, or where botocore is needed and absent.
    """
    if token := environment.get("AWS_BEARER_TOKEN_BEDROCK"):
        return Fixed(Credentials(bearer_token=token))
    if chosen is None and (found := _of_environment(environment)):
        return Fixed(found)
    named = chosen or profile_name(environment)
    name = named or "default"
    if named and name not in profiles.config and name not in profiles.credentials:
        raise NotConfigured(f"there is no profile {name} in AWS's config and credentials files")
    if any(profiles.text(name, key) for key in BEYOND) or any(environment.get(key) for key in BEYOND_VARIABLES):
        return _beyond(named, f"the profile {name} needs botocore")
    return _of_profile(profiles, name, now) or _beyond(named, NONE)


def profile_name(environment: Mapping[str, str]) -> str | None:
    """The profile that the environment names."""
    return environment.get("AWS_DEFAULT_PROFILE") or environment.get("AWS_PROFILE") or None


def _of_environment(environment: Mapping[str, str]) -> Credentials | None:
    key = environment.get("AWS_ACCESS_KEY_ID")
    if not key:
        return None
    secret = environment.get("AWS_SECRET_ACCESS_KEY")
    if not secret:
        raise NotConfigured("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not")
    token = environment.get("AWS_SECURITY_TOKEN") or environment.get("AWS_SESSION_TOKEN")
    return Credentials(key, secret, token or None)


def _of_profile(profiles: Profiles, name: str, now: Callable[[], datetime.datetime]) -> Source | None:
    """Keys in `credentials`, then a process, then keys in `config`: botocore's order."""
    if found := _keys(profiles.credentials.get(name, {}), name):
        return Fixed(found)
    if command := profiles.text(name, "credential_process"):
        return Process(command, now)
    found = _keys(profiles.config.get(name, {}), name)
    return Fixed(found) if found else None


def _keys(section: Mapping[str, Any], profile: str) -> Credentials | None:
    key = section.get("aws_access_key_id")
    if not key:
        return None
    if not section.get("aws_secret_access_key"):
        raise NotConfigured(f"the profile {profile} has an aws_access_key_id and no aws_secret_access_key")
    token = section.get("aws_security_token") or section.get("aws_session_token")
    return Credentials(key, section["aws_secret_access_key"], token or None)


def _beyond(profile: str | None, why: str) -> Source:
    if importlib.util.find_spec("botocore") is None:
        raise NotConfigured(f"{why}; {WITHOUT_BOTOCORE}")
    return Botocore(profile)
