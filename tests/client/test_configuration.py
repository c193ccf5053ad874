"""Where to call and as whom, beside what botocore makes of the same environment."""

import pytest
from botocore.config import Config
from botocore.session import Session

from outcrop.client import configuration
from outcrop.client.credentials import Credentials
from outcrop.client.errors import NotConfigured

KEYS = {"access_key_id": "AKIA", "secret_access_key": "secret"}


@pytest.fixture
def find(tmp_path):
    """`find(config="", variables={}, **arguments)` in a home of its own."""

    def run(config: str = "", variables: dict[str, str] | None = None, **arguments):
        (tmp_path / ".aws").mkdir(exist_ok=True)
        (tmp_path / ".aws/config").write_text(config)
        environment = {"HOME": str(tmp_path), **(variables or {})}
        return configuration.find(environment=environment, **{**KEYS, **arguments})

    return run


@pytest.mark.parametrize("options", [{}, {"use_fips_endpoint": True}, {"use_dualstack_endpoint": True}])
def test_without_an_endpoint_it_is_awss_own(find, options):
    session = Session()
    variables = {f"AWS_{name.upper()}": "true" for name in options}
    for region in ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"):
        made = find(variables=variables, region=region)
        for service in ("bedrock-runtime", "bedrock"):
            client = session.create_client(
                service, region, aws_access_key_id="x", aws_secret_access_key="x", config=Config(**options)
            )
            assert made.endpoints[service] == client.meta.endpoint_url


def test_every_partitions_domain_is_botocores(find):
    resolver = Session()._get_internal_component("endpoint_resolver")
    for partition in resolver.get_available_partitions():
        for region in resolver.get_available_endpoints("sts", partition, allow_non_regional=False):
            expected = f"https://bedrock.{region}.{resolver.get_partition_dns_suffix(partition)}"
            assert find(region=region).endpoints["bedrock"] == expected


@pytest.mark.parametrize(
    ("config", "variables", "argument", "expected"),
    [
        ("[default]\nregion = c", {"AWS_REGION": "r", "AWS_DEFAULT_REGION": "d"}, "a", "a"),
        ("[default]\nregion = c", {"AWS_REGION": "r", "AWS_DEFAULT_REGION": "d"}, None, "r"),
        ("[default]\nregion = c", {"AWS_DEFAULT_REGION": "d"}, None, "d"),
        ("[default]\nregion = c", {}, None, "c"),
        ("[default]\nregion = c\n[profile p]\nregion = p", {"AWS_PROFILE": "p"}, None, "p"),
    ],
)
def test_the_region_is_the_nearest(find, config, variables, argument, expected):
    assert find(config, variables, region=argument).region == expected


SERVICES = (
    "[profile p]\nservices = s\nendpoint_url = http://g\n[services s]\nbedrock_runtime =\n  endpoint_url = http://s\n"
)


@pytest.mark.parametrize(
    ("variables", "arguments", "runtime", "control"),
    [
        ({}, {"endpoint": "http://a/"}, "http://a", "http://a"),
        ({"AWS_ENDPOINT_URL": "http://e"}, {"endpoint": "http://a"}, "http://a", "http://a"),
        ({"AWS_ENDPOINT_URL": "http://e"}, {"profile": "p"}, "http://e", "http://e"),
        ({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://r", "AWS_ENDPOINT_URL": "http://e"}, {}, "http://r", "http://e"),
        ({"AWS_ENDPOINT_URL_BEDROCK": "http://c"}, {"profile": "p"}, "http://s", "http://c"),
        ({}, {"profile": "p"}, "http://s", "http://g"),
        (
            {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://e"},
            {"profile": "p"},
            "https://bedrock-runtime.r.amazonaws.com",
            "https://bedrock.r.amazonaws.com",
        ),
    ],
)
def test_the_endpoint_is_the_most_particular(find, variables, arguments, runtime, control):
    made = find(SERVICES, variables, region="r", **arguments)
    assert made.endpoints == {"bedrock-runtime": runtime, "bedrock": control}


def test_an_endpoint_that_is_not_awss_needs_no_region(find):
    assert find(endpoint="http://127.0.0.1:4020").region == "us-east-1"
    assert find(variables={"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://h"}).region == "us-east-1"
    with pytest.raises(NotConfigured, match="no region"):
        find(endpoint="https://bedrock-runtime.eu-west-1.amazonaws.com")


def test_attempts_and_authorities_are_taken_from_the_same_places(find):
    made = find("[default]\nmax_attempts = 5\nca_bundle = /c.pem\n", region="r")
    assert (made.attempts, str(made.ca_bundle)) == (5, "/c.pem")
    made = find(variables={"AWS_MAX_ATTEMPTS": "2", "AWS_CA_BUNDLE": "/e.pem"}, region="r")
    assert (made.attempts, str(made.ca_bundle)) == (2, "/e.pem")
    assert find(region="r", attempts=1).attempts == 1
    assert find(region="r").attempts == 3


@pytest.mark.parametrize(
    ("variables", "arguments", "complaint"),
    [
        ({}, {}, "no region: pass one, set AWS_REGION"),
        ({}, {"region": "evil.example/"}, "'evil.example/' is no region"),
        ({"AWS_ENDPOINT_URL": "ftp://x"}, {"region": "r"}, "'ftp://x' is no URL"),
        ({"AWS_MAX_ATTEMPTS": "0"}, {"region": "r"}, "has to be a whole number from 1"),
        ({}, {"region": "r", "secret_access_key": None}, "belong together"),
        ({}, {"region": "r", "access_key_id": None, "secret_access_key": None, "profile": "x"}, "no profile x"),
    ],
)
def test_what_is_missing_or_wrong_is_said(find, variables, arguments, complaint):
    with pytest.raises(NotConfigured, match=complaint):
        find(variables=variables, **arguments)


def test_an_argument_wins_over_the_environments_token(find):
    token = {"AWS_BEARER_TOKEN_BEDROCK": "e"}
    assert find(variables=token, region="r").source.ready() == Credentials("AKIA", "secret")
    assert find(variables=token, region="r", bearer_token="a").source.ready() == Credentials(bearer_token="a")


@pytest.mark.parametrize(
    ("endpoint", "may"),
    [
        ("https://x", True),
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://x", False),
    ],
)
def test_a_token_does_not_travel_in_the_open(endpoint, may):
    assert configuration.may_carry_secrets(endpoint) is may
