"""Make `docs/reference` from the code: `python tools/listings.py [--check]`.

With `--check` nothing is written; the exit status is 1 when a page differs from what would be written.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import Field
from pathlib import Path
from typing import Any

from outcrop import errors
from outcrop.catalog import rows as catalogue_rows
from outcrop.catalog.prices import price
from outcrop.chat.features import Model
from outcrop.chat.rules import RULES
from outcrop.doors.anthropic import parameters as anthropic
from outcrop.doors.openai import parameters as openai
from outcrop.doors.parameters import Parameter
from outcrop.doors.query import ACTIONS
from outcrop.iam.conditions import KEYS
from outcrop.iam.operators import OPERATORS
from outcrop.operations import OPERATIONS
from outcrop.operations.members import MEMBERS
from outcrop.operator import (
    Agent,
    Chain,
    ConverseOperator,
    FunctionGenerator,
    FunctionResultGenerator,
    MessageAppender,
    MultimodalContentGenerator,
    Operator,
    PipeLoop,
    PromptGenerator,
    ToolCalling,
)
from outcrop.operator.fields import settings
from outcrop.operator.inference import ModelOperator
from outcrop.operator.tool_calling import ToolOperator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # what becomes of blocks is known to the tests that prove it
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Made by tools/listings.py; edits are lost. -->\n"
COMMANDS = (
    "serve",
    "page",
    "env",
    "converse",
    "invoke",
    "batch",
    "count",
    "check",
    "usage",
    "models",
    "user",
    "group",
    "role",
    "policy",
    "key",
)


def commands() -> str:
    """What each command says of itself."""
    parts = [f"# Commands\n\n{NOTE}"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    for name in ("", *COMMANDS):
        command = [sys.executable, "-m", "outcrop", *([name] if name else []), "--help"]
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        text = run.stdout.strip().replace("python -m outcrop", "outcrop")
        parts.append(f"## outcrop {name}".rstrip() + f"\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def members() -> str:
    """Every member of every input, and what becomes of it."""
    parts = [f"# Input members\n\n{NOTE}\nEvery member of the operations' inputs, as the service model has them.\n"]
    for operation, rows in sorted(MEMBERS.items()):
        lines = [f"| `{path}` | {row.kind} | {row.note} |" for path, row in rows.items()]
        parts.append(f"## {operation}\n\n| member | outcome | note |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


PARAMETERS_INTRODUCTION = """\
Every parameter of the APIs beside Bedrock's own, as their SDKs' types name it. *Honoured*: it has a word in Bedrock, or says
how to answer. *The model's*: it goes to the model, which takes or refuses it, as does every name that is not here. *Without
effect*: it says nothing about the answer. *Refused*: what it asks for is not there; values that ask for what happens anyway
are taken.
"""


def parameters() -> str:
    """Every parameter of the other doors' APIs, and what becomes of it."""
    parts = [f"# Parameters of other APIs\n\n{NOTE}\n{PARAMETERS_INTRODUCTION}"]
    tables = {
        "OpenAI: chat completions": openai.CHAT,
        "OpenAI: responses": openai.RESPONSES,
        "Anthropic: messages and count_tokens": anthropic.MESSAGES,
    }
    for title, table in tables.items():
        rows = [f"| `{name}` | {row.kind} | {row.note} | {_anyway(row)} |" for name, row in sorted(table.items())]
        head = "| parameter | outcome | note | taken anyway |\n|---|---|---|---|\n"
        parts.append(f"## {title}\n\n{head}" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _anyway(row: Parameter) -> str:
    return ", ".join(f"`{json.dumps(value)}`" for value in row.anyway)


def error_classes() -> Iterator[type[errors.ServiceError]]:
    for _, value in inspect.getmembers(errors, inspect.isclass):
        if issubclass(value, errors.ServiceError) and value is not errors.ServiceError:
            yield value


def error_table() -> str:
    """Every error a client can see."""
    lines = [f"# Errors\n\n{NOTE}", "| exception | status | body key | when |", "|---|---|---|---|"]
    for error in error_classes():
        when = " ".join((error.__doc__ or "").split("\n\n")[0].split())
        lines.append(f"| {error.__name__} | {error.status} | `{error.message_key}` | {when} |")
    return "\n".join(lines) + "\n"


POLICIES_INTRODUCTION = """\
What policies are evaluated with. A key's scope says how long its value holds: for the *principal* who signed, for the *call*
and its resource, for the *request* with its connection and headers, or for the *moment*. A key that is not here is absent.
Operators take `IfExists` behind them (but for `Null`), and `ForAnyValue:` or `ForAllValues:` before.
"""


IDENTITY_INTRODUCTION = """\
What is served of IAM and STS, on the port of everything else, and what a policy has to name to allow it.
"""
RESOURCE_WORDS = {
    "user": "the user's ARN",
    "group": "the group's ARN",
    "role": "the role's ARN",
    "policy": "the policy's ARN",
    "users": "`arn:aws:iam::123456789012:user/` and the path asked for",
    "groups": "`arn:aws:iam::123456789012:group/` and the path asked for",
    "roles": "`arn:aws:iam::123456789012:role/` and the path asked for",
    "policies": "`arn:aws:iam::123456789012:policy/` and the path asked for",
    "key": "the ARN of the key's user",
    "source": "the ARN of the user, group or role that is asked about",
    "any": "`*`",
    "free": "none: open to every caller; AssumeRole asks the role's trust policy",
}


def policies() -> str:
    """The action of every operation, every condition key and every operator."""
    head = [f"# Policies\n\n{NOTE}", POLICIES_INTRODUCTION]
    actions = [f"| {name} | `{row.ACTION}` |" for name, row in sorted(OPERATIONS.items())]
    names = [(f"{row.name}name" if row.name.endswith("/") else row.name, row) for row in KEYS.values()]
    keys = [f"| `{name}` | {row.kind} | {row.scope} | {row.note} |" for name, row in names]
    return "\n".join(
        [
            *head,
            "## Actions\n\n| operation | action |\n|---|---|",
            *actions,
            "\n## Condition keys\n\n| key | type | scope | note |\n|---|---|---|---|",
            *keys,
            "\n## Operators\n",
            ", ".join(f"`{name}`" for name in OPERATORS) + "\n",
        ]
    )


RULES_INTRODUCTION = """\
In the order in which they are checked; the first that finds something is the answer. *Recorded* is an exchange with AWS,
*probed* a published series of Converse calls of 2026-08, *reported* a text quoted whole, *documented* the API reference.
What the models themselves refuse is in their families; `outcrop check` asks both.
"""
MODELS_INTRODUCTION = """\
Every id that can be called, with what Converse takes from it. Context and output are tokens; a dash is not known. A
profile goes before the id: `us.`, `eu.` and so on. Prices are US dollars per million tokens, on demand in us-east-1; their
dates and sources stand in `catalog/prices.toml`.
"""


STEPS: tuple[type[Operator], ...] = (
    ConverseOperator,
    PromptGenerator,
    MultimodalContentGenerator,
    FunctionGenerator,
    ToolCalling,
    FunctionResultGenerator,
    MessageAppender,
    Agent,
    PipeLoop,
    Chain,
)
OPERATORS_INTRODUCTION = """\
Every setting of the operators in `outcrop.operator`, by the name it has in Python and on the page it comes from (in
brackets, as the platform stores it). Where the value may come *from the record*, a setting takes a literal, a `$path` or a
callable that is given the record; else a literal. How they are used: [extract JSON from
records](../how-to/extract-json-from-records.md), [put operators in a row](../how-to/chain-operators.md).
"""
SHARED: dict[type[Operator], str] = {
    Operator: "All operators",
    ModelOperator: "Operators that ask a model",
    ToolOperator: "Operators with tools",
}


def identity() -> str:
    """The actions of IAM and STS, and what a policy has to name for each."""
    parts = [f"# IAM and STS\n\n{NOTE}", IDENTITY_INTRODUCTION]
    for name, actions in ACTIONS.items():
        rows = [f"| `{name}:{action}` | {RESOURCE_WORDS[row.resource]} |" for action, row in sorted(actions.items())]
        parts.append(f"## {name.upper()}\n\n| action | resource of a policy |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def operators() -> str:
    """Every operator and its settings; those that several share stand once."""
    parts = [f"# Operators\n\n{NOTE}\n{OPERATORS_INTRODUCTION}"]
    for kind in (*SHARED, *STEPS):
        above = kind.__mro__[1]
        known = {one.name: one.default for one in settings(above)} if above is not object else {}
        rows = [_setting(one) for one in settings(kind) if known.get(one.name, ...) != one.default]
        said = [" ".join((kind.__doc__ or "").split())]
        if above in SHARED:
            said.append(f"With the settings of *{SHARED[above].lower()}*.")
        columns = [
            "| setting | on the page | from the record | default | values | what it does |",
            "|---|---|---|---|---|---|",
        ]
        parts.append(f"## {SHARED.get(kind, kind.__name__)}\n\n{' '.join(said)}\n")
        parts.append("\n".join([*columns, *rows]) + "\n" if rows else "")
    return "\n".join(filter(None, parts))


def _setting(one: Field[Any]) -> str:
    named = one.metadata["title"] + (f" (`{one.metadata['internal']}`)" if one.metadata["internal"] else "")
    default = "" if one.default in (None, "", ()) else f"`{one.default}`"
    from_record = "yes" if "Callable" in str(one.type) else ""
    cells = [f"`{one.name}`", named, from_record, default, one.metadata["values"], one.metadata["text"]]
    return f"| {' | '.join(cells)} |"


def rules() -> str:
    """What Converse itself refuses, in the order it is checked, and how each is known."""
    rows = [f"| `{rule.find.__name__}` | {' '.join((rule.find.__doc__ or '').split())} |" for rule in RULES]
    head = [f"# Rules of Converse\n\n{NOTE}", RULES_INTRODUCTION]
    return "\n".join([*head, "| rule | what it refuses, and how that is known |", "|---|---|", *rows]) + "\n"


def models() -> str:
    """Every model id that can be called, and what it takes."""
    columns = "id|on demand|profiles|native body|context|output|system|tools|images|documents|caching|$ in|$ out".split(
        "|"
    )
    head = [
        f"# Models\n\n{NOTE}",
        MODELS_INTRODUCTION,
        f"| {' | '.join(columns)} |",
        "|---|---|---|---|--:|--:|---|---|---|---|---|--:|--:|",
    ]
    return "\n".join([*head, *(f"| {' | '.join(_model_cells(model))} |" for model in catalogue_rows.load())]) + "\n"


def _model_cells(model: Model) -> list[str]:
    f = model.features
    yes = [f.system, f.tools, bool(f.images), bool(f.documents), f.prompt_caching]
    limits = [f"{limit:,}" if limit else "–" for limit in (model.context_window, model.max_output_tokens)]
    taken = ["yes" if given else "" for given in yes] if f.converse else ["no Converse", "", "", "", ""]
    profiles, native = " ".join(model.profiles), model.api.replace("_", " ")
    return [f"`{model.id}`", "yes" if model.on_demand else "", profiles, native, *limits, *taken, *_prices(model)]


def _prices(model: Model) -> tuple[str, str]:
    found = price(model.id)
    if found is None:
        return "", ""
    return f"{found.input:g}", "" if found.output is None else f"{found.output:g}"


def engines() -> str:
    """What becomes of each kind of block before each kind of engine."""
    from tests.engines.matrix import page

    return page()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a page differs")
    check = parser.parse_args().check
    pages = {
        "commands.md": commands(),
        "members.md": members(),
        "errors.md": error_table(),
        "rules.md": rules(),
        "models.md": models(),
        "engines.md": engines(),
        "policies.md": policies(),
        "identity.md": identity(),
        "operators.md": operators(),
        "parameters.md": parameters(),
    }
    stale = [name for name, text in pages.items() if not _same(REFERENCE / name, text)]
    for name in stale:
        print(("differs: " if check else "wrote ") + name)
        if not check:
            (REFERENCE / name).write_text(pages[name], "utf-8")
    return 1 if check and stale else 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main())
