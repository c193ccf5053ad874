"""models.toml and lines.toml as models: read once, merged, checked. No decision about a model is made here."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from outcrop.chat.features import Model

_HERE = Path(__file__).parent
_NESTED = ("features", "listing")


def load() -> tuple[Model, ...]:
    """All models, in the order in which AWS lists them; raises `msgspec.ValidationError` for a row that is not one."""
    return build(_read("lines.toml"), _read("models.toml"))


def build(lines: dict[str, Any], rows: dict[str, Any]) -> tuple[Model, ...]:
    """One model per row, each upon its line; a line or row states only what differs from what it builds on."""
    whole: dict[str, dict[str, Any]] = {}
    for name, line in lines.items():  # a line stands below the one it is like
        whole[name] = _merged(whole[line["like"]], line) if "like" in line else line
        whole[name].pop("like", None)
    return tuple(_model(key, _merged(whole[row["line"]], row)) for key, row in rows.items())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    both = {**base, **changes}
    for key in _NESTED:
        both[key] = {**base.get(key, {}), **changes.get(key, {})}
    return both


def _model(key: str, row: dict[str, Any]) -> Model:
    row.setdefault("on_demand", "ON_DEMAND" in row.get("inference_types", ()))
    return msgspec.convert({"id": key, **row}, Model)
