"""The child as a program: it says when it answers, and ends when nobody holds its input."""

import subprocess
import sys
from pathlib import Path

import msgspec

from outcrop.engines.llama_cpp.child import READY, Load


def test_it_serves_until_its_input_ends(tiny_model: Path, tmp_path: Path) -> None:
    load = Load(model=str(tiny_model), socket=str(tmp_path / "a.sock"), threads=1, gpu_layers=0)
    command = [sys.executable, "-m", "outcrop.engines.llama_cpp.child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(msgspec.json.encode(load) + b"\n")
        child.stdin.flush()
        assert child.stdout.readline() == READY
        assert (tmp_path / "a.sock").is_socket()
        child.stdin.close()
        assert child.wait(timeout=10) == 0
