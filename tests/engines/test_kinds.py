"""Every kind in the table keeps what the table promises."""

import subprocess
import sys

import msgspec
import pytest

from outcrop.engines.composition import Composition
from outcrop.engines.kinds import KINDS, kind


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_has_options_that_forbid_what_they_do_not_know_and_a_builder(name: str) -> None:
    found = kind(name)
    assert callable(found.build)
    with pytest.raises(msgspec.ValidationError, match="unknown field `no_such_key`"):
        msgspec.convert({**_required(found.Options), "no_such_key": 1}, found.Options)


def _required(options: type[msgspec.Struct]) -> dict[str, str | list[str]]:
    value: str | list[str] = ["other"] if issubclass(options, Composition) else "http://127.0.0.1/x.gguf"
    return {field.encode_name: value for field in msgspec.structs.fields(options) if field.required}


def test_no_kind_loads_what_is_heavy_with_its_options() -> None:
    code = (
        "import sys; from outcrop.engines.kinds import KINDS, kind; [kind(name).Options for name in KINDS];"
        "sys.exit(bool({'botocore', 'xllamacpp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
