"""What four departments hold of the legal persons: market regulator, establishment office, tax and civil affairs.

Every share starts as the truth under the department's own columns and is then spoilt at the default rates of the demo.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demo.city import defects
from demo.city.context import CityContext
from demo.city.dirt import Plants, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

Generator = np.random.Generator

_NO_CODE: Final = 0.05
_TAX_STATUS: Final = {"1": "正常", "2": "非正常", "3": "注销"}
_GRADES: Final = ("A", "B", "M", "C", "D")
_GRADE_SHARES: Final = (0.15, 0.45, 0.25, 0.1, 0.05)
_FEWEST_SLIPPED: Final = 5.0  # 10,000 yuan; less, taken ten thousand times, is still a capital a company can have
_UNCODED_UNITS: Final = 0.7  # the establishment office still keeps most of its units by organisation code alone


def deliveries(rng: Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return the four departments' tables by dataset name, with the columns of their systems."""
    makers: dict[str, Callable[[Generator, CityContext, float, Plants], pa.Table]] = {
        "market_enterprise": market_enterprise,
        "establishment_unit": establishment_unit,
        "tax_payer": tax_payer,
        "civil_organisation": civil_organisation,
    }
    return {dataset: make(rng, context, dirt, plants) for dataset, make in makers.items()}


def market_enterprise(rng: Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Enterprises and individual businesses of the register, the cancelled ones too; capital in 10,000 yuan."""
    rows = _of_kinds(context, "enterprise", "individual")
    head = _representatives(context, rows)
    columns = {
        "record_no": _serials(rng, "3706", rows.num_rows, 12),
        **{item: rows[item] for item in ("uscc", "reg_no", "name", "former_name", "org_type")},
        "legal_representative": head["name"],
        "legal_representative_id": head["resident_id"],
        **{item: rows[item] for item in ("capital", "established_on")},
        "address": _addresses(context, rows),
        **{item: rows[item] for item in ("industry", "status")},
        "updated_at": _moments(rng, context, rows),
    }
    share = Share("market_enterprise", columns, keys=("record_no",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("uscc", "no_uscc", _NO_CODE, None)
    spoil_codes(share)
    spoil_names(share, context, rows, former=False)
    capital = pc.fill_null(rows["capital"], 0.0).to_numpy()
    share.spoil("capital", "unit_slip", 0.005, in_yuan, where=capital >= _FEWEST_SLIPPED)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return _finish(
        share,
        context,
        rows,
        {
            **{"record_no": "nbxh", "uscc": "uniscid", "reg_no": "regno", "name": "entname", "former_name": "ymc"},
            **{"org_type": "enttype", "legal_representative": "name", "legal_representative_id": "cerno"},
            **{"capital": "regcap", "established_on": "estdate", "address": "dom", "industry": "industryco"},
            **{"status": "regstate", "updated_at": "updated_at"},
        },
    )


def establishment_unit(rng: Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Organs and public institutions by organisation code; texts hold only what GBK can write."""
    rows = _of_kinds(context, "institution")
    columns = {
        **{item: rows[item] for item in ("org_code", "uscc", "name", "org_type")},
        "legal_representative": _representatives(context, rows)["name"],
        "address": _addresses(context, rows),
    }
    share = Share("establishment_unit", columns, keys=("org_code",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("uscc", "no_uscc", _UNCODED_UNITS, None)
    spoil_codes(share)
    spoil_names(share, context, rows)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    _squeeze_into_gbk(share, "legal_representative")
    return _finish(
        share,
        context,
        rows,
        {
            **{"org_code": "组织机构代码", "uscc": "统一社会信用代码", "name": "机构名称", "org_type": "机构类型"},
            **{"legal_representative": "法定代表人", "address": "地址"},
        },
    )


def tax_payer(rng: Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Taxpayers as the vertical authority hands them down: number = unified code, or organisation code without one."""
    kinds = context.organisations.table["kind"].to_numpy(zero_copy_only=False)
    chance = np.select([kinds == "institution", kinds == "society"], [0.6, 0.3], 0.9)
    rows = context.organisations.table.filter(pa.array(rng.random(len(kinds)) < chance))
    n = rows.num_rows
    status = pa.array([_TAX_STATUS[code] for code in rows["status"].to_pylist()])
    columns = {
        "taxpayer_no": rows["uscc"],
        **{item: rows[item] for item in ("uscc", "name")},
        "status": status,
        "address": _addresses(context, rows),
        "credit_grade": pa.array(_GRADES).take(pa.array(rng.choice(5, n, p=_GRADE_SHARES))),
        "updated_at": _moments(rng, context, rows),
    }
    share = Share("tax_payer", columns, keys=("taxpayer_no",), rng=rng, dirt=dirt, plants=plants)
    uncoded = _mask(n, share.spoil("uscc", "no_uscc", _NO_CODE, None))
    share.columns["taxpayer_no"] = pc.if_else(pa.array(uncoded), _flat(rows["org_code"]), share.columns["taxpayer_no"])
    spoil_codes(share)
    spoil_names(share, context, rows)
    ended = pc.not_equal(_flat(rows["status"]), "1").to_numpy(zero_copy_only=False)
    share.spoil("status", "cancelled_live", 0.04, pa.repeat("正常", n), where=ended, of_all=True)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return _finish(
        share,
        context,
        rows,
        {
            **{"taxpayer_no": "nsrsbh", "uscc": "shxydm", "name": "nsrmc", "status": "nsrzt", "address": "scjydz"},
            **{"credit_grade": "xydj", "updated_at": "gxrq"},
        },
    )


def civil_organisation(rng: Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Societies, private units and committees by unified code; the day of establishment is a text, ISO when clean."""
    rows = _of_kinds(context, "society")
    columns = {
        **{item: rows[item] for item in ("uscc", "name", "org_type")},
        "legal_representative": _representatives(context, rows)["name"],
        "established_on": rows["established_on"].cast(pa.string()),
        "address": _addresses(context, rows),
    }
    share = Share("civil_organisation", columns, keys=("uscc",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("uscc", "uscc_check", 0.005, defects.uscc_wrong_check)
    spoil_names(share, context, rows)
    share.spoil("established_on", "date_format", 0.4, defects.mixed_dates)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return _finish(
        share,
        context,
        rows,
        {
            **{"uscc": "登记信息/统一社会信用代码", "name": "登记信息/名称", "org_type": "登记信息/类别"},
            **{"legal_representative": "登记信息/法定代表人", "established_on": "登记信息/成立日期", "address": "住所"},
        },
    )


def spoil_codes(share: Share, wrong_check: float = 0.005) -> None:
    """Plant the ways a unified social credit code is miswritten: look-alikes, lower case, a wrong check character."""
    share.spoil("uscc", "uscc_check", wrong_check, defects.uscc_wrong_check)
    share.spoil("uscc", "uscc_confusable", 0.005, defects.uscc_confusable)
    share.spoil("uscc", "uscc_case", 0.005, defects.uscc_lowercase)


def spoil_names(share: Share, context: CityContext, rows: pa.Table, *, former: bool = True) -> None:
    """Plant parents' names on branches, former names (unless kept in a column apart), short and varied ones."""
    parents = context.organisations.table["name"].take(rows["parent_uid"].combine_chunks())
    share.spoil("name", "branch_confusable", 0.02, parents, where=_valid(rows["parent_uid"]), of_all=True)
    if former:
        renamed = _valid(rows["former_name"])
        share.spoil("name", "former_name", 0.06, rows["former_name"], where=renamed, of_all=True)
    share.spoil("name", "name_abbreviation", 0.03, rows["abbreviation"])
    share.spoil("name", "name_bracket", 0.3, defects.bracket_variant)


def in_yuan(values: list[Any], rng: Generator) -> list[Any]:
    """An amount given in yuan where the column is in 10,000 yuan."""
    return [value * 10_000 for value in values]


def _of_kinds(context: CityContext, *kinds: str) -> pa.Table:
    table = context.organisations.table
    return table.filter(pc.is_in(table["kind"], value_set=pa.array(kinds)))


def _representatives(context: CityContext, rows: pa.Table) -> pa.Table:
    return context.persons.select(["name", "resident_id"]).take(rows["legal_representative_uid"].combine_chunks())


def _addresses(context: CityContext, rows: pa.Table) -> pa.Array:
    return _flat(context.geography.addresses["full_text"]).take(rows["address_id"].combine_chunks())


def _moments(rng: Generator, context: CityContext, rows: pa.Table) -> NDArray[np.datetime64]:
    """When rows were last touched, to the second: after the establishment, most within the last two years."""
    seconds = np.minimum(rng.exponential(300.0, rows.num_rows) * 86_400, 1500 * 86_400).astype("timedelta64[s]")
    registered = rows["established_on"].to_numpy().astype("datetime64[s]") + np.timedelta64(33, "h")
    return np.asarray(np.maximum(np.datetime64(context.today, "s") - seconds, registered))


def _serials(rng: Generator, prefix: str, n: int, width: int) -> list[str]:
    """Record numbers of a department's own, in an order that says nothing."""
    return [f"{prefix}{number:0{width}d}" for number in 10_000_000 + rng.permutation(n)]


def _squeeze_into_gbk(share: Share, item: str) -> None:
    """A character GBK has no code for becomes a question mark, as when such a system saves its file."""
    clean: Sequence[str] = share.columns[item].to_pylist()
    saved = [text.encode("gbk", "replace").decode("gbk") for text in clean]
    changed = np.flatnonzero([a != b for a, b in zip(clean, saved, strict=True)])
    share.columns[item] = pa.array(saved)
    share.mark(item, "rare_character", changed)


def _finish(share: Share, context: CityContext, rows: pa.Table, source_names: dict[str, str]) -> pa.Table:
    context.links.add(share.dataset, share.delivered_keys(), "legal_person", rows["legal_uid"].combine_chunks())
    return share.finish(source_names, shuffled=True)


def _mask(n: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    mask = np.zeros(n, dtype=np.bool_)
    mask[rows] = True
    return mask


def _valid(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(_flat(column).is_valid().to_numpy(zero_copy_only=False))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
