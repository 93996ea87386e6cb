"""The command as a whole: languages, exit codes, how errors are said, how fast it starts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from exchange_api.cli import main as door
from exchange_api.cli.main import main
from tests.unit.cli.conftest import Shuniu

COMMAND = [sys.executable, "-c", "from exchange_api.cli.main import run; run()"]
NOUNS = ("source", "dataset", "run", "quality", "grant", "account", "usage", "audit", "contract", "lake")
HEAVY = ("sqlalchemy", "deltalake", "duckdb", "pyarrow", "fastapi", "great_expectations", "babel", "pydantic")


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([*COMMAND, *arguments], env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_help_speaks_the_language_of_the_terminal_or_the_one_asked_for() -> None:
    assert "数据质量" in run("--help", LANG="zh_CN.UTF-8").stdout
    assert "Data quality" in run("--help", LANG="en_US.UTF-8").stdout
    assert "数据质量" in run("--language", "zh", "--help", LANG="en_US.UTF-8").stdout
    assert "Data quality" in run("quality", "--help", "--language=en", SHUNIU_LANGUAGE="zh").stdout


def test_help_answers_at_once_because_nothing_heavy_is_imported() -> None:
    probe = (
        "import sys; from exchange_api.cli.main import main; main(['--help'], {});"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"
    assert time.perf_counter() - began < 5  # 0.25 s on an idle machine; what is guarded is the list above


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_alone_lists_its_commands_and_counts_as_called_wrongly(shuniu: Shuniu, noun: str) -> None:
    said = shuniu(noun)
    assert said.code == 2
    assert f"shuniu {noun}" in said.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nothing",), "没有命令 nothing。用法见：shuniu --help"),
        (("qualty",), "没有命令 qualty，是否要用 quality？用法见：shuniu --help"),
        (("dataset", "show"), "缺少参数 code。用法见：shuniu dataset show --help"),
        (("dataset", "show", "x", "--nope"), "没有选项 --nope。"),
        (("run", "list", "--limit", "many"), "参数 --limit 的值不正确，须为 1 至 10000 的数。"),
        (("dataset", "show", "x", "y"), "多余的参数：y。用法见：shuniu dataset show --help"),
        (("quality", "unwaive", "abc"), "参数 number 的值不正确，须为整数。用法见"),
        (
            ("quality", "waive", "x", "--rule", "r", "--reason", "z", "--until", "2026-13-01"),
            "参数 --until 的值不正确，须为日期，写作 2026-12-31。用法见",
        ),
        (("source", "add", "x", "--from", "/nonesuch"), "参数 --from 的值不正确，找不到 /nonesuch。用法见"),
        (("source", "add", "x", "--from", "/tmp"), "参数 --from 的值不正确，/tmp 是文件夹，不是文件。用法见"),
        (("contract", "check", "/nonesuch"), "参数 files 的值不正确，找不到 /nonesuch。用法见"),
        (("dataset", "show", "x", "--json=3"), "选项 --json 不带值。"),
        (("quality", "findings", "x", "--limit"), "选项 --limit 须带一个值。"),
    ],
)
def test_a_wrong_call_exits_2_with_a_sentence(shuniu: Shuniu, arguments: tuple[str, ...], sentence: str) -> None:
    said = shuniu(*arguments)
    assert said.code == 2
    assert sentence in said.err
    assert said.out == ""


def test_a_language_we_do_not_speak_is_a_wrong_call() -> None:
    assert main(["--language", "fr", "--help"], {}) == 2


def test_an_error_of_the_hub_is_a_sentence_and_exit_1_without_a_traceback(shuniu: Shuniu, city: Settings) -> None:
    said = shuniu("dataset", "show", "nothing", home=city.home)
    assert (said.code, said.out) == (1, "")
    assert said.err.strip() == "目录中没有数据集 nothing。请在目录中查找正确的名称。"


def test_a_home_without_a_registry_says_what_to_run(shuniu: Shuniu, tmp_path: Path) -> None:
    said = shuniu("dataset", "list", home=tmp_path)
    assert said.code == 1
    assert "shuniu migrate" in said.err


def test_a_wrong_environment_variable_is_named(shuniu: Shuniu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_API_PORT", "eighty")
    said = shuniu("dataset", "list")
    assert said.code == 1
    assert "SHUNIU_API_PORT" in said.err
    assert "eighty" not in said.err


def test_an_unforeseen_error_names_its_place_and_never_its_text(
    shuniu: Shuniu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_arguments: list[str]) -> int:
        raise ValueError("370683199001011234")

    monkeypatch.setattr(door, "_run", fail)
    said = shuniu("dataset", "list")
    assert said.code == 1
    assert "ValueError, test_main.py:" in said.err
    assert "3706" not in said.err


def test_migrate_makes_an_empty_home_ready_and_again_changes_nothing(shuniu: Shuniu, tmp_path: Path) -> None:
    for _ in range(2):
        assert shuniu("migrate", home=tmp_path / "fresh").code == 0
    said = shuniu("dataset", "list", "--json", home=tmp_path / "fresh")
    assert json.loads(said.out) == []


def test_serving_on_a_port_that_is_taken_is_said_before_anything_starts(shuniu: Shuniu, tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = shuniu("serve", "--port", port, home=tmp_path)
    assert said.code == 1
    assert port in said.err


@contextmanager
def somebody_elses(home: Path) -> Iterator[None]:
    """`home` as one that another account of the system closed: only root has to be somebody else for that."""
    root = os.geteuid() == 0
    home.chmod(0o700 if root else 0)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        home.chmod(0o700)


def test_a_home_of_another_account_is_said_to_be_that_and_what_to_do_instead(shuniu: Shuniu, city: Settings) -> None:
    assert shuniu("agency", "list", home=city.home).code == 0
    forget_engines()
    with somebody_elses(city.home):
        said = shuniu("agency", "list", home=city.home)
    assert said.code == 1
    assert f"无权使用 {city.home}" in said.err
    assert "在门户、接口中办理" in said.err
    assert "内部错误" not in said.err
