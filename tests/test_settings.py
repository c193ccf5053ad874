"""The settings file: what it sets, who wins, and how it is told what is wrong."""

import datetime
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from outcrop.catalog import rows
from outcrop.engines.simulator import Pace
from outcrop.settings import NO_OPTIONS, Options, Settings, SettingsError, load, source

WHOLE = """
region = "eu-central-1"
catalogue_date = 2024-08-31
lifecycle = "enforce"

[jobs]
minimum_records = 100

[simulator]
first_token_ms = 300
tokens_per_second = 40

[models."my.model-v1"]
like = "anthropic.claude-haiku-4-5-20251001-v1:0"
name = "Mine"
"""


@pytest.fixture(autouse=True)
def no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTCROP_SETTINGS", raising=False)


def test_the_environment_wins_over_the_file_for_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTCROP_DATABASE_URL", raising=False)
    written(tmp_path, '[storage]\nurl = "postgresql://file/x"')
    assert loaded(tmp_path).database_url == "postgresql://file/x"
    monkeypatch.setenv("OUTCROP_DATABASE_URL", "postgresql://environment/x")
    assert loaded(tmp_path).database_url == "postgresql://environment/x"


def loaded(data: Path, file: Path | None = None, options: Options = NO_OPTIONS) -> Settings:
    return load(data, source(data, file), options)


def written(folder: Path, text: str, name: str = "outcrop.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    for data in (tmp_path, tmp_path / "not there"):
        assert loaded(data) == Settings(data=data)
    assert Settings(data=tmp_path).region == "us-east-1"


def test_a_file_in_the_data_directory_sets_everything(tmp_path: Path) -> None:
    written(tmp_path, WHOLE)
    assert loaded(tmp_path) == Settings(
        data=tmp_path,
        region="eu-central-1",
        catalogue_date=datetime.date(2024, 8, 31),
        lifecycle="enforce",
        minimum_records=100,
        models={"my.model-v1": {"like": "anthropic.claude-haiku-4-5-20251001-v1:0", "name": "Mine"}},
        pace=Pace(0.3, 40),
    )


def test_options_win_over_the_file(tmp_path: Path) -> None:
    written(tmp_path, WHOLE)
    chosen = loaded(
        tmp_path,
        options=Options(
            region="ap-south-1",
            catalogue_date=datetime.date(2026, 2, 10),
            lifecycle="off",
            first_token_ms=0,
            tokens_per_second=0,
        ),
    )
    assert (chosen.region, chosen.catalogue_date, chosen.lifecycle) == ("ap-south-1", datetime.date(2026, 2, 10), "off")
    assert chosen.pace == Pace(0, 0)
    assert list(chosen.models) == ["my.model-v1"]


def test_which_file_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is named, else the environment's, else that of the data directory."""
    written(tmp_path, 'region = "eu-west-1"')
    of_environment = written(tmp_path, 'region = "eu-west-2"', "environment.toml")
    named = written(tmp_path, 'region = "eu-west-3"', "named.toml")

    assert loaded(tmp_path).region == "eu-west-1"
    monkeypatch.setenv("OUTCROP_SETTINGS", str(of_environment))
    assert loaded(tmp_path).region == "eu-west-2"
    assert loaded(tmp_path, named).region == "eu-west-3"


def test_a_named_file_has_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        loaded(tmp_path, tmp_path / "nowhere.toml")
    monkeypatch.setenv("OUTCROP_SETTINGS", str(tmp_path / "nowhere.toml"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        loaded(tmp_path)


LITE = '[models."amazon.nova-lite-v1:0"]\n'
MINE = '[models."my.model"]\nlike = "amazon.nova-lite-v1:0"\n'


@pytest.mark.parametrize(
    ("text", "said", "allowed"),
    [
        ('lifecycle = "strict"', "lifecycle: 'strict' cannot stand here", "enforce, off"),
        ('regoin = "x"', "regoin: there is no such key", "access, budget, catalogue_date, "),
        ("region = 1", "region: has to be a string, not a whole number", ""),
        ('region = "a b"', "region: has to be of the form '^[a-z0-9-]{1,20}$'", ""),
        ('catalogue_date = "soon"', "catalogue_date: has to be a day, such as 2026-02-10", ""),
        ("models = 3", "models: has to be a table, not a whole number", ""),
        ("[simulator]\nspeed = 1", "simulator.speed: there is no such key", "first_token_ms, tokens_per_second"),
        ("[simulator]\nfirst_token_ms = -1", "simulator.first_token_ms: has to be at least 0", ""),
        ("a = = 1", "Invalid value (at line 1, column 5)", ""),
        ("[models]\nx = 1", 'models."x": Expected a table', ""),
        (
            '[models."my.model"]\nname = "x"',
            'models."my.model": the key like or line is missing',
            "",
        ),
        ('[models."my.model"]\nlike = "nobody"', "models.\"my.model\".like: there is no model 'nobody'", ""),
        (
            MINE + 'profiles = ["mars"]',
            "models.\"my.model\".profiles[0]: 'mars' cannot stand here",
            "apac, au, ca, eu, ",
        ),
        (
            MINE + "lifecycle = { end = 1 }",
            'models."my.model".lifecycle.end: there is no such key',
            "endOfLifeTime, leg",
        ),
        (
            MINE + "lifecycle = { endOfLifeTime = 2026-01-01T00:00:00 }",
            'models."my.model".lifecycle.endOfLifeTime: has to be a time with its zone',
            "",
        ),
        (
            MINE + "features = { imgs = 1 }",
            'models."my.model".features.imgs: there is no such key',
            "always_reasons, audi",
        ),
        (
            MINE + 'nmae = "x"',
            'models."my.model".nmae: there is no such key',
            "also, api, context_window, customizations",
        ),
        (
            LITE + 'status = "GONE"',
            "models.\"amazon.nova-lite-v1:0\".status: 'GONE' cannot stand here",
            "ACTIVE, LEGACY",
        ),
        (LITE + 'line = "x"', "models.\"amazon.nova-lite-v1:0\".line: there is no line 'x'", "chat, open-weight, "),
        (LITE + 'like = "x"', 'models."amazon.nova-lite-v1:0".like: the model is in the catalogue', ""),
        (
            '[engines.a]\nkind = "simulator"\nsped = 1',
            "engines.a.sped: there is no such key",
            "circuit, first_token_ms, ",
        ),
        ("[engines.a]", "engines.a: the key kind is missing", "anthropic, "),
        ('[[routes]]\nmodels = "*"\nengine = "a"', "routes[0].engine: there is no engine 'a'", "simulator"),
        ('[[routes]]\nmodels = "*"\nengine = ["a"]', "routes[0].engine: has to be a string, not a list", ""),
        ('[[routes]]\nmodels = "*"', "routes[0]: the key engine is missing", ""),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key_and_what_is_allowed(
    tmp_path: Path, text: str, said: str, allowed: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert ", ".join(caught.value.allowed).startswith(allowed)
    assert bool(caught.value.allowed) == bool(allowed)


def test_a_row_s_keys_are_named_with_like_and_without_the_id(tmp_path: Path) -> None:
    written(tmp_path, MINE + "id = 1")
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path)
    assert "like" in caught.value.allowed
    assert "id" not in caught.value.allowed


def test_several_engines_of_a_route_are_shown_how(tmp_path: Path) -> None:
    written(tmp_path, '[[routes]]\nmodels = "*"\nengine = ["a", "b"]')
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path)
    assert 'kind = "failover"' in caught.value.do


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="outcrop"):
        loaded(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("outcrop.toml", 'lifecycle = "strict"', "lifecycle: 'strict' cannot stand here\n  allowed: enforce, off\n"),
        ("outcrop.toml", "lifecycle = 1", "lifecycle: has to be a string, not a whole number\n"),
        ("inference-profiles.json", "[", "Input data was truncated\n  restore the file, or remove it to start without"),
    ],
)
def test_a_server_does_not_start_on_what_is_wrong(tmp_path: Path, name: str, text: str, said: str) -> None:
    written(tmp_path, text, name)
    command = [Path(sys.executable).with_name("outcrop"), "serve", "--port", "0", "--data", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"outcrop: {tmp_path / name}")
    assert said in done.stderr


EXAMPLES = [
    pytest.param(example, id=f"{page.stem}-{number}")
    for page in sorted(Path(__file__).parent.parent.glob("docs/how-to/*.md"))
    for number, example in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL), 1)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_documentation_are_settings(tmp_path: Path, text: str) -> None:
    written(tmp_path, text)
    chosen = loaded(tmp_path)
    assert set(chosen.models) <= {model.id for model in rows.load(chosen.models)}
    assert chosen != Settings(data=tmp_path)


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


KEYS = st.sampled_from(
    "like line name features lifecycle listing api profiles status images tools description family reasoning id".split()
)
LEAVES = (
    st.sampled_from(["amazon.nova-lite-v1:0", "claude-4", "us", "ACTIVE", "x"]) | st.integers(-5, 5) | st.booleans()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(["amazon.nova-lite-v1:0", "my.model"]), st.dictionaries(KEYS, VALUES, max_size=5))
@example("my.model", {"like": "amazon.nova-lite-v1:0", "listing": {"description": {"x": 1}}})
def test_any_row_is_a_model_or_told_what_is_wrong(tmp_path: Path, model_id: str, row: dict[str, Any]) -> None:
    path = written(tmp_path, f'[models]\n"{model_id}" = {toml(row)}')
    said, models = "", set()
    try:
        models = {model.id for model in rows.load(loaded(tmp_path).models)}
    except SettingsError as error:
        said = str(error)
    assert model_id in models or said.startswith(f'{path}: models."{model_id}"')


def test_engines_and_routes_are_read(tmp_path: Path) -> None:
    written(tmp_path, ROUTED)
    chosen = loaded(tmp_path).choices
    assert (list(chosen.engines), chosen.default, chosen.folder) == (["slow"], None, tmp_path)
    assert [(route.patterns, route.engine, route.as_name) for route in chosen.routes] == [
        (("amazon.*",), "slow", "lite")
    ]


ROUTED = """
[engines.slow]
kind = "simulator"
first_token_ms = 20

[[routes]]
models = "amazon.*"
engine = "slow"
as = "lite"
"""
