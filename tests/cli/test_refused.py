"""What to do next after a refusal: said on the command line, for this machine's server and for others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving import Serving, run, serving, wait_until

from outcrop.access import NO_ACCESS, NO_USE_CASE
from outcrop.cli.connecting import ENDPOINTS, Asked
from outcrop.cli.refused import UNKNOWN, USE_CASE, step

PROFILED = "anthropic.claude-sonnet-4-6"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose models have to be asked for."""
    with serving(tmp_path_factory.mktemp("asking"), "--access", "request") as started:
        yield started


def said(data: Path, *words: str) -> str:
    """The last line of a refusal."""
    done = run("converse", "Hello", *words, "--data", data)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1].strip()


def test_from_the_first_refusal_to_an_answer_by_what_is_printed(asking: Serving, tmp_path: Path) -> None:
    assert said(asking.data) == USE_CASE
    form = tmp_path / "form.json"
    form.write_text('{"companyName": "Example"}')
    assert run("access", "use-case", form, "--data", asking.data).returncode == 0
    wait_until(lambda: said(asking.data) != USE_CASE, asking.process)  # it follows within a second
    do = said(asking.data)
    assert do == "grant it: outcrop access grant us.anthropic.claude-sonnet-4-6"
    assert run(*do.split()[3:], "--data", asking.data).stdout == "granted  anthropic.claude-sonnet-4-6 in us-east-1\n"
    wait_until(lambda: run("converse", "Hello", "--data", asking.data).returncode == 0, asking.process)


def test_a_model_without_an_engine(tmp_path: Path) -> None:
    settings = tmp_path / "e.toml"
    settings.write_text('[engines.two]\nkind = "simulator"\n[[routes]]\nmodels = "meta.*"\nengine = "two"')
    with serving(tmp_path, "--settings", str(settings)) as started:
        assert said(started.data, "-m", "amazon.nova-lite-v1:0") == (
            "no engine answers for it: outcrop models amazon.nova-lite-v1:0"
        )


def test_profiles_of_the_region_are_named(start_server) -> None:
    data = start_server("served").data
    assert said(data, "-m", PROFILED) == f"ask a profile: us.{PROFILED}, global.{PROFILED}"


def test_models_of_one_s_own_are_known(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('[models."my.model-v1"]\nlike = "amazon.nova-lite-v1:0"')
    assert step(UNKNOWN, Asked(data=tmp_path), "my.model-v2") == "did you mean my.model-v1? all of them: outcrop models"
    assert "my.model" not in step(UNKNOWN, Asked(region="eu-west-1"), "my.model-v2")


@pytest.mark.parametrize("message", [NO_ACCESS, NO_USE_CASE, "Too many requests"])
def test_nothing_is_promised_of_a_server_that_is_elsewhere(monkeypatch, message: str) -> None:
    assert step(message, Asked(region="eu-west-1"), PROFILED) == ""
    monkeypatch.setenv(ENDPOINTS[0], "http://127.0.0.1:1")
    assert step(message, Asked(), PROFILED) == ""
