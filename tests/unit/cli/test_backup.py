"""A backup brings everything back; a damaged one, or a home that is not empty, is refused."""

import json
import shutil
import stat
from pathlib import Path

import pytest

from catalog.settings import Settings
from exchange_api.cli.keeping import safekeeping
from tests.factories.topics import write
from tests.unit.cli.conftest import Shuniu


@pytest.fixture
def backup(shuniu: Shuniu, city: Settings, tmp_path: Path) -> Path:
    """A fresh backup of the city, with its lake."""
    write(city.topics_dir)
    target = tmp_path / "backup"
    assert shuniu("backup", str(target), "--lake", home=city.home).code == 0
    return target


def test_what_was_backed_up_is_back_after_a_restore(shuniu: Shuniu, city: Settings, backup: Path) -> None:
    home = backup.parent / "restored"
    before = shuniu("dataset", "list", "--json", home=city.home).out
    assert shuniu("restore", str(backup), home=home).code == 0
    assert shuniu("dataset", "list", "--json", home=home).out == before
    verified = json.loads(shuniu("audit", "verify", "--json", home=home).out)
    assert verified["ok"]
    assert verified["records"] == json.loads(shuniu("audit", "verify", "--json", home=city.home).out)["records"] > 0
    lakes = [sorted(path.relative_to(one / "lake") for path in (one / "lake").rglob("*")) for one in (city.home, home)]
    assert lakes[0] == lakes[1]
    assert sorted(path.name for path in (home / "topics").iterdir()) == [
        "topic_facilities.odcs.yaml",
        "topic_facilities.sql",
    ]


def test_keys_stay_out_of_others_reach_in_backup_and_home(shuniu: Shuniu, backup: Path) -> None:
    home = backup.parent / "restored"
    shuniu("restore", str(backup), home=home)
    for folder in (backup / "keys", home / "keys"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_backup_never_writes_over_another(shuniu: Shuniu, city: Settings, backup: Path) -> None:
    said = shuniu("backup", str(backup), home=city.home)
    assert said.code == 1
    assert "已存在" in said.err


def test_a_home_that_holds_anything_is_not_restored_into(shuniu: Shuniu, city: Settings, backup: Path) -> None:
    said = shuniu("restore", str(backup), home=city.home)
    assert said.code == 1
    assert "不是空的" in said.err


@pytest.mark.parametrize("harm", ["changed", "missing", "added"])
def test_a_damaged_backup_is_refused_before_anything_is_written(shuniu: Shuniu, backup: Path, harm: str) -> None:
    key = next((backup / "keys").iterdir())
    match harm:
        case "changed":
            key.write_bytes(key.read_bytes()[::-1])
        case "missing":
            key.unlink()
        case "added":
            (backup / "keys" / "another.key").write_bytes(b"x" * 32)
    home = backup.parent / "restored"
    said = shuniu("restore", str(backup), home=home)
    assert said.code == 2
    assert "已损坏" in said.err
    assert not home.exists()


def test_a_folder_that_is_no_backup_is_refused(shuniu: Shuniu, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert shuniu("restore", str(tmp_path / "other"), home=tmp_path / "home").code == 1
    assert shuniu("restore", str(tmp_path / "nowhere"), home=tmp_path / "home").code == 1


def test_a_restore_killed_half_way_can_be_run_again(
    shuniu: Shuniu, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = backup.parent / "restored"

    copy = shutil.copyfile

    def killed(source: Path, target: Path, **options: bool) -> object:
        if Path(source).name == safekeeping.REGISTRY:
            raise KeyboardInterrupt
        return copy(source, target, **options)

    with monkeypatch.context() as broken:
        broken.setattr(shutil, "copyfile", killed)
        assert shuniu("restore", str(backup), home=home).code == 130
    assert (home / "keys").is_dir()
    assert not (home / "registry.sqlite").exists()
    assert shuniu("restore", str(backup), home=home).code == 0
    assert shuniu("dataset", "show", "police_person", home=home).code == 0


def test_without_its_lake_the_backup_lists_the_files_to_keep(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    target = tmp_path / "small"
    assert shuniu("backup", str(target), home=city.home).code == 0
    listed = json.loads((target / "lake-files.json").read_text())
    assert {entry["file"] for entry in listed} == {
        str(path.relative_to(city.home / "lake")) for path in (city.home / "lake").rglob("*") if path.is_file()
    }
    assert not (target / "lake").exists()
    home = tmp_path / "restored"
    said = shuniu("restore", str(target), home=home)
    assert "lake-files.json" in said.out
    shutil.rmtree(home)


def test_a_registry_on_a_server_is_left_to_its_own_tools(
    shuniu: Shuniu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHUNIU_REGISTRY_URL", "postgresql+psycopg://hub@db.invalid/registry")
    said = shuniu("backup", str(tmp_path / "b"), home=tmp_path / "home")
    assert said.code == 2
    assert "pg_dump" in said.err
