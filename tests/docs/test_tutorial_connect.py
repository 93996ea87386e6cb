"""docs/tutorials/connect-a-department.md, word by word: its commands are run on a throw-away PostgreSQL."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.services import postgresql, testing

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorials" / "connect-a-department.md"
SERVER = "-m demo.services postgresql"
LAST = "rm -r $SHUNIU_HOME"


def blocks() -> list[str]:
    """The shell blocks of the page, in order."""
    return re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like a checkout to the commands, so that nothing is written into the real one."""
    if not postgresql.find() or not shutil.which("psql"):
        tell = pytest.fail if os.environ.get(testing.REQUIRED) == "1" else pytest.skip
        tell("no PostgreSQL: install Debian's postgresql")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


@pytest.fixture
def server(checkout: Path) -> Iterator[None]:
    """The second terminal."""
    (block,) = (block for block in blocks() if SERVER in block)
    (checkout / "var" / "tutorial" / "department").mkdir(parents=True)
    running = subprocess.Popen(["bash", "-c", f"exec {block}"], cwd=checkout, env=environ(), stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 120
    while not (checkout / "var/tutorial/department/env").exists() and time.monotonic() < ends:
        assert running.poll() is None, "the server ended"
        time.sleep(0.1)
    yield
    running.terminate()
    running.wait(60)


@pytest.mark.usefixtures("server")
def test_the_tutorial_works_word_by_word(checkout: Path) -> None:
    first_terminal = [block for block in blocks() if SERVER not in block and LAST not in block]
    script = "set -euo pipefail\n" + "\n".join(first_terminal)
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=environ(), capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = " ".join(done.stdout.split())
    assert "Registered system transport_db." in said
    assert "Can be opened; no contract names it yet." in said
    assert "transport_vehicle" in said
    assert "sharingCondition" in done.stderr, "what the draft leaves open is said"
    assert len(re.findall(r"Loaded transport_vehicle: batch transport_vehicle-\S+", said)) == 1, "taken once"
    assert "Loaded transport_vehicle: nothing new" in said, "and not twice"
    assert re.search(r"Raw zone transport_vehicle 0 1,000 ", said), "all rows as delivered, once"
    assert re.search(r"phone\.format .*? Remark 3 1,000 99\.70 %", said), "three telephone numbers are none"
    assert "only-for-reading" not in done.stdout + done.stderr
    assert "1380000" not in done.stdout + done.stderr, "no command shows a value"
    assert said.count("phone.format") == 4, "the rule, and the three rows that break it"
    assert subprocess.run(["bash", "-c", f"SHUNIU_HOME={checkout}/var/tutorial; {LAST}"], check=False).returncode == 0


def test_every_block_of_the_tutorial_is_run_here() -> None:
    assert sum(SERVER in block for block in blocks()) == 1
    assert sum(LAST in block for block in blocks()) == 1
    assert len(blocks()) > 6
