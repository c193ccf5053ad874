"""A local authority for `--tls`: one certificate that clients are told to trust, one it has signed for the server.

Both are made in the data directory on first use and renewed before they end. boto3 sends bearer keys over https only, so
this is what makes them usable on a laptop. Nothing is added to the system's trust.
"""

import datetime
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from outcrop.storage import files

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397  # the longest that clients of public sites accept; ours follow suit
RENEW_BEFORE = datetime.timedelta(days=30)


class Certificates(NamedTuple):
    """Paths of PEM files: the authority clients should trust, and the server's certificate and key."""

    authority: Path
    certificate: Path
    key: Path


def certificates(data: Path, host: str) -> Certificates:
    """The files for a server on `host`, localhost and the loopback addresses; made or renewed when needed."""
    folder = files.directory(data / "tls")
    made = Certificates(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    if not _valid(made.authority, None) or not (folder / "authority.key").exists():
        _make_authority(made.authority, folder / "authority.key")
        made.certificate.unlink(missing_ok=True)
    if not _valid(made.certificate, host):
        _make_server(made, folder / "authority.key", host)
    return made


def _valid(path: Path, host: str | None) -> bool:
    from cryptography import x509

    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    if certificate.not_valid_after_utc - RENEW_BEFORE < datetime.datetime.now(datetime.UTC):
        return False
    if host is None:
        return True
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return any(name.value in (host, _address(host)) for name in names)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _make_authority(path: Path, key_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key = _new_key()
    builder = _builder("Outcrop local authority", "Outcrop local authority", key, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    files.write(key_path, _pem(key))
    files.write(path, _certificate_pem(builder.sign(key, hashes.SHA256())))


def _make_server(made: Certificates, authority_key: Path, host: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509.oid import ExtendedKeyUsageOID

    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    if not isinstance(signer, EllipticCurvePrivateKey):
        raise files.DamagedSecret(f"{authority_key} is not a key of ours; remove the folder {authority_key.parent}")
    key = _new_key()
    names: dict[str, x509.GeneralName] = {"localhost": x509.DNSName("localhost")}
    for name in ("127.0.0.1", "::1", host):
        address = _address(name)
        names[name] = x509.IPAddress(address) if address else x509.DNSName(name)
    builder = _builder("Outcrop local authority", "Outcrop", key, SERVER_DAYS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names.values()), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(issuer, critical=False)
    files.write(made.key, _pem(key))
    files.write(made.certificate, _certificate_pem(builder.sign(signer, hashes.SHA256())))


def _new_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _builder(issuer: str, subject: str, key: "EllipticCurvePrivateKey", days: int) -> "x509.CertificateBuilder":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_pem(certificate: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)
