"""Where rows lie follows from names alone, and no name leads out of its zone."""

import pytest

from catalog.errors import InvalidInput
from lake.layout import Layout, is_remote

BATCH = "civil_person-20261120t010000-0123abcd"


def test_every_zone_lies_under_the_lake() -> None:
    layout = Layout("/data/lake")
    assert layout.raw("civil_person") == "/data/lake/raw/civil_person"
    assert layout.standard("civil_person") == "/data/lake/standard/civil_person"
    assert layout.quarantine("civil_person") == "/data/lake/quarantine/civil_person"
    assert layout.findings("civil_person") == "/data/lake/findings/civil_person"
    assert layout.base("population") == "/data/lake/base/population"
    assert layout.topic("topic_housing_support") == "/data/lake/topic/topic_housing_support"
    assert layout.usage("calls") == "/data/lake/usage/calls"
    assert layout.staging("civil_person", BATCH) == f"/data/lake/staging/civil_person/{BATCH}.parquet"


def test_a_lake_in_an_object_store_keeps_its_scheme() -> None:
    assert Layout("s3://lake/").raw("civil_person") == "s3://lake/raw/civil_person"
    assert is_remote(Layout("s3://lake").raw("civil_person"))
    assert not is_remote("/data/lake")


@pytest.mark.parametrize("name", ["../secret", "a/b", "Person", "人口", "", "a" * 64])
def test_a_name_that_could_leave_its_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        Layout("/data/lake").raw(name)


@pytest.mark.parametrize("batch", ["../x", "civil_person-x-zzzzzzzz", "civil_person", f"{BATCH}/.."])
def test_a_batch_id_that_is_none_is_refused(batch: str) -> None:
    with pytest.raises(InvalidInput):
        Layout("/data/lake").staging("civil_person", batch)
