"""`outcrop access`: the queue and the administrator, beside a server that runs."""

import json
import subprocess
from pathlib import Path

from tests.serving import OUTCROP, inherited


def outcrop(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and errors of `outcrop access …` on a data directory."""
    done = subprocess.run(
        [OUTCROP, "access", *arguments, "--data", data], capture_output=True, text=True, env=inherited(), check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_queue_from_request_to_grant(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text('access = "request"\nregion = "us-west-2"')
    assert outcrop(tmp_path, "list") == (0, "Nothing has been asked for.\n", "")
    assert outcrop(tmp_path, "request", "amazon.nova-lite*")[1] == "requested  amazon.nova-lite-v1 in us-west-2\n"
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


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    status, _, said = outcrop(tmp_path, "grant", "no.such-model")
    assert (status, said) == (1, "outcrop: no model is called no.such-model\n  list them: outcrop models\n")


def test_open_is_said(tmp_path: Path) -> None:
    assert outcrop(tmp_path, "list")[1].startswith("Every model is open;")
