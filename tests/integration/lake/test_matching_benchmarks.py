"""The matcher on public linkage sets and a city it was not developed on: ids renumbered, rows shuffled, no truth."""

import pytest

from benchmarks.matching import run
from benchmarks.matching_data import city_legal_persons, city_persons, linkage_files, linkage_set
from demo.city.build import build_city
from tests.factories.outside import outside


@pytest.mark.parametrize(
    ("name", "least_f1", "least_blocking"),
    [("febrl1", 0.998, 0.999), ("febrl3", 0.998, 0.999), ("fake_1000", 0.93, 0.95)],
)
def test_a_public_set_is_matched_without_its_identity_numbers(name, least_f1, least_blocking):
    score, blocking, _, _ = run(linkage_set(name, seed=5, folder=outside(*linkage_files(name))))
    assert score.f1 >= least_f1
    assert blocking >= least_blocking


@pytest.mark.slow
@pytest.mark.parametrize("name", ["febrl2", "febrl4"])
def test_the_larger_public_sets_are_matched_too(name):
    score, blocking, _, _ = run(linkage_set(name, seed=6, folder=outside(*linkage_files(name))))
    assert score.f1 >= 0.998
    assert blocking >= 0.999


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city")
    build_city(folder, residents=2000, seed=4711)
    return folder


def test_the_people_of_a_city_are_found(city):
    score, blocking, resolution, _ = run(city_persons(city))
    assert score.f1 >= 0.995
    assert blocking >= 0.995
    assert resolution.metrics["expected_f1"] >= 0.98


def test_the_legal_persons_of_a_city_are_found(city):
    score, _, _, _ = run(city_legal_persons(city))
    assert score.f1 >= 0.99  # 80 legal persons: one wrong pair is more than 0.998 leaves
