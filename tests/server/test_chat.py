"""The chat's socket, with a real client: the tutorial's contract, who may open it, and how it lives on and ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.server.inprocess import Here, here
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from outcrop.config import Built, Settings, build
from outcrop.engines.simulator import Pace
from outcrop.server.chat import Chat

SAYS = "I am the Outcrop simulator, answering as {}. You said: “{}”."
HAIKU, LLAMA = "Claude 3 Haiku", "Llama 3 70B Instruct"
SLOW = Pace(tokens_per_second=40)


class Served:
    """A server in this process, and sockets to it."""

    def __init__(self, built: Built, server: Here) -> None:
        self.built, self.server = built, server
        self.origin = f"http://{server.host}:{server.port}"
        self.bearer = {"authorization": f"Bearer {built.credentials.bearer_token}"}
        key = built.credentials.access_key_id
        visitors = built.site.chat._backing.visitors
        self.cookie = f"outcrop-{server.port}={visitors.sessions.begin(key)}"
        self.ticket = visitors.sessions.ticket(key)

    def socket(self, query: str = "", path: str = "/ws/model", **headers: str) -> connect:
        """A socket; with a bearer key, unless headers are given."""
        return connect(
            f"ws://{self.server.host}:{self.server.port}{path}?{query}",
            additional_headers=headers or self.bearer,
            max_size=None,
            proxy=None,
        )


@asynccontextmanager
async def served(data: Path, idle: float = 60, **settings: Any) -> AsyncIterator[Served]:
    built = build(Settings(data=data, **settings))
    built.site.chat._idle = idle
    async with here(built.doors, site=built.site) as server:
        yield Served(built, server)
    await built.aclose()


Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Run a scene with a server of its own."""

    def run(scene: Callable[[Served], Awaitable[None]], **options: Any) -> None:
        async def all_of_it() -> None:
            async with served(tmp_path, **options) as server:
                await asyncio.wait_for(scene(server), 20)

        asyncio.run(all_of_it())

    return run


async def pieces(socket: ClientConnection, whole: str) -> list[Any]:
    """Frames until together they are `whole`; the plain contract has no other end."""
    found: list[Any] = []
    while len("".join(found)) < len(whole):
        found.append(await socket.recv())
    return found


async def until_end(socket: ClientConnection) -> list[dict[str, Any]]:
    """JSON frames up to one that ends an answer."""
    found = [json.loads(await socket.recv())]
    while found[-1]["type"] not in ("end", "error"):
        found.append(json.loads(await socket.recv()))
    return found


# --- the tutorial's contract


@pytest.mark.parametrize(("model", "name"), [("llama3", LLAMA), ("anthropic", HAIKU)])
def test_the_tutorials_session(play: Play, model: str, name: str) -> None:
    """Its websocket.http: one socket per model and mode, prompts one after the other, each answered by itself."""

    async def scene(server: Served) -> None:
        for streaming in ("0", "1"):
            async with server.socket(f"model={model}&streaming={streaming}") as socket:
                for prompt in ("What is Golang ?", "And Rust?"):
                    await socket.send(prompt)
                    expected = SAYS.format(name, prompt)
                    found = await pieces(socket, expected)
                    assert "".join(found) == expected
                    assert (len(found) > 1) is (streaming == "1")

    play(scene)


def test_the_tutorials_page(play: Play) -> None:
    """It closes and opens its socket whenever the model or the box is changed, also in the middle of an answer."""

    async def scene(server: Served) -> None:
        for address in (
            "streaming=false&model=llama3",
            "streaming=true&model=llama3",
            "streaming=true&model=anthropic",
        ):
            socket = await server.socket(address, origin="http://localhost:5173")
            await socket.send("Hello")
            assert await socket.recv()
            await socket.close()
            assert socket.close_code == 1000

    play(scene, open_chat=True)


@pytest.mark.parametrize("value", ["true", "TRUE", "yes", "1"])
def test_streaming_is_what_the_tutorial_calls_so(play: Play, value: str) -> None:
    async def scene(server: Served) -> None:
        async with server.socket(f"model=anthropic&streaming={value}") as socket:
            await socket.send("Hello")
            assert len(await pieces(socket, SAYS.format(HAIKU, "Hello"))) > 1

    play(scene)


@pytest.mark.parametrize("query", ["streaming=false", "streaming=no", "streaming=0", "streaming=on", "x=1"])
def test_everything_else_is_not(play: Play, query: str) -> None:
    async def scene(server: Served) -> None:
        async with server.socket(f"model=anthropic&{query}") as socket:
            await socket.send("Hello")
            assert await socket.recv() == SAYS.format(HAIKU, "Hello")

    play(scene)


def test_bytes_are_answered_in_bytes(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic") as socket:
            await socket.send("Grüße".encode())
            assert await socket.recv() == SAYS.format(HAIKU, "Grüße").encode()
            await socket.send(b"\xff\xfe")
            assert await socket.recv() == b"Error: This frame is not UTF-8 text"

    play(scene)


def test_any_model_of_the_catalogue_may_be_named(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=us.anthropic.claude-sonnet-4-6") as socket:
            await socket.send("Hello")
            assert "Claude Sonnet 4.6" in str(await socket.recv())

    play(scene)


@pytest.mark.parametrize("streaming", ["0", "1"])
def test_an_error_is_a_frame_and_the_socket_lives(play: Play, streaming: str) -> None:
    async def scene(server: Served) -> None:
        async with server.socket(f"model=gpt-9&streaming={streaming}") as socket:
            for _ in range(2):
                await socket.send("Hello")
                assert await socket.recv() == "Error: No such model: gpt-9. The provided model identifier is invalid."
        async with server.socket(f"model=anthropic&streaming={streaming}") as socket:
            await socket.send(" ")
            assert str(await socket.recv()).startswith("Error: The model returned the following errors: ")
            await socket.send("Hello")
            expected = SAYS.format(HAIKU, "Hello")
            assert "".join(await pieces(socket, expected)) == expected

    play(scene)


# --- who may open one


def test_strangers_are_refused_before_the_socket_opens(play: Play) -> None:
    async def scene(server: Served) -> None:
        attempts: list[dict[str, str]] = [
            {"x-nothing": "1"},
            {"authorization": "Bearer nonsense"},
            {"cookie": server.cookie, "origin": "http://evil.example"},
            {"cookie": server.cookie.replace("=", "=x"), "origin": server.origin},
            {"origin": "http://localhost:5173"},
        ]
        for headers in attempts:
            with pytest.raises(InvalidStatus) as refused:
                await server.socket("model=anthropic", **headers)
            assert refused.value.response.status_code == 403
            assert b"ticket" in refused.value.response.body

    play(scene)


def test_a_ticket_opens_one_socket(play: Play) -> None:
    async def scene(server: Served) -> None:
        opens = {"origin": "http://app.example"}
        async with server.socket(f"model=anthropic&ticket={server.ticket}", **opens) as socket:
            await socket.send("Hello")
            assert await socket.recv()
        with pytest.raises(InvalidStatus):
            await server.socket(f"model=anthropic&ticket={server.ticket}", **opens)

    play(scene)


def test_the_pages_cookie_opens_one_from_the_page(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic", cookie=server.cookie, origin=server.origin) as socket:
            await socket.send("Hello")
            assert await socket.recv()

    play(scene)


def test_open_chat_is_open_to_this_machine_and_to_no_foreign_page(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic", origin="http://localhost:5173") as socket:
            await socket.send("Hello")
            assert await socket.recv()
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example", "x-nothing": "1"}):
            with pytest.raises(InvalidStatus):
                await server.socket("model=anthropic", **headers)

    play(scene, open_chat=True)


def test_there_is_one_address(play: Play) -> None:
    async def scene(server: Served) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await server.socket(path="/ws/other")
        assert refused.value.response.status_code == 404

    play(scene)


# --- how it ends


def test_closing_ends_the_answer_and_the_server_has_nothing_left(play: Play) -> None:
    async def scene(server: Served) -> None:
        socket = await server.socket("model=anthropic&streaming=1")
        await socket.send("word " * 70)
        await socket.recv()
        assert not server.server.application.idle.is_set()
        await socket.close()
        await server.server.application.idle.wait()

    play(scene, pace=SLOW)


def test_a_socket_nobody_uses_is_closed(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic") as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 1001

    play(scene, idle=0.05)


def test_a_server_that_stops_lets_the_answer_finish_and_closes(play: Play) -> None:
    async def scene(server: Served) -> None:
        expected = SAYS.format(HAIKU, "Hello")
        async with server.socket("model=anthropic&streaming=1") as busy, server.socket("model=anthropic") as idle:
            await busy.send("Hello")
            first = await busy.recv()
            stopping = asyncio.ensure_future(server.server.listening.stop())
            with pytest.raises(ConnectionClosed):
                await idle.recv()
            assert first + "".join(await pieces(busy, expected[len(first) :])) == expected
            with pytest.raises(ConnectionClosed):
                await busy.recv()
            await stopping

    play(scene, pace=SLOW)


def test_a_slow_reader_slows_nobody_else(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&streaming=1") as slow, server.socket("model=anthropic") as quick:
            for _ in range(9):
                await slow.send("x " * 100_000)
            await quick.send("Hello")
            assert await quick.recv() == SAYS.format(HAIKU, "Hello")

    play(scene)


# --- typed frames


def test_typed_frames_say_where_an_answer_starts_and_ends_and_what_it_cost(play: Play) -> None:
    async def scene(server: Served) -> None:
        for streaming in ("1", "0"):
            async with server.socket(f"model=anthropic&format=json&streaming={streaming}") as socket:
                await socket.send('{"text":"Hello"}')
                start, *deltas, end = await until_end(socket)
                assert start == {"type": "start", "modelId": "anthropic.claude-3-haiku-20240307-v1:0"}
                assert "".join(delta["text"] for delta in deltas) == SAYS.format(HAIKU, "Hello")
                assert (end["type"], end["stopReason"]) == ("end", "end_turn")
                assert end["usage"]["totalTokens"] == end["usage"]["inputTokens"] + end["usage"]["outputTokens"]
                assert end["latencyMs"] >= 0

    play(scene)


def test_system_parameters_and_stop_sequences_are_the_prompts(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&format=json&streaming=1") as socket:
            await socket.send('{"text":"Hello","system":"Be brief","inferenceConfig":{"maxTokens":3}}')
            assert (await until_end(socket))[-1]["stopReason"] == "max_tokens"
            await socket.send('{"text":"Hello","system":"Be brief","inferenceConfig":{"stopSequences":["simulator"]}}')
            assert (await until_end(socket))[-1]["stopReason"] == "stop_sequence"
            await socket.send('{"text":"Hello","system":"Be brief"}')
            assert "Be brief" in "".join(frame.get("text", "") for frame in await until_end(socket))

    play(scene)


def test_the_socket_remembers_when_it_is_asked_to(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&format=json&streaming=1") as socket:

            async def tokens(frame: str) -> int:
                await socket.send(frame)
                return int((await until_end(socket))[-1]["usage"]["inputTokens"])

            alone = await tokens('{"text":"Hello","history":true}')
            assert await tokens('{"text":"Hello","history":true}') > alone + 20
            await socket.send('{"type":"clear"}')
            assert await tokens('{"text":"Hello"}') == alone
            given = '[{"role":"user","content":[{"text":"Hello"}]}]'
            assert await tokens(f'{{"messages":{given}}}') == alone

    play(scene)


def test_tool_calls_and_reasoning_are_told(play: Play) -> None:
    tool = {
        "toolSpec": {"name": "weather", "description": "Weather of a city", "inputSchema": {"json": {"type": "object"}}}
    }
    asked = {"text": "weather", "toolConfig": {"tools": [tool]}}
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}

    async def scene(server: Served) -> None:
        for streaming in ("1", "0"):
            address = f"model=us.anthropic.claude-sonnet-4-5-20250929-v1:0&format=json&streaming={streaming}"
            async with server.socket(address) as socket:
                await socket.send(json.dumps(asked))
                frames = await until_end(socket)
                assert next(frame["toolUse"]["name"] for frame in frames if "toolUse" in frame) == "weather"
                assert frames[-1]["stopReason"] == "tool_use"
                await socket.send(json.dumps({"text": "Hello", "additionalModelRequestFields": thinking}))
                assert any("reasoning" in frame for frame in await until_end(socket))

    play(scene)


def test_a_frame_stops_the_answer(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&format=json&streaming=1") as socket:
            await socket.send(json.dumps({"text": "word " * 70}))
            while json.loads(await socket.recv())["type"] != "delta":
                pass
            await socket.send('{"type":"stop"}')
            assert (await until_end(socket))[-1] == {"type": "end", "stopReason": "cancelled"}
            await socket.send('{"text":"Hello","inferenceConfig":{"maxTokens":1}}')
            assert (await until_end(socket))[-1]["stopReason"] == "max_tokens"

    play(scene, pace=SLOW)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("{", "This frame is not a prompt: Input data was truncated"),
        ("{}", "This frame is not a prompt: it has neither text, content nor messages"),
        ('{"txt":"a"}', "This frame is not a prompt: Object contains unknown field `txt`"),
        ('{"type":"sing"}', "This frame is not a prompt: Invalid enum value 'sing' - at `$.type`"),
        ('{"text":""}', "messages: text content blocks must be non-empty"),
        ('{"text":"a","inferenceConfig":{"maxTokens":0}}', "inferenceConfig.maxTokens"),
    ],
)
def test_what_is_wrong_is_a_typed_error(play: Play, frame: str, message: str) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&format=json") as socket:
            await socket.send(frame)
            error = (await until_end(socket))[-1]
            assert (error["type"], error["code"]) == ("error", "ValidationException")
            assert message in error["message"]

    play(scene)


def test_a_frame_that_is_too_large_is_refused_and_the_socket_lives(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic") as socket:
            await socket.send("x" * 12_000_001)
            assert await socket.recv() == "Error: This frame is larger than 12,000,000 bytes"
            await socket.send("Hello")
            assert await socket.recv() == SAYS.format(HAIKU, "Hello")

    play(scene)


def test_prompts_that_pile_up_are_refused(play: Play) -> None:
    async def scene(server: Served) -> None:
        async with server.socket("model=anthropic&streaming=1") as socket:
            for _ in range(12):
                await socket.send("Hello")
            found = [str(await socket.recv())]
            while not found[-1].startswith("Error"):
                found.append(str(await socket.recv()))
            assert found[-1] == "Error: 8 prompts are waiting already"

    play(scene, pace=SLOW)


def test_five_hundred_idle_sockets_starve_nobody(play: Play) -> None:
    """A small share of the benchmark's: fifty that are silent, ten that stream."""

    async def scene(server: Served) -> None:
        silent = await asyncio.gather(*(server.socket("model=llama3") for _ in range(50)))
        streaming = await asyncio.gather(*(server.socket("model=anthropic&streaming=1") for _ in range(10)))
        expected = SAYS.format(HAIKU, "Hello")

        async def answered(socket: ClientConnection) -> str:
            await socket.send("Hello")
            return "".join(await pieces(socket, expected))

        assert await asyncio.gather(*map(answered, streaming)) == [expected] * 10
        await asyncio.gather(*(socket.close() for socket in (*silent, *streaming)))

    play(scene)


def test_idle_is_half_an_hour() -> None:
    assert Chat.__init__.__kwdefaults__ == {"open_as": None, "idle": 1800}


def test_policies_see_where_a_socket_was_opened_from(play: Play) -> None:
    """A user whose policy wants an address and a program: the handshake's count, prompt for prompt."""

    async def scene(server: Served) -> None:
        root = {"aws_access_key_id": server.built.credentials.access_key_id,
                "aws_secret_access_key": server.built.credentials.secret_access_key}  # fmt: skip

        def made() -> str:
            iam = boto3.client("iam", region_name="us-east-1", endpoint_url=server.origin, **root)
            iam.create_user(UserName="ann")
            condition = {"IpAddress": {"aws:SourceIp": "127.0.0.1"}, "StringLike": {"aws:UserAgent": "quarry/*"}}
            statement = {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*", "Condition": condition}
            document = json.dumps({"Version": "2012-10-17", "Statement": statement})
            iam.put_user_policy(UserName="ann", PolicyName="here", PolicyDocument=document)
            key = iam.create_service_specific_credential(UserName="ann", ServiceName="bedrock.amazonaws.com")
            return str(key["ServiceSpecificCredential"]["ServiceCredentialSecret"])

        bearer = {"authorization": f"Bearer {await asyncio.to_thread(made)}"}
        for agent, answered in (("quarry/1", True), ("other/1", False)):
            headers = {"additional_headers": bearer, "user_agent_header": agent, "proxy": None}
            url = server.origin.replace("http", "ws") + "/ws/model?model=llama3"
            async with connect(url, **headers) as socket:
                await socket.send("Hello")
                assert ("not authorized" not in await socket.recv()) is answered

    play(scene)
