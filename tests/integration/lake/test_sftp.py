"""Files on real SFTP servers: fetched whole, from a server that is who it was, and nothing outside its folder."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import asyncssh
import psutil
import pytest

from catalog.actions import systems
from catalog.contracts import load_contract
from catalog.database import open_session
from catalog.errors import ConfigurationError, HubError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps.arrival import Arrivals
from demo.services.service import Service
from lake import sources
from lake.engines.duckdb import connect
from lake.loading import deliveries, ingest, raw
from lake.sources import sftp as source
from lake.sources.places import remote
from tests.factories.deliveries import NOW, a_contract, a_registry_with
from tests.unit.dags.test_lineage_events import CONTRACT

ROWS = "编号,姓名\n{},莱州\n"


@pytest.fixture
def folder(sftp: Service, tmp_path: Path) -> Path:
    """Where the department puts its files."""
    made = tmp_path / "sftp" / "data" / "files" / "上报"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def spec(sftp: Service, folder: Path) -> SystemSpec:
    # OpenSSH shows the machine's own paths, the small server its folder as the root.
    path = folder if sftp.user != "gateway" else Path("/上报")
    return SystemSpec(
        "civil_sftp",
        "civil",
        "sftp",
        f"sftp://127.0.0.1:{sftp.port}{path}",
        {"host_key": sftp.keys["host_key"]},
        {"user": sftp.user, "private_key": sftp.keys["private_key"]},
    )


def numbers(spec: SystemSpec, tmp_path: Path, *, since: str | None = None, **given: object) -> list[str]:
    delivery = sources.read(
        Settings(home=tmp_path / "home"), spec, a_contract(**given), since=since, keep=tmp_path / "keep"
    )
    found: list[str] = delivery.reader.read_all().column("编号").to_pylist()
    return found


def refused(kind: type[HubError], spec: SystemSpec, tmp_path: Path, **given: object) -> HubError:
    with pytest.raises(kind) as error:
        numbers(spec, tmp_path, **given)
    return error.value


def test_files_are_taken_in_order_of_name_and_kept_as_they_came(
    spec: SystemSpec, folder: Path, settings: Settings
) -> None:
    (folder / "b.csv").write_text(ROWS.format("b"), encoding="utf-8")
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    (folder / "c.txt").write_text("x", encoding="utf-8")
    contract = a_contract(system=spec.code)
    hub = a_registry_with(settings, contract)
    batch = ingest.collect(hub, contract, spec, now=NOW, by="steward")
    with connect(hub) as connection:
        stored = f'SELECT "编号" FROM {raw.relation(hub, contract.dataset, batch.batch_id)} ORDER BY _row'
        assert connection.execute(stored).fetchall() == [("a",), ("b",)]
    kept = deliveries.folder(hub, contract.dataset, batch.batch_id)
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == {
        name: (folder / name).read_bytes() for name in ("a.csv", "b.csv")
    }
    assert not ingest.collect(hub, contract, spec, now=NOW, by="steward").new


def test_an_append_takes_each_file_once_and_a_pattern_may_name_folders(
    spec: SystemSpec, folder: Path, tmp_path: Path
) -> None:
    for month in ("2026-01", "2026-02"):
        (folder / month).mkdir()
        (folder / month / f"{month}.csv").write_text(ROWS.format(month), encoding="utf-8")
    assert numbers(spec, tmp_path, mode="append", locator="*/*.csv") == ["2026-01", "2026-02"]
    assert numbers(spec, tmp_path, mode="append", locator="**/*.csv", since="2026-01.csv") == ["2026-02"]
    assert refused(SourceUnreachable, spec, tmp_path, locator="*.csv").code == "file_missing"


def test_all_parts_of_a_shapefile_are_fetched(spec: SystemSpec, folder: Path, tmp_path: Path) -> None:
    for name in ("plots.shp", "plots.dbf", "plots.SHX", "plots.txt", "other.dbf"):
        (folder / name).write_bytes(b"x")
    with pytest.raises(HubError):
        numbers(spec, tmp_path, locator="*.shp", crs="EPSG:4490")
    assert {path.name for path in (tmp_path / "keep").iterdir()} == {"plots.shp", "plots.dbf", "plots.SHX"}


def test_no_pattern_and_no_link_leads_out_of_the_folder(spec: SystemSpec, folder: Path, tmp_path: Path) -> None:
    (folder.parent / "secret.csv").write_text(ROWS.format(1), encoding="utf-8")
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    for pattern in ("*.csv", "../*.csv", "/etc/*", "../**/*.csv"):
        assert refused(SourceUnreachable, spec, tmp_path, locator=pattern).code == "file_missing"


def test_a_key_that_is_not_the_pinned_one_gets_no_password(spec: SystemSpec, folder: Path, tmp_path: Path) -> None:
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    other = asyncssh.generate_private_key("ssh-ed25519")
    for wrong in (other.export_public_key().decode(), other.get_fingerprint()):
        error = refused(SourceRefused, replace(spec, options={"host_key": wrong}), tmp_path)
        assert error.code == "host_key_differs"
    rsa = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    error = refused(SourceRefused, replace(spec, options={"host_key": rsa}), tmp_path)
    assert error.code == "host_key_differs"


def test_without_a_pinned_key_nobody_logs_in_and_the_fingerprint_is_named(spec: SystemSpec, tmp_path: Path) -> None:
    shown = asyncssh.import_public_key(spec.options["host_key"]).get_fingerprint()
    error = refused(ConfigurationError, replace(spec, options={}), tmp_path)
    assert error.code == "host_key_missing"
    assert shown in error.zh
    assert shown in error.en


def test_a_key_may_be_pinned_by_fingerprint_or_as_ssh_keyscan_prints_it(
    spec: SystemSpec, folder: Path, tmp_path: Path
) -> None:
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    key = spec.options["host_key"]
    scanned = f"# 127.0.0.1:22 SSH-2.0-OpenSSH\n[127.0.0.1]:22 {key}\n"
    for pin in (asyncssh.import_public_key(key).get_fingerprint(), scanned, [scanned, "SHA256:" + "A" * 43]):
        assert numbers(replace(spec, options={"host_key": pin}), tmp_path) == ["a"]


def test_a_login_that_is_refused_says_so_without_its_password(
    spec: SystemSpec, tmp_path: Path, wrong_password: dict[str, str]
) -> None:
    error = refused(SourceRefused, replace(spec, secret=wrong_password), tmp_path)
    assert error.code == "source_refused"
    assert wrong_password["password"] not in str(error)
    broken = replace(spec, secret={"user": "x", "private_key": "-----BEGIN nonsense"})
    assert refused(ConfigurationError, broken, tmp_path).code == "private_key_unusable"


def test_a_password_opens_what_a_key_opens(sftp: Service, spec: SystemSpec, folder: Path, tmp_path: Path) -> None:
    if not sftp.password:
        pytest.skip("OpenSSH asks the machine's accounts for passwords; the small server has one of its own")
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    assert numbers(replace(spec, secret={"user": sftp.user, "password": sftp.password}), tmp_path) == ["a"]


def test_a_server_that_is_away_a_folder_that_is_not_there_a_file_nobody_may_read(
    spec: SystemSpec, folder: Path, tmp_path: Path
) -> None:
    away = replace(spec, location="sftp://127.0.0.1:9/x")
    assert refused(SourceUnreachable, away, tmp_path).code == "source_unreachable"
    nowhere = replace(spec, location=f"{spec.location}/none")
    assert refused(SourceUnreachable, nowhere, tmp_path).code == "folder_missing"


def test_a_file_still_being_written_is_not_taken(
    spec: SystemSpec, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    listed = source.Folder.entries

    def then_written(*given: object) -> list[remote.Entry]:
        found = listed(*given)  # type: ignore[arg-type]
        with (folder / "a.csv").open("a") as stream:
            stream.write("2,x\n")
        return found

    monkeypatch.setattr(source.Folder, "entries", then_written)
    assert refused(SourceUnreadable, spec, tmp_path).code == "file_unreadable"


def test_a_server_that_vanishes_while_a_file_is_read_is_told_and_nothing_is_taken(
    spec: SystemSpec, sftp: Service, folder: Path, settings: Settings
) -> None:
    with (folder / "a.csv").open("wb") as big:
        big.write("编号,姓名\n".encode())
        big.write(b"1,x\n" * (16 << 20))
    contract = a_contract(system=spec.code)
    hub = a_registry_with(settings, contract)
    kept = deliveries.incoming(hub, contract.dataset) / "a.csv"
    watch = threading.Thread(target=_kill_once, args=(sftp.port, lambda: kept.exists() and kept.stat().st_size > 0))
    watch.start()
    with pytest.raises(SourceUnreachable):
        ingest.collect(hub, contract, spec, now=NOW, by="steward")
    watch.join()
    assert raw.newest(hub, contract.dataset) is None


def _kill_once(port: int, begun: Callable[[], bool]) -> None:
    """End whoever serves `port`, the process of the session too, as a power cut would."""
    ends = time.monotonic() + 60
    while not begun() and time.monotonic() < ends:
        time.sleep(0.001)
    for found in psutil.net_connections("tcp4"):
        if found.laddr.port == port and found.pid:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(found.pid).kill()


def test_names_a_server_makes_up_write_nothing_outside_the_delivery(tmp_path: Path) -> None:
    class Liar:
        def entries(self, folder: PurePosixPath) -> list[remote.Entry]:
            names = ("..", "../up.csv", "/etc/x.csv", "", ".hidden.csv", "~$lock.csv", "good.csv")
            return [remote.Entry(folder, name, 1, 0.0) for name in names]

        def fetch(self, entry: remote.Entry, target: Path) -> None:
            target.write_text(ROWS.format(entry.name), encoding="utf-8")

    delivery = remote.take(
        Settings(home=tmp_path / "home"), Liar(), a_contract(), since=None, keep=tmp_path / "in" / "keep"
    )
    assert [path.name for path in delivery.files] == ["good.csv"]
    assert list(tmp_path.rglob("*.csv")) == [tmp_path / "in" / "keep" / "good.csv"]


def test_reading_works_where_another_event_loop_runs_in_another_thread(
    spec: SystemSpec, folder: Path, tmp_path: Path
) -> None:
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")

    async def asked() -> list[str]:
        return await asyncio.to_thread(numbers, spec, tmp_path)

    assert asyncio.run(asked()) == ["a"]


@pytest.mark.parametrize("mark", ["@revoked", "@cert-authority"])
def test_a_line_of_known_hosts_with_a_marker_is_no_pin(mark: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    for given in (f"{mark} * {key}", ["SHA256:" + "a" * 43, f"  {mark} host {key}"]):
        spec = SystemSpec("s", "civil", "sftp", "sftp://127.0.0.1:9/x", {"host_key": given})
        with pytest.raises(ConfigurationError) as error:
            source.pins_of(spec)
        assert error.value.code == "host_key_marked"


def test_a_folder_without_an_end_and_a_file_longer_than_listed_are_not_taken(
    spec: SystemSpec, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (folder / f"{name}.csv").write_text(ROWS.format(name), encoding="utf-8")
    listed = source.Folder.entries

    def shorter(self: source.Folder, within: PurePosixPath) -> list[remote.Entry]:
        return [replace(entry, size=3) for entry in listed(self, within)]

    with monkeypatch.context() as patch:
        patch.setattr(source.Folder, "entries", shorter)
        assert refused(SourceUnreadable, spec, tmp_path).code == "file_unreadable"
    with monkeypatch.context() as patch:
        patch.setattr(source, "MOST_LISTED", 2)
        assert refused(SourceUnreadable, spec, tmp_path).code == "too_many_files"
    with monkeypatch.context() as patch:
        patch.setattr(source, "LIST_SECONDS", 0.0)
        assert refused(SourceUnreachable, spec, tmp_path).code == "source_unreachable"
    monkeypatch.setattr(remote, "MOST_BYTES", 3)
    assert refused(SourceUnreadable, spec, tmp_path).code == "files_too_large"


def test_an_arrival_is_seen_though_the_file_keeps_the_time_it_was_written(
    spec: SystemSpec, folder: Path, settings: Settings
) -> None:
    settings.contracts_dir.mkdir(parents=True, exist_ok=True)
    document = CONTRACT.replace("civil_files", spec.code)
    (settings.contracts_dir / "civil_person.odcs.yaml").write_text(document, encoding="utf-8")
    hub = a_registry_with(settings, load_contract(settings.contracts_dir / "civil_person.odcs.yaml"))
    with open_session(hub) as session:
        systems.register(session, settings=hub, spec=spec, by="steward", now=NOW)
    arrivals = Arrivals("civil_person")
    assert [arrivals.look(hub), arrivals.look(hub)] == ["", ""]
    (folder / "a.csv").write_text(ROWS.format("a"), encoding="utf-8")
    assert arrivals.look(hub) == ""
    first = arrivals.look(hub)
    assert len(first) == 64
    (folder / "b.part").write_text(ROWS.format("b"), encoding="utf-8")
    os.utime(folder / "b.part", (1, 1))
    (folder / "b.part").rename(folder / "b.csv")
    assert [arrivals.look(hub), len(arrivals.look(hub)), arrivals.look(hub)] == ["", 64, ""]
    (folder / "a.csv").unlink()
    assert [arrivals.look(hub), arrivals.look(hub)] == ["", ""]
    assert not arrivals.near
