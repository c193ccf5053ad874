"""`outcrop access`: the queue and the administrator, beside a server that runs."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import run


def outcrop(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and errors of `outcrop access …` on a data directory."""
    done = run("access", *arguments, "--data", data)
    return done.returncode, done.stdout, done.stderr


def test_a_queue_from_request_to_grant(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('access = "request"\nregion = "us-west-2"')
    assert outcrop(tmp_path, "list") == (0, "Nothing has been asked for.\n", "")
    assert outcrop(tmp_path, "request", "amazon.nova-lite*")[1] == "requested  amazon.nova-lite-v1 in us-west-2\n"
    assert (
        outcrop(tmp_path, "request", "amazon.nova-lite*")[1] == "requested before  amazon.nova-lite-v1 in us-west-2\n"
    )
    assert "amazon.nova-lite-v1  us-west-2  requested" in outcrop(tmp_path, "list", "--pending")[1]
    assert outcrop(tmp_path, "grant", "amazon.nova-lite-v1:0")[1] == "granted  amazon.nova-lite-v1 in us-west-2\n"
    assert outcrop(tmp_path, "list", "--pending")[1] == "Nothing waits.\n"
    (agreement,) = json.loads(outcrop(tmp_path, "list", "--json")[1])["agreements"]
    assert (agreement["model"], agreement["state"]) == ("amazon.nova-lite-v1", "GRANTED")
    assert outcrop(tmp_path, "revoke", "amazon.nova-lite-v1:0")[0] == 0
    assert outcrop(tmp_path, "list")[1] == "Nothing has been asked for.\n"


def test_a_use_case_is_kept_and_asked_for(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('access = "request"')
    assert "still want a use case" in outcrop(tmp_path, "grant", "anthropic.claude-3-haiku*")[1]
    assert outcrop(tmp_path, "use-case")[0] == 1
    form = tmp_path / "form.json"
    form.write_text('{"companyName": "Example"}')
    assert outcrop(tmp_path, "use-case", str(form))[0] == 0
    assert outcrop(tmp_path, "use-case")[1] == '{"companyName": "Example"}\n'


@pytest.mark.parametrize(
    ("form", "said"), [(b"{}", "2 bytes\n  a use case has 10 to 16,384\n"), (b" " * 16_385, "16,385 bytes\n")]
)
def test_a_use_case_that_the_api_would_refuse_is_refused(tmp_path: Path, form: bytes, said: str) -> None:
    (tmp_path / "form.json").write_bytes(form)
    status, _, complaint = outcrop(tmp_path, "use-case", str(tmp_path / "form.json"))
    assert status == 1
    assert complaint.startswith(f"outcrop: {tmp_path}/form.json has {said}")


def test_the_form_of_the_help_is_one(tmp_path: Path) -> None:
    help = outcrop(tmp_path, "use-case", "--help")[1]
    form = "{" + help.partition("{")[2].partition("}")[0] + "}"
    assert {"companyName", "useCases"} < set(json.loads(form))


def test_a_file_that_is_not_there_is_said_in_two_lines(tmp_path: Path) -> None:
    said = f"outcrop: cannot read {tmp_path}/absent\n  No such file or directory\n"
    assert outcrop(tmp_path, "use-case", str(tmp_path / "absent")) == (1, "", said)


@pytest.mark.parametrize(
    "name",
    [
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic.claude-haiku-4-5-20251001-v1",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "*claude-haiku-4-5*",
    ],
)
def test_every_name_of_a_model_is_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / "outcrop.toml").write_text('access = "request"')
    granted = "granted  anthropic.claude-haiku-4-5-20251001-v1 in us-east-1\n"
    assert outcrop(tmp_path, "grant", name)[1].startswith(granted)


def test_what_the_queue_prints_can_be_granted(tmp_path: Path) -> None:
    outcrop(tmp_path, "request", "*")
    printed = [one["model"] for one in json.loads(outcrop(tmp_path, "list", "--json")[1])["agreements"]]
    status, said, _ = outcrop(tmp_path, "grant", *printed)
    assert status == 0
    assert [line.split()[1] for line in said.splitlines() if line.startswith("granted")] == printed
    assert len(printed) > 100


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("no.such-model", "list them: outcrop models"),
        ("amazon.nova-lit-v1:0", "did you mean amazon.nova-lite-v1:0? all of them: outcrop models"),
        ("nova", "these have it in their name: outcrop models '*nova*'"),
    ],
)
def test_a_model_that_is_none_is_named(tmp_path: Path, name: str, do: str) -> None:
    assert outcrop(tmp_path, "grant", name) == (1, "", f"outcrop: no model is called {name}\n  {do}\n")


def test_open_is_said(tmp_path: Path) -> None:
    assert outcrop(tmp_path, "list")[1].startswith("Every model is open;")
