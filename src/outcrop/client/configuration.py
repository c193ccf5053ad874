"""Where a client calls and as whom, out of arguments, AWS's environment variables and AWS's files, in that order.

It reads and decides; it connects to nobody. Whatever is not given is looked for where boto3 and the AWS CLI look, so that a
shell that works for them works here.

Sources: botocore 1.44 (`configprovider.py`, `partitions.json`, the services' endpoint rules); `AWS_REGION`, which botocore
does not read, as the AWS CLI and the other SDKs do.
"""

import datetime
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from outcrop.client import credentials, profiles, retries
from outcrop.client.credentials import Credentials, Fixed, Source
from outcrop.client.errors import NotConfigured
from outcrop.model.service import ServiceName

# Regions by their form, the partition's domain and that of endpoints for IPv4 and IPv6. The first row that fits counts.
PARTITIONS = (
    (re.compile(r"cn-\w+-\d+"), "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    (re.compile(r"us-iso-\w+-\d+"), "c2s.ic.gov", "api.aws.ic.gov"),
    (re.compile(r"us-isob-\w+-\d+"), "sc2s.sgov.gov", "api.aws.scloud"),
    (re.compile(r"eu-isoe-\w+-\d+"), "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    (re.compile(r"us-isof-\w+-\d+"), "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    (re.compile(r"eusc-(de)-\w+-\d+"), "amazonaws.eu", "api.amazonwebservices.eu"),
    (re.compile(r""), "amazonaws.com", "api.aws"),
)
REGION = "us-east-1"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Configuration(msgspec.Struct, frozen=True):
    """Endpoints by service, the region that is signed for, whose credentials, what is trusted, and how often is tried."""

    endpoints: dict[ServiceName, str]
    region: str
    source: Source
    ca_bundle: Path | None
    attempts: int


class _Settings:
    """One profile of the files, under the environment's variables."""

    def __init__(self, environment: Mapping[str, str], files: profiles.Profiles, profile: str) -> None:
        self.environment, self.files, self.profile = environment, files, profile

    def get(self, name: str, *variables: str) -> str | None:
        """The first variable that is set, else the profile's setting `name`."""
        found = next(filter(None, map(self.environment.get, variables)), None)
        return found or self.files.text(self.profile, name)

    def flag(self, name: str, variable: str) -> bool:
        return (self.get(name, variable) or "").lower() == "true"

    def endpoint(self, service: ServiceName) -> str | None:
        """The endpoint configured for a service, the more particular place first."""
        if self.flag("ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
            return None
        name = service.replace("-", "_")
        variables = map(self.environment.get, (f"AWS_ENDPOINT_URL_{name.upper()}", "AWS_ENDPOINT_URL"))
        return next(filter(None, variables), None) or (
            self.files.service(self.profile, name, "endpoint_url") or self.files.text(self.profile, "endpoint_url")
        )


def find(
    *,
    endpoint: str | None = None,
    region: str | None = None,
    profile: str | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    session_token: str | None = None,
    bearer_token: str | None = None,
    ca_bundle: Path | None = None,
    attempts: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Everything a client needs to know; raises `NotConfigured` when something is missing or wrong."""
    environment = os.environ if environment is None else environment
    files = profiles.load(environment)
    chosen = _Settings(environment, files, profile or credentials.profile_name(environment) or "default")
    given = _given(access_key_id, secret_access_key, session_token, bearer_token)
    source = Fixed(given) if given else credentials.find(environment, files, profile, _now)
    services: tuple[ServiceName, ...] = ("bedrock-runtime", "bedrock")
    signed_for = region or chosen.get("region", "AWS_REGION", "AWS_DEFAULT_REGION")
    if not signed_for:
        signed_for = _region_of(endpoint or chosen.endpoint("bedrock-runtime"))
    endpoints = {
        name: (endpoint or chosen.endpoint(name) or _aws(name, signed_for, chosen)).rstrip("/") for name in services
    }
    bundle = ca_bundle or chosen.get("ca_bundle", "AWS_CA_BUNDLE")
    return Configuration(
        endpoints={name: _checked(url) for name, url in endpoints.items()},
        region=signed_for,
        source=source,
        ca_bundle=Path(bundle) if bundle else None,
        attempts=attempts or _attempts(chosen.get("max_attempts", "AWS_MAX_ATTEMPTS")),
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _given(key: str | None, secret: str | None, token: str | None, bearer: str | None) -> Credentials | None:
    if bearer:
        return Credentials(bearer_token=bearer)
    if bool(key) != bool(secret):
        raise NotConfigured("access_key_id and secret_access_key belong together: pass both or neither")
    return Credentials(key, secret, token) if key and secret else None


def _region_of(endpoint: str | None) -> str:
    """The region to sign for when none is named: any will do where AWS is not. Decided; botocore refuses."""
    if endpoint is None or any(domain in endpoint for _, *domains in PARTITIONS for domain in domains):
        raise NotConfigured("no region: pass one, set AWS_REGION, or give the profile a region")
    return REGION


def _aws(service: ServiceName, region: str, settings: _Settings) -> str:
    """AWS's own endpoint of a service in a region."""
    if not re.fullmatch(r"[a-z0-9-]{1,63}", region):
        raise NotConfigured(f"{region!r} is no region")
    dual = settings.flag("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT")
    fips = "-fips" if settings.flag("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT") else ""
    _, domain, dual_domain = next(row for row in PARTITIONS if row[0].match(region))
    return f"https://{service}{fips}.{region}.{dual_domain if dual else domain}"


def _checked(endpoint: str) -> str:
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise NotConfigured(f"the endpoint {endpoint!r} is no URL of http or https")
    return endpoint


def _attempts(text: str | None) -> int:
    if text is None:
        return retries.ATTEMPTS
    if not text.isdecimal() or text == "0":
        raise NotConfigured(f"max_attempts is {text!r}, and has to be a whole number from 1")
    return int(text)


def may_carry_secrets(endpoint: str) -> bool:
    """Whether a bearer token may be sent there: over https, or not beyond this machine."""
    url = urlsplit(endpoint)
    return url.scheme == "https" or url.hostname in LOOPBACK
