import json
import os
import subprocess

import pytest
from tests.serving import OUTCROP, inherited, run

from outcrop.cli.env import UNSET, environment
from outcrop.cli.running import Running, announce
from outcrop.iam.keys import RootKey, generate

PLAIN = Running("http://127.0.0.1:4020", "eu-west-3", os.getpid())
ENDPOINTS = {
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": PLAIN.endpoint,
    "AWS_ENDPOINT_URL_BEDROCK": PLAIN.endpoint,
    "AWS_ENDPOINT_URL_IAM": PLAIN.endpoint,
    "AWS_ENDPOINT_URL_STS": PLAIN.endpoint,
    "AWS_REGION": "eu-west-3",
    "AWS_DEFAULT_REGION": "eu-west-3",
}


@pytest.fixture
def announced(tmp_path):
    """A data directory in which a server (this process) is announced, and its credentials."""
    data = tmp_path / 'it\'s "my" $data'
    credentials = RootKey.of(data).credentials
    announce(data, PLAIN)
    return data, credentials


def test_the_access_key_by_default():
    key = generate()
    assert environment(PLAIN, key) == ENDPOINTS | {
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
    }


def test_the_bearer_key_when_asked():
    key = generate()
    assert environment(PLAIN, key, bearer=True) == ENDPOINTS | {"AWS_BEARER_TOKEN_BEDROCK": key.bearer_token}


def test_with_tls_what_to_trust():
    found = environment(Running("https://127.0.0.1:1", "r", 1, "/a/b.pem"), generate())
    assert (found["AWS_CA_BUNDLE"], found["NODE_EXTRA_CA_CERTS"]) == ("/a/b.pem", "/a/b.pem")


def shell(script: str, **env: str) -> list[str]:
    path = f"{OUTCROP.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-euc", script], env=inherited() | {"PATH": path} | env, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_shell_takes_it_and_what_would_win_over_it_is_unset(announced):
    data, key = announced
    names = ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    script = 'eval "$(outcrop env --data "$DATA")"; ' + " ".join(f'echo "${name}";' for name in names)
    script += " ".join(f'echo "${{{name}-unset}}";' for name in UNSET)
    found = shell(script, DATA=str(data), **dict.fromkeys(UNSET, "theirs"))
    assert found == [PLAIN.endpoint, "eu-west-3", key.access_key_id, key.secret_access_key, *["unset"] * len(UNSET)]


def test_a_shell_takes_any_path(announced):
    data, _ = announced
    bundle = str(data / "tls" / "authority.pem")
    announce(data, Running(PLAIN.endpoint, PLAIN.region, PLAIN.pid, bundle))
    assert shell('eval "$(outcrop env --data "$DATA")"; echo "$AWS_CA_BUNDLE"', DATA=str(data)) == [bundle]


def test_the_data_directory_may_come_from_the_environment(announced):
    data, key = announced
    found = shell('eval "$(outcrop env)"; echo "$AWS_ACCESS_KEY_ID"', OUTCROP_DATA=str(data))
    assert found == [key.access_key_id]


def test_json_for_programs(announced):
    data, key = announced
    done = run("env", "--json", "--data", data)
    assert (done.returncode, json.loads(done.stdout)) == (0, environment(PLAIN, key))


def test_the_bearer_key_on_the_command_line(announced):
    data, key = announced
    lines = run("env", "--bearer", "--data", data).stdout.splitlines()
    assert f"export AWS_BEARER_TOKEN_BEDROCK={key.bearer_token}" in lines
    assert lines[0] == "unset AWS_PROFILE AWS_SESSION_TOKEN"
    assert not any("SECRET" in line for line in lines)


def test_without_a_server_it_says_what_to_do(tmp_path):
    done = run("env", "--data", tmp_path)
    expected = f"outcrop: no server runs with the data directory {tmp_path}\n  start one: outcrop serve\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
