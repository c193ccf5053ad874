"""Pictures, documents and search results as parts of a message."""

import base64

import pytest
from tests.families.conftest import PIXEL

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.chat_completions import material
from outcrop.model import runtime as r

AWAY = r.S3Location(uri="s3://bucket/key")
ON = r.CitationsConfig(enabled=True)


def test_a_picture_is_a_data_url() -> None:
    block = r.ContentBlock(image=r.ImageBlock(format="png", source=r.ImageSource(bytes=PIXEL)))
    url = material.part(block)["image_url"]["url"]
    assert base64.b64decode(url.removeprefix("data:image/png;base64,")) == PIXEL
    guarded = r.GuardrailConverseImageBlock(format="png", source=r.GuardrailConverseImageSource(bytes=PIXEL))
    content = r.GuardrailConverseContentBlock(image=guarded)
    assert material.part(r.ContentBlock(guard_content=content))["image_url"]["url"] == url


def test_documents_are_text_between_tags() -> None:
    text = r.DocumentBlock(name="a", source=r.DocumentSource(text="Words"), context='say "it"')
    assert material.document(text) == '<document name="a" context=\'say "it"\'>\nWords\n</document>'
    passages = r.DocumentSource(content=[r.DocumentContentBlock(text="One"), r.DocumentContentBlock(text="Two")])
    assert material.document(r.DocumentBlock(name="b", source=passages)) == '<document name="b">\nOne\nTwo\n</document>'
    with pytest.raises(ValueError, match="nobody has read"):
        material.document(r.DocumentBlock(name="c", format="pdf", source=r.DocumentSource(bytes=b"x")))


def test_search_results_are_text_between_tags() -> None:
    found = r.SearchResultBlock(content=[r.SearchResultContentBlock(text="Words")], source="s", title="T")
    assert material.part(r.ContentBlock(search_result=found))["text"] == (
        '<search_result source="s" title="T">\nWords\n</search_result>'
    )


@pytest.mark.parametrize(
    ("block", "named"),
    [
        (r.ContentBlock(image=r.ImageBlock(format="png", source=r.ImageSource(s3_location=AWAY))), "s3Uri"),
        (r.ContentBlock(document=r.DocumentBlock(name="a", source=r.DocumentSource(s3_location=AWAY))), "s3Uri"),
        (
            r.ContentBlock(document=r.DocumentBlock(name="a", source=r.DocumentSource(text="x"), citations=ON)),
            "citations",
        ),
        (
            r.ContentBlock(search_result=r.SearchResultBlock(content=[], source="s", title="t", citations=ON)),
            "citations",
        ),
    ],
)
def test_what_is_elsewhere_or_asks_for_citations_is_refused(block: r.ContentBlock, named: str) -> None:
    with pytest.raises(ModelRefusal, match=f"doesn't support the {named} field. Remove {named} and try again."):
        material.part(block)
