"""The estimate of a batch: the tokens the server would count, and the most it may cost."""

import asyncio

import msgspec
from tests.conftest import HAIKU, converse_path

from outcrop.batch import open_source
from outcrop.cli.estimate import estimated
from outcrop.operator import ConverseOperator


def test_tokens_are_those_the_server_counts(ask, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode({"q": f"What is {stone}?"}) + b"\n" for stone in ("gneiss", "tuff")))
    operator = ConverseOperator(None, model=HAIKU, prompt="$q", system_prompt="Be brief.", maximum_tokens=200)
    operator.client = lambda: None
    found = asyncio.run(estimated(operator, open_source(path)))
    body = {"system": [{"text": "Be brief."}], "inferenceConfig": {"maxTokens": 200}}
    counted = sum(
        ask(converse_path(), body | {"messages": [{"role": "user", "content": [{"text": f"What is {stone}?"}]}]}).json[
            "usage"
        ]["inputTokens"]
        for stone in ("gneiss", "tuff")
    )
    assert (found.records, found.input_tokens, found.most_output_tokens) == (2, counted, 400)
    assert found.most_dollars == found.input_dollars + 400 * 1.25e-6


def test_models_without_a_price_are_said_to_be(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(f'{{"m":"nobody.has-this"}}\n{{"m":"{HAIKU}"}}\n{{}}\n')
    operator = ConverseOperator(None, model="$m", prompt="Hello")
    found = asyncio.run(estimated(operator, open_source(path)))
    assert (found.records, found.uncounted, found.failing) == (3, 1, 1)
