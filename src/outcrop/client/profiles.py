"""AWS's two files, `config` and `credentials`: which profiles they hold, and what is set in each.

Read as the AWS CLI and botocore read them, with the standard library's parser and one level of indented settings. Nothing
here knows what a setting means.
"""

import configparser
import shlex
from collections.abc import Mapping
from pathlib import Path

import msgspec

from outcrop.client.errors import NotConfigured

Section = dict[str, "str | dict[str, str]"]


class Profiles(msgspec.Struct, frozen=True):
    """The profiles by name, credentials laid over configuration, and the `services` sections by name."""

    config: dict[str, Section]
    credentials: dict[str, Section]
    services: dict[str, Section]

    def text(self, profile: str, name: str) -> str | None:
        """A setting of a profile, from either file."""
        for source in (self.credentials, self.config):
            value = source.get(profile, {}).get(name)
            if isinstance(value, str) and value:
                return value
        return None

    def service(self, profile: str, service: str, name: str) -> str | None:
        """A setting of one service, from the `services` section that the profile names."""
        chosen = self.text(profile, "services")
        found = self.services.get(chosen or "", {}).get(service)
        return found.get(name) or None if isinstance(found, dict) else None


def load(environment: Mapping[str, str]) -> Profiles:
    """The files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name, else those in ``~/.aws``.

    A file that is absent is empty. Raises `NotConfigured` for one that is not of the form.
    """
    config = _read(environment, "AWS_CONFIG_FILE", "config")
    credentials = _read(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
    profiles, services = by_kind(config)
    return Profiles(profiles, credentials, services)


def by_kind(sections: Mapping[str, Section]) -> tuple[dict[str, Section], dict[str, Section]]:
    """The profiles and the services among the sections of a `config` file, by their own names."""
    profiles: dict[str, Section] = {}
    services: dict[str, Section] = {}
    for title, section in sections.items():
        if title == "default":
            profiles[title] = section
            continue
        words = _words(title)
        kind = profiles if title.startswith("profile") else services if title.startswith("services") else None
        if kind is not None and len(words) == 2:
            kind[words[1]] = section
    return profiles, services


def _words(title: str) -> list[str]:
    try:
        return shlex.split(title)
    except ValueError:  # an open quotation mark
        return []


def parse(text: str) -> dict[str, Section]:
    """The sections of a file by title; an indented block is settings of its own. Raises ValueError for another form."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(" ".join(str(error).split())) from error
    return {
        title: {name: _value(parser.get(title, name)) for name in parser.options(title)} for title in parser.sections()
    }


def _value(text: str) -> str | dict[str, str]:
    if not text.startswith("\n"):
        return text
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    inner: dict[str, str] = {}
    for name, equals, value in pairs:
        if not equals:
            raise ValueError(f"no = in the indented line {name.strip()!r}")
        inner[name.strip()] = value.strip()
    return inner


def _read(environment: Mapping[str, str], variable: str, name: str) -> dict[str, Section]:
    home = environment.get("HOME")
    path = Path(environment.get(variable) or f"~/.aws/{name}")
    if path.parts[:1] == ("~",) and home:
        path = Path(home, *path.parts[1:])
    try:
        return parse(path.expanduser().read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, RuntimeError, OSError) as error:
        raise NotConfigured(f"{path} cannot be read: {error}") from error
