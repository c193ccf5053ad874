"""What View API request shows runs as it is pasted, in a shell that has the environment of `outcrop env`."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest
from tests.browser.conftest import ROOT
from tests.browser.doing import choose, done
from tests.clients.conftest import absent
from tests.serving import Serving, inherited, run

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

JAVASCRIPT = ROOT / "tests" / "clients" / "javascript"
CLI = Path("/usr/bin/aws")  # Debian's version 2


def pasted(tab: str, text: str, folder: Path) -> list[str]:
    """The command that runs a snippet; where its client is missing there is none."""
    if tab == "boto3":
        return [sys.executable, "-c", text]
    if tab == "JavaScript":
        if not shutil.which("node") or not (JAVASCRIPT / "node_modules").exists():
            absent("the JavaScript SDK is not installed (tests/clients/install.sh)")
        (folder / "pasted.mjs").write_text(text)
        (folder / "node_modules").symlink_to(JAVASCRIPT / "node_modules")
        return ["node", str(folder / "pasted.mjs")]
    if tab == "AWS CLI" and not CLI.exists():
        absent("AWS CLI version 2 is not installed (tests/clients/install.sh)")
    return ["bash", "-c", text]


@pytest.fixture
def descriptions(tmp_path: Path) -> Path:
    """What Debian's version 2 of the AWS CLI, older than Bedrock, must be told of it (AWS_DATA_PATH)."""
    folder = tmp_path / "models" / "bedrock-runtime" / "2023-09-30"
    folder.mkdir(parents=True)
    described = Path(botocore.__file__).parent / "data" / "bedrock-runtime" / "2023-09-30"
    for name in ("service-2", "endpoint-rule-set-1"):
        if (described / f"{name}.json.gz").exists():
            (folder / f"{name}.json").write_bytes(gzip.decompress((described / f"{name}.json.gz").read_bytes()))
    return folder.parent.parent


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("tab", ["boto3", "JavaScript", "AWS CLI", "curl"])
def test_a_snippet_runs_as_it_is_pasted(
    visit: Visit, link: str, simulated: Serving, descriptions: Path, tmp_path: Path, tab: str, streaming: bool
) -> None:
    page = visit(link)
    choose(page, "claude-3-haiku-20240307")  # its id has a colon, which every client writes in its own way
    page.get_by_label("Stream the answer").set_checked(streaming)
    page.get_by_label("System prompt").fill('Don\'t say "$HOME" or `pwd`')
    page.get_by_role("button", name="Look at a picture").click()
    done(page)
    page.get_by_role("button", name="View API request").click()
    page.get_by_role("tab", name=tab).click()
    text = page.locator("dialog pre").inner_text()
    environment = inherited() | {"HOME": str(tmp_path), "AWS_PAGER": ""}
    known = ["env", "--data", simulated.data, "--json", *(["--bearer"] if tab == "curl" else [])]
    environment |= json.loads(run(*known).stdout)
    environment |= {"AWS_DATA_PATH": str(descriptions), "PATH": f"/usr/bin:{environment['PATH']}"}

    ended = subprocess.run(
        pasted(tab, text, tmp_path), env=environment, cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    said = ended.stdout.decode(errors="replace")
    assert "640" in said
    assert "PNG" in said
    assert "$HOME" in said  # what stands in a prompt is nothing to a shell
