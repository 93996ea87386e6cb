"""Forgers who know the format: hashes recomputed, seals of the hub moved about; and an answer means it is on disk."""

import os
import threading

import orjson
import pytest

from catalog.audit.keys import signed, signing_key
from catalog.audit.record import recompute, sha256
from catalog.audit.recovery import seal_orphans
from catalog.audit.segments import NodeFolder
from catalog.audit.trail import Trail
from catalog.audit.verify import verify

MARK = b',"hash":"'


@pytest.fixture
def public(settings):
    return signing_key(settings.keys_dir).public_key()


def write(settings, count, now, **options):
    trail = Trail(settings, **options)
    for number in range(count):
        trail.record(at=now, dataset="topic", rows=number, providers=["civil"])
    trail.close()
    return NodeFolder(settings.audit_dir / trail.node)


def unsealed(settings, count, now):
    """A folder whose records all lie behind the last seal, as a kill leaves them."""
    folder = write(settings, count, now)
    folder.seal_path(1).unlink()
    return folder


def rehashed(raw, old, new):
    """The line with `old` replaced, carrying a hash that fits it."""
    body = raw.replace(old, new).rpartition(MARK)[0] + MARK
    return body + recompute(body, sha256).encode() + b'"}'


def test_a_changed_record_with_a_hash_that_fits_is_found_in_the_unsealed_tail(settings, now, public):
    folder = unsealed(settings, 4, now)
    lines = folder.segment(1).read_bytes().splitlines()
    lines[1] = rehashed(lines[1], b'"rows":1', b'"rows":9')
    folder.segment(1).write_bytes(b"\n".join(lines) + b"\n")
    (fault,) = verify(settings.audit_dir, public).faults
    assert (fault.segment, fault.line, fault.what) == (1, 3, "record is out of order, or one before it is gone")
    assert seal_orphans(settings) == [folder.path]  # evidence: it is not sealed over
    assert folder.seal(1) is None


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [(b'"seq":1,', b'"seq":7,', 1), (b'"node":"', b'"node":"x', 1), (b'"prev":""', b'"prev":"00"', 1)],
    ids=["its number", "its node", "what it follows"],
)
def test_a_first_record_that_does_not_follow_from_nothing_is_found(settings, now, public, old, new, line):
    folder = unsealed(settings, 1, now)
    folder.segment(1).write_bytes(rehashed(folder.segment(1).read_bytes().strip(), old, new) + b"\n")
    assert [fault.line for fault in verify(settings.audit_dir, public).faults] == [line]


def test_a_seal_of_the_hubs_own_that_follows_another_seal_is_found(settings, now, public):
    """Segment 2 under a seal of the hub that names another one before it: signature and records hold, the line not."""
    folder = write(settings, 4, now, segment_records=2)
    seal = folder.seal(2)
    assert seal is not None
    assert verify(settings.audit_dir, public).ok
    folder.write_seal(2, signed({**seal, "prev_seal": "of another history"}, signing_key(settings.keys_dir)))
    assert [fault.what for fault in verify(settings.audit_dir, public).faults] == ["seal belongs elsewhere"]


@pytest.mark.parametrize(("name", "value"), [("node", "another-00"), ("segment", 5)])
def test_a_seal_that_speaks_of_another_place_is_found(settings, now, public, name, value):
    folder = write(settings, 2, now)
    folder.write_seal(1, signed({**(folder.seal(1) or {}), name: value}, signing_key(settings.keys_dir)))
    assert [fault.what for fault in verify(settings.audit_dir, public).faults] == ["seal belongs elsewhere"]


def test_nothing_is_answered_before_it_is_on_disk(settings, now, monkeypatch):
    """At every fdatasync of the records' own file: no future of the batch has resolved; after each answer: one more."""
    trail = Trail(settings, seal_seconds=60)
    real, synced, resolved_early = os.fdatasync, [], []
    waiting = threading.Event()
    pending = []

    def slow(descriptor):
        waiting.wait(timeout=10)
        resolved_early.extend(future for future in pending if future.done())
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr("catalog.audit.trail.os.fdatasync", slow)
    pending.append(trail.submit(at=now, rows=1))
    with pytest.raises(TimeoutError):
        pending[0].result(timeout=0.2)
    waiting.set()
    assert pending[0].result(timeout=10) == 1
    assert resolved_early == []
    assert len(synced) == 1
    pending.clear()
    for number in (2, 3):
        assert trail.record(at=now, rows=number) == number
        assert len(synced) == number  # one after the other: each waited for its own
    trail.close()
    path = NodeFolder(settings.audit_dir / trail.node).segment(1)
    assert synced == [sum(len(line) + 1 for line in path.read_bytes().splitlines()[:number]) for number in (1, 2, 3)]
    assert [orjson.loads(line)["rows"] for line in path.read_bytes().splitlines()] == [1, 2, 3]
