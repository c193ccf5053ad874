"""AWS's files, read as botocore reads them."""

import pytest
from botocore.configloader import load_config, raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.client import profiles
from outcrop.client.errors import NotConfigured

word = st.text("abcXYZ_-09", min_size=1, max_size=8)
value = st.text(" abcXYZ09=:#;%${}/é", max_size=12)
setting = st.builds("{}{}{}".format, word, st.sampled_from([" = ", "=", ": ", " ", ""]), value)
block = st.builds("{} =\n{}".format, word, st.lists(setting.map("  {}".format), max_size=3).map("\n".join))
title = st.sampled_from(
    ["default", "profile a", 'profile "b c"', "profile  a", "services s", "services 's", "sso-session x"]
)
head = (title | word).map("[{}]".format)
lines = st.lists(head | setting | block | st.sampled_from(["", "# note", "; note", "[open", " odd"]), max_size=10)


@settings(max_examples=300)
@given(lines.map("\n".join))
def test_any_file_is_read_as_botocore_reads_it(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "config"
    path.write_text(text, "utf-8")
    try:
        raw, whole = raw_config_parse(str(path)), load_config(str(path))
    except ConfigParseError:
        with pytest.raises(ValueError, match=r"."):
            profiles.parse(text)
        return
    assert profiles.parse(text) == raw
    ours, services = profiles.by_kind(profiles.parse(text))
    assert (ours, services) == (whole["profiles"], whole["services"])


def test_credentials_win_over_configuration_and_services_are_found_by_name(tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        "[default]\nregion = eu-west-1\n[profile p]\nregion = us-west-2\nservices = s\n"
        "[services s]\nbedrock_runtime =\n  endpoint_url = http://127.0.0.1:1\n"
    )
    (tmp_path / ".aws/credentials").write_text("[p]\nregion = us-east-2\n")
    found = profiles.load({"HOME": str(tmp_path)})
    assert (found.text("default", "region"), found.text("p", "region")) == ("eu-west-1", "us-east-2")
    assert found.service("p", "bedrock_runtime", "endpoint_url") == "http://127.0.0.1:1"
    assert found.service("default", "bedrock_runtime", "endpoint_url") is None
    assert found.service("p", "bedrock", "endpoint_url") is None


def test_files_may_be_elsewhere_or_absent(tmp_path):
    (tmp_path / "c").write_text("[default]\nregion=x\n")
    elsewhere = {"AWS_CONFIG_FILE": str(tmp_path / "c"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "absent")}
    assert profiles.load(elsewhere) == profiles.Profiles({"default": {"region": "x"}}, {}, {})


def test_a_file_of_another_form_is_named(tmp_path):
    (tmp_path / "c").write_text("region = x\n")
    with pytest.raises(NotConfigured, match=f"{tmp_path}/c cannot be read: .*no section headers"):
        profiles.load({"AWS_CONFIG_FILE": str(tmp_path / "c"), "HOME": str(tmp_path)})
