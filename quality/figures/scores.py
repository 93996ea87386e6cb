"""Scores by the six dimensions of GB/T 36344-2018, for a dataset or a department, from stored A and B counts. Pure.

Every score carries its A and B. A dimension nobody assessed (B = 0) has no score at all: it is never counted as 100 %.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Protocol

from quality.rules.rule import DIMENSIONS

EQUAL_WEIGHTS: Mapping[str, float] = dict.fromkeys(DIMENSIONS, 1.0)
"""The standard leaves weights to the user; equal ones say nothing the figures do not."""


class Counted(Protocol):
    """Anything with A/B counts under an indicator: quality.rules.rule.RuleResult or the registry's RuleResult row."""

    @property
    def dimension(self) -> str:
        """Indicator code of GB/T 36344-2018."""
        ...

    @property
    def outcome(self) -> str:
        """passed, failed, error or not_applicable."""
        ...

    @property
    def a(self) -> int:
        """Conforming."""
        ...

    @property
    def b(self) -> int:
        """Assessed."""
        ...


@dataclass(frozen=True)
class DimensionScore:
    """One dimension: X = A / B, or None where nothing was assessed. `errors` rules could not be run."""

    dimension: str
    title_zh: str
    title_en: str
    a: int
    b: int
    errors: int

    @property
    def value(self) -> float | None:
        """X between 0 and 1; None when B = 0 (not applicable)."""
        return self.a / self.b if self.b else None


@dataclass(frozen=True)
class Grade:
    """A named step of the scale: everything from `at_least` (0 to 1) up to the next step."""

    at_least: float
    code: str
    title_zh: str
    title_en: str


FIVE_GRADES: tuple[Grade, ...] = (
    Grade(0.98, "A", "优秀", "excellent"),
    Grade(0.95, "B", "良好", "good"),
    Grade(0.90, "C", "中等", "fair"),
    Grade(0.80, "D", "较差", "weak"),
    Grade(0.00, "E", "差", "poor"),
)
"""Five grades as in DB11/T 2317-2024; the thresholds are local and may be replaced by any descending tuple."""


@dataclass(frozen=True)
class Score:
    """A dataset's or department's figure: weighted mean over the dimensions that were assessed, None if none was."""

    dimensions: tuple[DimensionScore, ...]
    value: float | None
    grade: Grade | None


def dimension_scores(results: Iterable[Counted]) -> tuple[DimensionScore, ...]:
    """All six dimensions in the order of the standard. Rules that raised add no A or B; they are counted as errors."""
    sums = {code: [0, 0, 0] for code in DIMENSIONS}
    for result in results:
        a, b, errors = sums[result.dimension[:2]]
        if result.outcome == "error":
            sums[result.dimension[:2]] = [a, b, errors + 1]
        else:
            sums[result.dimension[:2]] = [a + result.a, b + result.b, errors]
    return tuple(DimensionScore(code, *DIMENSIONS[code], *sums[code]) for code in DIMENSIONS)


def score(
    results: Iterable[Counted],
    *,
    weights: Mapping[str, float] = EQUAL_WEIGHTS,
    grades: Sequence[Grade] = FIVE_GRADES,
) -> Score:
    """The composite of one dataset: sum of weight * X over assessed dimensions, weights scaled to those."""
    dimensions = dimension_scores(results)
    value = weighted_mean((d.value, weights.get(d.dimension, 0.0)) for d in dimensions)
    return Score(dimensions, value, grade_of(value, grades))


def department_score(
    datasets: Iterable[tuple[str, Iterable[Counted]]],
    *,
    weights: Mapping[str, float] = EQUAL_WEIGHTS,
    grades: Sequence[Grade] = FIVE_GRADES,
) -> tuple[Score, dict[str, Score]]:
    """A department's score and that of each of its datasets; every dataset weighs the same, however large it is."""
    by_dataset = {name: score(results, weights=weights, grades=grades) for name, results in datasets}
    value = weighted_mean((each.value, 1.0) for each in by_dataset.values())
    merged = _merged([each.dimensions for each in by_dataset.values()])
    return Score(merged, value, grade_of(value, grades)), by_dataset


def weighted_mean(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """Mean of the values that exist, by weight; None when no value exists or all weights are zero."""
    known = [(value, weight) for value, weight in pairs if value is not None and weight > 0]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def points(value: float) -> Decimal:
    """A score of 0 to 1 as points of 100, cut to two places: what is not whole is never shown as 100."""
    return (Decimal(100) * Decimal(repr(value))).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def grade_of(value: float | None, grades: Sequence[Grade] = FIVE_GRADES) -> Grade | None:
    """The first grade whose threshold `value` reaches; None where there is no value."""
    if value is None:
        return None
    return next((grade for grade in grades if value >= grade.at_least), grades[-1])


def _merged(tables: Sequence[tuple[DimensionScore, ...]]) -> tuple[DimensionScore, ...]:
    return tuple(
        DimensionScore(
            code,
            *DIMENSIONS[code],
            sum(table[place].a for table in tables),
            sum(table[place].b for table in tables),
            sum(table[place].errors for table in tables),
        )
        for place, code in enumerate(DIMENSIONS)
    )
