"""The Python article's samples with boto3: the same calls with the same values, and what they print.

They differ from the article in file names, in what it has commented out, and in one loop over a stream where it repeats
the loop. The endpoint and the keys come from the environment, except where the article writes the keys into the code.
"""

from __future__ import annotations

import json
import os
import re

import boto3
import botocore.exceptions
import pytest
from fpdf import FPDF
from PIL import Image

region_name = "us-west-2"
model_id = "anthropic.claude-3-haiku-20240307-v1:0"
PIRATE = [{"text": "Please respond to all requests in the style of a pirate."}]
LETTER = (
    'Write an email from Bob, Customer Service Manager, to the customer "John Doe" who provided negative feedback on '
    "the service provided by our customer support engineer"
)
INVESTIGATOR = [
    {
        "text": "You are professional financial investigator, a report in PDF format is send to you. "
        "Please check a few questions in Chinese, and respond to all requests in Chinese"
    }
]
QUESTIONS = (
    "根据财报,请回答一系列问题,回答问题时候按顺序。"
    "问题1,Amazon营收比2024 Q1如何,营收比2023 Q2如何。"
    "问题2,利润率比2024 Q1如何,利润率比2023年Q2如何。"
    "问题3,各业务板块中,盈利最大来自哪一个业务板块,其利润率数据是多少。"
    "问题4,各业务板块中,亏损最大的是哪一个板块,利润率百分比是多少。"
    "问题5,财报中是否披露了AWS的市场战略有率。"
    "问题6,本期财报中是否披露了汽车和自动驾驶相关投资信息,投资金额是多少。"
    "问题7,本期财报中是否披露了人工智能、大语言模型投资,是否包含对Anthropic公司投资的信息。"
)
STREAMED = re.compile(
    r"(?P<text>.+)\nToken usage\nInput tokens: (?P<input>\d+)\n:Output tokens: (?P<output>\d+)\n"
    r":Total tokens: (?P<total>\d+)\nLatency: (?P<latency>\d+) milliseconds\n",
    re.DOTALL,
)


def converse(session):
    """The Converse sample."""
    bedrock = session.client(service_name="bedrock-runtime")
    message_list = []
    message_list.append({"role": "user", "content": [{"text": LETTER}]})
    response = bedrock.converse(
        modelId=model_id,
        system=PIRATE,
        messages=message_list,
        inferenceConfig={"maxTokens": 2000, "temperature": 0},
    )
    response_message = response["output"]["message"]["content"][0]["text"]
    print(response_message)
    print("\n\n--- Token usage ---")
    print("Usage:", json.dumps(response["usage"], indent=4))


def converse_stream(system_prompt, content):
    """The ConverseStream samples, which differ in their system prompt and content alone."""
    session = boto3.Session(region_name=region_name)
    bedrock = session.client(service_name="bedrock-runtime")
    message_list = []
    message_list.append({"role": "user", "content": content})
    response = bedrock.converse_stream(
        modelId=model_id,
        system=system_prompt,
        messages=message_list,
        inferenceConfig={"maxTokens": 2000, "temperature": 0},
    )
    stream = response.get("stream")
    if stream:
        for event in stream:
            if "contentBlockDelta" in event:
                print(event["contentBlockDelta"]["delta"]["text"], end="")
            if "metadata" in event:
                metadata = event["metadata"]
                if "usage" in metadata:
                    print("\nToken usage")
                    print(f"Input tokens: {metadata['usage']['inputTokens']}")
                    print(f":Output tokens: {metadata['usage']['outputTokens']}")
                    print(f":Total tokens: {metadata['usage']['totalTokens']}")
                if "metrics" in event["metadata"]:
                    print(f"Latency: {metadata['metrics']['latencyMs']} milliseconds")


def describe_image(file_name):
    """The image sample."""
    with open(file_name, "rb") as image_file:
        image_bytes = image_file.read()
    converse_stream(
        [{"text": "Please respond to all requests in Chinese"}],
        [
            {"text": "This is image 1:"},
            {"image": {"format": "png", "source": {"bytes": image_bytes}}},
            {"text": "Please describe the image."},
        ],
    )


def investigate_report(file_name):
    """The document sample."""
    with open(file_name, "rb") as image_file:
        image_bytes = image_file.read()
    converse_stream(
        INVESTIGATOR,
        [
            {"text": "This is image 1:"},
            {"document": {"format": "pdf", "name": "Q2 report", "source": {"bytes": image_bytes}}},
            {"text": QUESTIONS},
        ],
    )


@pytest.fixture
def use(monkeypatch):
    """Make an environment of a client this process's own, but for what finds programs."""

    def enter(environment):
        for name in os.environ:
            if name.startswith(("AWS_", "REQUESTS_CA", "SSL_CERT")) or name.lower().endswith("_proxy"):
                monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return enter


@pytest.fixture
def environment(use, aws_environment):
    use(aws_environment)


@pytest.fixture
def without_keys(use, aws_environment):
    """The environment without keys: the code has to bring them."""
    use({name: value for name, value in aws_environment.items() if "KEY" not in name})


def check_converse(printed: str) -> None:
    text, _, usage = printed.partition("\n\n\n--- Token usage ---\nUsage: ")
    counts = json.loads(usage)
    assert text.strip()
    assert set(counts) == {"inputTokens", "outputTokens", "totalTokens"}
    assert 0 < counts["inputTokens"] < counts["totalTokens"]
    assert counts["totalTokens"] == counts["inputTokens"] + counts["outputTokens"]


def streamed(printed: str) -> dict[str, str]:
    """What a stream sample printed, its figures checked."""
    found = STREAMED.fullmatch(printed)
    assert found, printed
    assert int(found["input"]) > 0
    assert int(found["output"]) > 0
    assert int(found["total"]) == int(found["input"]) + int(found["output"])
    return found.groupdict()


def write_pdf(path, pages):
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for page in range(pages):
        pdf.add_page()
        pdf.multi_cell(0, 8, f"Page {page + 1}. Net sales increased to $148.0 billion in the second quarter. " * 8)
    pdf.output(str(path))
    return path


@pytest.mark.usefixtures("environment")
def test_converse(capsys):
    converse(boto3.Session(region_name=region_name))
    check_converse(capsys.readouterr().out)


@pytest.mark.usefixtures("environment")
def test_converse_stream_gives_what_converse_gives(capsys):
    converse(boto3.Session(region_name=region_name))
    whole = capsys.readouterr().out
    converse_stream(PIRATE, [{"text": LETTER}])
    printed = streamed(capsys.readouterr().out)
    assert whole.startswith(printed["text"] + "\n\n\n--- Token usage ---")
    assert f'"inputTokens": {printed["input"]},' in whole


@pytest.mark.usefixtures("environment")
def test_a_larger_image_costs_more_tokens(capsys, tmp_path):
    picture = tmp_path / "meow.png"
    Image.new("RGB", (96, 64), "slategray").save(picture)
    describe_image(picture)
    small = streamed(capsys.readouterr().out)
    Image.new("RGB", (960, 640), "slategray").save(picture)
    describe_image(picture)
    large = streamed(capsys.readouterr().out)
    assert int(large["input"]) > int(small["input"])


@pytest.mark.usefixtures("environment")
def test_the_text_of_a_pdf_is_read(capsys, tmp_path):
    investigate_report(write_pdf(tmp_path / "short.pdf", pages=1))
    short = streamed(capsys.readouterr().out)
    investigate_report(write_pdf(tmp_path / "long.pdf", pages=4))
    long = streamed(capsys.readouterr().out)
    assert int(long["input"]) > int(short["input"])


@pytest.mark.usefixtures("without_keys")
def test_keys_written_into_the_code(capsys, server):
    session = boto3.Session(
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
        region_name="us-west-2",
    )
    converse(session)
    check_converse(capsys.readouterr().out)


@pytest.mark.usefixtures("without_keys")
def test_a_wrong_secret_in_the_code(server):
    session = boto3.Session(
        aws_access_key_id=server.access_key_id, aws_secret_access_key="x" * 30, region_name="us-west-2"
    )
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        converse(session)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


@pytest.fixture
def bearer(use, environment_of, tls_server):
    """Enter the environment of an API key over TLS: no access key, and the server's own authority trusted."""

    def enter(token):
        given = environment_of(tls_server) | {
            "AWS_BEARER_TOKEN_BEDROCK": token,
            "AWS_CA_BUNDLE": tls_server.ca_bundle,
        }
        use({name: value for name, value in given.items() if "KEY" not in name})

    return enter


def test_a_bearer_key_over_tls(bearer, tls_server, capsys):
    bearer(tls_server.bearer_token)
    converse(boto3.Session(region_name=region_name))
    check_converse(capsys.readouterr().out)
    assert tls_server.endpoint.startswith("https://")


def test_a_wrong_bearer_key(bearer):
    bearer("not-a-key-of-this-server")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        converse(boto3.Session(region_name=region_name))
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": "Authentication failed: Please make sure your API Key is valid.",
    }


def test_the_authority_of_the_server_is_not_trusted_unasked(bearer, tls_server, monkeypatch):
    bearer(tls_server.bearer_token)
    monkeypatch.delenv("AWS_CA_BUNDLE")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(botocore.exceptions.SSLError):
        converse(boto3.Session(region_name=region_name))
