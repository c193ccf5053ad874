"""Judge a server of our own against recorded exchanges: `make parity JUDGE=script RECORDINGS=file`.

Starts a server on a free port with a fresh data directory, runs the judge against it with its keys, and stops it. The
judge and the recordings are not part of this project; the judge takes `--endpoint`, `--recordings`, `--access-key`,
`--secret-key` and `--region`, and prints its own score.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--recordings", type=Path, required=True)
    args, rest = parser.parse_known_args()
    for path in (args.judge, args.recordings):
        if not path.is_file():
            parser.error(f"{path} is not a file; name it: make parity JUDGE=... RECORDINGS=...")
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        outcrop = Path(sys.executable).parent / "outcrop"
        server = subprocess.Popen([outcrop, "serve", "--port", "0", "--data", folder, "--ready-file", ready])
        try:
            return judge(args.judge, args.recordings, wait(ready, server), rest)
        finally:
            server.terminate()
            server.wait(40)


def wait(ready: Path, server: subprocess.Popen[bytes]) -> dict[str, str]:
    while not ready.exists():
        if server.poll() is not None:
            raise SystemExit("the server did not start")
        time.sleep(0.01)
    facts: dict[str, str] = json.loads(ready.read_text())
    return facts


def judge(script: Path, recordings: Path, facts: dict[str, str], rest: list[str]) -> int:
    command = [
        sys.executable,
        str(script),
        f"--endpoint={facts['endpoint']}",
        f"--recordings={recordings}",
        f"--access-key={facts['access_key_id']}",
        f"--secret-key={facts['secret_access_key']}",
        f"--region={facts['region']}",
        *rest,
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
