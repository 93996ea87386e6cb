"""Great Expectations beside an installed pyspark, in an interpreter that has no main file (as worker pools start)."""

import subprocess
import sys


def test_a_worker_without_a_main_file_is_not_ended_by_the_import() -> None:
    said = "import sys; exec(sys.stdin.readline())"
    code = "from quality.checkpoint.engine import load; load(); print('there')\n"
    done = subprocess.run([sys.executable, "-c", said], input=code, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "there"), done.stderr[-500:]
