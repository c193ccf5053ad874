"""Pages whose code runs: the fenced Python of a page, in order, as one program, and its fenced shell, likewise."""

import re
import subprocess
from pathlib import Path
from typing import Any

import boto3

DOCS = Path(__file__).resolve().parent.parent / "docs"
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[tuple[int, str]]:
    """The blocks in a language of a page under docs/, each with the line on which it begins."""
    text = (DOCS / page).read_text("utf-8")
    return [
        (text.count("\n", 0, found.start()) + 2, found[2]) for found in _FENCED.finditer(text) if found[1] == language
    ]


def run(page: str) -> dict[str, Any]:
    """Run a page's Python; the names it leaves. Errors name the page and its line.

    A page is a program of its own: it does not find the session that boto3 has made for another test, with other keys.
    """
    boto3.DEFAULT_SESSION = None
    names: dict[str, Any] = {"__name__": "__main__"}
    for line, text in blocks(page, "python"):
        exec(compile("\n" * (line - 1) + text, str(DOCS / page), "exec"), names)
    return names


def shell(page: str, *, folder: Path, env: dict[str, str]) -> list[subprocess.CompletedProcess[str]]:
    """Run each shell block of a page in `folder`; one that fails, or a pipe in it, fails the test."""
    done = []
    for line, text in blocks(page, "sh"):
        script = f"set -euo pipefail\n{text}"
        run = subprocess.run(["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, f"{page}:{line}: {run.stderr}"
        done.append(run)
    return done
