"""Weights of the six dimensions and the five grades: of this house, or of a county's own table.

A county that weighs otherwise puts `quality_grading.csv` into SHUNIU_HOME: lines `weight,<dimension>,<number>` and
`grade,<code>,<at least, 0 to 1>,<中文>,<English>`. Whatever kind of line it does not name stays as here.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from quality.figures.scores import EQUAL_WEIGHTS, FIVE_GRADES, Grade
from quality.rules.rule import DIMENSIONS

NAME = "quality_grading.csv"


@dataclass(frozen=True)
class Grading:
    """`weights` by dimension code; `grades` from the best down, the last of them from 0."""

    weights: Mapping[str, float] = field(default_factory=lambda: EQUAL_WEIGHTS)
    grades: Sequence[Grade] = FIVE_GRADES


def grading(settings: Settings) -> Grading:
    """The county's own table where there is one, else equal weights and five grades. Raises ConfigurationError."""
    path = settings.home / NAME
    if not path.is_file():
        return Grading()
    return _read(path)


def _read(path: Path) -> Grading:
    weights: dict[str, float] = {}
    grades: list[Grade] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for kind, code, number, *titles in (line for line in csv.reader(lines) if line):
                match kind:
                    case "weight" if code in DIMENSIONS and code not in weights:
                        weights[code] = _share(number, most=math.inf)
                    case "grade":
                        zh, en = titles
                        grades.append(Grade(_share(number, most=1.0), code, zh, en))
                    case _:
                        raise ValueError(kind)
    except (ValueError, OSError):
        raise _wrong() from None
    steps = [grade.at_least for grade in grades]
    if (weights and not any(weights.values())) or (grades and (steps != sorted(set(steps), reverse=True) or steps[-1])):
        raise _wrong()
    return Grading(weights or EQUAL_WEIGHTS, tuple(grades) or FIVE_GRADES)


def _share(text: str, *, most: float) -> float:
    number = float(text)
    if not math.isfinite(number) or not 0 <= number <= most:
        raise ValueError("out of range")
    return number


def _wrong() -> ConfigurationError:
    return ConfigurationError(
        f"{NAME} 有误：权重不为负且不全为零，等级由高到低、互不相同，最后一级从 0 起。请改正。",
        f"{NAME} is not right: weights are not negative nor all zero; grades run from the highest down, all different,"
        " the last from 0. Correct it.",
        code="grading_invalid",
    )
