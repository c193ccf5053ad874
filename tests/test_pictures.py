"""The hub of pictures: what a request is when little is said."""

from outcrop.pictures import PictureReply, PictureRequest


def test_one_png_from_a_prompt_is_the_default() -> None:
    request = PictureRequest(width=64, height=32, prompt="a stone")

    assert (request.count, request.format, request.task, request.sources) == (1, "png", "text_image", [])
    assert request.mask is None


def test_requests_share_nothing() -> None:
    one, other = (PictureRequest(width=1, height=1) for _ in range(2))
    one.sources.append(b"x")
    one.fields["cfgScale"] = 7

    assert (other.sources, other.fields) == ([], {})


def test_a_reply_has_no_mask_unless_given() -> None:
    assert PictureReply(images=[b"png"], seeds=[1]).mask is None
