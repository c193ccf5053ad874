"""Which data directory a command works with, and with which settings: those of the server that runs there.

A settings file that is named wins over the server's, and the server's over that of the environment or of the directory,
which count while no server runs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli import running
from outcrop.cli.terminal import fail

if TYPE_CHECKING:
    from outcrop.settings import Options, Settings

WHERE = "[OUTCROP_DATA, or ~/.local/share/outcrop]"
Data = Annotated[Path | None, typer.Option(metavar="DIR", help=f"The server's data directory. {WHERE}")]


def folder(data: Path | None) -> Path:
    """The data directory: `data`, or the usual one."""
    from outcrop.storage.files import data_directory

    return data or data_directory()


def server(data: Path | None) -> running.Running:
    """The server that runs with a data directory; ends the command when there is none."""
    found = running.find(folder(data))
    if found is None:
        fail(f"no server runs with the data directory {folder(data)}", do="start one: outcrop serve")
    return found


def settings(data: Path | None, file: Path | None = None) -> "Settings":
    """The settings of the server that runs with a data directory, or that one started now would have; `file` wins.

    Objects are left out, since no command asks for one.
    """
    import msgspec

    from outcrop.settings import Options, source

    found = None if file else running.find(folder(data))
    if found is None:
        return read(folder(data), source(folder(data), file), objects=False)
    path = Path(found.settings) if found.settings else None
    return read(folder(data), path, msgspec.convert(found.options, Options), objects=False)


def read(data: Path, path: Path | None, options: "Options | None" = None, *, objects: bool = True) -> "Settings":
    """The settings of a file and options; ends the command with a sentence about what the file has wrong."""
    from outcrop.settings import NO_OPTIONS, SettingsError, load

    try:
        return load(data, path, options or NO_OPTIONS, objects=objects)
    except SettingsError as error:
        fail(str(error), do=f"allowed: {', '.join(error.allowed)}" if error.allowed else error.do)
    except OSError as error:
        fail(
            f"cannot read the settings file {path}",
            why=error.strerror or str(error),
            do="it was named by --settings, by OUTCROP_SETTINGS, or by the server that runs",
        )
