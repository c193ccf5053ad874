"""The question's own route with the accepted answer's payload, served by Next.js as it is built for production."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

pytestmark = pytest.mark.clients

JAVASCRIPT = Path(__file__).parent / "javascript"
ACCEPTED = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 4096,
    "system": "todo",
    "messages": [{"role": "user", "content": "Hello there."}, {"role": "assistant", "content": ""}],
}


@pytest.fixture(scope="module")
def application(toolchain, aws_environment):
    """Where the application listens: on loopback, on a port it chose."""
    node = toolchain("node", JAVASCRIPT / ".tools" / "next" / ".built")
    program = JAVASCRIPT / "node_modules" / "next" / "dist" / "bin" / "next"
    process = subprocess.Popen(
        [node, program, "start", "--hostname", "127.0.0.1", "--port", "0"],
        cwd=JAVASCRIPT,
        env=aws_environment | {"NEXT_TELEMETRY_DISABLED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        yield address(process)
        process.terminate()


def address(process: subprocess.Popen[str]) -> str:
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    return pytest.fail("Next.js did not start:\n" + "".join(said))


def test_the_route_streams_the_text_of_the_model(application, server):
    connection = http.client.HTTPConnection(urlsplit(application).netloc, timeout=60)
    connection.request("POST", "/api/chat", body=json.dumps({"from": "a page"}))
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert response.status == 200
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert text == answer_to_the_same_payload(server)


def answer_to_the_same_payload(server) -> str:
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
    )
    response = client.invoke_model(modelId="anthropic.claude-3-haiku-20240307-v1:0", body=json.dumps(ACCEPTED))
    return json.load(response["body"])["content"][0]["text"]
