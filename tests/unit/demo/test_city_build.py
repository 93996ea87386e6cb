import hashlib

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from demo.city import build
from demo.city.build import build_city

DATASETS = 24


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_city(tmp_path_factory.mktemp("city"), residents=2000, seed=3)


def test_the_same_seed_gives_the_same_files_to_the_byte(built, tmp_path):
    build_city(tmp_path, residents=2000, seed=3)
    assert digests(tmp_path) == digests(built.folder)


def test_another_seed_gives_another_city(built, tmp_path):
    build_city(tmp_path, residents=2000, seed=4)
    theirs, ours = digests(tmp_path), digests(built.folder)
    assert [name for name in ours if ours[name] == theirs[name]] == []


def test_dirt_changes_what_departments_hold_but_never_the_truth(built, tmp_path):
    build_city(tmp_path, residents=2000, seed=3, dirt=3)
    theirs, ours = digests(tmp_path), digests(built.folder)
    assert theirs["truth/person.parquet"] == ours["truth/person.parquet"]
    assert theirs["truth/legal_person.parquet"] == ours["truth/legal_person.parquet"]
    assert theirs["deliveries/police_person.parquet"] != ours["deliveries/police_person.parquet"]


def test_without_dirt_nothing_is_planted_anywhere(tmp_path):
    clean = build_city(tmp_path, residents=1000, seed=3, dirt=0)
    assert clean.truth["planted"] == 0
    assert len(clean.deliveries) == DATASETS


def test_every_dataset_and_truth_file_is_written_with_the_rows_reported(built):
    assert len(built.deliveries) == DATASETS
    for dataset, rows in built.deliveries.items():
        assert pq.read_metadata(built.delivery(dataset)).num_rows == rows > 0
    for name, rows in built.truth.items():
        assert pq.read_metadata(built.folder / "truth" / f"{name}.parquet").num_rows == rows > 0


def test_truth_files_have_the_columns_the_score_reads(built):
    def columns(name):
        return pq.read_schema(built.folder / "truth" / f"{name}.parquet").names

    assert columns("links") == ["dataset", "key", "entity", "uid"]
    assert columns("planted") == ["dataset", "key", "item", "kind"]
    assert {"person_uid", "resident_id", "name", "sex", "birth_date", "address"} <= set(columns("person"))
    assert {"legal_uid", "uscc"} <= set(columns("legal_person"))


def test_links_and_plants_speak_of_delivered_datasets_only(built):
    for name in ("links", "planted"):
        table = pq.read_table(built.folder / "truth" / f"{name}.parquet")
        assert set(pc.unique(table["dataset"]).to_pylist()) <= set(built.deliveries)
        assert table["key"].null_count == 0


def test_progress_runs_from_nothing_to_done(tmp_path):
    told = []
    build_city(tmp_path, residents=500, seed=1, progress=lambda what, done: told.append((what, done)))
    assert told[0] == ("city", 0.0)
    assert told[-1] == ("truth", 1.0)
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert len(told) == build._DATASETS + 3


@pytest.mark.parametrize(("residents", "dirt"), [(499, 1), (1000, -0.1), (1000, 3.1)])
def test_a_city_out_of_range_is_refused(tmp_path, residents, dirt):
    with pytest.raises(ValueError, match="at least 500 residents"):
        build_city(tmp_path, residents=residents, seed=1, dirt=dirt)
