"""The command itself: its help, its version, and what it costs to start."""

import re
import subprocess
import sys

import pytest
from tests.serving import inherited, run

import outcrop
from outcrop.cli import app

COMMANDS = sorted(entry.name for entry in [*app.registered_commands, *app.registered_groups])
HEAVY = ("granian", "cryptography", "PIL", "pypdfium2", "docx", "botocore", "rich", "jsonschema_rs")


def python(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, env=inherited(), capture_output=True, text=True, timeout=60, check=False)


def test_the_module_is_the_command():
    done = python("-m", "outcrop", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"outcrop {outcrop.__version__}\n", "")
    assert run("--version").stdout == done.stdout


def test_help_names_every_command_and_what_it_does():
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The Amazon Bedrock Runtime on your own ground." in done.stdout
    listed = re.findall(r"^  (\w+)  +\S", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == COMMANDS


def test_alone_it_helps():
    done = run()
    assert "Commands:" in done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_fits_a_terminal(command):
    done = run(command, "--help", env={"COLUMNS": "80"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: outcrop {command} ")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("group", sorted(str(entry.name) for entry in app.registered_groups))
def test_what_a_group_s_commands_do_is_said_whole(group):
    """In 80 columns none of the one-line summaries is cut."""
    listed = run(group, "--help", env={"COLUMNS": "80"}).stdout.partition("Commands:\n")[2]
    assert listed
    assert all(line.endswith(".") and not line.endswith("...") for line in listed.splitlines())


def test_what_is_no_command_is_refused():
    done = run("srve")
    assert (done.returncode, done.stdout) == (2, "")
    assert "srve" in done.stderr


@pytest.mark.parametrize("code", ["import outcrop", "import outcrop.cli"])
def test_starting_loads_nothing_heavy(code):
    done = python("-c", f"import sys; {code}; print([name for name in {HEAVY} if name in sys.modules])")
    assert done.stdout == "[]\n", done.stderr
