"""What Converse refuses of models, turns and content blocks: one row per rule and per known text."""

import base64

from tests.conftest import HAIKU
from tests.conversations import (
    CACHE_POINT,
    CLAUDE_2,
    DEEPSEEK,
    GEMMA,
    GPT_OSS,
    HAIKU_3_5,
    LLAMA_3,
    LLAMA_3_1,
    MISTRAL_7B,
    MISTRAL_LARGE_3,
    NO_CHAT,
    NOVA,
    SONNET_4,
    SONNET_4_5,
    START,
    Check,
    Refusal,
    asked,
    assistant,
    call,
    called,
    document,
    image,
    result,
    rows,
    s3,
    talk,
    text,
    tools,
    user,
    video,
)
from tests.counting import Looked

from outcrop.chat import rules
from outcrop.model.runtime import CachePointBlock, ContentBlock, ConverseRequest, Message

NO_IMAGE = (
    "This model doesn't support the image content block that you provided. Update the content block and try again."
)
NO_VIDEO = (
    "This model doesn't support the video content block that you provided. Update the content block and try again."
)
NO_AUDIO = (
    "This model doesn't support the audio content block that you provided. Update the content block and try again."
)
NO_S3 = "This model doesn't support the s3Uri field. Remove s3Uri and try again."
USER_LAST = (
    "The model that you are using requires the last turn in the conversation to be a user message. Add a user "
    "message to "
    "the conversation and try again."
)
TEXT_BESIDE = "A text block must be included when using documents. Add a text block and retry your request."
NAMES = (
    "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and "
    "square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name "
    "conforms to these restrictions and retry your request."
)
KEYS = "text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult"


def blank(path: str) -> str:
    return f"The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again."


MODELS = [  # reported, for embeddings, pictures and speech
    Refusal("an embedding model", "amazon.titan-embed-text-v2:0", asked(), NO_CHAT),
    Refusal("another embedding model", "cohere.embed-english-v3", asked(), NO_CHAT),
    Refusal("a picture model", "amazon.nova-canvas-v1:0", asked(), NO_CHAT),
    Refusal("a speech model", "amazon.nova-sonic-v1:0", asked(), NO_CHAT),
]

TURNS = [
    # reported
    Refusal("no messages", HAIKU, talk(), START),
    Refusal("messages left out", HAIKU, {}, START),
    Refusal("an assistant first", NOVA, talk(assistant(text()), user(text())), START),
    Refusal("an assistant first on Llama", LLAMA_3_1, talk(assistant(text()), user(text())), START),
    # probed on these four
    Refusal("an assistant last on Llama 3.1", LLAMA_3_1, talk(user(text()), assistant(text())), USER_LAST),
    Refusal("an assistant last on Llama 3", LLAMA_3, talk(user(text()), assistant(text())), USER_LAST),
    Refusal("an assistant last on Mistral 7B", MISTRAL_7B, talk(user(text()), assistant(text())), USER_LAST),
    Refusal("an assistant last on DeepSeek", DEEPSEEK, talk(user(text()), assistant(text())), USER_LAST),
    # reported
    Refusal(
        "an empty message",
        HAIKU,
        talk(user(text()), assistant()),
        "The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content "
        "field and "
        "try again.",
    ),
    # recorded on Mistral 7B
    Refusal(
        "a system prompt where there is none",
        MISTRAL_7B,
        asked(system=[{"text": "Be brief."}]),
        "This model doesn't support system messages. Try again without a system message or use a model that supports "
        "system messages.",
    ),
    # reported in 2024-08; in 2026-09, with the role in the service model, said to be refused at any place
    Refusal(
        "system as a role",
        SONNET_4,
        talk(user(text()), {"role": "system", "content": [text()]}),
        "1 validation error detected: Value 'system' at 'messages.2.member.role' failed to satisfy constraint: "
        "Member must "
        "satisfy enum value set: [user, assistant]",
    ),
]

BLANKS = [  # reported for all families but Claude, and for Claude in the last two cases
    Refusal("empty text on Nova", NOVA, asked(text("")), blank("messages.0.content.0")),
    Refusal("white space on Llama", LLAMA_3_1, asked(text(" \n")), blank("messages.0.content.0")),
    Refusal("empty text on DeepSeek", DEEPSEEK, asked(text(), text("")), blank("messages.0.content.1")),
    Refusal(
        "empty text beside a call on Claude",
        SONNET_4,
        talk(user(text()), assistant(text(""), call()), user(result()), **tools()),
        blank("messages.1.content.0"),
    ),
    Refusal(
        "white space with optimized latency on Claude",
        HAIKU_3_5,
        asked(text(" "), performanceConfig={"latency": "optimized"}),
        blank("messages.0.content.0"),
    ),
]

BLOCKS = [
    # reported
    Refusal(
        "a block of two kinds",
        HAIKU,
        asked({**text(), **CACHE_POINT}),
        f"ContentBlock object at messages.0.content.0 can only set one of the following keys: {KEYS}.",
    ),
    # decided, after the text above
    Refusal(
        "a block of no kind",
        HAIKU,
        asked(text(), {}),
        f"ContentBlock object at messages.0.content.1 must set one of the following keys: {KEYS}.",
    ),
    # documented for system messages, which are refused; decided, after the text for pictures
    Refusal(
        "a tool added by a user",
        SONNET_4,
        asked(text(), {"toolAddition": {"tool": {"name": "look_up"}}}),
        NO_IMAGE.replace("image", "toolAddition"),
    ),
    Refusal(
        "a tool removed by a user",
        SONNET_4,
        asked(text(), {"toolRemoval": {"tool": {"name": "look_up"}}}),
        NO_IMAGE.replace("image", "toolRemoval"),
    ),
]

DOCUMENTS = [
    # probed
    Refusal("on Gemma", GEMMA, asked(text(), document()), "This model doesn't support documents."),
    Refusal("on gpt-oss", GPT_OSS, asked(text(), document()), "This model doesn't support documents."),
    Refusal(
        "in a tool result", GPT_OSS, called(result("tooluse_1", document())), "This model doesn't support documents."
    ),
    # recorded 15 times
    Refusal("without text", HAIKU, asked(document()), TEXT_BESIDE),
    Refusal("without text in its own turn", NOVA, talk(user(text()), assistant(text()), user(document())), TEXT_BESIDE),
    # reported: these characters and no others were tried
    *(
        Refusal(f"a name with {name!r}", HAIKU, asked(text(), document(name)), NAMES)
        for name in ("report.pdf", "a/b", "a:b", "a+b", "a\u3000b", "a\tb", "a  b", "Überblick")
    ),
    Refusal(
        "a name used twice",
        HAIKU,
        asked(text(), document("a"), document("a")),
        "Messages can't contain duplicate document names.",
    ),
    Refusal(
        "a name used twice, in two turns",
        HAIKU,
        talk(user(text(), document("a")), assistant(text()), user(text(), document("a"))),
        "Messages can't contain duplicate document names.",
    ),
    Refusal(
        "six of them",
        HAIKU,
        asked(text(), *(document(f"d{i}") for i in range(6))),
        "You can't include more than 5 documents in a request.",
    ),
    Refusal(
        "more than 4.5 MB",
        HAIKU,
        asked(text(), document("d", {"bytes": base64.b64encode(bytes(4_718_593)).decode()})),
        "The maximum document size is 4.5 MB. Reduce the size of your document and retry your request.",
    ),
    # recorded on Sonnet 4.5: the one refusal here that is the model's
    Refusal(
        "in S3",
        SONNET_4_5,
        talk(user(text()), assistant(text()), user(text(), text(), document("d", s3("d.pdf")))),
        "The model returned the following errors: messages.2.content.2.document.source.type: Field required",
    ),
]

MEDIA = [
    # probed on the first four models
    *(
        Refusal(f"a picture on {model}", model, asked(text(), image()), NO_IMAGE)
        for model in (LLAMA_3_1, MISTRAL_7B, DEEPSEEK, GPT_OSS, CLAUDE_2)
    ),
    # recorded on Sonnet 4.5
    Refusal("video", SONNET_4_5, asked(text(), video()), NO_VIDEO),
    Refusal("video in S3", SONNET_4_5, asked(text(), video(**s3("v.mp4"))), NO_VIDEO),
    Refusal("video in a tool result", SONNET_4_5, called(result("tooluse_1", video())), NO_VIDEO),
    Refusal("a picture in S3", SONNET_4_5, asked(text(), image(**s3("i.png"))), NO_S3),
    Refusal("a picture in S3, in a tool result", SONNET_4_5, called(result("tooluse_1", image(**s3("i.png")))), NO_S3),
    # decided, after the texts for pictures and video
    Refusal("sound", HAIKU, asked(text(), {"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}), NO_AUDIO),
    Refusal("a picture in a tool result", LLAMA_3_1, called(result("tooluse_1", image())), NO_IMAGE),
    # reported in 2026-09 for Pixtral and others: the model takes pictures, though not from tools
    Refusal(
        "a picture in a tool result, on a model that sees",
        MISTRAL_LARGE_3,
        called(result("tooluse_1", image())),
        "This model doesn't support the image field for user messages. Remove image and try again.",
    ),
]


@rows(*MODELS, *TURNS, *BLANKS, *BLOCKS, *DOCUMENTS, *MEDIA)
def test_refuses(case: Refusal, refuses: Check) -> None:
    refuses(case)


def test_blocks_are_gone_over_once_for_all_of_a_message_and_not_once_for_each(catalogue):
    """Claude models ask of every message whether it calls tools: 80,000 blocks in one took minutes."""
    content = Looked([ContentBlock(text="a"), *[ContentBlock(cache_point=CachePointBlock(type="default"))] * 1000])
    input = ConverseRequest(model_id=HAIKU, messages=[Message(role="user", content=content)])
    rules.check(catalogue.find(SONNET_4, "us-east-1").model, input, "us-east-1")
    assert content.items < 20 * len(content)
