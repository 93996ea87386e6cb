"""Entities keep their ids through merges and splits."""

from lake.matching.identity import GONE, MERGED, SPLIT, Redirect, keep_keys, new_key

FRESH = {1: "new1", 2: "new2"}


def test_an_entity_keeps_its_id_when_records_come_and_go():
    keys, redirects = keep_keys({"a": "E1", "b": "E1"}, {"a": 1, "c": 1}, FRESH)
    assert (keys, redirects) == ({1: "E1"}, [])


def test_of_merged_ids_the_one_with_most_records_stays_and_the_other_points_to_it():
    keys, redirects = keep_keys({"a": "E2", "b": "E2", "c": "E1"}, {"a": 1, "b": 1, "c": 1}, FRESH)
    assert keys == {1: "E2"}
    assert redirects == [Redirect("E1", "E2", MERGED)]


def test_of_a_split_the_largest_piece_keeps_the_id_and_the_rest_is_named():
    keys, redirects = keep_keys({"a": "E1", "b": "E1", "c": "E1"}, {"a": 1, "b": 1, "c": 2}, FRESH)
    assert keys == {1: "E1", 2: "new2"}
    assert redirects == [Redirect("E1", "new2", SPLIT)]


def test_of_a_split_in_equal_pieces_the_one_with_the_number_of_the_id_keeps_it():
    keys, redirects = keep_keys({"a": "E1", "b": "E1"}, {"a": 1, "b": 2}, {1: "new1", 2: "E1"})
    assert keys == {1: "new1", 2: "E1"}
    assert redirects == [Redirect("E1", "new1", SPLIT)]


def test_an_id_without_records_is_gone():
    keys, redirects = keep_keys({"a": "E1", "b": "E2"}, {"a": 1}, FRESH)
    assert keys == {1: "E1"}
    assert redirects == [Redirect("E2", None, GONE)]


def test_an_id_that_ends_in_two_places_points_to_both():
    previous = {"a": "E1", "b": "E1", "c": "E2", "d": "E3", "e": "E2", "f": "E3"}
    keys, redirects = keep_keys(previous, {"a": 1, "c": 1, "e": 1, "b": 2, "d": 2, "f": 2}, FRESH)
    assert keys == {1: "E2", 2: "E3"}
    assert redirects == [Redirect("E1", "E2", MERGED), Redirect("E1", "E3", SPLIT)]


def test_a_new_id_never_takes_one_that_was_somebody_elses():
    keys, _ = keep_keys({"a": "new2", "b": "new2"}, {"a": 1, "b": 1, "c": 2}, FRESH)
    assert keys[1] == "new2"
    assert keys[2] != "new2"


def test_ids_cannot_be_read_backwards():
    assert "370683" not in new_key("370683199003074514", secret="s")
    assert new_key("x", secret="a") != new_key("x", secret="b")
