"""`outcrop policy explain`: who may, by which statement, and why the others do not count."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.cli.conftest import run
from tests.iam.policies import ARTICLE, MODEL

from outcrop.iam.store import Store
from outcrop.iam.store.state import Draft
from outcrop.iam.store.values import Entity, ManagedPolicy, Version
from outcrop.storage.files import Vault, directory
from outcrop.storage.shared import SharedDatabase

EDGE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:Invoke*", "Resource": "*"}]}'
AT_HOME = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Action": "*", "Resource": "*", "Sid": "away",
   "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the article's user, and a role with a boundary and a tag."""
    folder = directory(tmp_path_factory.mktemp("policy"))

    def edit(draft: Draft) -> None:
        edge = ManagedPolicy(id="ANPA1", name="edge", created=1, updated=1, versions=(Version(1, EDGE, 1),))
        draft.put(edge)
        draft.put(
            Entity(kind="user", id="AIDA1", name="bedrock-runtime", created=1, inline={"bedrock-runtime": ARTICLE})
        )
        role = Entity(
            kind="role", id="AROA1", name="reader", created=1, inline={"all": EDGE.replace("bedrock:Invoke*", "*")},
            boundary=edge.arn, tags={"team": "stone"},
        )  # fmt: skip
        draft.put(role)

    async def make() -> None:
        database = SharedDatabase(folder)
        try:
            await Store(database, Vault(folder)).change(edit)
        finally:
            await database.aclose()

    asyncio.run(make())
    return folder


def explain(data: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, output and errors of `outcrop policy explain …`."""
    done = run("policy", "explain", *arguments, "--data", data)
    return done.returncode, done.stdout, done.stderr


def test_a_statement_that_allows_is_named(data: Path) -> None:
    status, said, _ = explain(data, "--user", "bedrock-runtime", "--action", "bedrock:InvokeModel", "--resource", MODEL)

    assert status == 0
    assert said == (
        f"allowed  bedrock:InvokeModel on {MODEL}\n"
        "  by statement 1 bedrock of bedrock-runtime (identity)\n\n"
        "policy           kind      line  statement  effect  applies\n"
        "bedrock-runtime  identity  1     1 bedrock  Allow   yes\n"
    )


def test_a_denial_says_what_the_caller_is_told(data: Path) -> None:
    status, said, _ = explain(data, "--user", "BEDROCK-runtime", "--action", "bedrock:ListFoundationModels")

    assert status == 1
    assert said.startswith("denied  bedrock:ListFoundationModels\n  nothing in the identity policies allows it\n")
    assert "bedrock-runtime  identity  1     1 bedrock  Allow   Action does not match\n" in said
    assert said.endswith(
        "the caller is told\n  User: arn:aws:iam::123456789012:user/bedrock-runtime is not authorized to perform: "
        "bedrock:ListFoundationModels because no identity-based policy allows the bedrock:ListFoundationModels action\n"
    )


def test_a_roles_boundary_and_its_tags_count(data: Path) -> None:
    status, said, _ = explain(data, "--role", "reader", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k")

    assert status == 1
    assert "nothing in the boundary policies allows it" in said
    assert "edge    boundary  1     1          Allow   Action does not match" in said
    assert "User: arn:aws:sts::123456789012:assumed-role/reader/session is not authorized" in said


def test_files_are_asked_as_if_they_were_attached(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "at-home.json"
    file.write_text(AT_HOME)
    asked = [
        "--user",
        "bedrock-runtime",
        "--policy",
        str(file),
        "--action",
        "bedrock:InvokeModel",
        "--resource",
        MODEL,
        "--json",
    ]
    away, home = (
        json.loads(explain(data, *asked, "--context", f"aws:SourceIp={address}")[1])
        for address in ("198.51.100.1", "203.0.113.7")
    )

    assert (away["decision"], away["decidedBy"]) == (
        "explicitDeny",
        {"kind": "identity", "policy": "at-home.json", "statement": 1, "sid": "away"},
    )
    assert away["message"].endswith("with an explicit deny in an identity-based policy")
    assert (home["decision"], home["message"]) == ("allowed", None)
    assert [(row["policy"], row["line"], row["applies"], row["reason"]) for row in home["statements"]] == [
        ("bedrock-runtime", 1, True, None),
        ("at-home.json", 1, False, "NotIpAddress aws:SourceIp: 203.0.113.7"),
    ]
    unknown = json.loads(explain(data, *asked)[1])
    assert unknown["missingContextKeys"] == ["aws:SourceIp"]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            "bedrock:InvokModel",
            "bedrock:InvokModel is no action that Outcrop knows\n  did you mean bedrock:InvokeModel?\n",
        ),
        (
            "bedrock:Converse",
            "bedrock:Converse is no action that Outcrop knows\n  Converse asks for bedrock:InvokeModel\n",
        ),
        ("InvokeModel", "InvokeModel is no action that Outcrop knows\n  did you mean bedrock:InvokeModel?\n"),
        ("iam:Frobnicate", "iam:Frobnicate is no action that Outcrop knows\n"),
        ("BEDROCK:invokemodel", None),
        ("bedrock:CallWithBearerToken", None),
        ("sts:AssumeRole", None),
        ("s3:GetObjct", None),
    ],
)
def test_an_action_that_is_none_is_pointed_out(tmp_path: Path, action: str, said: str | None) -> None:
    (tmp_path / "p.json").write_text(EDGE)
    _, answer, errors = explain(tmp_path, "--action", action, "--policy", tmp_path / "p.json")
    assert errors == (f"outcrop: {said}" if said else "")
    assert action in answer


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--action", "a:b"], "outcrop: whose policies?\n  name one: --user NAME, --role NAME or --policy FILE\n"),
        (["--action", "a:b", "--user", "u", "--role", "r"], "outcrop: whose policies?\n"),
        (["--action", "a:b", "--user", "nobody"], "outcrop: there is no user called nobody\n"),
        (["--action", "a:b", "--user", "bedrock-runtime", "--context", "x"], "outcrop: --context x names no value\n"),
        (["--action", "a:b", "--policy", __file__], f"outcrop: {__file__} is no policy\n  Syntax errors in policy.\n"),
    ],
)
def test_what_cannot_be_explained_is_said(data: Path, arguments: list[str], said: str) -> None:
    status, _, errors = explain(data, *arguments)

    assert status == 1
    assert errors.startswith(said)
