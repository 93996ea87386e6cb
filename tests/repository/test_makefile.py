"""`make test-all` is all there is: what another target of the gate runs, it runs too."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def recipe(target: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"
    }
    asked = ["make", "--dry-run", "--no-print-directory", target]
    return subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_all_tests_are_the_suite_and_the_registry_in_postgresql_once_more() -> None:
    lines = recipe("test-all").splitlines()
    assert ".venv/bin/coverage run --branch -m pytest" in lines
    again = [line for line in recipe("test-registry").splitlines() if "pytest" in line]
    assert len(again) == 1
    assert again[0] in lines
