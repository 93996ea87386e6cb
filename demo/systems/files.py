"""Departments with files: civil affairs, education, establishment office, tax, land, reform, statistics, finance."""

import json
import shutil
from collections.abc import Callable
from decimal import Decimal

from catalog.systems import SystemSpec
from demo.systems.delimited import write_csv
from demo.systems.layers import write_geopackage, write_shapefile
from demo.systems.place import Deliveries, Place
from demo.systems.workbooks import write_workbooks

CODES = {
    "civil": "civil_files",
    "education": "education_files",
    "establishment": "establishment_files",
    "tax": "tax_upper",
    "land": "land_files",
    "reform": "reform_files",
    "stats": "stats_files",
    "finance": "finance_files",
}
"""System code by department; each has one folder named after the department."""


def specs(place: Place) -> list[SystemSpec]:
    """One folder per department; civil affairs also has a drop folder for the hub's usage feedback."""
    feedback = place.folder("civil") / "feedback"
    feedback.mkdir(exist_ok=True)
    options = {"civil": {"feedback": {"way": "folder", "location": str(feedback)}}}
    return [
        SystemSpec(code, agency, "files", str(place.folder(agency)), options.get(agency, {}))
        for agency, code in CODES.items()
    ]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put this month's files into every department's folder, replacing those of earlier runs."""
    for write in WRITERS.values():
        write(place, deliveries)


def civil(place: Place, deliveries: Deliveries) -> None:
    """Workbooks with merged two-row headers."""
    folder, month = place.folder("civil"), deliveries.month
    write_workbooks(folder, f"低保对象_{month}", "低保对象", deliveries, "civil_subsistence")
    write_workbooks(folder, f"社会组织_{month}", "社会组织", deliveries, "civil_organisation")
    write_workbooks(folder, f"公共服务设施_{month}", "公共服务设施", deliveries, "civil_facility")


def education(place: Place, deliveries: Deliveries) -> None:
    """CSV in GB18030, characters of four bytes included; schools in BD-09."""
    folder, month = place.folder("education"), deliveries.month
    pupils, schools = folder / f"在校学生_{month}.csv", folder / f"学校_{month}.csv"
    write_csv(pupils, "在校学生*.csv", deliveries, "education_pupil", encoding="gb18030")
    write_csv(schools, "学校_*.csv", deliveries, "education_school", encoding="gb18030")


def establishment(place: Place, deliveries: Deliveries) -> None:
    """One CSV in GBK."""
    path = place.folder("establishment") / f"机构_{deliveries.month}.csv"
    write_csv(path, "机构*.csv", deliveries, "establishment_unit", encoding="gbk")


def tax(place: Place, deliveries: Deliveries) -> None:
    """Parquet as the upper-level platform hands it down."""
    folder = place.folder("tax")
    for old in folder.glob("*.parquet"):
        old.unlink()
    shutil.copyfile(deliveries.path("tax_payer"), folder / f"nsrxx_{deliveries.month}.parquet")


def land(place: Place, deliveries: Deliveries) -> None:
    """Parcels as Shapefile in GCJ-02 without .prj and .cpg, buildings and grids as GeoPackage in EPSG:4528."""
    folder, month = place.folder("land"), deliveries.month
    write_shapefile(folder, f"parcel_{month}", deliveries, "land_parcel", to="GCJ-02")
    for layer in ("building", "grid"):
        name, dataset = f"{layer}_{month}", f"land_{layer}"
        write_geopackage(folder, name, deliveries, dataset, layer=layer, to="EPSG:4528")


def reform(place: Place, deliveries: Deliveries) -> None:
    """Permits as a workbook, penalties as a JSON document with the rows under data.records, repairs as CSV."""
    folder, month = place.folder("reform"), deliveries.month
    write_workbooks(folder, f"行政许可_{month}", "行政许可", deliveries, "reform_permit")
    for old in folder.glob("行政处罚*.json"):
        old.unlink()
    names = deliveries.schema("reform_penalty").names
    records = [dict(zip(names, row, strict=True)) for row in deliveries.rows("reform_penalty")]
    document = {"code": 0, "message": "成功", "data": {"total": len(records), "records": records}}
    with (folder / f"行政处罚_{month}.json").open("w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, default=_number_or_text)
    write_csv(folder / f"信用修复_{month}.csv", "信用修复*.csv", deliveries, "reform_repair", encoding="utf-8")


def stats(place: Place, deliveries: Deliveries) -> None:
    """One workbook with merged headers."""
    folder = place.folder("stats")
    write_workbooks(folder, f"主要经济指标_{deliveries.month}", "主要经济指标", deliveries, "stats_indicator")


def finance(place: Place, deliveries: Deliveries) -> None:
    """One workbook with a header of one row."""
    folder = place.folder("finance")
    write_workbooks(folder, f"财政收支_{deliveries.month}", "财政收支", deliveries, "finance_indicator")


def _number_or_text(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


WRITERS: dict[str, Callable[[Place, Deliveries], None]] = {
    "civil": civil,
    "education": education,
    "establishment": establishment,
    "tax": tax,
    "land": land,
    "reform": reform,
    "stats": stats,
    "finance": finance,
}
