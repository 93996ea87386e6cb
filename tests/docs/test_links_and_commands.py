"""What the documents tell people to do can be done: links resolve, commands parse and exist, settings are settings."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalog.settings import Settings
from tests.reference.cli import commands
from tests.reference.errors import raised

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "demo").rglob("*.md")])
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", flags=re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CALL = re.compile(r"(?:^|&&|;|exec [\w-]+)\s*(?:[A-Z_]+=\S+\s+)*(?:\S*bin/)?shuniu (.+)$")
MADE = re.compile(r"(?:^|&& |-u shuniu )make ([a-z-]+)", flags=re.M)
NOT_SETTINGS = {"SHUNIU_TEST_POSTGRES_URL", "SHUNIU_TEST_MYSQL_URL", "SHUNIU_TEST_MQTT_URL"} | {
    "SHUNIU_TEST_REQUIRE_SERVICES",
    "SHUNIU_TEST_DATA",
    "SHUNIU_TEST_S3_URL",
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _blocks(path: Path, language: str) -> list[str]:
    return [body for _, said, body in BLOCK.findall(path.read_text(encoding="utf-8")) if said == language]


def _slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*_]|\]\([^)]*\)", "", heading).strip().lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(BLOCK.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        there = (path.parent / place).resolve() if place else path
        assert there.exists(), f"{_name(path)} links to {target}"
        if anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.M)
            assert anchor in map(_slug, headings), f"{_name(path)} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_shell_block_parses(path: Path) -> None:
    for block in _blocks(path, "bash"):
        text = re.sub(r"<[a-z][^>\n]*>", "placeholder", block)
        done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{_name(path)}: {done.stderr}\n{block}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_python_block_compiles(path: Path) -> None:
    for block in _blocks(path, "python"):
        indent = len(block) - len(block.lstrip(" "))
        compile("\n".join(line[indent:] for line in block.splitlines()), _name(path), "exec")


@cache
def _tree() -> dict[str, Any]:
    return commands("en")


def _calls(path: Path) -> Iterator[list[str]]:
    """Every call of `shuniu` in shell blocks, and in inline code that is a call of a known form."""
    text = path.read_text(encoding="utf-8")
    for block in _blocks(path, "bash"):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if found := CALL.search(re.sub(r"\$\([^)]*\)", "x", line.split(" #")[0])):
                yield shlex.split(found[1])
    for inline in re.findall(r"`(?:\.venv/bin/)?shuniu ([a-z][^`…]*)`", BLOCK.sub("", text)):
        yield shlex.split(inline.replace("|", ""))


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_command_a_document_names_exists_with_its_options(path: Path) -> None:
    for words in _calls(path):
        command, place = _tree(), "shuniu"
        while words and command["commands"]:
            word = words.pop(0)
            assert word in command["commands"], f"{_name(path)}: there is no `{place} {word}`"
            command, place = command["commands"][word], f"{place} {word}"
        known = {name for parameter in command["parameters"] for name in parameter["names"]} | {"--help", "--language"}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known, f"{_name(path)}: `{place}` takes no {sorted(given - known)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_make_target_and_setting_a_document_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = {target for block in _blocks(path, "bash") for target in MADE.findall(block)}
    named |= set(re.findall(r"`make ([a-z-]+)", text))
    assert named <= targets, f"{_name(path)}: {sorted(named - targets)}"
    settings = {f"SHUNIU_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    assert set(re.findall(r"\bSHUNIU_[A-Z0-9_]+[A-Z0-9]\b", text)) <= settings, _name(path)


def test_every_code_of_an_error_a_how_to_names_exists() -> None:
    page = (ROOT / "docs" / "how-to" / "read-a-share.md").read_text(encoding="utf-8")
    known = {error.code for error in raised()}
    named = set(re.findall(r"^\| `(\w+)` \|", page.partition("## When you are refused")[2], flags=re.M))
    assert named
    assert named <= known


def test_every_page_is_linked_from_the_table_of_contents() -> None:
    contents = ROOT / "docs" / "README.md"
    linked = {(contents.parent / target).resolve() for target in LINK.findall(contents.read_text(encoding="utf-8"))}
    pages = [path for path in DOCUMENTS if "docs" in path.parts and "adr" not in path.parts and path != contents]
    assert [_name(path) for path in pages if path.resolve() not in linked] == []
