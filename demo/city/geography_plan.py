"""The county on paper: its outline, its fifteen towns and streets, and the words its places are named with.

The land is a mesh of four by six hand-placed corners around 119.94 E, 37.18 N in CGCS2000; a township is one cell of
the mesh and the county the whole of it. Names of townships are those of Laizhou, everything below them is invented.
No random choice is made here.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.city.geography_shapes import Quads

COUNTY_CODE: Final = "370683"
COUNTY_NAME: Final = "莱州市"
PREFECTURE_NAME: Final = "烟台市"
PROVINCE_NAME: Final = "山东省"

# Rows from south to north, corners from west to east (longitude, latitude).
_MESH: Final = np.array(
    [
        [(119.620, 37.045), (119.800, 37.052), (119.980, 37.048), (120.185, 37.060)],
        [(119.680, 37.100), (119.815, 37.112), (120.000, 37.118), (120.210, 37.122)],
        [(119.845, 37.185), (119.930, 37.190), (120.080, 37.186), (120.245, 37.195)],
        [(119.905, 37.255), (120.000, 37.262), (120.130, 37.258), (120.270, 37.260)],
        [(119.905, 37.330), (119.985, 37.334), (120.075, 37.328), (120.160, 37.325)],
        [(119.960, 37.395), (120.020, 37.400), (120.080, 37.398), (120.130, 37.392)],
    ]
)

# (code within the county, name, is it built up); in the order of the cells, south-west first.
TOWNSHIPS: Final = (
    ("111", "土山镇", False),
    ("101", "沙河镇", False),
    ("110", "夏邱镇", False),
    ("108", "虎头崖镇", False),
    ("005", "文峰路街道", True),
    ("109", "柞村镇", False),
    ("002", "永安路街道", True),
    ("001", "文昌路街道", True),
    ("103", "郭家店镇", False),
    ("004", "城港路街道", True),
    ("107", "程郭镇", False),
    ("106", "驿道镇", False),
    ("003", "三山岛街道", True),
    ("105", "平里店镇", False),
    ("102", "朱桥镇", False),
)

GRACEFUL: Final = tuple("金银锦文景瑞福祥和泰安康盛华嘉美荣春丽紫玉明宏德")
NATURE: Final = tuple("苑泉峰园源湖山城海河桥林岭湾庭府")
ESTATE_TAILS: Final = ("小区", "花园", "家园", "新村", "公寓", "嘉苑")
ROAD_STEMS: Final = (
    *("文化", "光州", "莱州", "云峰", "北苑", "南阳", "掖海", "文泉", "府前"),
    *("鼓楼", "永安", "东莱", "定海", "教育", "雷锋", "金仓", "月季", "滨海"),
)
ROAD_TAILS: Final = ("东路", "西路", "路", "北街", "南街", "大街")
VILLAGE_HEADS: Final = ("", "大", "小", "东", "西", "南", "北", "前", "后", "上", "下")
VILLAGE_SURNAMES: Final = tuple("王李张刘陈杨赵孙徐朱毛曲于吕任原宋姜邱迟滕綦翟路周吴郭")
VILLAGE_TAILS: Final = ("家村", "家庄村", "家疃村", "家埠村")
LANES: Final = ("西南街", "东南街", "西北街", "东北街")


def township_quads() -> Quads:
    """Return the townships' corners (15, 4, 2) in the order of `TOWNSHIPS`."""
    south_west, south_east = _MESH[:-1, :-1], _MESH[:-1, 1:]
    north_east, north_west = _MESH[1:, 1:], _MESH[1:, :-1]
    return np.stack([south_west, south_east, north_east, north_west], axis=2).reshape(-1, 4, 2)


def county_ring() -> NDArray[np.float64]:
    """Return the county's outline as a closed, counter-clockwise ring (17, 2) in CGCS2000 degrees."""
    ring = np.concatenate([_MESH[0], _MESH[1:, -1], _MESH[-1, -2::-1], _MESH[-2::-1, 0]])
    return np.asarray(ring)


def inside_county(lng: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each point whether it lies in the county, by counting crossings of the outline to its east."""
    ring = county_ring()
    inside = np.zeros(np.shape(lng), dtype=np.bool_)
    for (x1, y1), (x2, y2) in pairwise(ring):
        if y1 != y2:
            across = ((y1 > lat) != (y2 > lat)) & (lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1)
            inside ^= across
    return inside
