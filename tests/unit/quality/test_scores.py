"""Scores from A and B: what nobody assessed has no score, and never counts as 100 %."""

import pytest

from quality.figures.scores import FIVE_GRADES, Grade, department_score, dimension_scores, grade_of, points, score
from quality.rules.rule import Outcome, RuleResult


def result(dimension: str, a: int, b: int, outcome: Outcome = "failed") -> RuleResult:
    """A result with those counts."""
    return RuleResult("rule", "item", "field", "warn", dimension, "规则", "rule", a, b, outcome)


def test_indicators_add_up_to_their_dimension_in_the_order_of_the_standard() -> None:
    scores = dimension_scores([result("0301", 8, 10), result("0304", 10, 10), result("0201", 1, 2)])
    assert [each.dimension for each in scores] == ["01", "02", "03", "04", "05", "06"]
    assert [(each.a, each.b, each.value) for each in scores[1:3]] == [(1, 2, 0.5), (18, 20, 0.9)]


def test_a_dimension_without_assessed_rows_has_no_value_and_no_share_in_the_score() -> None:
    whole = score([result("0301", 5, 10), result("0402", 0, 0, "not_applicable")])
    assert [each.value for each in whole.dimensions] == [None, None, 0.5, None, None, None]
    assert whole.value == 0.5


def test_with_nothing_assessed_there_is_neither_value_nor_grade() -> None:
    whole = score([result("0301", 0, 0, "not_applicable")])
    assert (whole.value, whole.grade) == (None, None)


def test_a_rule_that_raised_adds_neither_good_nor_bad_rows_but_is_counted() -> None:
    accuracy = dimension_scores([result("0301", 9, 10), result("0301", 0, 0, "error")])[2]
    assert (accuracy.value, accuracy.errors) == (0.9, 1)


def test_weights_shift_the_score_and_unknown_dimensions_weigh_nothing() -> None:
    results = [result("0201", 1, 1), result("0301", 0, 1)]
    assert score(results).value == 0.5
    assert score(results, weights={"02": 3, "03": 1}).value == 0.75
    assert score(results, weights={}).value is None


def test_a_departments_datasets_weigh_the_same_however_large() -> None:
    whole, each = department_score([("small", [result("0301", 0, 1)]), ("large", [result("0301", 1000, 1000)])])
    assert whole.value == 0.5
    assert (each["small"].value, each["large"].value) == (0.0, 1.0)
    assert (whole.dimensions[2].a, whole.dimensions[2].b) == (1000, 1001)


@pytest.mark.parametrize(
    ("value", "code"), [(1.0, "A"), (0.98, "A"), (0.9799, "B"), (0.9, "C"), (0.8, "D"), (0.0, "E")]
)
def test_a_grade_starts_at_its_threshold(value: float, code: str) -> None:
    grade = grade_of(value)
    assert grade is not None
    assert grade.code == code


def test_the_scale_can_be_replaced() -> None:
    scale = (Grade(0.5, "+", "合格", "pass"), Grade(0.0, "-", "不合格", "fail"))
    assert [grade.code for grade in map(lambda v: grade_of(v, scale), (0.5, 0.4)) if grade] == ["+", "-"]
    assert len(FIVE_GRADES) == 5


@pytest.mark.parametrize(("value", "shown"), [(1.0, "100.00"), (0.999999, "99.99"), (0.95, "95.00"), (0.0, "0.00")])
def test_points_are_cut_so_that_what_is_not_whole_is_never_100(value: float, shown: str) -> None:
    assert str(points(value)) == shown
