"""Commands work with the settings of the server that runs, whatever it was started with."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving import Serving, run, serving

ENGINE = '[engines.{name}]\nkind = "simulator"\n[[routes]]\nmodels = "meta.*"\nengine = "{name}"\n'
OPTIONS = ("--access", "request", "--region", "eu-west-1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two settings files, and one in the data directory that the server below does not read."""
    made = tmp_path_factory.mktemp("chosen")
    for name in ("two", "three"):
        (made / f"{name}.toml").write_text(ENGINE.format(name=name))
    (made / "data").mkdir()
    (made / "data" / "outcrop.toml").write_text(ENGINE.format(name="four"))
    return made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Serving]:
    with serving(folder, "--settings", str(folder / "two.toml"), *OPTIONS) as started:
        yield started


def engine(data: Path, *options: str | Path, **env: str) -> str | None:
    """Who answers for a model, as `outcrop models` has it."""
    done = run("models", "meta.llama3-70b-instruct-v1", "--json", "--data", data, *options, env=env)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["models"]
    found: str | None = row["engine"]
    return found


def test_who_answers_is_what_the_server_says(server: Serving, folder: Path) -> None:
    assert engine(server.data) == "two"
    assert engine(server.data, OUTCROP_SETTINGS=str(folder / "three.toml")) == "two"


def test_a_settings_file_that_is_named_wins(server: Serving, folder: Path) -> None:
    assert engine(server.data, "--settings", folder / "three.toml") == "three"


def test_options_of_the_server_count(server: Serving) -> None:
    assert run("access", "list", "--data", server.data).stdout == "Nothing has been asked for.\n"
    said = run("access", "request", "amazon.nova-lite-v1:0", "--data", server.data).stdout
    assert said == "requested  amazon.nova-lite-v1 in eu-west-1\n"


def test_no_secret_is_announced(server: Serving) -> None:
    announced = json.loads((server.data / "servers" / f"{server.facts.pid}.json").read_bytes())
    assert (Path(announced["settings"]).name, announced["options"]) == (
        "two.toml",
        {"region": "eu-west-1", "access": "request"},
    )
    assert server.facts.secret_access_key not in str(announced)


def test_without_a_server_the_directory_s_own_file_counts(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text((folder / "data" / "outcrop.toml").read_text())
    assert engine(tmp_path) == "four"
    assert engine(tmp_path, OUTCROP_SETTINGS=str(folder / "three.toml")) == "three"


def test_an_object_store_s_key_is_the_server_s_alone(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('[objects]\nendpoint = "http://127.0.0.1:9"\naccess_key_env = "NOT_SET"')
    assert run("access", "list", "--data", tmp_path).returncode == 0
    assert "set NOT_SET and" in run("serve", "--port", "0", "--data", tmp_path).stderr


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("models",)])
def test_a_settings_file_that_is_not_there(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "--settings", tmp_path / "absent.toml", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"outcrop: cannot read the settings file {tmp_path}/absent.toml\n  No such file or directory\n"
        "  it was named by --settings, by OUTCROP_SETTINGS, or by the server that runs\n"
    )
