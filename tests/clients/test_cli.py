"""The AWS command line, version 1 and version 2: the Go tutorial's `invoke-model` line and the Python article's list.

Debian's version 2 knows neither Bedrock nor endpoints in the environment: it is given the service's description from
the botocore that is installed here, by AWS_DATA_PATH, and the endpoint on its command line.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import botocore
import pytest

pytestmark = pytest.mark.clients

VERSION_1 = Path(__file__).parent.parent.parent / ".tools" / "clients" / "awscli" / "bin" / "aws"
VERSION_2 = ("/usr/bin/aws", "/usr/local/bin/aws")
DESCRIPTIONS = ("bedrock-runtime/2023-09-30", "bedrock/2023-04-20")
BODY = (
    '{"messages":[{"role":"user","content":[{"type":"text","text":"Hello\\nHello! How can I assist you today?"}]}],'
    '"anthropic_version":"bedrock-2023-05-31","max_tokens":2000,"temperature":1,"top_k":250,"top_p":0.999,'
    '"stop_sequences":["\\n\\nHuman:"]}'
)
# What the article prints: us-west-2 in August 2024.
ANTHROPIC_IN_2024 = [
    "anthropic.claude-instant-v1:2:100k",
    "anthropic.claude-instant-v1",
    "anthropic.claude-v2:0:18k",
    "anthropic.claude-v2:0:100k",
    "anthropic.claude-v2:1:18k",
    "anthropic.claude-v2:1:200k",
    "anthropic.claude-v2:1",
    "anthropic.claude-v2",
    "anthropic.claude-3-sonnet-20240229-v1:0:28k",
    "anthropic.claude-3-sonnet-20240229-v1:0:200k",
    "anthropic.claude-3-sonnet-20240229-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0:48k",
    "anthropic.claude-3-haiku-20240307-v1:0:200k",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "anthropic.claude-3-opus-20240229-v1:0:12k",
    "anthropic.claude-3-opus-20240229-v1:0:28k",
    "anthropic.claude-3-opus-20240229-v1:0:200k",
    "anthropic.claude-3-opus-20240229-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0:18k",
    "anthropic.claude-3-5-sonnet-20240620-v1:0:51k",
    "anthropic.claude-3-5-sonnet-20240620-v1:0:200k",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
]


def is_version_2(command: str) -> bool:
    if not Path(command).exists():
        return False
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True, timeout=60)
    return said.stdout.startswith("aws-cli/2.")


@pytest.fixture(scope="module")
def version_1(toolchain):
    return toolchain(str(VERSION_1))


@pytest.fixture(scope="module")
def version_2(toolchain):
    return toolchain(next(filter(is_version_2, VERSION_2), VERSION_2[0]))


@pytest.fixture(scope="module")
def descriptions(tmp_path_factory):
    """A folder of service descriptions for AWS_DATA_PATH."""
    folder = tmp_path_factory.mktemp("descriptions")
    installed = Path(botocore.__file__).parent / "data"
    for name in DESCRIPTIONS:
        (folder / name).mkdir(parents=True)
        packed = (installed / name / "service-2.json.gz").read_bytes()
        (folder / name / "service-2.json").write_bytes(gzip.decompress(packed))
    return folder


def check_invocation(printed: dict, output: Path) -> None:
    assert printed == {"contentType": "application/json"}
    message = json.loads(output.read_bytes())
    assert (message["type"], message["role"]) == ("message", "assistant")
    assert message["content"][0]["text"].strip()
    assert message["usage"]["output_tokens"] > 0


def test_invoke_model_with_version_1(version_1, report_of, aws_environment, tmp_path):
    output = tmp_path / "invoke-model-output.txt"
    command = [version_1, "bedrock-runtime", "invoke-model"]
    command += [
        "--model-id",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "--body",
        BODY,
        "--region",
        "ap-south-1",
        output,
    ]
    check_invocation(report_of(command, aws_environment), output)


def test_invoke_model_with_version_2(version_2, report_of, aws_environment, descriptions, server, tmp_path):
    output = tmp_path / "invoke-model-output.txt"
    command = [version_2, "bedrock-runtime", "invoke-model", "--endpoint-url", server.endpoint]
    command += ["--model-id", "anthropic.claude-3-haiku-20240307-v1:0", "--body", BODY]
    command += ["--cli-binary-format", "raw-in-base64-out", "--region", "ap-south-1", output]
    check_invocation(report_of(command, aws_environment | {"AWS_DATA_PATH": str(descriptions)}), output)


LIST = ["bedrock", "list-foundation-models", "--region=us-west-2", "--by-provider", "anthropic"]
QUERY = ["--query", "modelSummaries[*].modelId"]


def test_the_list_of_2024_with_version_1(version_1, report_of, environment_of, server_of_2024):
    listed = report_of([version_1, *LIST, *QUERY], environment_of(server_of_2024))
    assert listed == ANTHROPIC_IN_2024


def test_the_list_of_2024_with_version_2(version_2, report_of, environment_of, descriptions, server_of_2024):
    environment = environment_of(server_of_2024) | {"AWS_DATA_PATH": str(descriptions)}
    command = [version_2, *LIST, "--endpoint-url", server_of_2024.endpoint, *QUERY]
    assert report_of(command, environment) == ANTHROPIC_IN_2024
