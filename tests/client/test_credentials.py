"""Credentials from everywhere, beside what botocore finds in the same home."""

import datetime
import itertools
import json
import os
import shlex
import sys

import pytest
from botocore.session import Session

from outcrop.client import credentials, profiles
from outcrop.client.credentials import Botocore, Credentials, Fixed, Process
from outcrop.client.errors import NotConfigured

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
KEYS = "aws_access_key_id = {0}KEY\naws_secret_access_key = {0}SECRET\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """`home(config, credentials)` writes the two files; what is left of the environment is `HOME`."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def write(config: str = "", keys: str = "") -> dict[str, str]:
        (tmp_path / ".aws").mkdir(exist_ok=True)
        (tmp_path / ".aws/config").write_text(config)
        (tmp_path / ".aws/credentials").write_text(keys)
        return {"HOME": str(tmp_path)}

    return write


def found(environment, profile=None):
    return credentials.find(environment, profiles.load(environment), profile, lambda: NOW)


CONFIG = "[default]\n" + KEYS.format("CD") + "[profile p]\n" + KEYS.format("CP") + "[profile q]\nregion = x\n"
SHARED = "[default]\n" + KEYS.format("SD") + "aws_session_token = SDTOKEN\n[q]\n" + KEYS.format("SQ")
VARIABLES = {"AWS_ACCESS_KEY_ID": "EKEY", "AWS_SECRET_ACCESS_KEY": "ESECRET"}


@pytest.mark.parametrize("named", [None, "default", "p", "q"])
@pytest.mark.parametrize("by", ["argument", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
@pytest.mark.parametrize(
    ("files", "variables"),
    list(
        itertools.product([(CONFIG, SHARED), (CONFIG, "")], [{}, VARIABLES, {**VARIABLES, "AWS_SESSION_TOKEN": "ET"}])
    ),
)
def test_the_order_is_botocores(home, monkeypatch, named, by, files, variables):
    environment = home(*files) | variables
    if named == "q" and not files[1]:
        return  # nothing there, which is another test
    argument = named if by == "argument" else None
    if named and not argument:
        environment[by] = named
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    expected = Session(profile=argument).get_credentials()
    ours = found(environment, argument).load()
    assert (ours.access_key_id, ours.secret_access_key, ours.session_token) == (
        expected.access_key,
        expected.secret_key,
        expected.token,
    )


def test_a_bearer_token_of_the_environment_wins(home):
    source = found(home(CONFIG, SHARED) | VARIABLES | {"AWS_BEARER_TOKEN_BEDROCK": "token"})
    assert source.load() == Credentials(bearer_token="token")


def test_secrets_are_not_shown():
    assert repr(Credentials("AKIA", "SECRET", "TOKEN")) == "Credentials(AKIA)"
    assert repr(Credentials(bearer_token="TOKEN")) == "Credentials(a bearer token)"


def process(tmp_path, value: object, status: int = 0) -> str:
    """A profile whose credential process prints `value` and a line into a log."""
    script = tmp_path / "process.py"
    printed = value if isinstance(value, str) else json.dumps(value)
    script.write_text(
        f"import sys\nopen({str(tmp_path / 'log')!r}, 'a').write('.')\nprint({printed!r})\n"
        f"print('the reason', file=sys.stderr)\nsys.exit({status})\n"
    )
    return f"[profile p]\ncredential_process = {shlex.join([sys.executable, str(script)])}\n"


PRINTED = {"Version": 1, "AccessKeyId": "PK", "SecretAccessKey": "PS", "SessionToken": "PT"}


def test_a_process_is_asked_once_while_its_credentials_hold(home, tmp_path):
    source = found(home(process(tmp_path, PRINTED)), "p")
    assert isinstance(source, Process)
    assert source.ready() is None
    assert source.load() == source.ready() == Credentials("PK", "PS", "PT")


@pytest.mark.parametrize(("minutes", "holds"), [(60, True), (16, True), (14, False), (-1, False)])
def test_a_process_is_asked_again_before_they_expire(home, tmp_path, minutes, holds):
    expiration = (NOW + datetime.timedelta(minutes=minutes)).isoformat()
    source = found(home(process(tmp_path, PRINTED | {"Expiration": expiration})), "p")
    source.load()
    assert (source.ready() is not None) == holds


@pytest.mark.parametrize(
    ("printed", "status", "complaint"),
    [
        ("nonsense", 0, "printed something else"),
        (PRINTED | {"Version": 2}, 0, "speaks version 2, known is 1"),
        ({"Version": 1, "AccessKeyId": "x"}, 0, "missing required field `SecretAccessKey`"),
        (PRINTED, 3, "ended with status 3: the reason"),
    ],
)
def test_a_process_that_fails_says_why(home, tmp_path, printed, status, complaint):
    with pytest.raises(NotConfigured, match=complaint):
        found(home(process(tmp_path, printed, status)), "p").load()


def test_a_process_that_is_not_there(home):
    with pytest.raises(NotConfigured, match=r"cannot be started: .*nowhere"):
        found(home("[default]\ncredential_process = /nowhere\n")).load()


@pytest.mark.parametrize(
    ("config", "variables", "complaint"),
    [
        ("", {"AWS_ACCESS_KEY_ID": "x"}, "AWS_SECRET_ACCESS_KEY is not"),
        ("", {"AWS_PROFILE": "absent"}, "there is no profile absent"),
        ("[default]\naws_access_key_id = x\n", {}, "no aws_secret_access_key"),
    ],
)
def test_what_is_half_there_is_said(home, config, variables, complaint):
    with pytest.raises(NotConfigured, match=complaint):
        found(home(config) | variables)


@pytest.mark.parametrize(
    "line", ["role_arn = x", "sso_session = x", "sso_start_url = x", "web_identity_token_file = x"]
)
def test_what_needs_calls_is_asked_of_botocore(home, monkeypatch, line):
    environment = home(f"[profile p]\n{line}\n", "[p]\n" + KEYS.format("S"))
    assert isinstance(found(environment, "p"), Botocore)
    monkeypatch.setattr(credentials.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NotConfigured, match=r"the profile p needs botocore; pip install 'outcrop\[aws\]'"):
        found(environment, "p")


def test_botocore_is_asked_when_nothing_is_found(home):
    source = found(home())
    assert source.ready() is None
    with pytest.raises(NotConfigured, match="no credentials: set AWS_ACCESS_KEY_ID"):
        source.load()


def test_botocores_credentials_are_taken_over(home, monkeypatch):
    home("[profile p]\n" + KEYS.format("C"))
    source = Botocore("p")
    assert source.load() == source.ready() == Credentials("CKEY", "CSECRET", None)
    with pytest.raises(NotConfigured, match="could not be found"):
        Botocore("absent").load()


def test_fixed_ones_are_always_ready():
    assert Fixed(Credentials("a", "b")).ready() == Fixed(Credentials("a", "b")).load()
