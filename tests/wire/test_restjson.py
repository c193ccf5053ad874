"""Answers to the byte as recorded, requests decoded from wherever their members travel; botocore reads the answers."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop import errors
from outcrop.model import control, runtime
from outcrop.model.service import operation
from outcrop.wire import bounds, eventstream, restjson
from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream

ID = "0f0e0d0c-0b0a-4908-8706-050403020100"
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
MODEL = ServiceModel(create_loader().load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")

USAGE = runtime.TokenUsage(input_tokens=1, output_tokens=2, total_tokens=3)
REPLY = runtime.ConverseResponse(
    metrics=runtime.ConverseMetrics(latency_ms=7),
    output=runtime.ConverseOutput(
        message=runtime.Message(role="assistant", content=[runtime.ContentBlock(text='Grüße 🙂 "a/b"\n')])
    ),
    stop_reason="end_turn",
    usage=USAGE,
)
REPLY_BYTES = (
    '{"metrics":{"latencyMs":7},"output":{"message":{"content":[{"text":"Grüße 🙂 \\"a/b\\"\\n"}],"role":"assistant"}},'
    '"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}'
).encode()

# Each event, its name, and its payload with the padding's place marked, as recorded.
EVENTS: dict[str, tuple[Any, str, str]] = {
    "messageStart": (runtime.MessageStartEvent(role="assistant"), "messageStart", '{"p":"~","role":"assistant"}'),
    "contentBlockStart": (
        runtime.ContentBlockStartEvent(
            content_block_index=1,
            start=runtime.ContentBlockStart(
                tool_use=runtime.ToolUseBlockStart(name="get_weather", tool_use_id="tooluse_a", type="tool_use")
            ),
        ),
        "contentBlockStart",
        '{"contentBlockIndex":1,"p":"~","start":{"toolUse":{"name":"get_weather","toolUseId":"tooluse_a",'
        '"type":"tool_use"}}}',
    ),
    "contentBlockDelta": (
        runtime.ContentBlockDeltaEvent(content_block_index=0, delta=runtime.ContentBlockDelta(text="é")),
        "contentBlockDelta",
        '{"contentBlockIndex":0,"delta":{"text":"é"},"p":"~"}',
    ),
    "contentBlockStop": (
        runtime.ContentBlockStopEvent(content_block_index=0),
        "contentBlockStop",
        '{"contentBlockIndex":0,"p":"~"}',
    ),
    "messageStop": (
        runtime.MessageStopEvent(stop_reason="tool_use"),
        "messageStop",
        '{"p":"~","stopReason":"tool_use"}',
    ),
    "messageStop-with-fields": (
        runtime.MessageStopEvent(stop_reason="end_turn", additional_model_response_fields={"z": 1, "a": 2}),
        "messageStop",
        '{"additionalModelResponseFields":{"z":1,"a":2},"p":"~","stopReason":"end_turn"}',
    ),
    "metadata": (
        runtime.ConverseStreamMetadataEvent(
            metrics=runtime.ConverseStreamMetrics(latency_ms=5),
            performance_config=runtime.PerformanceConfiguration(latency="optimized"),
            service_tier=runtime.ServiceTier(type="default"),
            trace=runtime.ConverseStreamTrace(),
            usage=USAGE,
        ),
        "metadata",
        '{"metrics":{"latencyMs":5},"p":"~","performanceConfig":{"latency":"optimized"},'
        '"serviceTier":{"type":"default"},"trace":{},'
        '"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}',
    ),
    "chunk": (runtime.PayloadPart(bytes=b'{"a":1}'), "chunk", '{"bytes":"eyJhIjoxfQ==","p":"~"}'),
}


def botocore_error(answer: HttpResponse) -> tuple[str, str, int]:
    """Code, message and status as boto3 reports them."""
    response = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
    parsed = create_parser("rest-json").parse(response, MODEL.operation_model("Converse").output_shape)
    return parsed["Error"]["Code"], parsed["Error"]["Message"], parsed["ResponseMetadata"]["HTTPStatusCode"]


# Answers


def test_an_answer_to_the_byte() -> None:
    headers = [("content-type", "application/json"), ("x-amzn-requestid", ID)]
    assert restjson.encode_output(REPLY, ID) == HttpResponse(200, headers, REPLY_BYTES)


def test_botocore_reads_the_answer() -> None:
    answer = restjson.encode_output(REPLY, ID)
    assert isinstance(answer, HttpResponse)
    response = {"status_code": 200, "headers": dict(answer.headers), "body": answer.body}
    parsed = create_parser("rest-json").parse(response, MODEL.operation_model("Converse").output_shape)
    assert parsed.pop("ResponseMetadata")["RequestId"] == ID
    assert parsed == {
        "metrics": {"latencyMs": 7},
        "output": {"message": {"content": [{"text": 'Grüße 🙂 "a/b"\n'}], "role": "assistant"}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    }


def test_usage_has_the_undocumented_members_in_their_places() -> None:
    usage = runtime.TokenUsage(
        cache_details=[runtime.CacheDetail(input_tokens=4, ttl="5m")],
        cache_read_input_token_count=0,
        cache_read_input_tokens=0,
        cache_write_input_token_count=4,
        cache_write_input_tokens=4,
        input_tokens=1,
        output_tokens=2,
        server_tool_usage={},
        total_tokens=7,
    )
    answer = restjson.encode_output(usage, ID)
    assert isinstance(answer, HttpResponse)
    assert answer.body == (
        b'{"cacheDetails":[{"inputTokens":4,"ttl":"5m"}],"cacheReadInputTokenCount":0,"cacheReadInputTokens":0,'
        b'"cacheWriteInputTokenCount":4,"cacheWriteInputTokens":4,"inputTokens":1,"outputTokens":2,'
        b'"serverToolUsage":{},"totalTokens":7}'
    )


def test_a_plain_object_keeps_its_nulls_and_its_order() -> None:
    answer = restjson.encode_output({"modelSummaries": [{"b": None, "a": 1.0}]}, ID)
    assert isinstance(answer, HttpResponse)
    assert answer.body == b'{"modelSummaries":[{"b":null,"a":1.0}]}'


def test_an_answer_has_the_status_of_its_operation() -> None:
    assert restjson.encode_output({}, ID, 201).status == 201
    assert restjson.encode_output({}, ID).status == 200


def test_a_payload_passes_as_it_is_with_its_headers_last() -> None:
    answer = restjson.encode_output(restjson.Payload(b'{ "a" : 1 }', [("x-amzn-bedrock-input-token-count", "3")]), ID)
    assert answer == HttpResponse(
        200,
        [("content-type", "application/json"), ("x-amzn-requestid", ID), ("x-amzn-bedrock-input-token-count", "3")],
        b'{ "a" : 1 }',
    )


# Events


@pytest.mark.parametrize("case", EVENTS)
def test_an_event_is_padded_in_its_alphabetical_place(case: str) -> None:
    event, name, expected = EVENTS[case]
    (message,) = eventstream.Decoder().feed(restjson.encode_events([event]))
    assert list(message.headers.items()) == [
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ]
    padding = json.loads(message.payload)["p"]
    assert message.payload.decode() == expected.replace("~", padding)
    assert ALPHABET.startswith(padding)
    assert 2 <= len(padding) <= 61


def test_the_length_of_padding_is_uniform_on_2_to_61() -> None:
    data = restjson.encode_events(runtime.ContentBlockStopEvent(content_block_index=0) for _ in range(6000))
    lengths = Counter(len(json.loads(message.payload)["p"]) for message in eventstream.Decoder().feed(data))
    assert set(lengths) == set(range(2, 62))
    assert min(lengths.values()) > 40  # 100 each; 6 standard deviations below and above
    assert max(lengths.values()) < 160


def test_events_leave_together_in_their_order() -> None:
    data = restjson.encode_events(event for event, _, _ in EVENTS.values())
    names = [message.headers[":event-type"] for message in eventstream.Decoder().feed(data)]
    assert names == [name for _, name, _ in EVENTS.values()]
    assert restjson.encode_events([]) == b""


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (errors.ValidationException("Grüße"), "validationException", "Grüße"),
        (errors.ModelStreamErrorException("s"), "modelStreamErrorException", "s"),
        (errors.ThrottlingException("t"), "throttlingException", "t"),
        (
            RuntimeError("a secret of the server"),
            "internalServerException",
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
    ],
)
def test_an_exception_frame_is_lower_camel_and_not_padded(error: Exception, name: str, message: str) -> None:
    (frame,) = eventstream.Decoder().feed(restjson.encode_exception(error))
    assert list(frame.headers.items()) == [
        (":exception-type", name),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ]
    assert frame.payload.decode() == f'{{"message":"{message}"}}'


class Source:
    """A stream of two batches."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[list[Any]]:
        yield ["a", "b"]
        yield ["c"]

    async def aclose(self) -> None:
        self.closed = True


def test_a_stream_turns_batches_into_frames() -> None:
    def events(batch: list[str]) -> list[restjson.Event]:
        return [runtime.PayloadPart(bytes=text.encode()) for text in batch]

    source = Source()
    answer = restjson.encode_output(restjson.EventStream(source, events, [("x-amzn-bedrock-content-type", "j")]), ID)
    assert isinstance(answer, HttpStream)
    assert answer.status == 200
    assert answer.headers == [
        ("content-type", "application/vnd.amazon.eventstream"),
        ("x-amzn-requestid", ID),
        ("x-amzn-bedrock-content-type", "j"),
    ]

    async def written() -> list[bytes]:
        return [answer.encode(batch) async for batch in answer.source]

    decoded = [eventstream.Decoder().feed(piece) for piece in asyncio.run(written())]
    texts = [[base64.b64decode(json.loads(message.payload)["bytes"]) for message in piece] for piece in decoded]
    assert texts == [[b"a", b"b"], [b"c"]]
    assert answer.encode_error(errors.ThrottlingException("t")) == restjson.encode_exception(
        errors.ThrottlingException("t")
    )
    assert not source.closed  # whoever sends it closes it


# Refusals


@pytest.mark.parametrize(
    ("error", "kind", "body"),
    [
        (
            errors.ValidationException("The provided model identifier is invalid."),
            "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/",
            b'{"message":"The provided model identifier is invalid."}',
        ),
        (
            errors.ValidationException("isn’t supported"),
            "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/",
            '{"message":"isn’t supported"}'.encode(),
        ),
        (
            errors.UnrecognizedClientException("The security token included in the request is invalid."),
            "UnrecognizedClientException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            b'{"message":"The security token included in the request is invalid."}',
        ),
        (
            errors.AuthorizationFailure("Authorization header is missing"),
            "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            b'{"Message":"Authorization header is missing"}',
        ),
        (
            errors.SerializationException("Unexpected value type in payload"),
            "SerializationException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            b'{"Message":"Unexpected value type in payload"}',
        ),
    ],
)
def test_a_refusal_to_the_byte(error: errors.ServiceError, kind: str, body: bytes) -> None:
    answer = restjson.encode_error(error, ID)
    headers = [("content-type", "application/json"), ("x-amzn-requestid", ID), ("x-amzn-errortype", kind)]
    assert answer == HttpResponse(error.status, headers, body)
    if error.status != 200:
        assert botocore_error(answer) == (error.code, error.message, error.status)


def test_an_unknown_operation_is_answered_with_200() -> None:
    answer = restjson.encode_error(errors.UnknownOperationException(""), ID)
    assert answer.status == 200
    assert answer.body == (
        b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}'
    )


# Requests

LIST = restjson.Decoder(operation("ListFoundationModels"), control.ListFoundationModelsRequest)
PAGE = restjson.Decoder(operation("ListInferenceProfiles"), control.ListInferenceProfilesRequest)
GET = restjson.Decoder(operation("GetFoundationModel"), control.GetFoundationModelRequest)
CONVERSE = restjson.Decoder(operation("Converse"), runtime.ConverseRequest)
COUNT = restjson.Decoder(operation("CountTokens"), runtime.CountTokensRequest)
INVOKE = restjson.Decoder(operation("InvokeModel"), runtime.InvokeModelRequest)
INVOKE_STREAM = restjson.Decoder(
    operation("InvokeModelWithResponseStream"), runtime.InvokeModelWithResponseStreamRequest
)


def request(body: bytes = b"", query: str = "", **headers: str) -> HttpRequest:
    return HttpRequest("POST", "/", query, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_a_body_is_decoded_and_the_label_added() -> None:
    body = b'{"messages":[{"role":"user","content":[{"text":"Hello"}]}],"inferenceConfig":{"temperature":1}}'
    decoded = CONVERSE.decode(request(body), {"modelId": "m"})
    assert decoded == runtime.ConverseRequest(
        model_id="m",
        messages=[runtime.Message(role="user", content=[runtime.ContentBlock(text="Hello")])],
        inference_config=runtime.InferenceConfiguration(temperature=1.0),
    )


def test_an_empty_body_is_an_empty_object() -> None:
    assert CONVERSE.decode(request(), {"modelId": "m"}) == runtime.ConverseRequest(model_id="m")
    assert CONVERSE.decode(request(b"{}"), {"modelId": "m"}) == runtime.ConverseRequest(model_id="m")


def test_an_empty_body_lacks_what_is_required() -> None:
    with pytest.raises(errors.ValidationException) as caught:
        COUNT.decode(request(), {"modelId": "m"})
    assert caught.value.message == (
        "1 validation error detected: Value null at 'input' failed to satisfy constraint: Member must not be null"
    )


def test_unknown_members_are_ignored() -> None:
    decoded = CONVERSE.decode(request(b'{"anthropic_version":"x","modelId":"other"}'), {"modelId": "m"})
    assert decoded == runtime.ConverseRequest(model_id="m")


@pytest.mark.parametrize("decoder", [CONVERSE, INVOKE], ids=["json", "payload"])
def test_a_body_of_too_many_values_is_not_even_decoded(decoder: restjson.Decoder[Any]) -> None:
    with pytest.raises(errors.ValidationException, match=bounds.TOO_LONG):
        decoder.decode(request(b'{"messages":[' + b"[]," * bounds.MAX_VALUES + b"no JSON"), {"modelId": "m"})


def test_a_blob_within_the_body_is_decoded() -> None:
    decoded = COUNT.decode(request(b'{"input":{"invokeModel":{"body":"e30="}}}'), {"modelId": "m"})
    assert decoded.input.invoke_model
    assert decoded.input.invoke_model.body == b"{}"


def test_a_payload_is_not_looked_into_and_headers_are_members() -> None:
    decoded = INVOKE.decode(
        request(
            b"\xff not JSON",
            content_type="application/json",
            accept="*/*",
            x_amzn_bedrock_trace="ENABLED",
            x_amzn_bedrock_guardrailidentifier="abc",
            x_amzn_bedrock_guardrailversion="1",
            x_amzn_bedrock_performanceconfig_latency="optimized",
        ),
        {"modelId": "m"},
    )
    assert decoded == runtime.InvokeModelRequest(
        accept="*/*",
        body=b"\xff not JSON",
        content_type="application/json",
        guardrail_identifier="abc",
        guardrail_version="1",
        model_id="m",
        performance_config_latency="optimized",
        trace="ENABLED",
    )


def test_the_streaming_form_names_its_accept_otherwise() -> None:
    decoded = INVOKE_STREAM.decode(request(b"{}", accept="no", x_amzn_bedrock_accept="yes"), {"modelId": "m"})
    assert decoded.accept == "yes"


@pytest.mark.parametrize(
    ("headers", "violation"),
    [
        (
            {"x_amzn_bedrock_trace": "on"},
            "Value 'on' at 'trace' failed to satisfy constraint: Member must satisfy enum value set: "
            "[ENABLED, DISABLED, ENABLED_FULL]",
        ),
        (
            {"x_amzn_bedrock_performanceconfig_latency": "fast"},
            "Value 'fast' at 'performanceConfigLatency' failed to satisfy constraint: Member must satisfy enum value "
            "set: [standard, optimized]",
        ),
        (
            {"x_amzn_bedrock_guardrailversion": "0"},
            "Value '0' at 'guardrailVersion' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: (|([1-9][0-9]{0,7})|(DRAFT))",
        ),
    ],
)
def test_headers_are_constrained(headers: dict[str, str], violation: str) -> None:
    with pytest.raises(errors.ValidationException) as caught:
        INVOKE.decode(request(b"{}", **headers), {"modelId": "m"})
    assert caught.value.message == f"1 validation error detected: {violation}"


def test_query_parameters_are_members() -> None:
    decoded = LIST.decode(request(query="byProvider=Stability%20AI&byOutputModality=TEXT&other=1"), {})
    assert decoded == control.ListFoundationModelsRequest(by_provider="Stability AI", by_output_modality="TEXT")


def test_no_query_no_members() -> None:
    assert LIST.decode(request(), {}) == control.ListFoundationModelsRequest()


def test_query_parameters_are_constrained() -> None:
    with pytest.raises(errors.ValidationException) as caught:
        LIST.decode(request(query="byOutputModality=FOO&byInferenceType=BAR"), {})
    modality, inference = ("ModelModality", "InferenceType")
    shapes = create_loader().load_service_model("bedrock", "service-2")["shapes"]
    assert caught.value.message == (
        "2 validation errors detected: Value 'FOO' at 'byOutputModality' failed to satisfy constraint: Member must "
        f"satisfy enum value set: [{', '.join(shapes[modality]['enum'])}]; Value 'BAR' at 'byInferenceType' failed to "
        f"satisfy constraint: Member must satisfy enum value set: [{', '.join(shapes[inference]['enum'])}]"
    )


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("1000", 1000), ("%2B7", 7), ("007", 7)])
def test_numbers_of_a_query_are_numbers(text: str, number: int) -> None:
    assert PAGE.decode(request(query=f"maxResults={text}"), {}).max_results == number


@pytest.mark.parametrize(
    ("text", "constraint"), [("0", "greater than or equal to 1"), ("-5", "greater"), ("1001", "less")]
)
def test_numbers_of_a_query_are_constrained(text: str, constraint: str) -> None:
    with pytest.raises(
        errors.ValidationException, match=f"Value '{text}' at 'maxResults' failed .* value {constraint}"
    ):
        PAGE.decode(request(query=f"maxResults={text}"), {})


@pytest.mark.parametrize("text", ["", "two", "1.5", "1e3", "٣", "9" * 5000])
def test_what_is_no_number_of_a_query_is_refused(text: str) -> None:
    with pytest.raises(errors.SerializationException, match="can not be converted to an Integer"):
        PAGE.decode(request(query=f"maxResults={text}"), {})


def test_a_number_in_the_body_s_place_is_constrained_as_well() -> None:
    with pytest.raises(errors.ValidationException, match="at 'maxResults'"):
        PAGE.decode(request(b'{"maxResults":5000}'), {})


def test_a_label_alone() -> None:
    assert GET.decode(request(), {"modelIdentifier": "a:b/c"}).model_identifier == "a:b/c"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.text("bByProvider=&%2F+;", max_size=60).map("byOutputModality=".__add__))
def test_any_query_is_decoded_or_refused(query: str) -> None:
    try:
        decoded = LIST.decode(request(query=query), {})
    except errors.ValidationException:
        return
    assert decoded.by_output_modality in (None, "TEXT", "IMAGE", "EMBEDDING")


def test_what_an_error_says_beside_its_message_is_in_the_body_and_in_the_frame() -> None:
    error = errors.ModelErrorException("failed", {"originalStatusCode": 500, "resourceName": "m"})
    expected = {"message": "failed", "originalStatusCode": 500, "resourceName": "m"}
    assert json.loads(restjson.encode_error(error, "id").body) == expected
    (frame,) = eventstream.Decoder().feed(restjson.encode_exception(error))
    assert json.loads(frame.payload) == expected
