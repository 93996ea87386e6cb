"""The size budget finds what is too large: a folder, a module, a function; and the house keeps to its folders."""

from pathlib import Path

from tests import size_budget

ROOT = Path(__file__).resolve().parents[2]


def a_folder(root: Path, package: str, modules: int) -> None:
    (root / package).mkdir(parents=True)
    for number in range(modules):
        (root / package / f"m{number}.py").write_text("", encoding="utf-8")


def test_a_folder_with_too_many_modules_is_told_and_one_at_the_limit_is_not(tmp_path: Path) -> None:
    a_folder(tmp_path, "lake/matching", size_budget.MOST_FOLDER_MODULES)
    assert list(size_budget.breaches(tmp_path)) == []
    a_folder(tmp_path, "catalog", size_budget.MOST_FOLDER_MODULES + 1)
    assert list(size_budget.breaches(tmp_path)) == ["catalog: 27 modules (at most 26)"]


def test_no_folder_of_the_house_holds_more_modules_than_a_reader_takes_in() -> None:
    assert [line for line in size_budget.breaches(ROOT) if " modules " in line] == []
