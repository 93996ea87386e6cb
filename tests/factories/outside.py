"""Published data tests run on but the project does not hold, because it is others': where it lies, or why it is absent.

`shared/data` beside the project, or the folder SHUNIU_TEST_DATA names (DEVELOPERS.md).
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.matching_data import BESIDE

VARIABLE = "SHUNIU_TEST_DATA"


def outside(*files: str, environ: Mapping[str, str] | None = None, beside: Path = BESIDE) -> Path:
    """The folder of published data, which holds `files`.

    Skips where no folder is named and none lies beside the project. One that is named or there has to hold them: a
    file that cannot be read fails the test, so that nothing goes untested for a slip of rights or of a path.
    """
    named = (environ if environ is not None else os.environ).get(VARIABLE)
    folder = Path(named) if named else beside
    if not named and _absent(folder):
        pytest.skip(f"no published data at {folder}: set {VARIABLE} to the folder that holds {files[0]}")
    for file in files:
        try:
            (folder / file).open("rb").close()
        except OSError as error:
            pytest.fail(
                f"{folder / file} cannot be read ({error.strerror}): make it readable, or set {VARIABLE} to the folder"
                f" that holds {file}"
            )
    return folder


def _absent(folder: Path) -> bool:
    """Whether there is nothing at all: neither something unreadable nor a link that leads nowhere."""
    try:
        folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
