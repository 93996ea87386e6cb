"""What the reform department gathers for the credit platform: administrative permits and penalties of legal persons.

Both name their counterparty by name and unified code, and both get the codes wrong more often than anybody else.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from demo.city import defects
from demo.city.context import CityContext, generator
from demo.city.dirt import Plants, Share
from demo.city.organisation_deliveries import in_yuan, spoil_codes, spoil_names

_PERMITS_PER_ORGANISATION: Final = 0.35
_PENALTIES_PER_ORGANISATION: Final = 0.06
_WRONG_CHECK: Final = 0.02  # four times what other departments get wrong: these codes are typed by hand
_NO_CODE: Final = 0.05
_REPAIRED: Final = 0.2
_WITHDRAWN: Final = 0.15  # of those

# (what is permitted or punished, by whom)
_PERMITS: Final = (
    ("食品经营许可", "莱州市行政审批服务局"),
    ("公共场所卫生许可", "莱州市行政审批服务局"),
    ("药品经营许可", "莱州市市场监督管理局"),
    ("道路货物运输经营许可", "莱州市交通运输局"),
    ("取水许可", "莱州市水务局"),
    ("建筑工程施工许可", "莱州市住房和城乡建设管理局"),
    ("烟草专卖零售许可", "莱州市烟草专卖局"),
)
_PENALTIES: Final = (
    ("未按规定公示年度报告", "莱州市市场监督管理局"),
    ("经营超过保质期的食品", "莱州市市场监督管理局"),
    ("未采取有效措施防治扬尘污染", "烟台市生态环境局莱州分局"),
    ("未按规定设置安全警示标志", "莱州市应急管理局"),
    ("擅自占用城市道路", "莱州市综合行政执法局"),
)


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return reform_permit, reform_penalty and reform_repair; days are texts, ISO when clean."""
    permits = reform_permit(rng, context, dirt, plants)
    penalties = reform_penalty(rng, context, dirt, plants)
    own = generator(context.seed, "credit repair")
    return {
        "reform_permit": permits,
        "reform_penalty": penalties,
        "reform_repair": reform_repair(own, context, penalties["penalty_no"].to_pylist(), dirt, plants),
    }


def reform_permit(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Permits of the last five years, valid for three or five."""
    rows = _counterparties(rng, context, _PERMITS_PER_ORGANISATION)
    n = rows.num_rows
    content, issuer = _picked(rng, _PERMITS, n)
    decided = np.datetime64(context.today, "D") - rng.integers(1, 5 * 365, n)
    columns = {
        "permit_no": [f"{context.county}{10_000_000 + number}" for number in rng.permutation(n)],
        **{item: rows[item] for item in ("name", "uscc")},
        "permit_content": content,
        "decided_on": decided.astype(str),
        "valid_from": decided.astype(str),
        "valid_to": (decided + rng.choice([3, 5], n) * 365 - 1).astype(str),
        "issuer": issuer,
        "division_code": pa.repeat(context.county, n),
    }
    share = Share("reform_permit", columns, keys=("permit_no",), rng=rng, dirt=dirt, plants=plants)
    _spoil_counterparty(share, context, rows)
    for item in ("decided_on", "valid_from", "valid_to"):
        share.spoil(item, "date_format", 0.4, defects.mixed_dates)
    share.spoil("division_code", "division_abolished", 0.03, defects.abolished_division)
    return share.finish(
        {
            **{"permit_no": "许可证书编号", "name": "行政相对人名称", "uscc": "统一社会信用代码"},
            **{"permit_content": "许可内容", "decided_on": "许可决定日期", "valid_from": "有效期自"},
            **{"valid_to": "有效期至", "issuer": "许可机关", "division_code": "地方编码"},
        }
    )


def reform_penalty(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Penalties of the last three years, fines in 10,000 yuan."""
    rows = _counterparties(rng, context, _PENALTIES_PER_ORGANISATION)
    n = rows.num_rows
    fact, issuer = _picked(rng, _PENALTIES, n)
    decided = np.datetime64(context.today, "D") - rng.integers(1, 3 * 365, n)
    columns = {
        "penalty_no": [f"莱罚〔{day[:4]}〕{number}号" for number, day in enumerate(decided.astype(str), start=1)],
        **{item: rows[item] for item in ("uscc", "name")},
        "fact": fact,
        "decided_on": decided.astype(str),
        "amount": np.round(rng.choice([0.1, 0.2, 0.5, 1, 2, 5], n) * rng.integers(1, 5, n), 2),
        "issuer": issuer,
    }
    share = Share("reform_penalty", columns, keys=("penalty_no",), rng=rng, dirt=dirt, plants=plants)
    _spoil_counterparty(share, context, rows)
    share.spoil("decided_on", "date_format", 0.4, defects.mixed_dates)
    share.spoil("amount", "unit_slip", 0.005, in_yuan)
    return share.finish({item: item for item in columns})


def reform_repair(
    rng: np.random.Generator, context: CityContext, penalties: Sequence[str], dirt: float, plants: Plants
) -> pa.Table:
    """Decisions of the last year that repair a penalty, and for a few that withdraw it."""
    chosen = sorted(rng.choice(len(penalties), max(2, round(len(penalties) * _REPAIRED)), replace=False))
    n = len(chosen)
    kinds = np.where(rng.random(n) < _WITHDRAWN, "撤销", "修复")
    decided = np.datetime64(context.today, "D") - rng.integers(0, 365, n)
    columns = {
        "repair_no": [f"莱信修〔{day[:4]}〕{number}号" for number, day in enumerate(decided.astype(str), start=1)],
        "document_no": [penalties[row] for row in chosen],
        "repair_kind": kinds,
        "decided_on": decided.astype(str),
        "issuer": ["莱州市发展和改革局"] * n,
    }
    share = Share("reform_repair", columns, keys=("repair_no",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("decided_on", "date_format", 0.2, defects.mixed_dates)
    return share.finish({item: item for item in columns})


def _spoil_counterparty(share: Share, context: CityContext, rows: pa.Table) -> None:
    """Plant defects of code and name, and link every row to its true legal person."""
    share.spoil("uscc", "no_uscc", _NO_CODE, None)
    spoil_codes(share, _WRONG_CHECK)
    spoil_names(share, context, rows)
    context.links.add(share.dataset, share.delivered_keys(), "legal_person", rows["legal_uid"].combine_chunks())


def _counterparties(rng: np.random.Generator, context: CityContext, share: float) -> pa.Table:
    """Legal persons the records are about; the same one may be met again."""
    table = context.organisations.table
    return table.take(pa.array(rng.integers(0, table.num_rows, max(5, round(table.num_rows * share)))))


def _picked(rng: np.random.Generator, choices: Sequence[tuple[str, str]], n: int) -> tuple[pa.Array, pa.Array]:
    drawn = pa.array(rng.integers(0, len(choices), n))
    return pa.array([what for what, _ in choices]).take(drawn), pa.array([who for _, who in choices]).take(drawn)
