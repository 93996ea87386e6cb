"""Public-service facilities two departments keep: schools (education, BD-09) and homes and halls (civil, GCJ-02)."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from demo.city import coordinates, defects
from demo.city.context import CityContext
from demo.city.dirt import Plants, Share

Shift = Callable[[coordinates.Numbers, coordinates.Numbers], tuple[coordinates.Numbers, coordinates.Numbers]]

_RESIDENTS_PER_SCHOOL: Final = 2500
_RESIDENTS_PER_FACILITY: Final = 1200
_SCHOOLS: Final = ("小学", "初级中学", "幼儿园")
# Kind of facility, how its name ends, when it is open.
_FACILITIES: Final = (
    ("养老机构", "敬老院", "全天"),
    ("文化馆", "综合文化站", "08:30-17:00"),
    ("政务服务大厅", "便民服务中心", "08:30-12:00,13:30-17:30"),
    ("应急避难场所", "应急避难场所", "全天"),
    ("公园", "社区公园", "05:00-22:00"),
)
_OPEN: Final = "正常开放"


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return education_school and civil_facility."""
    return {
        "education_school": education_school(rng, context, dirt, plants),
        "civil_facility": civil_facility(rng, context, dirt, plants),
    }


def education_school(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Schools and kindergartens by their ten-digit number (学校标识码)."""
    n = max(4, round(context.residents / _RESIDENTS_PER_SCHOOL))
    place = _places(rng, context, n, coordinates.bd09)
    ends = rng.integers(0, len(_SCHOOLS), n)
    columns = {
        "school_no": [f"3137{number:06d}" for number in rng.permutation(n)],
        "school_name": [f"莱州市{town}{_SCHOOLS[end]}" for town, end in zip(place["township"], ends, strict=True)],
        "facility_kind": ["学校"] * n,
        **{name: place[name] for name in ("address", "longitude", "latitude")},
        "opening_hours": ["07:30-17:30"] * n,
        **_contact(rng, context, n),
    }
    share = Share("education_school", columns, keys=("school_no",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return share.finish(
        {
            **{"school_no": "学校标识码", "school_name": "学校名称", "facility_kind": "类别", "address": "地址"},
            **{"longitude": "经度", "latitude": "纬度", "opening_hours": "开放时间", "phone": "电话"},
            **{"status": "状态", "managing_uscc": "统一社会信用代码"},
        }
    )


def civil_facility(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> pa.Table:
    """Homes for the elderly, culture stations, service halls, shelters and parks of the townships."""
    n = max(6, round(context.residents / _RESIDENTS_PER_FACILITY))
    place = _places(rng, context, n, coordinates.gcj02)
    kinds = [_FACILITIES[kind] for kind in rng.integers(0, len(_FACILITIES), n)]
    columns = {
        "facility_no": [f"SS{context.county}{number:05d}" for number in rng.permutation(n)],
        "facility_name": [f"{town}{end}" for town, (_, end, _) in zip(place["township"], kinds, strict=True)],
        "facility_kind": [kind for kind, _, _ in kinds],
        **{name: place[name] for name in ("address", "longitude", "latitude")},
        "opening_hours": [hours for _, _, hours in kinds],
        **_contact(rng, context, n),
    }
    share = Share("civil_facility", columns, keys=("facility_no",), rng=rng, dirt=dirt, plants=plants)
    share.spoil("address", "fullwidth", 0.05, defects.fullwidth)
    return share.finish(
        {
            **{"facility_no": "设施编号", "facility_name": "设施名称", "facility_kind": "设施类别"},
            **{"address": "地址", "longitude": "位置/经度", "latitude": "位置/纬度"},
            **{"opening_hours": "服务/开放时间", "phone": "服务/电话", "status": "服务/状态"},
            **{"managing_uscc": "管理单位代码"},
        }
    )


def _places(rng: np.random.Generator, context: CityContext, n: int, shift: Shift) -> dict[str, list[object]]:
    """Addresses drawn from the register with their township and their point on the department's map."""
    rows = context.geography.addresses.take(rng.integers(0, context.geography.addresses.num_rows, n))
    lng, lat = shift(rows["lng"].to_numpy(), rows["lat"].to_numpy())
    return {
        "township": rows["township"].to_pylist(),
        "address": rows["full_text"].to_pylist(),
        "longitude": np.round(lng, 6).tolist(),
        "latitude": np.round(lat, 6).tolist(),
    }


def _contact(rng: np.random.Generator, context: CityContext, n: int) -> dict[str, list[object]]:
    """Telephone, status, and the legal person that runs it."""
    legal = context.organisations.table
    return {
        "phone": [f"0535-2{number}" for number in rng.integers(100_000, 999_999, n)],
        "status": [_OPEN] * n,
        "managing_uscc": legal["uscc"].take(rng.integers(0, legal.num_rows, n)).to_pylist(),
    }
