"""Requests nobody sends in good faith, over a real socket: every answer is a modelled error, soon, and the server lives on.

One server takes all of it; at the end it must still answer, have nothing to complain about, and stop as it should.
"""

import base64
import functools
import http.client
import json
import random
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import serving
from tests.conftest import HAIKU, Answer, converse_path, said
from tests.serving import Server, Serving, connect, health, raw_request, read_answer, signed

from outcrop.catalog import rows
from outcrop.model.service import service
from outcrop.wire import bounds

start_server = serving.start_server  # the fixture

SOON = 5.0  # seconds within which everything is answered
OPERATIONS = ("converse", "converse-stream", "invoke", "invoke-with-response-stream", "count-tokens")
HELLO = msgspec.json.encode(said())
INVOKE = b'{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"Hello"}]}'
COUNT = b'{"input":{"converse":' + HELLO + b"}}"


class Attacker:
    """Sends requests over one connection, kept as long as the server keeps it; every answer is checked."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection = http.client.HTTPConnection(*server.address, timeout=SOON)
        self.authorized = {"authorization": f"Bearer {server.bearer_token}", "content-type": "application/json"}

    def close(self) -> None:
        self._connection.close()

    def send(self, path: str, body: bytes = b"", headers: dict[str, str] | None = None, method: str = "POST") -> Answer:
        """The answer, which is a modelled one."""
        began = time.monotonic()
        connection = self._connection
        connection.putrequest(method, "/", skip_host=True, skip_accept_encoding=True)
        # putrequest refuses what an attacker would send: the line is replaced by hand
        connection._buffer[0] = f"{method} {path} HTTP/1.1".encode("latin-1")  # type: ignore[attr-defined]
        given = self.authorized if headers is None else headers
        for name, value in ({"host": self._server.host} | given).items():
            connection.putheader(name, value.encode("latin-1"))
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = read_answer(connection.getresponse())
        assert time.monotonic() - began < SOON
        return modelled(answer, method)


def modelled(answer: Answer, method: str = "POST") -> Answer:
    """`answer`, which is a good one, or refuses in the API's form and is not the server's own fault."""
    assert answer.status < 500, answer
    kind = answer.headers.get("x-amzn-errortype")
    if answer.status != 200:
        assert kind, answer
    if kind and method != "HEAD":
        assert answer.headers["content-type"] == "application/json"
        code = kind.partition(":")[0]
        said_so = answer.json.get("message", answer.json.get("Message", ""))
        assert said_so or code == "UnknownOperationException", answer
        assert "Traceback" not in said_so
    assert answer.headers["x-amzn-requestid"]
    assert not any(message.headers.get(":exception-type") == "internalServerException" for message in answer.messages)
    return answer


@pytest.fixture(scope="module")
def hostile(start_server) -> Iterator[Serving]:
    server = start_server("hostile")
    yield server
    assert health(server.facts)[0] == 200
    assert server.stop() == 0
    assert server.written == ""


@pytest.fixture(scope="module")
def attacker(hostile) -> Iterator[Attacker]:
    with closing(Attacker(hostile.facts)) as made:
        yield made


def path_of(operation: str) -> str:
    """The path of an operation on a model that has it."""
    model = "anthropic.claude-haiku-4-5-20251001-v1:0" if operation == "count-tokens" else HAIKU
    return converse_path(model, operation)


def good(operation: str) -> bytes:
    """A body the operation takes."""
    if operation == "count-tokens":
        return COUNT
    return INVOKE if operation.startswith("invoke") else HELLO


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_bodies_that_are_broken_below_are_good(attacker, operation):
    assert attacker.send(path_of(operation), good(operation)).status == 200


# Wrong types at every member of Converse, from the service model.

KINDS: dict[str, Any] = {"boolean": True, "integer": 7, "double": 1.5, "string": "§", "list": [], "structure": {}}
FITS = {"float": {"integer", "double"}, "double": {"integer", "double"}, "long": {"integer"}, "map": {"structure"}}


def members(
    shape: str, path: tuple[Any, ...] = (), above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every place of a shape within a request body, and the shape there; recursive shapes are entered once."""
    row = service("bedrock-runtime").shapes[shape]
    if path:
        yield path, shape
    if shape in above or row.get("document"):
        return
    inner = (*above, shape)
    if row["type"] == "structure":
        for name, member in row["members"].items():
            if not member.get("location"):
                yield from members(member["shape"], (*path, name), inner)
    elif row["type"] == "list":
        yield from members(row["member"]["shape"], (*path, 0), inner)
    elif row["type"] == "map":
        yield from members(row["value"]["shape"], (*path, "key"), inner)


PLACES = sorted(set(members("ConverseRequest")), key=str)


def placed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A Converse body with `value` at `path` and as little else as possible."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return {**said(), **value}


def wrong(shape: str) -> list[Any]:
    """One value of every JSON type that `shape` does not take."""
    row = service("bedrock-runtime").shapes[shape]
    if row.get("document"):
        return []
    fitting = FITS.get(row["type"], {row["type"]})
    if row["type"] == "blob":
        fitting = {"string"}
    return [value for kind, value in KINDS.items() if kind not in fitting]


def test_the_service_model_was_walked():
    paths = {path for path, _ in PLACES}
    assert len(PLACES) > 200
    assert ("messages", 0, "content", 0, "toolResult", "content", 0, "image", "source", "bytes") in paths
    assert ("inferenceConfig", "temperature") in paths


def test_wrong_types_at_every_member_are_refused(attacker):
    path = converse_path()
    for place, shape in PLACES:
        for value in wrong(shape):
            answer = attacker.send(path, msgspec.json.encode(placed(place, value)))
            assert answer.status == 400, (place, value, answer)
            assert answer.error[1] in ("SerializationException", "ValidationException")


def test_null_at_every_member_is_answered(attacker):
    for place, _ in PLACES:
        attacker.send(converse_path(), msgspec.json.encode(placed(place, None)))


# Bodies that are no JSON, or too much of it.

DEEP = 100_000
NASTY = {
    "nothing": b"",
    "a space": b" ",
    "null": b"null",
    "a list": b"[]",
    "a string": b'"messages"',
    "a number": b"1",
    "a mark of byte order": b"\xef\xbb\xbf" + HELLO,
    "rubbish after it": HELLO + b"{}",
    "a NUL": HELLO.replace(b"Hello", b"\0"),
    "an escaped NUL": HELLO.replace(b"Hello", b"\\u0000"),
    "no UTF-8": HELLO.replace(b"Hello", b"\xff\xfe"),
    "overlong UTF-8": HELLO.replace(b"Hello", b"\xc0\xaf"),
    "half a surrogate": HELLO.replace(b"Hello", b"\\ud800"),
    "UTF-16": HELLO.decode().encode("utf-16"),
    "a comment": b"/**/" + HELLO,
    "NaN": b'{"inferenceConfig":{"temperature":NaN},' + HELLO[1:],
    "infinity": b'{"inferenceConfig":{"temperature":1e999},' + HELLO[1:],
    "minus infinity": b'{"inferenceConfig":{"temperature":-1e999},' + HELLO[1:],
    "next to nothing": b'{"inferenceConfig":{"temperature":1e-999},' + HELLO[1:],
    "a number beyond 64 bits": b'{"inferenceConfig":{"maxTokens":99999999999999999999},' + HELLO[1:],
    "a number of 10,000 digits": b'{"inferenceConfig":{"maxTokens":' + b"9" * 10_000 + b"}," + HELLO[1:],
    "a field of 10,000 digits": b'{"additionalModelRequestFields":{"top_k":' + b"9" * 10_000 + b"}," + HELLO[1:],
    "an infinite field": b'{"additionalModelRequestFields":{"top_k":1e999},' + HELLO[1:],
    "lists in lists": b"[" * DEEP,
    "objects in objects": b'{"a":' * DEEP,
    "closed lists in lists": b"[" * DEEP + b"]" * DEEP,
    "messages in messages": b'{"messages":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a deep field": b'{"additionalModelRequestFields":{"x":' + b"[" * DEEP + b"]" * DEEP + b"}," + HELLO[1:],
    "a field not so deep": b'{"additionalModelRequestFields":{"x":' + b"[" * 900 + b"]" * 900 + b"}," + HELLO[1:],
    "a deep unknown member": b'{"nonsense":' + b"[" * DEEP + b"]" * DEEP + b"," + HELLO[1:],
    "members twice": b'{"messages":7,' + HELLO[1:],
    "a member called nothing": b'{"":1,' + HELLO[1:],
    "a member called __proto__": b'{"__proto__":{"messages":1},' + HELLO[1:],
    "a long name": b'{"' + b"a" * 100_000 + b'":1,' + HELLO[1:],
    "many messages": b'{"messages":[' + b",".join([HELLO[13:-2]] * 10_000) + b"]}",
    "many blocks": b'{"messages":[{"role":"user","content":[' + b",".join([b"{}"] * 20_000) + b"]}]}",
    "a long word": HELLO.replace(b"Hello", b"a" * 1_000_000),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", NASTY)
def test_nasty_bodies(attacker, operation, name):
    attacker.send(path_of(operation), NASTY[name])


@pytest.mark.parametrize("name", NASTY)
def test_nasty_schemas_and_arguments(attacker, name):
    """The same, where the API takes any JSON: a tool's schema, and text that is one."""
    quoted = json.dumps(NASTY[name].decode("latin-1")[:50_000])
    for schema in (NASTY[name], quoted.encode()):
        tool = b'{"toolSpec":{"name":"t","inputSchema":{"json":' + schema + b"}}}"
        tools = b'{"toolConfig":{"toolChoice":{"any":{}},"tools":[' + tool + b"]}," + HELLO[1:]
        attacker.send(converse_path(), tools)
    form = b'{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":' + quoted.encode()
    model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    attacker.send(converse_path(model), form + b"}}}}," + HELLO[1:])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bodies_cut_anywhere(attacker, operation):
    body = good(operation)
    for end in range(len(body)):
        assert attacker.send(path_of(operation), body[:end]).status == 400


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bodies_with_one_byte_wrong(attacker, operation):
    body, chance = good(operation), random.Random(operation)
    for _ in range(100):
        broken = bytearray(body)
        broken[chance.randrange(len(body))] = chance.randrange(256)
        attacker.send(path_of(operation), bytes(broken))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bytes_of_chance(attacker, operation):
    chance = random.Random(operation)
    for _ in range(20):
        assert attacker.send(path_of(operation), chance.randbytes(chance.randrange(1, 400))).status == 400


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "messages role content text image source bytes toolUse toolResult json name input prompt system".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(OPERATIONS), ANY)
def test_json_of_chance(attacker, operation, value):
    attacker.send(path_of(operation), json.dumps(value).encode())


@functools.cache
def one_model_of_each_api() -> dict[str, str]:
    found: dict[str, str] = {}
    for model in rows.load():
        found.setdefault(model.api, model.id)
    return found


FIELDS = "messages prompt inputText texts input system max_tokens temperature tools text_prompts taskType".split()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=5))
def test_native_bodies_of_chance(attacker, data, body):
    model = data.draw(st.sampled_from(sorted(one_model_of_each_api().values())))
    for operation in ("invoke", "invoke-with-response-stream"):
        attacker.send(converse_path(model, operation), json.dumps(body).encode())


@pytest.mark.parametrize("name", NASTY)
def test_nasty_native_bodies(attacker, name):
    for model in one_model_of_each_api().values():
        attacker.send(converse_path(model, "invoke"), NASTY[name])


# Who is asking, and for what.

SCOPE = "AKIAAAAAAAAAAAAAAAAA/20260101/us-east-1/bedrock/aws4_request"
SIGNATURE = "0" * 64


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer \xff",
        "Bearer " + "a" * 100_000,
        "bearer nonsense",
        "Basic dXNlcjpwYXNz",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=, Signature={SIGNATURE}",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature={'g' * 64}",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature={SIGNATURE}",
        f"AWS4-HMAC-SHA256 Credential={'/' * 100}, SignedHeaders=host, Signature={SIGNATURE}",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders={'a;' * 9000}, Signature={SIGNATURE}",
        f"AWS4-HMAC-SHA256 {'Credential=' * 5000}",
        "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=" + SIGNATURE,
        "\xe9" * 100,
    ],
    ids=range(21),
)
def test_broken_authorizations(attacker, authorization):
    answer = attacker.send(converse_path(), HELLO, {"authorization": authorization, "x-amz-date": "20260101T000000Z"})
    assert answer.status in (400, 403)


@pytest.mark.parametrize(
    "change",
    [
        {"x-amz-date": ""},
        {"x-amz-date": "yesterday"},
        {"x-amz-date": "99999999T999999Z"},
        {"x-amz-date": "20260101T000000Z" * 1000},
        {"x-amz-date": "\xb2\xb2\xb2\xb2\xb2\xb2\xb2\xb2T\xb2\xb2\xb2\xb2\xb2\xb2Z"},
        {"x-amz-content-sha256": "nonsense", "content-type": "text/plain"},
        {"host": "elsewhere"},
        {"host": ""},
    ],
    ids=str,
)
def test_signatures_of_something_else(attacker, hostile, change):
    answer = attacker.send(converse_path(), HELLO, signed(hostile.facts, converse_path(), HELLO) | change)
    assert answer.status in (400, 403)


@pytest.mark.parametrize("part", ["path", "query", "body", "method"])
def test_a_signature_covers_everything(attacker, hostile, part):
    headers = signed(hostile.facts, converse_path(), HELLO)
    path = converse_path(operation="converse-stream") if part == "path" else converse_path()
    answer = attacker.send(
        path + ("?a=b" if part == "query" else ""),
        HELLO + (b" " if part == "body" else b""),
        headers,
        "PUT" if part == "method" else "POST",
    )
    assert answer.error[:2] == (403, "InvalidSignatureException")


MODELS = ["nope", "%00", "%ff", "%zz", "%", "..%2f..%2fetc%2fpasswd", "arn%3Aaws", "arn:aws:bedrock:::", "a" * 50_000]
MODELS += ["%20", "*", "us.us.us." + HAIKU, HAIKU + "%0a", HAIKU.upper(), ":" * 3000]
MODELS += ["arn:aws:bedrock:x::foundation-model%2F", "arn:aws:bedrock:us-east-1:123456789012:inference-profile%2F"]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_models_that_are_none(attacker, operation, model):
    assert attacker.send(f"/model/{model}/{operation}", good(operation)).status in (400, 404)


PATHS = ["/", "//", "*", "/model", "/model/", "/model//converse", "/model/x/converse/", "/model/x/y", "/%2f", "/%"]
PATHS += ["/model/x/converse/" + "y/" * 9000, "/" * 20_000, "/..", "/model/../health", "/a;b=c"]


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"])
def test_absurd_paths_and_methods(attacker, path, method):
    if path == "/" and method in ("GET", "HEAD"):
        path = "//"  # that one is the page
    attacker.send(path, b"", method=method)


QUERIES = [
    "byProvider=%ff",
    "byProvider=" + "a" * 9000,
    "byOutputModality=SMELL",
    "&&&=&=",
    "a" * 50_000,
    "byProvider=%00",
]
QUERIES += ["byProvider=x&byProvider=y", "byInferenceType=%", "?" * 1000, "maxResults=x"]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("path", ["/foundation-models", converse_path()], ids=["list", "converse"])
def test_absurd_queries(attacker, path, query):
    if path == "/foundation-models":
        attacker.send(f"{path}?{query}", method="GET")
    else:
        attacker.send(f"{path}?{query}", HELLO)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "\xff" * 100},
        {"content-type": "application/json; charset=utf-16"},
        {"content-encoding": "gzip"},
        {"accept": "text/html;q=x" * 500},
        {"x": "a" * 100_000},
        {"\x7e" * 1000: "a"},
        {"x-amzn-bedrock-trace": "NONSENSE", "x-amzn-bedrock-guardrailidentifier": "\xff"},
        {"x-amzn-bedrock-performanceconfig-latency": "never"},
        {"x-amzn-bedrock-service-tier": "a" * 5000},
        {"upgrade": "h2c", "connection": "upgrade, http2-settings", "http2-settings": "nonsense"},
        {"cookie": "a=b;" * 2000},
        {"x-forwarded-for": "127.0.0.1", "forwarded": "for=unknown"},
    ],
    ids=range(13),
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_absurd_headers(attacker, operation, headers):
    attacker.send(path_of(operation), good(operation), attacker.authorized | headers)


def test_an_upgrade_to_a_socket_that_is_none_is_refused_by_the_http_server(hostile):
    """Not in the API's form: granian answers before anybody is asked (docs/parity.md)."""
    upgrade = {"upgrade": "websocket", "connection": "upgrade"}
    with connect(hostile.facts) as link:
        link.sendall(raw_request(hostile.facts, converse_path(), HELLO, headers=upgrade))
        assert link.recv(1000).startswith(b"HTTP/1.1 400 ")


# Bodies that are long, and nothing in them is. The bounds themselves are tested where they are.

LLAMA, TITAN, EMBED = "meta.llama3-70b-instruct-v1:0", "amazon.titan-text-express-v1", "cohere.embed-english-v3"
CHAT = b'{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":'
STOPS = b'{"inferenceConfig":{"stopSequences":['
NAMED = b",".join(b'"k%d":1' % number for number in range(200_000))
MARK = b"<|start_header_id|>"
LONG: dict[str, tuple[str, str, bytes]] = {
    "empty stop sequences by the million": (HAIKU, "converse", STOPS + b'"",' * 8_000_000 + b'""]}}'),
    "as many as are decoded": (HAIKU, "converse", STOPS + b'"",' * 200_000 + b'""]},' + HELLO[1:]),
    "paths": (HAIKU, "converse", b'{"additionalModelResponseFieldPaths":[' + b'"",' * 200_000 + b'""],' + HELLO[1:]),
    "metadata": (HAIKU, "converse", b'{"requestMetadata":{' + NAMED.replace(b":1", b':""') + b"}," + HELLO[1:]),
    "messages that are none": (HAIKU, "converse", b'{"messages":[' + b'{"role":"x","content":[]},' * 60_000 + b"[]]}"),
    "lists instead of messages": (HAIKU, "converse", b'{"messages":[' + b"[]," * 8_000_000 + b"[]]}"),
    "Claude's messages": (HAIKU, "invoke", CHAT + b"[" + b"{}," * 120_000 + b"{}]}"),
    "numbers for Titan": (TITAN, "invoke", b'{"textGenerationConfig":{"stopSequences":[' + b"1," * 200_000 + b"1]}}"),
    "numbers to embed": (EMBED, "invoke", b'{"input_type":"search_query","texts":[' + b"1," * 200_000 + b"1]}"),
    "names": (LLAMA, "invoke", b'{"prompt":"a",' + NAMED + b"}"),
    "a name": (LLAMA, "invoke", b'{"prompt":"a","' + b"k" * 5_000_000 + b'":1}'),
    "headers without an end": (LLAMA, "invoke", b'{"prompt":"' + MARK * 100_000 + b'"}'),
    "empty lines": (TITAN, "invoke", b'{"inputText":"' + b"\\n" * 1_000_000 + b'"}'),
    "a role of megabytes": (HAIKU, "converse", b'{"messages":[{"content":[],"role":"' + b"x" * 5_000_000 + b'"}]}'),
}


@pytest.mark.parametrize("name", LONG)
def test_long_bodies_get_short_refusals(attacker, name):
    model, operation, body = LONG[name]
    answer = attacker.send(converse_path(model, operation), body)
    assert answer.status == 400
    assert len(answer.body) < 110_000


MANY = b"[" + b"1," * bounds.MAX_VALUES + b"1]"
WITHIN = json.dumps((b'{"x":' + MANY + b"}").decode()).encode()
CALL = b'{"id":"a","type":"function","function":{"name":"t","arguments":' + WITHIN + b"}}"
ASKED = b'{"model":"openai.gpt-oss-120b","messages":[{"role":"user","content":"a"}'
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
ELSEWHERE: dict[str, tuple[str, bytes]] = {
    "chat completions": ("/v1/chat/completions", ASKED + b'],"x":' + MANY + b"}"),
    "a tool call's arguments": (
        "/v1/chat/completions",
        ASKED + b',{"role":"assistant","tool_calls":[' + CALL + b"]}]}",
    ),
    "responses": ("/v1/responses", b'{"model":"openai.gpt-oss-120b","input":' + MANY + b"}"),
    "messages": ("/anthropic/v1/messages", b'{"model":"anthropic.claude-sonnet-4-5","messages":' + MANY + b"}"),
    "a body within a body": (
        path_of("count-tokens"),
        b'{"input":{"invokeModel":{"body":"' + base64.b64encode(b'{"messages":' + MANY + b"}") + b'"}}}',
    ),
    "a schema within a string": (
        converse_path(SONNET),
        b'{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":'
        + WITHIN
        + b"}}}},"
        + HELLO[1:],
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_json_is_counted_wherever_it_comes_in(hostile, attacker, name):
    path, body = ELSEWHERE[name]
    with closing(http.client.HTTPConnection(*hostile.facts.address, timeout=SOON)) as connection:
        connection.request("POST", path, body, attacker.authorized)
        answer = read_answer(connection.getresponse())
    assert (answer.status, bounds.TOO_LONG.encode() in answer.body) == (400, True)
