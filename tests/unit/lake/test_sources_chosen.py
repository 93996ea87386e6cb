"""Files of the same name in different folders: none lost, none doubled, each taken once."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from catalog.errors import ContractBroken, SourceUnreadable
from catalog.settings import Settings
from lake import sources
from tests.factories.deliveries import a_contract, a_folder


def put(tmp_path: Path, name: str, content: str | bytes | None = None) -> None:
    target = Path(a_folder(tmp_path / "in").location) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    given = f"编号,姓名\n{name},a\n" if content is None else content
    target.write_bytes(given if isinstance(given, bytes) else given.encode())


def take(tmp_path: Path, *, since: str | None = None, kind: str = "files", **given: object) -> sources.Delivery:
    settings = Settings(home=tmp_path / "home")
    spec = a_folder(tmp_path / "in", kind=kind)
    return sources.read(settings, spec, a_contract(**given), since=since, keep=tmp_path / "keep")


def numbers(delivery: sources.Delivery) -> list[str]:
    return [str(value) for value in delivery.reader.read_all().column("编号").to_pylist()]


def test_files_of_one_name_in_two_folders_are_both_read_and_both_kept(tmp_path: Path) -> None:
    for name in ("b/x.csv", "a/x.csv", "a/y.csv"):
        put(tmp_path, name)
    delivery = take(tmp_path, locator="**/*.csv")
    assert numbers(delivery) == ["a/x.csv", "b/x.csv", "a/y.csv"]
    assert {path.name: path.read_text(encoding="utf-8").split()[1][:7] for path in delivery.files} == {
        "a／x.csv": "a/x.csv",
        "b／x.csv": "b/x.csv",
        "y.csv": "a/y.csv",
    }


def test_names_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    for name in ("a／b/x.csv", "a/b/x.csv"):
        put(tmp_path, name)
    with pytest.raises(SourceUnreadable) as refused:
        take(tmp_path, locator="**/*.csv")
    assert refused.value.code == "file_twins"


def test_an_append_takes_a_folders_older_file_though_another_folder_is_ahead(tmp_path: Path) -> None:
    put(tmp_path, "a/2026-02.csv")
    first = take(tmp_path, locator="*/*.csv", mode="append")
    assert numbers(first) == ["a/2026-02.csv"]
    for name in ("b/2026-01.csv", "b/2026-02.csv", "a/2026-03.csv"):
        put(tmp_path, name)
    second = take(tmp_path, locator="*/*.csv", mode="append", since=first.position)
    assert numbers(second) == ["b/2026-01.csv", "b/2026-02.csv", "a/2026-03.csv"]
    assert json.loads(second.position or "") == {"a": "2026-03.csv", "b": "2026-02.csv"}
    third = take(tmp_path, locator="*/*.csv", mode="append", since=second.position)
    assert (numbers(third), third.position) == ([], second.position)


def test_a_position_from_before_holds_for_every_folder(tmp_path: Path) -> None:
    for name in ("a/2026-01.csv", "b/2026-02.csv"):
        put(tmp_path, name)
    delivery = take(tmp_path, locator="*/*.csv", mode="append", since="2026-01.csv")
    assert numbers(delivery) == ["b/2026-02.csv"]
    assert json.loads(delivery.position or "") == {"a": "2026-01.csv", "b": "2026-02.csv"}


def test_growing_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in "ab":
        put(tmp_path, f"{folder}/x.ndjson", json.dumps({"编号": folder}) + "\n")
    first = take(tmp_path, kind="ndjson", locator="*/x.ndjson")
    assert numbers(first) == ["a", "b"]
    put(tmp_path, "b/x.ndjson", json.dumps({"编号": "b"}) + "\n" + json.dumps({"编号": "c"}) + "\n")
    second = take(tmp_path, kind="ndjson", locator="*/x.ndjson", since=first.position)
    assert numbers(second) == ["c"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("other", ["x.csv", "./x.csv"], ids=["the same name", "another way to write it"])
def test_a_zip_with_two_files_of_one_name_is_refused(tmp_path: Path, other: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("x.csv", other):
            archive.writestr(name, "编号,姓名\n1,a\n")
    put(tmp_path, "a.zip", packed.getvalue())
    with pytest.raises(SourceUnreadable) as refused:
        take(tmp_path, locator="*.zip")
    assert "同名" in refused.value.zh


def test_archives_whose_names_differ_in_their_suffix_alone_are_both_read(tmp_path: Path) -> None:
    for suffix in ("zip", "ZIP"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("x.csv", f"编号,姓名\n{suffix},a\n")
        put(tmp_path, f"a.{suffix}", packed.getvalue())
    assert numbers(take(tmp_path, locator="a.*")) == ["ZIP", "zip"]


def test_of_whole_lists_only_the_newest_of_each_folder_is_taken(tmp_path: Path) -> None:
    for name in ("a/list20261121.csv", "a/list20261122.csv", "b/list20261120.csv"):
        put(tmp_path, name)
    assert numbers(take(tmp_path, locator="**/*.csv", options={"take": "newest"})) == [
        "b/list20261120.csv",
        "a/list20261122.csv",
    ]


@pytest.mark.parametrize(
    "dates", [("20261121", "20261122"), ("2026-10", "2026-11"), ("2026年9月", "2026年10月"), ("2026.1.9", "2026.1.10")]
)
def test_lists_that_differ_by_a_date_alone_are_not_read_until_the_contract_says_which(
    tmp_path: Path, dates: tuple[str, str]
) -> None:
    for date in dates:
        put(tmp_path, f"list{date}.csv")
    with pytest.raises(ContractBroken) as refused:
        take(tmp_path, locator="*.csv")
    assert refused.value.code == "files_several"
    assert len(numbers(take(tmp_path, locator="*.csv", options={"take": "all"}))) == 2
    with pytest.raises(ContractBroken) as refused:
        take(tmp_path, locator="*.csv", options={"take": "some"})
    assert refused.value.code == "take_unknown"


@pytest.mark.parametrize(
    "names", [("school3706831.csv", "school3706832.csv"), ("east.csv", "west.csv"), ("p1.csv", "p2.csv")]
)
def test_parts_whose_names_hold_no_date_are_all_read_without_a_word(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        put(tmp_path, name)
    assert len(numbers(take(tmp_path, locator="*.csv"))) == 2


def test_the_newest_is_told_by_the_numbers_in_names_and_not_by_their_letters(tmp_path: Path) -> None:
    for month in (2, 9, 10):
        put(tmp_path, f"名单2026年{month}月.csv")
    assert numbers(take(tmp_path, locator="*.csv", options={"take": "newest"})) == ["名单2026年10月.csv"]


def test_increments_are_dated_and_asked_nothing(tmp_path: Path) -> None:
    for name in ("list20261121.csv", "list20261122.csv"):
        put(tmp_path, name)
    assert len(numbers(take(tmp_path, locator="*.csv", mode="append"))) == 2
