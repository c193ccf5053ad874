"""Where a key is: the name of an environment variable or of a file, never the key itself.

A settings file may lie in a repository and is shown in listings; what it points to does not and is not.
"""

import os
from pathlib import Path

from msgspec import Struct

from outcrop.engines.kinds import EngineError


class Keyed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a table that say where a backend's key is; at most one is given. A file may stand beside the settings."""

    key_env: str | None = None
    key_file: str | None = None


def key(options: Keyed, folder: Path) -> str | None:
    """The key, or None when none is named; raises EngineError when what is named is not there or empty."""
    if options.key_env and options.key_file:
        raise EngineError("key_env and key_file name a key each; one of them is enough")
    if options.key_env:
        return _present(os.environ.get(options.key_env), f"the environment variable {options.key_env}")
    if options.key_file is None:
        return None
    path = folder / Path(options.key_file).expanduser()
    try:
        return _present(path.read_text("utf-8").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}") from error


def _present(value: str | None, where: str) -> str:
    if not value:
        raise EngineError(f"{where} holds no key")
    if not value.isascii() or not value.isprintable():
        raise EngineError(f"{where} holds more than a key: letters, digits and signs on one line")
    return value
