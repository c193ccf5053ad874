"""The model's own refusal: a text without a prefix, which whoever answers the caller may put before it."""

from outcrop.chat.refusals import PREFIX, ModelRefusal


def test_the_text_is_what_was_said() -> None:
    assert ModelRefusal("`top_k` is deprecated for this model.").text == "`top_k` is deprecated for this model."


def test_the_prefix_is_the_recorded_one() -> None:
    assert PREFIX == "The model returned the following errors: "
