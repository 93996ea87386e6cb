"""What the scheduler imports for all tasks: there, and nothing that Airflow would take for a setting of its own."""

import runpy
import subprocess
import sys
from pathlib import Path

import launch.airflow

FILE = Path(launch.airflow.PRELOADED) / "airflow_local_settings.py"


def test_the_engines_are_imported_once_it_is_read() -> None:
    asked = "import runpy, sys; runpy.run_path(sys.argv[1]); print('duckdb' in sys.modules, 'deltalake' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked, FILE], capture_output=True, text=True, check=True, cwd=FILE.parents[2]
    )
    assert done.stdout.split() == ["True", "True"]


def test_it_leaves_no_public_name_for_airflow_to_take_as_a_setting() -> None:
    assert runpy.run_path(str(FILE))["__all__"] == []
