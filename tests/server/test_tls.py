"""Certificates as files, and what clients make of them over real TLS."""

import datetime
import http.client
import ipaddress
import shutil
import ssl
import stat
import subprocess
from contextlib import closing

import boto3
import botocore.config
import botocore.exceptions
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from tests.conftest import HAIKU, converse_path, said
from tests.http2 import Connection, over_tls
from tests.serving import ANSWER_TIMEOUT, connect, signed

from outcrop.server import tls
from outcrop.storage.files import DamagedSecret
from outcrop.wire.eventstream import Decoder

HELLO = msgspec.json.encode(said())


def load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def verify(made: tls.Certificates, name: str | ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Raise VerificationError unless the server's certificate is one the authority vouches for, for `name`."""
    subject = x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)
    verifier = PolicyBuilder().store(Store([load(made.authority)])).build_server_verifier(subject)
    verifier.verify(load(made.certificate), [])


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "gpu-box.local",
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ],
    ids=str,
)
def test_the_chain_verifies_for_the_names_of_the_server(tmp_path, name):
    verify(tls.certificates(tmp_path, "gpu-box.local"), name)


def test_the_chain_verifies_for_no_other_name(tmp_path):
    made = tls.certificates(tmp_path, "127.0.0.1")
    with pytest.raises(VerificationError):
        verify(made, "example.com")
    with pytest.raises(VerificationError):
        verify(made, ipaddress.ip_address("192.0.2.1"))


def test_another_authority_vouches_for_nothing(tmp_path):
    ours, theirs = tls.certificates(tmp_path / "a", "localhost"), tls.certificates(tmp_path / "b", "localhost")
    with pytest.raises(VerificationError):
        verify(tls.Certificates(theirs.authority, ours.certificate, ours.key), "localhost")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_agrees(tmp_path):
    made = tls.certificates(tmp_path, "127.0.0.1")
    command = ["openssl", "verify", "-x509_strict", "-CAfile", made.authority, "-verify_ip", "127.0.0.1"]
    done = subprocess.run([*command, made.certificate], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout.endswith(": OK\n"), done.stderr


def test_files_are_their_owners_only(tmp_path):
    tls.certificates(tmp_path, "localhost")
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tls").iterdir()}
    assert found == dict.fromkeys(["authority.pem", "authority.key", "server.pem", "server.key"], 0o600)
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


def test_the_key_is_the_certificates(tmp_path):
    made = tls.certificates(tmp_path, "localhost")
    key = load_pem_private_key(made.key.read_bytes(), None)
    assert key.public_key() == load(made.certificate).public_key()


def files(made: tls.Certificates) -> tuple[bytes, bytes, bytes]:
    return made.authority.read_bytes(), made.certificate.read_bytes(), made.key.read_bytes()


def test_what_is_good_is_kept(tmp_path):
    first = files(tls.certificates(tmp_path, "localhost"))
    assert files(tls.certificates(tmp_path, "localhost")) == first
    assert files(tls.certificates(tmp_path, "127.0.0.1")) == first


def test_a_certificate_that_is_about_to_end_is_renewed(tmp_path, monkeypatch):
    monkeypatch.setattr(tls, "SERVER_DAYS", tls.RENEW_BEFORE.days - 1)
    ending = files(tls.certificates(tmp_path, "localhost"))
    monkeypatch.undo()
    made = tls.certificates(tmp_path, "localhost")
    assert files(made)[0] == ending[0]
    assert files(made)[1] != ending[1]
    assert files(made)[2] != ending[2]
    left = load(made.certificate).not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    assert left > datetime.timedelta(days=tls.SERVER_DAYS - 1)
    verify(made, "localhost")


def test_an_authority_that_is_about_to_end_is_renewed_with_what_it_signed(tmp_path, monkeypatch):
    monkeypatch.setattr(tls, "AUTHORITY_DAYS", tls.RENEW_BEFORE.days - 1)
    ending = files(tls.certificates(tmp_path, "localhost"))
    monkeypatch.undo()
    made = tls.certificates(tmp_path, "localhost")
    assert all(new != old for new, old in zip(files(made), ending, strict=True))
    verify(made, "localhost")


def test_a_new_name_needs_a_new_certificate_of_the_same_authority(tmp_path):
    first = files(tls.certificates(tmp_path, "localhost"))
    made = tls.certificates(tmp_path, "192.0.2.7")
    assert files(made)[0] == first[0]
    assert files(made)[1] != first[1]
    verify(made, ipaddress.ip_address("192.0.2.7"))


def test_a_key_of_another_kind_is_refused(tmp_path):
    made = tls.certificates(tmp_path, "localhost")
    made.certificate.unlink()
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "tls" / "authority.key").write_bytes(other)
    with pytest.raises(DamagedSecret, match="remove the folder"):
        tls.certificates(tmp_path, "localhost")


@pytest.mark.parametrize(
    ("offered", "chosen"), [(("h2", "http/1.1"), "h2"), (("http/1.1",), "http/1.1"), (("h2",), "h2")]
)
def test_the_protocol_is_chosen_by_alpn(served_over_tls, offered, chosen):
    with over_tls(connect(served_over_tls), served_over_tls, *offered) as connection:
        assert connection.selected_alpn_protocol() == chosen
        assert connection.version() == "TLSv1.3"


def test_old_tls_is_refused(served_over_tls):
    context = ssl.create_default_context(cafile=served_over_tls.ca_bundle)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with connect(served_over_tls) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname=served_over_tls.address[0])


def test_http_1_over_tls(served_over_tls):
    context = ssl.create_default_context(cafile=served_over_tls.ca_bundle)
    path = converse_path()
    address = served_over_tls.address
    with closing(http.client.HTTPSConnection(*address, timeout=ANSWER_TIMEOUT, context=context)) as connection:
        for _ in range(2):
            connection.request("POST", path, HELLO, signed(served_over_tls, path, HELLO))
            response = connection.getresponse()
            assert response.status == 200
            assert msgspec.json.decode(response.read())["stopReason"] == "end_turn"


def test_http_2_over_tls(served_over_tls):
    path = converse_path(operation="converse-stream")
    with Connection(served_over_tls) as connection:
        headers = signed(served_over_tls, path, HELLO, host_header=":authority")
        answer = connection.answer(connection.ask("POST", path, headers, HELLO))
    assert answer.status == 200
    kinds = [message.headers[":event-type"] for message in Decoder().feed(answer.body)]
    assert (kinds[0], kinds[-1]) == ("messageStart", "metadata")


def bedrock(server, monkeypatch, *, verify):
    """boto3's client with a bearer key and no other credentials, as a developer would set it up."""
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", server.bearer_token)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=server.endpoint,
        region_name=server.region,
        verify=verify,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def test_boto3_sends_a_bearer_key_over_https(served_over_tls, monkeypatch):
    client = bedrock(served_over_tls, monkeypatch, verify=served_over_tls.ca_bundle)
    reply = client.converse(modelId=HAIKU, **said())
    assert "“Hello”" in reply["output"]["message"]["content"][0]["text"]
    events = list(client.converse_stream(modelId=HAIKU, **said())["stream"])
    assert events[-1]["metadata"]["usage"] == reply["usage"]


def test_who_does_not_trust_the_authority_is_not_talked_to(served_over_tls, monkeypatch):
    with pytest.raises(botocore.exceptions.SSLError):
        bedrock(served_over_tls, monkeypatch, verify=True).converse(modelId=HAIKU, **said())


def test_plain_http_is_not_answered_on_the_tls_port(served_over_tls):
    with connect(served_over_tls) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nhost: here\r\n\r\n")
        assert not connection.recv(100).startswith(b"HTTP/")
