"""A real llama.cpp with the tiny model, as a server of its own: it speaks OpenAI's and Anthropic's languages.

Folders of tests take the fixtures into their conftest; however often they do, the model and the server are one. As a
program it is that server: ``python -m tests.llama MODEL TOWER [PORT]`` prints its address and serves until its input ends.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import tiny

CONTEXT = 2048  # tokens that fit
LOADED = pytest.StashKey[dict[str, object]]()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The file of the tiny language model; tiny-mmproj.gguf beside it is its vision tower."""
    made = pytestconfig.stash.setdefault(LOADED, {})
    if "model" not in made:
        folder = tmp_path_factory.mktemp("tiny")
        tiny.vision(folder / "tiny-mmproj.gguf")
        made["model"] = tiny.language(folder / "tiny.gguf")
    found = made["model"]
    assert isinstance(found, Path)
    return found


@pytest.fixture(scope="session")
def llama(tiny_model: Path, pytestconfig: pytest.Config) -> Iterator[str]:
    """The endpoint of a llama.cpp server, before ``/v1``."""
    made = pytestconfig.stash.setdefault(LOADED, {})
    if "server" in made:
        yield str(made["server"])
        return
    tower = tiny_model.with_name("tiny-mmproj.gguf")
    with (tiny_model.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.llama", tiny_model, tower],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdin
    assert process.stdout
    made["server"] = process.stdout.readline().decode().strip()
    yield str(made.pop("server"))
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()


def serve(model: str, tower: str, port: str = "0") -> None:
    """Be the server; port 0 takes a free one."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, params.mmproj.path = model, tower
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # more would only wait for each other
    params.n_ctx, params.n_parallel, params.kv_unified = CONTEXT, 4, True
    params.hostnames, params.port = ["127.0.0.1"], int(port)
    params.use_jinja, params.warmup, params.embedding = True, False, False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    sys.stdout.flush()


if __name__ == "__main__":
    serve(*sys.argv[1:])
