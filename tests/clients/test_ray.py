"""The operator on Ray Data, in processes of its own: what comes out is what comes out of the local runner."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.clients.conftest import absent
from tests.serving import Environment

pytestmark = pytest.mark.clients

PROGRAM = """
import asyncio, json, sys
import ray
from outcrop.client import AsyncClient
from outcrop.operator import ConverseOperator, run_file
from outcrop.operator.ray import run_file as run_on_ray

operator = ConverseOperator(
    AsyncClient, model="anthropic.claude-3-haiku-20240307-v1:0", prompt="$msg", simplify_response=True, on_error="route"
)
local = asyncio.run(run_file(operator, "mails.jsonl", "local.jsonl", "local-errors.jsonl"))
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error", object_store_memory=100_000_000)
ray.data.DataContext.get_current().enable_progress_bars = False
counts = run_on_ray(operator, "mails.jsonl", "ray.jsonl", "ray-errors.jsonl", concurrency=8)
print(json.dumps({"local": dict(local.counts), "ray": counts}))
"""


def lines(path: Path) -> list[str]:
    return sorted(path.read_text().splitlines())


def error(line: str) -> list[object]:
    """An error document without its stack trace, which names other files."""
    found = json.loads(line)
    return [found[name] for name in ("error", "reason", "resolution", "original")]


def test_ray_gives_what_the_local_runner_gives(aws_environment: Environment, tmp_path: Path) -> None:
    try:
        import ray  # noqa: F401
    except ImportError:
        absent("ray is not installed: run tests/clients/install.sh")
    mails = [json.dumps({"n": n, "msg": f"Mail {n}"}) for n in range(100)]
    mails[7], mails[40] = '{"n":7}', '{"n":'
    (tmp_path / "mails.jsonl").write_text("\n".join(mails) + "\n")
    env = aws_environment | {"RAY_TMPDIR": "/tmp", "RAY_USAGE_STATS_ENABLED": "0", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert counts["ray"] == counts["local"] == {"output0": 98, "error0": 2}
    assert lines(tmp_path / "ray.jsonl") == lines(tmp_path / "local.jsonl")
    ours, theirs = (
        sorted(map(repr, map(error, lines(tmp_path / name)))) for name in ("local-errors.jsonl", "ray-errors.jsonl")
    )
    assert ours == theirs
