"""The trail: records are durable, chained, sealed; every change to the sealed part is found."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from catalog.audit.keys import signing_key
from catalog.audit.reading import heads, sealed_entries
from catalog.audit.recovery import seal_orphans
from catalog.audit.trail import Trail
from catalog.audit.verify import verify
from catalog.errors import Unavailable
from catalog.settings import Settings

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def public(settings):
    return signing_key(settings.keys_dir).public_key()


def write(settings, count, **options):
    trail = Trail(settings, **options)
    for number in range(count):
        trail.record(at=NOW, account="a", agency="housing", dataset="topic", rows=number, providers=["civil", "police"])
    trail.close()
    return settings.audit_dir / trail.node


def segment(folder, number=1):
    return folder / f"{number:08d}.jsonl"


def test_a_written_trail_verifies_and_is_sealed_to_its_end(settings):
    write(settings, 25)
    report = verify(settings.audit_dir, public(settings))
    assert report.ok
    assert (report.records, report.sealed) == (25, 25)


def test_sequence_numbers_run_on_over_restarts_and_segments(settings):
    write(settings, 7, segment_records=3)
    folder = write(settings, 5)
    assert verify(settings.audit_dir, public(settings)).ok
    entries = list(sealed_entries(settings.audit_dir, heads(settings.audit_dir), after={}))
    assert [entry.record["seq"] for entry in entries] == list(range(1, 13))
    assert len(list(folder.glob("*.jsonl"))) >= 3


def test_threads_share_one_writer_and_none_is_lost(settings):
    trail = Trail(settings)
    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(lambda n: trail.record(at=NOW, rows=n), range(400)))
    trail.close()
    assert sorted(numbers) == list(range(1, 401))
    assert verify(settings.audit_dir, public(settings)).records == 400


def test_two_processes_never_write_one_folder(settings):
    first, second = Trail(settings), Trail(settings)
    first.record(at=NOW)
    second.record(at=NOW)
    assert first.node != second.node
    first.close()
    second.close()
    assert verify(settings.audit_dir, public(settings)).ok


def test_sm3_chains_a_trail_as_well(settings):
    write(settings, 5, algorithm="sm3")
    report = verify(settings.audit_dir, public(settings))
    assert report.ok
    assert report.heads[0]["algorithm"] == "sm3"


def edit(lines):
    return [lines[0].replace(b'"rows":0', b'"rows":9'), *lines[1:]]


def delete(lines):
    return [lines[0], *lines[2:]]


def swap(lines):
    return [lines[1], lines[0], *lines[2:]]


def cut(lines):
    return lines[:-1]


def repeat(lines):
    return [*lines, lines[-1]]


@pytest.mark.parametrize("tamper", [edit, delete, swap, cut, repeat])
def test_every_kind_of_tampering_with_sealed_records_is_found(settings, tamper):
    folder = write(settings, 6)
    path = segment(folder)
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True))))
    assert not verify(settings.audit_dir, public(settings)).ok


def test_a_record_changed_with_its_hash_recomputed_is_found_by_the_seal(settings):
    from catalog.audit.record import recompute, sha256

    folder = write(settings, 1)
    path = segment(folder)
    raw = path.read_bytes().strip().replace(b'"rows":0', b'"rows":5')
    path.write_bytes(raw[:-66] + recompute(raw, sha256).encode() + b'"}\n')
    report = verify(settings.audit_dir, public(settings))
    assert [fault.what for fault in report.faults] == ["records differ from the seal"]


def test_a_segment_taken_out_of_the_middle_is_found(settings):
    folder = write(settings, 9, segment_records=3)
    for number in (1, 2):
        later = folder / f"{number + 1:08d}"
        segment(folder, number).write_bytes(later.with_suffix(".jsonl").read_bytes())
    assert not verify(settings.audit_dir, public(settings)).ok


def test_a_seal_made_with_another_key_is_found(settings, tmp_path):
    write(settings, 3)
    stranger = signing_key(tmp_path / "stranger").public_key()
    assert verify(settings.audit_dir, stranger).faults[0].what == "seal is not signed by this key"


def test_cutting_back_to_an_earlier_state_shows_against_a_seal_kept_elsewhere(settings):
    folder = write(settings, 4)
    earlier = {path.name: path.read_bytes() for path in folder.iterdir()}
    write(settings, 4)
    kept = verify(settings.audit_dir, public(settings)).heads
    for path in folder.iterdir():
        path.unlink()
    for name, data in earlier.items():
        (folder / name).write_bytes(data)
    assert verify(settings.audit_dir, public(settings)).ok
    assert not verify(settings.audit_dir, public(settings), anchors=kept).ok


def test_a_tampered_folder_is_left_as_evidence_and_writing_goes_on_beside_it(settings):
    folder = write(settings, 3)
    path = segment(folder)
    broken = path.read_bytes().replace(b'"rows":1', b'"rows":7')
    path.write_bytes(broken)
    trail = Trail(settings)
    trail.record(at=NOW)
    trail.close()
    assert trail.node != folder.name
    assert path.read_bytes() == broken


def test_a_trail_that_cannot_be_written_refuses_and_the_next_record_follows_on(settings, monkeypatch):
    trail = Trail(settings)
    trail.record(at=NOW)

    def full(_file, _data):
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr("catalog.audit.trail.os.write", full)
        with pytest.raises(Unavailable) as refused:
            trail.record(at=NOW)
    assert refused.value.code == "audit_unwritable"
    assert trail.record(at=NOW) == 2
    trail.close()
    assert verify(settings.audit_dir, public(settings)).records == 2


def test_an_unknown_field_is_a_mistake_of_the_caller(settings):
    trail = Trail(settings)
    with pytest.raises(TypeError):
        trail.record(at=NOW, surname="x")
    trail.close()


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from catalog.audit.trail import Trail
from catalog.settings import Settings
trail = Trail(Settings(home=sys.argv[1]), seal_seconds=60)
for number in range(200):
    seq = trail.record(at=datetime(2026, 3, 2, tzinfo=UTC), rows=number)
    os.write(1, b"%d\\n" % seq)
trail.submit(at=datetime(2026, 3, 2, tzinfo=UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_minus_nine_loses_no_record_that_was_answered(settings):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.home)],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == -9
    answered = [int(number) for number in done.stdout.split()]
    assert len(answered) == 200
    torn = next(settings.audit_dir.glob("*/*.jsonl"))
    with torn.open("ab") as stream:
        stream.write(b'{"seq":')
    assert seal_orphans(settings) == []
    report = verify(settings.audit_dir, public(settings))
    assert report.ok
    assert report.sealed == report.records >= 200
    written = [orjson.loads(raw)["seq"] for raw in torn.read_bytes().splitlines()]
    assert set(answered) <= set(written)
