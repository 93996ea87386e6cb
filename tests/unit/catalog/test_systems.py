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
    "location",
    [
        "ftp://a:b@host/x",
        "http:user:pw@h/",
        "http:\\\\user:pw@h/",
        "https://x/?token=abc",
        "oracle+oracledb://h/?password=b",
        "postgresql://h/db?user=u&password=b",
        "postgresql://h/db?user=u",
        "postgresql://u:1/b@h/db",
        "https://h/?%70assword=b",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Du%3BPWD%3Db",
        "https://h/;access_token=b",
        "https://h/#id_token=b",
    ],
)
def test_no_credential_stands_in_a_location(location: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        check_open(SystemSpec("a_b", "civil", "sql", location))
    assert wrong.value.code == "location_holds_secret"


@pytest.mark.parametrize(
    "options",
    [
        {"password": "b"},
        {"feedback": {"Token": "b"}},
        {"passwd": "b"},
        {"pwd": "b"},
        {"app_secret": "b"},
        {"secretKey": "b"},
        {"accessKey": "b"},
        {"authorization": "b"},
        {"appkey": "b"},
        {"client-secret": "b"},
        {"access_token": "b"},
        {"passphrase": "b"},
        {"X-Api-Key": "b"},
        {"headers": [{"password": "b"}]},
        {"headers": [["x", {"deep": [{"pwd": "b"}]}]]},
        {"headers": {"x": "Bearer b"}},
        {"endpoint": "http://u:b@store:9000"},
        {"feedback": {"location": "mysql://h/d?password=b"}},
    ],
    ids=str,
)
def test_no_credential_stands_in_options_however_it_is_spelled(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as wrong:
        check_open(SystemSpec("a_b", "civil", "rest", "https://host", options))
    assert wrong.value.code == "option_holds_secret"


@pytest.mark.parametrize("location", [" https://h", "https://h\n", "https://h:x/", "https://h:70000", "http://[h"])
def test_a_location_that_cannot_be_read_is_told(location: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        check_open(SystemSpec("a_b", "civil", "rest", location))
    assert wrong.value.code == "location_unreadable"


@pytest.mark.parametrize(
    "location",
    [
        "sftp://host:22/up@load",
        "/srv/drop",
        "oracle+oracledb://h:1521/?service_name=X",
        "s3://b/p",
        "postgresql://[::1]/d",
    ],
)
def test_what_is_no_credential_passes(location: str) -> None:
    options = {
        "api_key_header": "X-Key",
        "key_header": "X-Access-Key",
        "signature_header": "X-Signature",
        "token_path": "/t",
        "host_key": ["ssh-ed25519 AAAA", "SHA256:a+b="],
        "files": {"water/+/level": "level*.ndjson"},
        "feedback": {"way": "table", "kind": "sqlite", "location": "/srv/a.sqlite", "table": "usage"},
    }
    check_open(SystemSpec("a_b", "civil", "sftp", location, options))
