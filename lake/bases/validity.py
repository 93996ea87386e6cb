"""Which rows of a base held on a day in the world (valid time)."""

from datetime import date

from catalog.errors import InvalidInput
from lake.bases.model import BaseModel, Validity
from lake.engines.duckdb import literal, quote


def check(model: BaseModel) -> Validity:
    """Between which items the rows of `model` hold; raises InvalidInput where there is no such thing."""
    if model.valid is None:
        raise InvalidInput(
            f"{model.title_zh} 没有有效期，不能按日期查询。可用 --known 查看某一时刻的版本。",
            f"Rows of {model.title_en} have no days of validity. Ask for the version of a moment instead: --known.",
            code="base_without_validity",
            base=model.name,
        )
    return model.valid


def limited(relation: str, validity: Validity, day: date) -> str:
    """`relation` with the rows alone that held on `day`."""
    asked = f"DATE {literal(day.isoformat())}"
    first, last = quote(validity.first), quote(validity.last)
    end = f"{last} > {asked}" if validity.until else f"{last} >= {asked}"
    return f"(SELECT * FROM {relation} WHERE ({first} IS NULL OR {first} <= {asked}) AND ({last} IS NULL OR {end}))"
