"""models.toml and lines.toml as models: read once, merged, checked. No decision about a model is made here.

Rows of one's own (the settings file's) have the same fields. They change a model of the package, or make a new one upon
a line or like another model; `like` takes over what that model is and can take, not how AWS offers it.
"""

import datetime
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from outcrop.chat.features import Model

Row = Mapping[str, Any]

_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.:-]{0,139}")  # what a path of the Runtime takes, in the service model's length
_HERE = Path(__file__).parent
_NESTED = ("features", "lifecycle", "listing")

# How AWS offers a model. A model of one's own says so itself; until it does, it is called by its own id and always listed.
_OFFER = (
    "customizations",
    "inference_types",
    "lifecycle",
    "listed_from",
    "listed_until",
    "on_demand",
    "profiles",
    "status",
)
_OWN_OFFER = {"inference_types": ["ON_DEMAND"], "on_demand": True, "listed_from": datetime.date.min}


class RowError(msgspec.ValidationError):
    """A row that is no model. The text ends, as msgspec's do, with where in the row; `allowed` is what may stand there."""

    def __init__(self, model_id: str, text: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.model_id, self.allowed = model_id, allowed


def load(own: Mapping[str, Row] | None = None) -> tuple[Model, ...]:
    """All models, in the order in which AWS lists them, new ones of `own` last; raises `RowError` for a row that is none."""
    return build(_read("lines.toml"), _read("models.toml"), own or {})


def build(lines: dict[str, Any], rows: dict[str, Any], own: Mapping[str, Row] | None = None) -> tuple[Model, ...]:
    """One model per row, each upon its line; a line or row states only what differs from what it builds on."""
    whole: dict[str, dict[str, Any]] = {}
    for name, line in lines.items():  # a line stands below the one it is like
        whole[name] = _merged(whole[line["like"]], line) if "like" in line else line
        whole[name].pop("like", None)
    rows = dict(rows)
    for key, changes in (own or {}).items():
        rows[key] = _own(key, changes, rows)
    return tuple(_model(key, row, whole) for key, row in rows.items())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


def _own(key: str, changes: Any, rows: Mapping[str, Row]) -> dict[str, Any]:
    """The row of a model of one's own, or that of the package's model as it is changed."""
    if not _ID.fullmatch(key):
        raise RowError(key, "an id is made of letters, digits, dots, hyphens and colons")
    if not isinstance(changes, Mapping):
        raise RowError(key, "Expected a table")
    if "id" in changes:
        raise RowError(key, "Object contains unknown field `id`")
    if "like" not in changes:
        if key not in rows and "line" not in changes:
            raise RowError(key, "Object missing required field `like` or `line`")
        return _merged(rows.get(key, _OWN_OFFER), changes)
    if key in rows:
        raise RowError(key, "the model is in the catalogue and cannot be like another - at `$.like`")
    base = rows.get(str(changes["like"]))
    if base is None:
        raise RowError(key, f"there is no model {changes['like']!r} - at `$.like`")
    kept = {name: value for name, value in base.items() if name not in _OFFER}
    return _merged({**kept, **_OWN_OFFER}, {name: value for name, value in changes.items() if name != "like"})


def _merged(base: Row, changes: Row) -> dict[str, Any]:
    both = {**base, **changes}
    for key in _NESTED:
        nested = (base.get(key, {}), changes.get(key, {}))
        if all(isinstance(value, Mapping) for value in nested):
            both[key] = {**nested[0], **nested[1]}
    return both


def _model(key: str, row: Row, lines: Mapping[str, Row]) -> Model:
    line = lines.get(str(row["line"]))
    if line is None:
        raise RowError(key, f"there is no line {row['line']!r} - at `$.line`", tuple(lines))
    whole = _merged(line, row)
    whole.setdefault("on_demand", "ON_DEMAND" in whole.get("inference_types", ()))
    try:
        return msgspec.convert({"id": key, **whole}, Model)
    except msgspec.ValidationError as error:
        raise RowError(key, str(error)) from error
