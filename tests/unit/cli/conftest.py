"""The command as a person calls it: arguments in; exit code, what was printed and what was complained out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from exchange_api.cli.main import main
from tests.factories import small_registry


@dataclass(frozen=True)
class Said:
    """What one call of the command came to."""

    code: int
    out: str
    err: str


Shuniu = Callable[..., Said]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a filled small registry, made once for the tests of a file."""
    settings = Settings(home=Path(tmp_path_factory.mktemp("cli")) / "home")
    small_registry.fill(settings, now=datetime.now(UTC))
    yield settings
    forget_engines()


@pytest.fixture
def shuniu(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shuniu:
    """Call `shuniu` with arguments, in Chinese by default, on the home given (default: none)."""

    def call(*arguments: str, home: Path | None = None, language: str = "zh") -> Said:
        if home is not None:
            monkeypatch.setenv("SHUNIU_HOME", str(home))
        code = main(arguments, {"SHUNIU_LANGUAGE": language})
        printed = capfd.readouterr()
        return Said(code, printed.out, printed.err)

    return call
