"""What a command writes is for the hub's own user alone, however open the shell it is called from."""

import os
import stat
import subprocess
import sys
from pathlib import Path


def test_a_registry_made_by_a_command_is_closed_to_other_users_of_the_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", "from exchange_api.cli.main import run; run()", "migrate"]
    environ = {**os.environ, "SHUNIU_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, env=environ, umask=0o022, check=True, capture_output=True)
    written = [home, *home.rglob("*")]
    assert (home / "registry.sqlite") in written
    assert [path.name for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
