"""Conversations over both clients: history, tools, streams, totals and files, against servers that are real or scripted."""

import asyncio
import json

import pytest
from tests.client.faulty import answer, error, faulty
from tests.conftest import HAIKU

from outcrop.chat import events
from outcrop.client import (
    ApiError,
    AsyncClient,
    AsyncConversation,
    Client,
    Conversation,
    NoAnswer,
    TooManyRounds,
    UnknownFormat,
)
from outcrop.model.runtime import ContentBlock, TokenUsage
from outcrop.wire import eventstream, restjson

KEYS = {"access_key_id": "AKIA", "secret_access_key": "secret", "region": "us-east-1", "attempts": 1}
SONNET = "us.anthropic.claude-sonnet-4-6"


class Blocking:
    """A conversation over the blocking client."""

    def __init__(self, endpoint, model=HAIKU, keys=KEYS, **options):
        self.conversation = Conversation(Client(endpoint, **keys), model, **options)

    def say(self, *parts):
        return self.conversation.say(*parts)

    def stream(self, *parts):
        return list(self.conversation.stream(*parts))

    def events(self, *parts):
        return list(self.conversation.events(*parts))


class Awaited:
    """A conversation over the asynchronous client, each turn on a loop of its own."""

    def __init__(self, endpoint, model=HAIKU, keys=KEYS, **options):
        self.made = (endpoint, keys)
        self.conversation = AsyncConversation(None, model, **options)

    def _run(self, use):
        async def run():
            async with AsyncClient(self.made[0], **self.made[1]) as self.conversation.client:
                return await use(self.conversation)

        return asyncio.run(run())

    def say(self, *parts):
        return self._run(lambda conversation: conversation.say(*parts))

    def stream(self, *parts):
        return self._run(lambda conversation: _list(conversation.stream(*parts)))

    def events(self, *parts):
        return self._run(lambda conversation: _list(conversation.events(*parts)))


async def _list(items):
    return [item async for item in items]


@pytest.fixture(params=[Blocking, Awaited])
def kind(request):
    """Either kind of conversation."""
    return request.param


@pytest.fixture
def talk(served, kind):
    """`talk(**options)`: a conversation with a real server."""
    keys = {name: getattr(served, name) for name in ("access_key_id", "secret_access_key", "region")}
    return lambda model=SONNET, **options: kind(served.endpoint, model, keys, **options)


def weather(city: str) -> dict[str, str]:
    """The weather in a city.

    Args:
        city: The city's name.
    """
    return {"sky": f"clear over {city}"}


def test_turns_build_on_each_other(talk):
    made = talk(system="Answer like a pirate", max_tokens=200, temperature=0)
    first, second = made.say("Hello"), made.say("And again")
    assert "“Hello”" in first.text
    assert "“Answer like a pirate”" in str(second)
    conversation = made.conversation
    assert [message.role for message in conversation.messages] == ["user", "assistant"] * 2
    assert conversation.last == second
    assert conversation.usage.total_tokens == first.usage.total_tokens + second.usage.total_tokens
    assert second.usage.input_tokens > first.usage.input_tokens


def test_a_stream_says_what_the_whole_reply_says(talk):
    whole, streamed = talk(), talk()
    reply, pieces = whole.say("Hello"), streamed.stream("Hello")
    assert len(pieces) > 1
    assert "".join(pieces) == reply.text == streamed.conversation.last.text
    assert streamed.conversation.last.usage.total_tokens == reply.usage.total_tokens
    assert streamed.conversation.messages == whole.conversation.messages


@pytest.mark.parametrize("how", ["say", "stream"])
def test_a_tool_is_called_with_what_the_model_wants_and_its_result_sent_back(talk, how):
    made = talk(tools=[weather])
    getattr(made, how)("What is the weather in Paris?")
    reply = made.conversation.last
    assert [call.name for call in reply.calls] == ["weather"]
    (result,) = reply.results
    assert (result.status, result.content[0].json["sky"][:10]) == ("success", "clear over")
    assert reply.stop_reason == "end_turn"
    assert [message.role for message in made.conversation.messages] == ["user", "assistant"] * 2
    assert made.say("Thank you").stop_reason in ("end_turn", "tool_use")


def test_files_are_attached_and_named_apart(talk, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Gneiss is a rock.")
    made = talk()
    reply = made.say("What is this?", path, path)
    assert "Gneiss" in reply.text
    made.say("And this?", path)
    names = [
        block.document.name for message in made.conversation.messages for block in message.content if block.document
    ]
    assert names == ["notes", "notes 2", "notes 3"]


def test_what_cannot_be_attached_changes_nothing(talk):
    made = talk()
    with pytest.raises(UnknownFormat):
        made.say("?", b"??")
    assert made.conversation.messages == []


@pytest.mark.parametrize("how", ["say", "stream"])
def test_a_refused_turn_leaves_no_trace_and_may_be_said_again(talk, how):
    made = talk()
    made.say("Hello")
    before = list(made.conversation.messages)
    with pytest.raises(ApiError, match="ValidationException"):
        getattr(made, how)("")
    assert made.conversation.messages == before
    assert "“Again”" in made.say("Again").text


def test_the_cost_is_awss_list_price(talk):
    made = talk()
    assert made.conversation.cost == 0
    made.say("Hello")
    usage = made.conversation.usage
    assert made.conversation.cost == pytest.approx((usage.input_tokens * 3 + usage.output_tokens * 15) / 1e6, rel=0.2)
    assert talk(model="unknown.model").conversation.cost is None


def test_a_conversation_goes_on_from_its_file(talk, tmp_path):
    path = tmp_path / "conversation.json"
    made = talk(system="Be brief", fields={"top_k": 5}, max_tokens=50)
    made.say("Remember gneiss", "and schist")
    made.conversation.save(path)
    saved = json.loads(path.read_bytes())
    assert (saved["version"], saved["parameters"]) == (1, {"maxTokens": 50})
    again = talk()
    loaded = type(made.conversation).load(path, again.conversation.client)
    for name in ("model", "system", "fields", "parameters", "messages", "usage"):
        assert getattr(loaded, name) == getattr(made.conversation, name)
    again.conversation = loaded
    assert again.say("Go on").usage.input_tokens > made.conversation.last.usage.input_tokens


def test_a_file_of_another_version_is_refused(tmp_path):
    path = tmp_path / "conversation.json"
    conversation = Conversation(Client("http://127.0.0.1:1", **KEYS), HAIKU)
    conversation.save(path)
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(ValueError, match="is of version 2, known is 1"):
        Conversation.load(path, conversation.client)


USAGE = {"inputTokens": 10, "outputTokens": 2, "totalTokens": 12, "cacheReadInputTokens": 3}


def reply(*blocks: dict, stop: str = "end_turn") -> bytes:
    message = {"role": "assistant", "content": list(blocks)}
    body = {"metrics": {"latencyMs": 1}, "output": {"message": message}, "stopReason": stop, "usage": USAGE}
    return answer(200, json.dumps(body).encode())


def use(name: str, id_: str, **given) -> dict:
    return {"toolUse": {"name": name, "toolUseId": id_, "input": given}}


def test_several_calls_and_rounds_make_one_turn(kind):
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "signed"}}}
    replies = [
        reply(thought, use("weather", "1", city="Rome"), use("nowhere", "2"), stop="tool_use"),
        reply(use("weather", "3", town="Rome"), stop="tool_use"),
        reply({"text": "Clear."}),
    ]
    with faulty(*replies) as server:
        made = kind(server.endpoint, tools=[weather])
        said = made.say("Weather?")
    assert (said.text, [call.tool_use_id for call in said.calls]) == ("Clear.", ["1", "2", "3"])
    assert [result.status for result in said.results] == ["success", "error", "error"]
    assert (said.usage.total_tokens, said.usage.cache_read_input_tokens) == (36, 9)
    last = json.loads(server.asked[2].body)["messages"]
    assert [message["role"] for message in last] == ["user", "assistant", "user", "assistant", "user"]
    assert last[1]["content"][0] == thought  # reasoning goes back signed, as it came
    assert [part["toolResult"]["toolUseId"] for part in last[2]["content"]] == ["1", "2"]
    assert json.loads(server.asked[0].body)["toolConfig"]["tools"][0]["toolSpec"]["name"] == "weather"


def test_a_model_that_never_stops_asking_is_stopped(kind):
    with faulty(reply(use("weather", "1", city="Rome"), stop="tool_use")) as server:
        made = kind(server.endpoint, tools=[weather], rounds=2)
        with pytest.raises(TooManyRounds, match="more than 2 rounds"):
            made.say("Weather?")
    assert len(server.asked) == 3
    assert made.conversation.messages == []
    assert made.conversation.usage.total_tokens == 36  # it was used all the same


def test_a_failure_within_a_turn_leaves_no_trace_but_its_usage(kind):
    with faulty(reply(use("weather", "1", city="Rome"), stop="tool_use"), error("ThrottlingException", 429)) as server:
        made = kind(server.endpoint, tools=[weather])
        with pytest.raises(ApiError, match="Throttling"):
            made.say("Weather?")
    assert made.conversation.messages == []
    assert made.conversation.usage == TokenUsage(
        input_tokens=10, output_tokens=2, total_tokens=12, cache_read_input_tokens=3
    )


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\r\n"
BEGUN = restjson.encode_events([events.message_start(), events.text_delta(0, "Hello")])
ENDED = restjson.encode_events(
    [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(3, 1))]
)


def test_a_stream_that_ends_early_is_no_reply(kind):
    with faulty(HEAD + BEGUN) as server, pytest.raises(NoAnswer, match="before the end of the turn"):
        kind(server.endpoint).stream("Hello")


def test_events_newer_than_the_client_are_handed_on_and_passed_over(kind):
    strange = eventstream.frame(eventstream.event_headers("surprise"), b"{}")
    with faulty(HEAD + BEGUN + strange + ENDED) as server:
        made = kind(server.endpoint)
        assert len(made.events("Hello")) == 6
    assert made.conversation.last.message.content == [ContentBlock(text="Hello")]


def test_leaving_a_stream_early_leaves_the_history_alone(served):
    keys = {name: getattr(served, name) for name in ("access_key_id", "secret_access_key", "region")}
    conversation = Conversation(Client(served.endpoint, **keys), SONNET)
    pieces = conversation.stream("Hello")
    assert next(pieces)
    pieces.close()
    assert conversation.messages == []
