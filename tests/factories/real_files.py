"""A small folder shaped like the real files `make demo DATA=` takes, with one known defect in most of them."""

import gzip
from pathlib import Path

import numpy as np

from catalog.standards.coordinates import gcj02_from_cgcs2000
from lake.engines import duckdb

DATASETS = {
    "bureau_division",
    "bureau_ethnic",
    "bureau_industry",
    "civil_township",
    "civil_village",
    "civil_village_rare",
    "land_county",
}
RARE_NAME = "白\U0002b41e村村民委员会"
"""A village with a character outside the basic plane: four bytes in GB18030, none in GBK."""
CORNER = (118.75, 36.85)
"""South-western corner of the county drawn here, CGCS2000 degrees."""

_DIVISIONS = """"id","parent_id","code","name","former_name ","latitude","longitude","level_name","revoked","enabled"
1,,370000,"山东省",,36.675807,117.000923,"省",0,1
2,1,370700,"潍坊市",,36.70925,119.107078,"地级市",0,1
3,2,370783,"寿光市",,36.874411,118.736451,"县级市",0,1
4,1,371200,"莱芜市",,36.214397,117.677736,"地级市",1,1
"""  # the last: revoked and in force at once
_ETHNIC = """"id","name","code_number","code_letter","pinyin","enabled"
1,"汉族","01","HA","Han",1
2,"蒙古族","02","MG","Mongol",1
3,"回族","03","HU1","Hui",1
"""  # the last: three letters
_INDUSTRY = """"id","parent_id","code","name","enabled","dest"
1,,"A","农、林、牧、渔业",1,""
2,1,"01","农业",1,""
3,1,"01","林业",1,""
"""  # the last: a code given twice
_TOWNSHIPS = """code,name,areaCode,provinceCode,cityCode
370783001,圣城街道,370783,37,3707
370783002,文家街道,370784,37,3707
"""  # the last: not of the county its code says
_VILLAGES = """code,name,streetCode,provinceCode,cityCode,areaCode
370783001001,东关社区居民委员会,370783001,37,3707,370783
370783001002,西关村村民委员会,370783002,37,3707,370783
"""  # the last: not of the township its code says
_RARE = f"code,name,streetCode,provinceCode,cityCode,areaCode\n370783001003,{RARE_NAME},370783001,37,3707,370783\n"


def write(folder: Path) -> Path:
    """Write the files below `folder` (admin, codes, boundaries), and return it."""
    for name in ("admin", "codes", "boundaries"):
        (folder / name).mkdir(parents=True)
    (folder / "codes" / "GB-2260.csv").write_text(_DIVISIONS, encoding="utf-8")
    (folder / "codes" / "GB-3304-1991.csv").write_text(_ETHNIC, encoding="utf-8")
    (folder / "codes" / "GB-4754-2017.csv").write_text(_INDUSTRY, encoding="utf-8")
    (folder / "admin" / "streets.csv.gz").write_bytes(gzip.compress(_TOWNSHIPS.encode(), mtime=0))
    (folder / "admin" / "villages_shandong.csv.gz").write_bytes(gzip.compress(_VILLAGES.encode(), mtime=0))
    (folder / "admin" / "villages_rare_chars_gb18030.csv").write_bytes(_RARE.encode("gb18030"))
    _write_county(folder / "boundaries" / "shandong_districts_2020_gcj02.shp")
    return folder


def _write_county(path: Path) -> None:
    """A square county in GCJ-02, whose city is not the one its code says; no .prj, as it was delivered."""
    x, y = CORNER
    east = np.array([x, x + 0.1, x + 0.1, x, x, x + 0.05])  # the ring, and the centre
    north = np.array([y, y, y + 0.1, y + 0.1, y, y + 0.05])
    *ring, centre = np.column_stack(gcj02_from_cgcs2000(east, north)).tolist()
    corners = ", ".join(f"{lng!r} {lat!r}" for lng, lat in ring)
    county = (
        f"SELECT '370783' AS adcode, '寿光市' AS name, 'district' AS level, {centre[0]!r} AS centerlng,"
        f" {centre[1]!r} AS centerlat, '370800' AS ctadcode, '潍坊市' AS ctname, '370000' AS pradcode,"
        f" '山东省' AS prname, ST_GeomFromText('POLYGON (({corners}))') AS geom"
    )
    with duckdb.connect(extensions=("spatial",)) as engine:
        options = "FORMAT GDAL, DRIVER 'ESRI Shapefile', LAYER_CREATION_OPTIONS 'ENCODING=UTF-8'"
        engine.execute(f"COPY ({county}) TO '{path}' ({options})")
    path.with_suffix(".prj").unlink(missing_ok=True)
    path.with_suffix(".cpg").unlink(missing_ok=True)
