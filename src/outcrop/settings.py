"""What can be chosen about a server, and the file it may be chosen in: outcrop.toml.

`source` says which file that is; `load` reads it, lets the command line's options win, and refuses what is wrong with the
file's name, the key and what may stand there. It builds nothing and writes nothing.
"""

import datetime
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, inspect

from outcrop.access import Mode as AccessMode
from outcrop.catalog import rows
from outcrop.chat.features import Model
from outcrop.engines import choices
from outcrop.engines.choices import ChoiceError, Choices, Route
from outcrop.engines.simulator import Pace
from outcrop.quota.rules import Budget, Quota
from outcrop.settings_words import worded
from outcrop.storage.objects import Endpoint

NAME = "outcrop.toml"
REGION = "us-east-1"

LifecycleMode = Literal["off", "enforce"]
Value = TypeVar("Value")


class Settings(Struct, frozen=True, kw_only=True):
    """What can be chosen.

    `objects_folder` or `objects_endpoint` is what `s3://` URIs mean; without either there are no objects.
    `database_url` is a PostgreSQL (or SQLite) URL; without one, rows are kept in an SQLite file of the data directory.
    A batch job has `minimum_records` at least.
    With `durable` an answer waits until its entry of the ledger is on the disk. `quotas` and `budgets` limit what is used.
    `region` is that of callers whose credentials name none. `catalogue_date` lists models as of a day; `lifecycle`
    "enforce" refuses those that are Legacy or have ended; `access` "request" refuses those that nobody has asked for;
    `models` are rows of one's own by model id, with the fields of the catalogue's (`outcrop.catalog.rows`). `pace` is the
    simulator's speed; `choices` say which engine answers for which models. `open_chat` lets anyone on
    this machine open the chat's socket.
    """

    data: Path
    database_url: str | None = None
    durable: bool = False
    quotas: tuple[Quota, ...] = ()
    budgets: tuple[Budget, ...] = ()
    objects_folder: Path | None = None
    objects_endpoint: Endpoint | None = None
    minimum_records: int = 0
    region: str = REGION
    catalogue_date: datetime.date | None = None
    lifecycle: LifecycleMode = "off"
    access: AccessMode = "open"
    models: Mapping[str, rows.Row] = {}
    pace: Pace = Pace()
    choices: Choices = Choices()
    open_chat: bool = False


class SettingsError(Exception):
    """A settings file that is not one: which file, where in it, what is wrong; `allowed` says what may stand there, `do`
    what to write instead.
    """

    def __init__(self, text: str, allowed: tuple[str, ...] = (), do: str = "") -> None:
        super().__init__(text)
        self.allowed, self.do = allowed, do


class _Simulator(Struct, frozen=True, forbid_unknown_fields=True):
    first_token_ms: Annotated[float, Meta(ge=0)] = 0
    tokens_per_second: Annotated[float, Meta(ge=0)] = 0


class _Storage(Struct, frozen=True, forbid_unknown_fields=True):
    url: str | None = None


class _Jobs(Struct, frozen=True, forbid_unknown_fields=True):
    minimum_records: Annotated[int, Meta(ge=0)] = 0


class _Ledger(Struct, frozen=True, forbid_unknown_fields=True):
    durable: bool = False


class _Objects(Struct, frozen=True, forbid_unknown_fields=True):
    """A folder, or an endpoint with its buckets and the environment variables that hold its key."""

    folder: str | None = None
    endpoint: str | None = None
    region: str = REGION
    buckets: tuple[str, ...] = ()
    access_key_env: str = "AWS_ACCESS_KEY_ID"
    secret_key_env: str = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    """The file, key by key."""

    region: Annotated[str, Meta(pattern="^[a-z0-9-]{1,20}$")] = REGION
    catalogue_date: datetime.date | None = None
    lifecycle: LifecycleMode = "off"
    access: AccessMode = "open"
    models: dict[str, Any] = {}  # rows, which the catalogue checks
    simulator: _Simulator = _Simulator()
    storage: _Storage = _Storage()
    objects: _Objects = _Objects()
    engines: dict[str, dict[str, Any]] = {}  # by kind, which the kinds check
    routes: tuple[Route, ...] = ()
    default: str | None = None
    ledger: _Ledger = _Ledger()
    jobs: _Jobs = _Jobs()
    quota: tuple[Quota, ...] = ()
    budget: tuple[Budget, ...] = ()


class Options(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the command line says instead of the file; None where it says nothing."""

    region: str | None = None
    catalogue_date: datetime.date | None = None
    lifecycle: LifecycleMode | None = None
    access: AccessMode | None = None
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    open_chat: bool = False


NO_OPTIONS = Options()


def source(data: Path, file: Path | None = None) -> Path | None:
    """The settings file for `data`: `file`, else `OUTCROP_SETTINGS`, else the directory's outcrop.toml when there is one."""
    named = os.environ.get("OUTCROP_SETTINGS")
    if file or named:
        return file or Path(named or "")
    return data / NAME if (data / NAME).exists() else None


def load(data: Path, path: Path | None, options: Options = NO_OPTIONS, *, objects: bool = True) -> Settings:
    """The settings for the data directory `data`: those of the file `path`, if any, where `options` say nothing else.

    Without `objects` the object store is left out, whose key need then not be in the environment. Raises `SettingsError` for
    what the file has wrong, OSError when it cannot be read.
    """
    chosen, engines = _read(path) if path else (_File(), Choices())
    simulator = chosen.simulator
    return Settings(
        data=data,
        objects_folder=Path(chosen.objects.folder).expanduser() if objects and chosen.objects.folder else None,
        objects_endpoint=_endpoint(chosen.objects) if objects else None,
        database_url=os.environ.get("OUTCROP_DATABASE_URL") or chosen.storage.url,
        durable=chosen.ledger.durable,
        minimum_records=chosen.jobs.minimum_records,
        quotas=chosen.quota,
        budgets=chosen.budget,
        region=_given(options.region, chosen.region),
        catalogue_date=_given(options.catalogue_date, chosen.catalogue_date),
        lifecycle=_given(options.lifecycle, chosen.lifecycle),
        access=_given(options.access, chosen.access),
        models=chosen.models,
        pace=Pace(
            _given(options.first_token_ms, simulator.first_token_ms) / 1000,
            _given(options.tokens_per_second, simulator.tokens_per_second),
        ),
        choices=engines,
        open_chat=options.open_chat,
    )


def _endpoint(chosen: _Objects) -> Endpoint | None:
    """The endpoint of the object store with its key out of the environment; raises `SettingsError` when it is not there."""
    if chosen.endpoint is None:
        return None
    keys = [os.environ.get(name) for name in (chosen.access_key_env, chosen.secret_key_env)]
    if not all(keys):
        raise SettingsError(
            f"objects: the key for {chosen.endpoint} is not in the environment: set {chosen.access_key_env} and "
            f"{chosen.secret_key_env}"
        )
    return Endpoint(
        url=chosen.endpoint,
        region=chosen.region,
        access_key_id=keys[0] or "",
        secret_access_key=keys[1] or "",
        buckets=chosen.buckets,
    )


def _given(option: Value | None, otherwise: Value) -> Value:
    return otherwise if option is None else option


def _read(path: Path) -> tuple[_File, Choices]:
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        models = rows.load(found.models)
        return found, choices.read(found.engines, found.routes, found.default, models, path.parent)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    except rows.RowError as error:
        row = inspect.type_info(Model)
        raise _wrong(path, f'models."{error.model_id}"', str(error), row, error.allowed) from error
    except ChoiceError as error:
        table = inspect.type_info(error.table) if error.table else inspect.AnyType()
        raise _wrong(path, error.key, str(error), table, error.allowed) from error
    except msgspec.ValidationError as error:
        raise _wrong(path, "", str(error), inspect.type_info(_File)) from error


# What msgspec says, and where in the value; a key that does not belong is named in the text, its table by the place.
_SAID = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<place>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_STEP = re.compile(r"\.(\w+)|\[[^]]*\]")
_ROUTES_ENGINE = re.compile(r"routes\[\d+\]\.engine")
SEVERAL = 'make one of several: [engines.NAME] with kind = "failover" (or "split") and engines = ["a", "b"]'


def _wrong(path: Path, table: str, text: str, kind: inspect.Type, allowed: tuple[str, ...] = ()) -> SettingsError:
    """The error for msgspec's `text` about a value of `kind` that stands under the key `table`."""
    said = _SAID.fullmatch(text)
    what, place = (said["what"], said["place"] or "") if said else (text, "")
    key, unknown = table + place, _UNKNOWN.fullmatch(what)
    if unknown:
        key, what = f"{key}.{unknown['key']}", "there is no such key"
    if unknown or what.startswith("Invalid enum value"):
        allowed = _allowed(kind, place)
    key = key.removeprefix(".")
    do = SEVERAL if _ROUTES_ENGINE.fullmatch(key) and what.endswith("got `array`") else ""
    return SettingsError(": ".join(part for part in (str(path), key, worded(what)) if part), allowed, do)


def _allowed(kind: inspect.Type, place: str) -> tuple[str, ...]:
    """The keys of the table, or the values of the choice, that `kind` has at a place within it."""
    for step in _STEP.finditer(place):
        kind = _inside(_plain(kind), step[1])
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        names = {field.encode_name for field in kind.fields}
        return tuple(sorted(names - {"id"} | {"like"} if kind.cls is Model else names))
    return tuple(str(value) for value in kind.values) if isinstance(kind, inspect.LiteralType) else ()


def _plain(kind: inspect.Type) -> inspect.Type:
    """`kind` without None."""
    if isinstance(kind, inspect.UnionType):
        return next(option for option in kind.types if not isinstance(option, inspect.NoneType))
    return kind


def _inside(kind: inspect.Type, name: str | None) -> inspect.Type:
    """The kind of a field of a table, or of an item of a list."""
    if isinstance(kind, inspect.StructType):
        return next(field.type for field in kind.fields if field.encode_name == name)
    return kind.item_type if isinstance(kind, inspect.VarTupleType) else inspect.AnyType()
