"""`outcrop models`: who answers for what, and the files that settings name."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import run
from tests.transport.conftest import Served, reply

SETTINGS = """
[engines.cloud]
kind = "openai"
endpoint = "http://127.0.0.1:9/v1"

[[routes]]
models = "amazon.nova-*"
engine = "cloud"
as = "their-model"
"""


def test_a_table_says_who_answers(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text(SETTINGS)
    done = run("models", "amazon.nova-lite*", "--data", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    head, engine, _, names, *rest = done.stdout.splitlines()
    assert head.split() == ["engine", "kind", "where"]
    assert engine.split() == ["cloud", "openai", "http://127.0.0.1:9/v1"]
    assert names.split() == ["model", "engine", "as", "takes", "context", "output", "$", "in", "$", "out"]
    assert rest[0].split()[:3] == ["amazon.nova-lite-v1:0", "cloud", "their-model"]


def test_compositions_say_what_they_are_made_of(tmp_path: Path) -> None:
    engines = '[engines.all]\nkind = "failover"\nengines = ["pool", { engine = "simulator", as = "x" }]\n'
    engines += '[engines.pool]\nkind = "split"\nengines = ["cloud", "simulator"]\nweights = [3, 1]\n'
    (tmp_path / "outcrop.toml").write_text(engines + SETTINGS.replace('engine = "cloud"', 'engine = "all"'))
    done = run("models", "amazon.nova-lite*", "--data", tmp_path)
    assert done.stderr == ""
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert lines[1:4] == [
        ["all", "failover", "pool, then simulator as x"],
        ["pool", "split", "cloud 75%, simulator 25%"],
        ["cloud", "openai", "http://127.0.0.1:9/v1"],
    ]


def test_json_names_every_model_and_says_which_are_refused(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text(SETTINGS)
    found = json.loads(run("models", "--json", "--data", tmp_path).stdout)
    assert [engine["name"] for engine in found["engines"]] == ["cloud"]
    engines = {row["model"]: row["engine"] for row in found["models"]}
    assert engines["amazon.nova-lite-v1:0"] == "cloud"
    assert engines["amazon.titan-text-express-v1"] is None
    assert len(engines) > 150
    only = json.loads(run("models", "--json", "--engine", "cloud", "--data", tmp_path).stdout)["models"]
    assert {row["engine"] for row in only} == {"cloud"}


def test_without_engines_the_simulator_answers_for_everything(tmp_path: Path) -> None:
    found = json.loads(run("models", "--json", "--data", tmp_path).stdout)
    assert found["engines"] == [{"name": "simulator", "kind": "simulator", "where": "in this process"}]
    assert {row["engine"] for row in found["models"]} == {"simulator"}


def test_models_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    found = [row["model"] for row in json.loads(run("models", "--json", "--data", tmp_path).stdout)["models"]]
    assert found == sorted(found)


def test_a_model_is_found_by_its_profile_and_is_one(tmp_path: Path) -> None:
    said = run("models", "us.anthropic.claude-sonnet-4-6", "--data", tmp_path).stdout
    assert "\nanthropic.claude-sonnet-4-6  simulator " in said
    assert "\n1 model.\n" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["claude"], "no model is called claude\n  these have it in their name: outcrop models '*claude*'\n"),
        (["meta.lama3-70b-instruct-v1:0"], "did you mean meta.llama3-70b-instruct-v1:0?"),
        (["zzz*"], "no model is called zzz*\n  list them: outcrop models\n"),
        (["--engine", "clod"], "there is no engine called clod\n  there are: cloud\n"),
        (
            ["meta.*", "--engine", "cloud"],
            "engine cloud answers for none of these models\n  who does: outcrop models 'meta.*'",
        ),
    ],
)
def test_what_matches_nothing_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "outcrop.toml").write_text(SETTINGS)
    done = run("models", *words, "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_model_files_are_fetched_once_and_only_here(tmp_path: Path) -> None:
    with Served(reply(body=b"weights")) as hub:
        settings = f'[engines.local]\nkind = "llama-cpp"\nmodel = "hf:some/one/a.gguf"\nhub = "{hub.endpoint}"\n'
        settings += '[[routes]]\nmodels = "*"\nengine = "local"'
        (tmp_path / "outcrop.toml").write_text(settings)
        done = run("models", "--download", "--data", tmp_path)
        assert done.returncode == 0, done.stderr
        assert Path(done.stdout.strip()).read_bytes() == b"weights"
        again = run("models", "--download", "--data", tmp_path)
        assert again.stdout == "Every model file that settings name is here.\n"
        assert len(hub.asked) == 1


def test_a_hub_that_is_not_there_and_a_key_that_is_not_set_are_told(tmp_path: Path) -> None:
    table = '[engines.local]\nkind = "llama-cpp"\nmodel = "hf:some/one/a.gguf"\nhub = "http://127.0.0.1:9"\n'
    route = '[[routes]]\nmodels = "*"\nengine = "local"'
    (tmp_path / "outcrop.toml").write_text(table + route)
    done = run("models", "--download", "--data", tmp_path)
    assert done.returncode == 1
    assert "hf:some/one/a.gguf: http://127.0.0.1:9 does not answer" in done.stderr
    (tmp_path / "outcrop.toml").write_text(table + 'key_env = "NOT_SET"\n' + route)
    done = run("models", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "engine local: the environment variable NOT_SET holds no key" in done.stderr
