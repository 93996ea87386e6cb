"""What is published of the county's economy: twenty indicators, month by month for a year, some revised later.

The finance department publishes three of them itself, in another unit.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from demo.city.context import CityContext, generator
from demo.city.dirt import Plants, Share

_MONTHS: Final = 12
# (name, unit, monthly level of a city of 800,000, yearly growth, is the level the same whatever the size)
_INDICATORS: Final[tuple[tuple[str, str, float, float, bool], ...]] = (
    ("地区生产总值", "亿元", 70.0, 0.055, False),
    ("规模以上工业增加值", "亿元", 24.0, 0.07, False),
    ("固定资产投资", "亿元", 31.0, 0.06, False),
    ("社会消费品零售总额", "亿元", 29.0, 0.065, False),
    ("一般公共预算收入", "亿元", 5.4, 0.04, False),
    ("一般公共预算支出", "亿元", 8.1, 0.03, False),
    ("税收收入", "亿元", 4.1, 0.045, False),
    ("进出口总额", "亿元", 13.0, 0.08, False),
    ("实际使用外资", "万美元", 1400.0, 0.05, False),
    ("金融机构存款余额", "亿元", 1310.0, 0.09, False),
    ("金融机构贷款余额", "亿元", 760.0, 0.1, False),
    ("全社会用电量", "万千瓦时", 46_000.0, 0.05, False),
    ("工业用电量", "万千瓦时", 31_000.0, 0.055, False),
    ("居民消费价格指数", "%", 100.6, 0.0, True),
    ("城镇居民人均可支配收入", "元", 4_350.0, 0.05, True),
    ("农村居民人均可支配收入", "元", 2_280.0, 0.065, True),
    ("城镇新增就业", "人", 720.0, 0.02, False),
    ("新登记经营主体", "户", 610.0, 0.04, False),
    ("商品房销售面积", "万平方米", 5.2, -0.06, False),
    ("接待游客人次", "万人次", 88.0, 0.11, False),
)


_REVISED: Final = 0.06  # of the figures three months old or older
_FISCAL: Final = ("LZ005", "LZ006", "LZ007")
Columns = dict[str, Any]


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return stats_indicator and finance_indicator: one row per indicator, month and publication."""
    figures = _figures(rng, context)
    return {
        "stats_indicator": stats_indicator(rng, context, figures, dirt, plants),
        "finance_indicator": finance_indicator(
            generator(context.seed, "finance indicators"), figures, dirt=dirt, plants=plants
        ),
    }


def _figures(rng: np.random.Generator, context: CityContext) -> Columns:
    """The true figures: code, name, period (yyyymm), value, unit, growth in percent and the day of publication."""
    months = np.arange(np.datetime64(context.today, "M") - _MONTHS + 1, np.datetime64(context.today, "M") + 1)
    n, each = len(_INDICATORS), len(months)
    level = np.array([row[2] * (1.0 if row[4] else context.residents / 800_000) for row in _INDICATORS])
    trend = np.array([row[3] for row in _INDICATORS])
    steady = np.array([row[1] == "%" for row in _INDICATORS])
    season = 1 + np.where(steady, 0.002, 0.08)[:, None] * np.sin(2 * np.pi * np.arange(each) / 12 + 1)
    value = level[:, None] * season * rng.normal(1, np.where(steady, 0.002, 0.03)[:, None], (n, each))
    growth = trend[:, None] * 100 + rng.normal(0, 1.2, (n, each))
    published = np.minimum((months + 1).astype("datetime64[D]") + 17, np.datetime64(context.today, "D"))
    return {
        "indicator_code": np.repeat([f"LZ{number:03d}" for number in range(1, n + 1)], each),
        "indicator_name": np.repeat([row[0] for row in _INDICATORS], each),
        "period": np.tile(np.char.replace(months.astype(str), "-", ""), n),
        "value": np.round(value, 4).ravel(),
        "unit": np.repeat([row[1] for row in _INDICATORS], each),
        "growth": np.round(growth, 1).ravel(),
        "published_on": np.tile(published.astype(str), n),
    }


def stats_indicator(
    rng: np.random.Generator, context: CityContext, figures: Columns, dirt: float, plants: Plants
) -> pa.Table:
    """What was published first, then the revisions; a slip is an amount in 万元 where the unit says 亿元."""
    keys = ("indicator_code", "period", "published_on")
    share = Share("stats_indicator", figures, keys=keys, rng=rng, dirt=dirt, plants=plants)
    money = figures["unit"] == "亿元"
    share.spoil("value", "unit_slip", 0.005, _in_ten_thousands, where=money)
    first = share.finish(
        {
            **{"indicator_code": "指标/代码", "indicator_name": "指标/名称", "period": "期间"},
            **{"value": "数值/本期", "unit": "计量单位", "growth": "数值/同比增长(%)", "published_on": "发布日期"},
        }
    )
    later = _revisions(generator(context.seed, "indicator revisions"), context, figures, first)
    return pa.concat_tables([first, later])


def _revisions(rng: np.random.Generator, context: CityContext, figures: Columns, first: pa.Table) -> pa.Table:
    """Figures published anew three months later, a percent or so away from what was true at first."""
    again = figures["published_on"].astype("datetime64[D]") + 92
    old = np.flatnonzero(again <= np.datetime64(context.today, "D"))
    rows = np.sort(rng.choice(old, max(1, round(_REVISED * len(old))), replace=False))
    value = np.round(figures["value"][rows] * rng.normal(1, 0.01, len(rows)), 4)
    revised = first.take(pa.array(rows))
    for name, values in (("数值/本期", pa.array(value)), ("发布日期", pa.array(again[rows].astype(str)))):
        revised = revised.set_column(revised.schema.get_field_index(name), name, values)
    return revised


def finance_indicator(rng: np.random.Generator, figures: Columns, *, dirt: float, plants: Plants) -> pa.Table:
    """Revenue, spending and taxes by the finance department, in 万元; a few differ from the statistics by a tenth."""
    rows = np.flatnonzero(np.isin(figures["indicator_code"], _FISCAL))
    columns = {name: figures[name][rows] for name in ("indicator_code", "indicator_name", "period", "published_on")}
    columns |= {"value": np.round(figures["value"][rows] * 10_000, 2), "unit": np.repeat("万元", len(rows))}
    keys = ("indicator_code", "period", "published_on")
    share = Share("finance_indicator", columns, keys=keys, rng=rng, dirt=dirt, plants=plants)
    share.spoil("value", "figure_differs", 0.06, _a_tenth_more)
    return share.finish(
        {
            **{"indicator_code": "指标代码", "indicator_name": "指标名称", "period": "期间"},
            **{"value": "数值", "unit": "计量单位", "published_on": "发布日期"},
        }
    )


def _a_tenth_more(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [round(value * 1.1, 2) for value in values]


def _in_ten_thousands(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [round(value * 10_000, 4) for value in values]
