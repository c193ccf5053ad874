"""Whom the asking commands ask."""

import pytest
import typer

from outcrop.cli import connecting
from outcrop.cli.connecting import Asked, connect
from outcrop.client.errors import ApiError, NotConfigured, malformed

CLEARED = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in CLEARED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OUTCROP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def endpoint(asked: Asked) -> str:
    return connect(asked)._configuration.endpoints["bedrock-runtime"]


def test_aws_is_asked_when_it_is_named():
    assert endpoint(Asked(region="eu-west-1")) == "https://bedrock-runtime.eu-west-1.amazonaws.com"


def test_credentials_alone_name_nobody(capsys):
    with pytest.raises(typer.Exit):
        connect(Asked())
    said = capsys.readouterr().err
    assert said.startswith("outcrop: no server runs with the data directory ")
    assert said.endswith("\n  start one: outcrop serve\n  or ask AWS: --profile NAME, --region REGION\n")


@pytest.mark.parametrize("variable", connecting.ENDPOINTS)
def test_an_endpoint_of_the_environment_is_asked(monkeypatch, variable):
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    assert endpoint(Asked()) == "http://127.0.0.1:1"
    assert endpoint(Asked(endpoint_url="http://127.0.0.1:2")) == "http://127.0.0.1:2"


def test_two_places_at_once_are_refused(tmp_path, capsys):
    with pytest.raises(typer.Exit):
        connect(Asked(data=tmp_path, region="eu-west-1"))
    assert "--data names a local server" in capsys.readouterr().err


def test_what_is_not_configured_is_said(capsys):
    with pytest.raises(typer.Exit):
        connect(Asked(profile="absent"))
    assert capsys.readouterr().err == "outcrop: there is no profile absent in AWS's config and credentials files\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ApiError("ThrottlingException", "Slow.", 429), "outcrop: Slow.\n  ThrottlingException, HTTP status 429\n"),
        (malformed("it is a cat"), "outcrop: the answer cannot be read\n  it is a cat\n"),
        (NotConfigured("no region"), "outcrop: no region\n"),
    ],
)
def test_what_goes_wrong_is_a_sentence(capsys, error, said):
    with pytest.raises(typer.Exit), connecting.answering():
        raise error
    assert capsys.readouterr().err == said
