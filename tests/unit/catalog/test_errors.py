"""Errors: two sentences, a stable code, parts as attributes; every class says how HTTP and the command line end."""

import pickle

import pytest

from catalog import errors
from catalog.errors import HubError, InvalidInput, NotFound, SourceError, SourceUnreachable


def _tree(root: type[HubError]) -> list[type[HubError]]:
    return [root, *(leaf for branch in root.__subclasses__() for leaf in _tree(branch))]


def test_an_error_speaks_both_languages_and_keeps_its_parts() -> None:
    error = NotFound("没有甲。", "There is no A.", code="a_unknown", dataset="police_person")
    assert (error.sentence("zh"), error.sentence("en")) == ("没有甲。", "There is no A.")
    assert str(error) == "没有甲。 / There is no A."
    assert (error.code, error.parts) == ("a_unknown", {"dataset": "police_person"})


def test_an_unknown_language_gets_english() -> None:
    assert InvalidInput("中", "en", code="c").sentence("fr") == "en"


@pytest.mark.parametrize("kind", _tree(HubError), ids=lambda kind: kind.__name__)
def test_every_error_has_an_http_status_an_exit_code_and_a_line_in_the_drawn_tree(kind: type[HubError]) -> None:
    assert 400 <= kind.http_status <= 599
    assert kind.exit_code in (1, 2)
    if kind.__module__ == errors.__name__:
        drawn = [line.split() for line in (errors.__doc__ or "").splitlines() if kind.__name__ in line.split()]
        assert drawn, f"draw {kind.__name__} into the tree at the top of catalog/errors.py"
        if kind is not HubError and kind is not SourceError:
            after = drawn[0][drawn[0].index(kind.__name__) + 1 :]
            assert after[:2] == [str(kind.exit_code), str(kind.http_status)]


def test_only_a_wrong_call_ends_with_exit_code_two() -> None:
    assert [kind.__name__ for kind in _tree(HubError) if kind.exit_code == 2] == ["InvalidInput"]


def test_a_caller_may_catch_all_trouble_with_a_departments_system_at_once() -> None:
    with pytest.raises(SourceError):
        raise SourceUnreachable("无应答", "no answer", code="source_unreachable")


def test_an_error_is_whole_again_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(SourceUnreachable("无应答", "no answer", code="source_unreachable", port=5432)))
    assert isinstance(error, SourceUnreachable)
    assert (error.zh, error.en, error.code, error.parts) == (
        "无应答",
        "no answer",
        "source_unreachable",
        {"port": 5432},
    )
