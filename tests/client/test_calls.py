"""Requests as they go on the wire, beside what botocore makes of the same input."""

import datetime
import io
import json
from pathlib import Path

import botocore.auth
import msgspec
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import HAIKU

from outcrop.client import calls, parameters
from outcrop.client.credentials import Credentials
from outcrop.model.control import ListInferenceProfilesRequest
from outcrop.model.runtime import (
    ContentBlock,
    ConverseRequest,
    ImageBlock,
    ImageSource,
    InferenceConfiguration,
    InvokeModelRequest,
    Message,
    SystemContentBlock,
)

PNG = b"\x89PNG\r\n\x1a\n"
SESSION = Session()


def botocores(service: str, name: str, given: dict) -> AWSRequest:
    """The request botocore makes, before it is signed."""
    client = SESSION.create_client(
        service, "us-east-1", aws_access_key_id="AKIA", aws_secret_access_key="s", endpoint_url="http://h"
    )
    model = client.meta.service_model.operation_model(name)
    made = client._convert_to_request_dict(given, model, "http://h", {"client_region": "us-east-1"})
    return AWSRequest(made["method"], made["url"], made["headers"], made["body"]).prepare()


MODELS = [HAIKU, "us.anthropic.claude-sonnet-4-6", f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}", "ä b/c"]
MESSAGES = [{"role": "user", "content": [{"text": "Grüße"}, {"image": {"format": "png", "source": {"bytes": PNG}}}]}]
INPUTS = [
    *(("bedrock-runtime", "Converse", {"modelId": model, "messages": MESSAGES}) for model in MODELS),
    (
        "bedrock-runtime",
        "ConverseStream",
        {"modelId": HAIKU, "messages": MESSAGES, "inferenceConfig": {"maxTokens": 1}},
    ),
    ("bedrock-runtime", "CountTokens", {"modelId": HAIKU, "input": {"invokeModel": {"body": b"{}"}}}),
    ("bedrock-runtime", "InvokeModel", {"modelId": HAIKU, "body": b"{}", "accept": "a/b", "contentType": "c/d"}),
    ("bedrock-runtime", "InvokeModel", {"modelId": HAIKU, "body": b"{}", "trace": "ENABLED", "guardrailVersion": "1"}),
    ("bedrock", "ListFoundationModels", {"byProvider": "AI21 Labs", "byOutputModality": "TEXT"}),
    ("bedrock", "ListInferenceProfiles", {"maxResults": 5, "nextToken": "a+b/=&c", "typeEquals": "APPLICATION"}),
]


@pytest.mark.parametrize(
    ("service", "name", "given"), INPUTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_request_is_botocores(service, name, given):
    ours, theirs = calls.build(name, given), botocores(service, name, given)
    assert (ours.service, ours.method) == (service, theirs.method)
    path, _, query = theirs.url.removeprefix("http://h").partition("?")
    assert ours.path == path
    assert sorted(ours.query.split("&")) == sorted(query.replace("+", "%20").split("&"))
    skipped = {"user-agent", "content-length", "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request"}
    expected = {k.lower(): v if isinstance(v, str) else v.decode() for k, v in theirs.headers.items()}
    assert {**ours.headers} == {k: v for k, v in expected.items() if k not in skipped} | (
        {"content-type": "application/json"} if ours.method == "POST" and "content-type" not in expected else {}
    )
    if name.startswith("Invoke") or ours.method == "GET":
        assert ours.body == (theirs.body or b"")
    else:
        assert json.loads(ours.body) == json.loads(theirs.body)


@pytest.mark.parametrize("token", [None, "session/token+="])
@pytest.mark.parametrize("model", MODELS)
def test_the_signature_is_botocores(monkeypatch, model, token):
    call = calls.build("Converse", {"modelId": model, "messages": MESSAGES})
    signed = calls.signed(call, "http://h:1", Credentials("AKIA", "secret", token), "us-east-1", "20261120T120000Z")
    request = AWSRequest("POST", f"http://h:1{call.path}", {"content-type": "application/json"}, call.body)
    request.headers["Host"] = "h:1"

    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.datetime(2026, 11, 20, 12))
    botocore.auth.SigV4Auth(Theirs("AKIA", "secret", token), "bedrock", "us-east-1").add_auth(request)
    assert signed["authorization"] == request.headers["Authorization"]
    assert signed["x-amz-date"] == request.headers["X-Amz-Date"]
    assert signed.get("x-amz-security-token") == request.headers.get("X-Amz-Security-Token")


def test_a_structure_and_a_dict_are_the_same_request():
    image = ImageBlock(format="png", source=ImageSource(bytes=PNG))
    typed = ConverseRequest(
        model_id="m",
        messages=[Message(role="user", content=[ContentBlock(text="Grüße"), ContentBlock(image=image)])],
        system=[SystemContentBlock(text="s")],
        inference_config=InferenceConfiguration(max_tokens=3),
    )
    plain = {"modelId": "m", "messages": MESSAGES, "system": [{"text": "s"}], "inferenceConfig": {"maxTokens": 3}}
    ours, theirs = calls.build("Converse", typed), calls.build("Converse", plain)
    assert (ours.path, ours.headers, json.loads(ours.body)) == (theirs.path, theirs.headers, json.loads(theirs.body))
    assert typed.model_id == "m"  # what was given is not changed


def test_members_that_aws_adds_tomorrow_travel_verbatim():
    given = parameters.Verbatim({"modelId": "m", "novelty": {"a": 1}})
    assert calls.build("Converse", given).body == b'{"novelty":{"a":1}}'


@pytest.mark.parametrize("given", [PNG, bytearray(PNG), memoryview(PNG), "path", io.BytesIO(PNG)], ids=type)
def test_bytes_may_be_given_in_every_way(tmp_path, given):
    if given == "path":
        given = tmp_path / "x.png"
        given.write_bytes(PNG)
    source = ImageSource(bytes=given)
    body = calls.encode({"one": source})
    assert body == b'{"one":{"bytes":"iVBORw0KGgo="}}'


def test_what_holds_no_bytes_is_refused(tmp_path):
    (tmp_path / "x").write_text("x")
    with (tmp_path / "x").open() as text, pytest.raises(TypeError, match="open it with mode 'rb'"):
        calls.blob(text)
    with pytest.raises(TypeError, match="not int"):
        calls.blob(1)
    with pytest.raises(FileNotFoundError):
        calls.build("InvokeModel", {"modelId": "m", "body": Path("/absent")})


@pytest.mark.parametrize("body", [b'{"a":1}', '{"a":1}', {"a": 1}, io.BytesIO(b'{"a":1}')], ids=type)
def test_a_native_body_may_be_given_in_every_way(body):
    typed = InvokeModelRequest(model_id="m", body=body)
    assert calls.build("InvokeModel", typed).body == b'{"a":1}'


def test_a_converse_request_is_counted_as_it_is():
    request = ConverseRequest(
        model_id="m",
        messages=[],
        system=[SystemContentBlock(text="s")],
        inference_config=InferenceConfiguration(max_tokens=1),
    )
    call = calls.build("CountTokens", calls.counting(request))
    assert call.path == "/model/m/count-tokens"
    assert call.body == b'{"input":{"converse":{"messages":[],"system":[{"text":"s"}]}}}'


def test_the_next_page_is_the_same_question():
    assert calls.next_page({"maxResults": 1}, "t") == {"maxResults": 1, "nextToken": "t"}
    request = ListInferenceProfilesRequest(max_results=1)
    assert calls.next_page(request, "t") == msgspec.structs.replace(request, next_token="t")


@given(st.text(min_size=1))
def test_any_model_id_is_one_segment(model):
    path = calls.build("Converse", {"modelId": model, "messages": []}).path
    assert path.count("/") == 3
    assert path.isascii()
