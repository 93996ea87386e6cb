"""JSON and NDJSON: digits as written, rows under a path, lines that are none kept aside, files that grow."""

import gzip
import json
from pathlib import Path

import pytest

from catalog.errors import ContractBroken, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from lake.sources import ndjson
from lake.sources.delivery import KeptAside
from lake.sources.formats import json_text
from tests.factories.deliveries import a_contract, a_folder, an_item

ITEMS = (an_item("permit", key=True, required=True), an_item("amount"))


def contract(**options: object):
    return a_contract(items=ITEMS, mode="append", locator="*.ndjson", options=options)


def test_rows_are_found_under_the_json_path(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"data": {"records": [{"permit": "1", "amount": 1.50}, {"permit": "2"}]}}', encoding="utf-8")
    rows = json_text.read_json([path], contract(json_path="data.records"), []).read_all().to_pylist()
    assert rows == [{"permit": "1", "amount": "1.50"}, {"permit": "2", "amount": None}]


def test_numbers_keep_the_digits_they_were_written_with(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"permit": 370683199001011234567, "amount": 0.10}, {"permit": true, "amount": {"a": [1]}}]')
    rows = json_text.read_json([path], contract(), []).read_all().to_pylist()
    assert rows == [
        {"permit": "370683199001011234567", "amount": "0.10"},
        {"permit": "true", "amount": '{"a": ["1"]}'},
    ]


@pytest.mark.parametrize("text", ["{", '{"data": 1}', '{"data": [1]}', "[" * 100_000, ""])
def test_json_that_is_cut_off_or_of_another_shape_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(SourceUnreadable):
        json_text.read_json([path], contract(json_path="data"), [])


def test_a_line_that_is_no_object_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"permit": "1"}\nnot json\n\n[1]\n{"permit": "2", "new": "x"}\n'))
    aside: list[KeptAside] = []
    rows = json_text.read_ndjson([path], contract(), aside).read_all().to_pylist()
    assert [row["permit"] for row in rows] == ["1", "2"]
    assert [record.line for record in aside] == [2, 4]


def test_a_required_column_no_line_holds_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"amount": 1}\n')
    with pytest.raises(ContractBroken) as broken:
        json_text.read_ndjson([path], contract(), [])
    assert broken.value.parts["columns"] == ["permit"]


def line(permit: str) -> str:
    return json.dumps({"permit": permit}) + "\n"


def permits(settings: Settings, folder: Path, since: str | None, keep: Path) -> tuple[list[str], str | None]:
    delivery = ndjson.read(settings, a_folder(folder, kind="ndjson"), contract(), since=since, keep=keep)
    return delivery.reader.read_all().column("permit").to_pylist(), delivery.position


def test_a_growing_file_gives_only_what_is_new_and_complete(settings: Settings, tmp_path: Path) -> None:
    folder, keep = tmp_path / "in", tmp_path / "keep"
    folder.mkdir()
    (folder / "a.ndjson").write_text(line("1") + line("2") + '{"permit": "thr')
    first, position = permits(settings, folder, None, keep)
    assert first == ["1", "2"]
    assert permits(settings, folder, position, keep)[0] == []
    (folder / "a.ndjson").write_text(line("1") + line("2") + line("three"))
    (folder / "b.ndjson").write_text(line("4"))
    second, position = permits(settings, folder, position, keep)
    assert second == ["three", "4"]
    (folder / "a.ndjson").write_text(line("begun anew") + line("and longer than it was before"))
    third, position = permits(settings, folder, position, keep)
    assert third == ["begun anew", "and longer than it was before"]
    (folder / "a.ndjson").write_text(line("9"))
    assert permits(settings, folder, position, keep)[0] == ["9"]


def test_the_pattern_of_a_topic_is_the_systems(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    spec = a_folder(folder, kind="ndjson", options={"files": {"water/+/level": "water*.ndjson"}})
    (folder / "water-1.ndjson").write_text(line("1"))
    (folder / "other.ndjson").write_text(line("2"))
    found = ndjson.read(
        settings,
        spec,
        a_contract(items=ITEMS, mode="append", locator="water/+/level"),
        since=None,
        keep=tmp_path / "keep",
    )
    assert found.reader.read_all().num_rows == 1


def test_a_folder_that_is_gone_is_said_so(settings: Settings, tmp_path: Path) -> None:
    spec = a_folder(tmp_path / "in", kind="ndjson")
    (tmp_path / "in").rmdir()
    with pytest.raises(SourceUnreachable):
        ndjson.read(settings, spec, contract(), since=None, keep=tmp_path / "keep")


def test_a_document_or_a_line_too_large_to_hold_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "MOST_WHOLE", 100)
    monkeypatch.setattr(json_text, "LONGEST_LINE", 100)
    text = json.dumps([{"permit": "1", "amount": "x" * 100}])
    for name, content in (("a.json", text.encode()), ("a.json.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceUnreadable) as refused:
            json_text.read_json([tmp_path / name], contract(), [])
        assert refused.value.code == "json_too_large"
    (tmp_path / "a.ndjson").write_text('{"permit": "1"}\n' * 50 + text[1:-1] + "\n", encoding="utf-8")
    with pytest.raises(SourceUnreadable) as refused:
        json_text.read_ndjson([tmp_path / "a.ndjson"], contract(), [])
    assert refused.value.code == "json_too_large"
