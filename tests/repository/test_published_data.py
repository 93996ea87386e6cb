"""Tests on published data say what they miss, and never go missing themselves for a slip of rights or of a path."""

from pathlib import Path

import pytest

from tests.factories.outside import VARIABLE, outside

FILE = "linkage/febrl/dataset1.csv"
NOT_RUN = (pytest.fail.Exception, pytest.skip.Exception)
"""Both are caught: a skip that a test waiting for a failure let through would skip that test itself, and be green."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that holds the file."""
    file = tmp_path / "shared" / "data" / FILE
    file.parent.mkdir(parents=True)
    file.write_text("rec_id\n", encoding="utf-8")
    return tmp_path / "shared" / "data"


def test_data_beside_the_project_is_used_unless_another_folder_is_named(data: Path, tmp_path: Path) -> None:
    assert outside(FILE, environ={}, beside=data) == data
    assert outside(FILE, environ={VARIABLE: str(data)}, beside=tmp_path / "nowhere") == data


def test_without_data_the_test_is_skipped_and_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(NOT_RUN, match=f"set {VARIABLE} to the folder that holds {FILE}") as told:
        outside(FILE, environ={}, beside=tmp_path / "shared" / "data")
    assert told.type is pytest.skip.Exception


@pytest.mark.parametrize(
    "kind", ["a link that leads nowhere", "a link to itself", "a file lost", "a folder for a file"]
)
def test_data_that_is_there_and_cannot_be_read_fails_the_test(data: Path, kind: str) -> None:
    beside = data
    if kind == "a link that leads nowhere":
        beside = data.parent / "link"
        beside.symlink_to(data.parent / "nowhere")
    elif kind == "a link to itself":
        loop = data.parent / "loop"
        loop.symlink_to(loop)
        beside = loop / "data"
    else:
        (data / FILE).unlink()
        if kind == "a folder for a file":
            (data / FILE).mkdir()
    with pytest.raises(NOT_RUN, match=f"{FILE} cannot be read") as told:
        outside(FILE, environ={}, beside=beside)
    assert told.type is pytest.fail.Exception


def test_a_named_folder_that_is_not_there_fails_the_test_though_data_lies_beside(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NOT_RUN, match=VARIABLE) as told:
        outside(FILE, environ={VARIABLE: str(tmp_path / "nowhere")}, beside=data)
    assert told.type is pytest.fail.Exception
