"""Native answers in place of a model's: Claude's and Llama's as recorded, others' left to their families."""

import json

import pytest
from tests.conftest import HAIKU

from outcrop.catalog import Catalogue
from outcrop.families import blocked


def test_claude_and_llama_have_forms_of_their_own(catalogue: Catalogue) -> None:
    claude, llama = catalogue.find(HAIKU, "us-east-1").model, catalogue.get("meta.llama3-8b-instruct-v1:0")
    assert llama
    told = json.loads(blocked.reply("No.", claude) or b"")
    assert told["content"] == [{"type": "text", "text": "No."}]
    assert (told["stop_reason"], told["usage"]) == ("end_turn", {"input_tokens": 0, "output_tokens": 0})
    assert blocked.reply("No.", llama) == b'{"generation":"No."}'
    assert blocked.chunks("No.", llama) is None
    kinds = [json.loads(chunk)["type"] for chunk in blocked.chunks("No.", claude) or []]
    assert kinds == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


@pytest.mark.parametrize("model", ["amazon.titan-text-express-v1", "amazon.nova-lite-v1:0"])
def test_others_answer_in_their_own_form(catalogue: Catalogue, model: str) -> None:
    found = catalogue.get(model)
    assert found
    assert blocked.reply("No.", found) is None
    assert blocked.chunks("No.", found) is None
