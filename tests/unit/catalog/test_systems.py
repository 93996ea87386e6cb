"""How a system is written down: nested options, and no credential where everybody can read it."""

from typing import Any

import pytest

from catalog.errors import InvalidInput
from catalog.systems import SystemSpec, check_open, option_tree


@pytest.mark.parametrize(
    ("entries", "tree"),
    [
        ([], {}),
        (["schema=public"], {"schema": "public"}),
        (["feedback.way=folder", "feedback.location=/srv/x"], {"feedback": {"way": "folder", "location": "/srv/x"}}),
        (['files={"water/+/level": "w*.ndjson"}'], {"files": {"water/+/level": "w*.ndjson"}}),
        (["page_size=500", "acknowledge=false", 'code="007"'], {"page_size": 500, "acknowledge": False, "code": "007"}),
        (["code=007", "host_key=SHA256:a+b=", "empty="], {"code": "007", "host_key": "SHA256:a+b=", "empty": ""}),
        (['host_key=["a", "b"]'], {"host_key": ["a", "b"]}),
    ],
    ids=["none", "text", "nested", "object", "typed", "text that is no JSON", "list"],
)
def test_options_are_read_as_they_are_meant(entries: list[str], tree: dict[str, Any]) -> None:
    assert option_tree(entries) == tree


@pytest.mark.parametrize(
    "entries", [["name"], ["=x"], ["a..b=x"], ["a=1", "a.b=2"], ["a.b=2", "a=1"]], ids=lambda entries: " ".join(entries)
)
def test_an_option_that_is_none_is_told(entries: list[str]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        option_tree(entries)
    assert wrong.value.code == "option_invalid"


@pytest.mark.parametrize(
    ("location", "options"),
    [("ftp://a:b@host/x", {}), ("x", {"password": "b"}), ("x", {"feedback": {"Token": "b"}})],
    ids=["location", "option", "nested option"],
)
def test_no_credential_stands_where_it_can_be_read(location: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        check_open(SystemSpec("a_b", "civil", "sql", location, options))
    assert wrong.value.code in ("location_holds_secret", "option_holds_secret")


def test_a_sign_in_a_path_and_a_header_name_are_no_credentials() -> None:
    check_open(
        SystemSpec("a_b", "civil", "sftp", "sftp://host:22/up@load", {"api_key_header": "X-Key", "token_path": "/t"})
    )
