"""Where keys are found, and what is said when they are not."""

from pathlib import Path

import pytest

from outcrop.engines.kinds import EngineError
from outcrop.engines.secrets import Keyed, key


def test_no_key_is_no_key(tmp_path: Path) -> None:
    assert key(Keyed(), tmp_path) is None


def test_a_key_comes_from_the_environment_or_a_file_beside_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "one")
    (tmp_path / "key").write_text("two\n")
    assert key(Keyed(key_env="MY_KEY"), tmp_path) == "one"
    assert key(Keyed(key_file="key"), tmp_path) == "two"
    assert key(Keyed(key_file=str(tmp_path / "key")), Path("/elsewhere")) == "two"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Keyed(key_env="NOT_SET"), "the environment variable NOT_SET holds no key"),
        (Keyed(key_file="none"), "none cannot be read: No such file or directory"),
        (Keyed(key_file="empty"), "empty holds no key"),
        (Keyed(key_file="lines"), "lines holds more than a key"),
        (Keyed(key_file="binary"), "binary cannot be read: it is no text"),
        (Keyed(key_file="a", key_env="b"), "key_env and key_file name a key each"),
    ],
)
def test_what_is_missing_is_named(options: Keyed, said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    (tmp_path / "lines").write_text("a\nb")
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(EngineError) as raised:
        key(options, tmp_path)
    assert said in str(raised.value)
