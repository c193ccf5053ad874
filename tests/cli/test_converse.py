"""`outcrop converse` against servers in processes of their own: in this process where only the words matter."""

import json
import os
import re
import subprocess

import fpdf
import PIL.Image
import pytest
from tests.conftest import HAIKU
from tests.serving import OUTCROP, answering, inherited, run
from typer.testing import CliRunner

from outcrop.chat import events
from outcrop.cli import app
from outcrop.wire import restjson

COST = re.compile(r"end_turn · \d+ tokens in, \d+ out · first token [\d.]+ ms, total [\d.]+ ms\n")


@pytest.fixture(scope="module")
def data(start_server):
    """The data directory of a server that runs."""
    return start_server("served").data


@pytest.fixture
def converse(data, monkeypatch):
    """`converse(words...)` in this process: exit status, standard output, standard error."""
    for name in ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)

    def ask(*words: object, said: str | bytes | None = None, folder=data) -> tuple[int, str, str]:
        command = ["converse", *map(str, words), *(["--data", str(folder)] if folder else [])]
        done = CliRunner().invoke(app, command, input=said)
        return done.exit_code, done.stdout, done.stderr

    return ask


def test_the_answer_goes_to_standard_output_and_its_cost_to_standard_error(data):
    done = run("converse", "Hello", "--data", data)
    assert done.returncode == 0
    assert done.stdout == "I am the Outcrop simulator, answering as Claude Sonnet 4.6. You said: “Hello”.\n"
    assert COST.fullmatch(done.stderr)


def test_the_answer_is_shown_as_it_streams(start_server):
    command = [OUTCROP, "converse", "Hello", "--data", start_server("paced", "--tokens-per-second", "20").data]
    with subprocess.Popen(command, env=inherited(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert os.read(process.stdout.fileno(), 1000).startswith(b"I")
        assert process.poll() is None  # a second's worth of words is still to come
        process.kill()


def test_json_is_the_whole_response(converse):
    status, printed, complaints = converse("Hello", "--json", "--max-tokens", "4")
    assert (status, complaints) == (0, "")
    response = json.loads(printed)
    assert response["output"]["message"]["content"] == [{"text": "I am the Outcrop"}]
    assert (response["stopReason"], response["usage"]["outputTokens"]) == ("max_tokens", 4)


def test_a_system_prompt_and_another_model_arrive(converse):
    model = "us.anthropic.claude-sonnet-4-6"
    _, printed, _ = converse("Hello", "-s", "Answer like a pirate", "-m", model, "--temperature", "0")
    assert "Claude Sonnet 4.6" in printed
    assert "“Answer like a pirate”" in printed


def test_standard_input_is_read_for_a_dash(converse):
    assert "“From a pipe”" in converse("-", said="From a pipe\n")[1]


def test_a_picture_and_a_document_are_attached_by_their_suffix(converse, tmp_path):
    picture, document = tmp_path / "Seam.PNG", tmp_path / "Q2_report (final).v2.pdf"
    PIL.Image.new("RGB", (40, 30), "teal").save(picture)
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.cell(text="Quarterly figures")
    pdf.output(document)
    status, printed, complaints = converse("What is this?", "-a", picture, "-a", document)
    assert status == 0, complaints
    assert "40" in printed
    assert "30" in printed
    assert "Q2 report (final) v2" in printed
    assert "Quarterly figures" in printed


def test_every_format_converse_takes_is_known(converse, tmp_path):
    (tmp_path / "notes").touch()
    status, printed, complaint = converse("Hello", "-a", tmp_path / "notes")
    assert (status, printed) == (1, "")
    assert complaint == (
        f"outcrop: {tmp_path}/notes is no picture or document Converse takes\n  attach one of: png, jpg, jpeg, gif, "
        "webp, pdf, csv, doc, docx, xls, xlsx, html, htm, txt, md, markdown\n"
    )


def test_a_file_that_cannot_be_read(converse, tmp_path):
    expected = f"outcrop: cannot read {tmp_path}/absent.png\n  No such file or directory\n"
    assert converse("Hello", "-a", tmp_path / "absent.png") == (1, "", expected)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ("Hello", "--temperature", "4"),
            "1 validation error detected: Value '4.0' at 'inferenceConfig.temperature' failed to satisfy constraint: "
            "Member must have value less than or equal to 1",
        ),
        (
            ("Hello", "--max-tokens", "999999"),
            "The maximum tokens you requested exceeds the model limit of 128000. Try again with a maximum tokens value "
            "that is lower than 128000.",
        ),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_the_service_refuses_is_said_in_its_words(converse, words, options, complaint):
    expected = f"outcrop: {complaint}\n  ValidationException, HTTP status 400\n"
    assert converse(*words, *options) == (1, "", expected)


@pytest.mark.parametrize(
    ("model", "step"),
    [
        ("nope", "list them: outcrop models"),
        ("us.anthropic.claude-sonet-4-6", "did you mean us.anthropic.claude-sonnet-4-6? all of them: outcrop models"),
        ("haiku", "these have it in their name: outcrop models '*haiku*'"),
    ],
)
def test_a_model_that_is_none_is_told_what_is_nearest(converse, model, step):
    refused = "outcrop: The provided model identifier is invalid.\n  ValidationException, HTTP status 400\n"
    assert converse("Hello", "-m", model) == (1, "", f"{refused}  {step}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("",), "there is nothing to say\n  say something: "),
        ((" \n",), "there is nothing to say\n  say something: "),
        ((), "there is nothing to say\n  say something: "),
        (("-a", "notes.md"), "there is nothing to say about the document\n  Converse takes a picture alone, "),
        (("Hello", "--image", "notes.md"), "notes.md is a document\n  attach it with --document, or -a\n"),
        (("Hello", "--document", "seam.png"), "seam.png is a picture\n  attach it with --image, or -a\n"),
    ],
)
def test_what_would_be_refused_is_said_before_it_is_sent(converse, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text("gneiss")
    PIL.Image.new("RGB", (40, 30), "teal").save(tmp_path / "seam.png")
    status, printed, complaint = converse(*words)
    assert (status, printed) == (1, "")
    assert complaint.startswith(f"outcrop: {said}")
    assert "HTTP" not in complaint


@pytest.mark.parametrize("option", ["-a", "--image"])
def test_a_picture_alone_is_described(converse, tmp_path, option):
    PIL.Image.new("RGB", (40, 30), "teal").save(tmp_path / "seam.png")
    status, printed, _ = converse(option, tmp_path / "seam.png")
    assert status == 0
    assert "40 by 30 pixel PNG" in printed


def test_bytes_that_are_no_text(data):
    expected = "outcrop: the text is not UTF-8\n  attach a file instead: outcrop converse TEXT --attach FILE\n"
    env = {"PYTHONUTF8": "1"}
    done = run("converse", "-", "--data", data, env=env, said=b"\xff\xfe")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_without_a_server_it_says_what_to_do(converse, tmp_path):
    expected = f"outcrop: no server runs with the data directory {tmp_path}\n  start one: outcrop serve\n"
    assert converse("Hello", folder=tmp_path) == (1, "", expected)


def given(monkeypatch, endpoint: str, key: str, secret: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)


def test_the_environment_may_name_the_server(converse, served, monkeypatch):
    given(monkeypatch, served.endpoint, served.access_key_id, served.secret_access_key)
    assert "“Hello”" in converse("Hello", folder=None)[1]


def test_a_data_directory_wins_over_the_environment(converse, monkeypatch):
    given(monkeypatch, "http://127.0.0.1:1", "AKIA", "secret")
    assert converse("Hello")[0] == 0


def test_a_wrong_secret_is_refused_and_not_repeated(converse, served, monkeypatch):
    given(monkeypatch, served.endpoint, served.access_key_id, "not-the-secret")
    status, printed, complaint = converse("Hello", folder=None)
    assert (status, printed) == (1, "")
    assert complaint.endswith("  InvalidSignatureException, HTTP status 403\n")
    assert "not-the-secret" not in complaint


def test_nothing_answers(converse, monkeypatch):
    given(monkeypatch, "http://127.0.0.1:1", "AKIA", "secret")
    status, _, complaint = converse("Hello", folder=None)
    assert status == 1
    assert complaint.startswith("outcrop: http://127.0.0.1:1 does not answer: ")
    assert complaint.endswith("\n  start a server: outcrop serve\n")


@pytest.mark.parametrize("how", ["data directory", "environment"])
def test_tls(converse, start_server, monkeypatch, how):
    server = start_server("served_over_tls", "--tls")
    if how == "environment":
        given(monkeypatch, server.facts.endpoint, server.facts.access_key_id, server.facts.secret_access_key)
        monkeypatch.setenv("AWS_CA_BUNDLE", server.facts.ca_bundle)
    assert "“Hello”" in converse("Hello", folder=server.data if how == "data directory" else None)[1]


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\r\n"
BEGUN = restjson.encode_events([events.message_start(), events.text_delta(0, "I am")])


@pytest.mark.parametrize(
    ("rest", "complaint"),
    [
        (restjson.encode_exception(OSError()), "The system encountered an unexpected error during processing."),
        (BEGUN[:20], "the answer cannot be read\n  the stream ended within a frame\n"),
    ],
    ids=["exception", "cut"],
)
def test_a_stream_that_goes_wrong_is_an_error_on_a_line_of_its_own(converse, monkeypatch, rest, complaint):
    with answering(HEAD + BEGUN + rest) as endpoint:
        given(monkeypatch, endpoint, "AKIA", "secret")
        status, printed, complaints = converse("Hello", "-m", HAIKU, folder=None)
    assert (status, printed) == (1, "I am\n")
    assert complaints.startswith(f"outcrop: {complaint}")


def test_standard_input_is_read_when_nothing_is_said(converse):
    assert "“From a pipe”" in converse(said="From a pipe\n")[1]


def test_json_mode_prints_json_and_nothing_else(converse, tmp_path):
    schema = tmp_path / "schema.json"
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    wanted = {"type": "object", "properties": properties, "required": ["name", "age"], "additionalProperties": False}
    schema.write_text(json.dumps(wanted))
    status, printed, _ = converse("A person", "--schema", schema)
    assert status == 0
    assert {name: type(value) for name, value in json.loads(printed).items()} == {"name": str, "age": int}


def test_an_answer_that_is_no_json_is_an_error(converse):
    status, printed, complaint = converse("Hello", "--json-mode", "--max-tokens", "3")
    assert (status, printed) == (1, "")
    assert complaint.startswith("outcrop: Unable to parse JSON content string\n")


def test_a_schema_that_is_none(converse, tmp_path):
    (tmp_path / "schema.json").write_text("{")
    assert converse("Hello", "--schema", tmp_path / "schema.json")[2].startswith(
        f"outcrop: {tmp_path}/schema.json is no JSON schema\n"
    )


def test_an_answer_that_was_cut_is_asked_for_again(converse):
    alone = json.loads(converse("Hello", "--max-tokens", "4", "--json")[1])
    response = json.loads(converse("Hello", "--max-tokens", "4", "--continue", "2", "--json")[1])
    text = response["output"]["message"]["content"][0]["text"]
    assert text.startswith(alone["output"]["message"]["content"][0]["text"])
    assert response["usage"]["outputTokens"] == 12


def test_a_conversation_goes_on_in_its_file(converse, tmp_path):
    file = tmp_path / "c.json"
    converse("Remember gneiss", "--conversation", file, "-s", "Be brief")
    converse("And schist", "--conversation", file, "--continue", "1")
    saved = json.loads(file.read_text())
    assert [message["role"] for message in saved["messages"]] == ["user", "assistant", "user", "assistant"]
    assert saved["system"] == "Be brief"
    file.write_text("{}")
    assert f"outcrop: {file} is no conversation\n" in converse("Hello", "--conversation", file)[2]


def test_a_profile_of_aws_is_honoured(served, tmp_path, monkeypatch):
    config, keys = tmp_path / "config", tmp_path / "credentials"
    config.write_text(f"[profile work]\nregion = eu-west-1\nendpoint_url = {served.endpoint}\n")
    keys.write_text(
        f"[work]\naws_access_key_id = {served.access_key_id}\naws_secret_access_key = {served.secret_access_key}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    for name in ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    done = CliRunner().invoke(app, ["converse", "Hello", "--profile", "work"])
    assert "“Hello”" in done.stdout
    done = CliRunner().invoke(app, ["converse", "Hello", "--profile", "absent"])
    assert done.stderr == "outcrop: there is no profile absent in AWS's config and credentials files\n"
