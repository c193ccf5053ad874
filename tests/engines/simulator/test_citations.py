"""What is cited stands in the document, at the place that is named; and who cites nothing answers as ever."""

import base64
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import HAIKU, Ask, converse_path
from tests.conversations import (
    HAIKU_3_5,
    NOVA,
    SONNET_4,
    SONNET_4_5,
    assistant,
    called,
    result,
    talk,
    text,
    user,
)

from outcrop.engines.simulator import citations

POLICY = "Company leave policy: Employees get 20 days annual leave. Consult with your manager for details."
FIRST = "Company leave policy: Employees get 20 days annual leave. "
ON = {"citations": {"enabled": True}}


def document(source: Any, kind: str = "txt", name: str = "company_policy", **members: Any) -> dict[str, Any]:
    return {"document": {"format": kind, "name": name, "source": source, **(members or ON)}}


def search_result(*words: str, **members: Any) -> dict[str, Any]:
    content = [{"text": part} for part in words]
    return {
        "searchResult": {
            "source": "https://example.com/ruby-facts",
            "title": "Ruby Facts",
            "content": content,
            **(members or ON),
        }
    }


def content(ask: Ask, *blocks: Any, model: str = SONNET_4) -> list[dict[str, Any]]:
    return answered(ask, talk(user(text("What does it say?"), *blocks)), model)


def answered(ask: Ask, body: Any, model: str = SONNET_4) -> list[dict[str, Any]]:
    got = ask(converse_path(model), body)
    assert got.status == 200, got.error
    found: list[dict[str, Any]] = got.json["output"]["message"]["content"]
    return found


def cited(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The one citation of each block that cites."""
    return [block["citationsContent"]["citations"][0] for block in blocks if "citationsContent" in block]


def words(blocks: list[dict[str, Any]]) -> str:
    return "".join(
        b["citationsContent"]["content"][0]["text"] if "citationsContent" in b else b["text"] for b in blocks
    )


def pdf(words: str) -> dict[str, Any]:
    from fpdf import FPDF

    made, out = FPDF(), BytesIO()
    made.add_page()
    made.set_font("Helvetica", size=12)
    made.cell(text=words)
    made.output(out)
    return {"bytes": base64.b64encode(out.getvalue()).decode()}


def test_a_text_is_cited_by_its_characters(ask: Ask) -> None:
    # recorded on Claude Sonnet 4: start 0, end 58, the space behind the sentence with it
    (found,) = cited(content(ask, document({"text": POLICY})))

    assert found == {
        "location": {"documentChar": {"documentIndex": 0, "end": 58, "start": 0}},
        "sourceContent": [{"text": FIRST}],
        "title": "company_policy",
    }


def test_bytes_of_a_text_are_cited_alike(ask: Ask) -> None:
    sent = {"bytes": base64.b64encode(POLICY.encode()).decode()}

    assert cited(content(ask, document(sent))) == cited(content(ask, document({"text": POLICY})))


def test_a_pdf_is_cited_by_its_first_page(ask: Ask) -> None:
    # recorded on Claude 3.7 to Sonnet 5: the end is exclusive
    (found,) = cited(content(ask, document(pdf("Dummy PDF file"), "pdf", "my-pdf")))

    assert found == {
        "location": {"documentPage": {"documentIndex": 0, "end": 2, "start": 1}},
        "sourceContent": [{"text": "Dummy PDF file"}],
        "title": "my-pdf",
    }


def test_parts_are_cited_whole_and_by_number(ask: Ask) -> None:
    # recorded on Claude Sonnet 4 and Sonnet 5
    (found,) = cited(content(ask, document({"content": [{"text": " "}, {"text": "Consult with your manager."}]})))

    assert found["location"] == {"documentChunk": {"documentIndex": 0, "end": 2, "start": 1}}
    assert found["sourceContent"] == [{"text": "Consult with your manager."}]


def test_a_search_result_in_a_tools_answer_is_cited_with_its_source(ask: Ask) -> None:
    # recorded on Claude Haiku 4.5
    said = "The Ruby programming language was created by Yukihiro Matsumoto in 1993."
    (found,) = cited(answered(ask, called(result("tooluse_1", search_result(said))), SONNET_4_5))

    assert found == {
        "location": {"searchResultLocation": {"end": 1, "searchResultIndex": 0, "start": 0}},
        "source": "https://example.com/ruby-facts",
        "sourceContent": [{"text": said}],
        "title": "Ruby Facts",
    }


def test_documents_and_search_results_are_numbered_apart_and_over_all_messages(ask: Ask) -> None:
    earlier = user(text("Read"), document({"text": POLICY}, name="a"), search_result("Found."))
    last = user(
        text("And these"),
        document({"text": "Two."}, name="b"),
        search_result("Again."),
        document({"text": "Three."}, name="c"),
    )
    found = cited(answered(ask, talk(earlier, assistant(text("Done")), last)))

    assert [next(iter(citation["location"].values())) for citation in found] == [
        {"documentIndex": 1, "end": 4, "start": 0},
        {"end": 1, "searchResultIndex": 1, "start": 0},
        {"documentIndex": 2, "end": 6, "start": 0},
    ]


def test_text_stands_between_what_cites(ask: Ask) -> None:
    given = [
        document({"text": POLICY}),
        document({"text": "No more."}, name="other"),
        document({"text": "x"}, "txt", "c"),
    ]
    given[2]["document"]["citations"] = {"enabled": False}
    blocks = content(ask, *given)

    assert [next(iter(block)) for block in blocks] == ["text", "citationsContent", "citationsContent", "text"]
    assert all(list(b["citationsContent"]) == ["citations", "content"] for b in blocks[1:3])
    assert all(block["text"].strip() for block in (blocks[0], blocks[3]))  # blank ones could not be sent back


@pytest.mark.parametrize("model", [SONNET_4, SONNET_4_5, HAIKU_3_5])
def test_citing_changes_no_word(ask: Ask, model: str) -> None:
    off = {"citations": {"enabled": False}}
    blocks = content(ask, document({"text": POLICY}), search_result("Found."), model=model)
    (plain,) = content(ask, document({"text": POLICY}, **off), search_result("Found.", **off), model=model)

    assert words(blocks) == plain["text"]


@pytest.mark.parametrize("model", [HAIKU, NOVA])
def test_models_without_citations_take_the_member_and_cite_nothing(ask: Ask, model: str) -> None:
    (block,) = content(ask, document({"text": POLICY}), model=model)

    assert "begins: “Company leave policy" in block["text"]


def test_a_document_without_text_cannot_be_cited(ask: Ask) -> None:
    (block,) = content(ask, document({"content": [{"text": " "}]}), document({"bytes": "IA=="}, name="blank"))

    assert block["text"].count("holds no text") == 2


def test_only_the_last_message_is_cited(ask: Ask) -> None:
    history = talk(user(text(), document({"text": POLICY})), assistant(text("Read")), user(text("And now?")))

    assert cited(answered(ask, history)) == []


def test_an_answer_that_cites_can_be_sent_back(ask: Ask) -> None:
    asked = user(text("What does it say?"), document({"text": POLICY}))
    answer = {"role": "assistant", "content": answered(ask, talk(asked))}

    assert answered(ask, talk(asked, answer, user(text("Thanks"))))[0]["text"].endswith("“Thanks”.")


def test_a_stream_sends_the_citation_before_the_words(ask: Ask) -> None:
    # recorded on Claude Sonnet 4 and Sonnet 5, in each block that cites
    body = talk(user(text("What does it say?"), document({"text": POLICY})))
    events = ask(converse_path(SONNET_4, "converse-stream"), body).events
    deltas = [e["delta"] for kind, e in events if kind == "contentBlockDelta" and e["contentBlockIndex"] == 1]

    assert [next(iter(delta)) for delta in deltas[:2]] == ["citation", "text"]
    assert deltas[0] == {"citation": cited(answered(ask, body))[0]}
    assert all(list(delta) == ["text"] for delta in deltas[1:])
    assert "contentBlockStart" not in dict(events)


def test_a_call_cites_nothing(ask: Ask) -> None:
    forced = called(result("tooluse_1", search_result("Found.")))
    forced["toolConfig"]["toolChoice"] = {"any": {}}

    assert [next(iter(block)) for block in answered(ask, forced)] == ["toolUse"]


@given(st.text(alphabet=st.sampled_from("ab .!?\n"), max_size=1000))
def test_a_passage_is_the_beginning_of_the_text_and_within_one_paragraph(given_text: str) -> None:
    start, end = citations.passage(given_text)
    quoted = given_text[start:end]

    assert bool(quoted) == bool(given_text.strip())
    assert not given_text[:start].strip()
    assert quoted[:1].strip() == quoted[:1]
    assert "\n\n" not in quoted
    assert len(quoted) <= 408


@pytest.mark.parametrize(
    ("given_text", "quoted"),
    [
        (POLICY, FIRST),
        ("\n A title\n\nA sentence.", "A title"),
        ("Version 3.5 is out! Hurry", "Version 3.5 is out! "),
        ("a" * 1000, "a" * 400),
        ("No end", "No end"),
    ],
)
def test_a_passage_ends_with_its_sentence(given_text: str, quoted: str) -> None:
    start, end = citations.passage(given_text)

    assert given_text[start:end] == quoted
