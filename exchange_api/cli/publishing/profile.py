"""`shuniu source profile` and `source draft`: from a delivery nobody has described yet to a contract to review."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import about, as_json, complain, listing, progress, say, tell

if TYPE_CHECKING:
    from catalog.systems import SystemSpec
    from lake.profile import Column

System = Annotated[str, typer.Argument(help=say("系统代码", "Code of the system"))]
Locator = Annotated[str, typer.Argument(help=say("表名、文件名式样或路径", "Table, file pattern or path"))]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", help=say("读取选项 名=值，如 encoding=gb18030", "How to read it, e.g. encoding=gb18030")),
]
Crs = Annotated[str, typer.Option(help=say("空间数据的坐标系", "Reference system of spatial data"))]


def add(app: typer.Typer) -> None:
    """Hang these commands on the noun `source`."""
    about = say("逐列剖析将交付的数据（不显示值）", "Profile every column of a delivery, without its values")
    app.command("profile", help=about)(profile)
    app.command("draft", help=say("由剖析结果起草数据契约", "Draft a data contract from a profile"))(draft)


def profile(code: System, locator: Locator, option: Options = None, crs: Crs = "", in_json: door.Json = False) -> None:
    """Type, filled, distinct, lengths, shapes, likely data element and sensitivity of each column. Nothing is kept.

    Lines a load could not take are complained of.
    """
    spec = _opened(code)
    columns = _profiled(spec, locator, _given(option, spec), crs)
    if in_json:
        as_json([asdict(column) for column in columns])
        return
    rows = [
        asdict(one)
        | {"shapes": " ".join(one.shapes[:1]), "share": f"{one.share:.2%}" if one.share else ""}
        | {"distinct": about(one.distinct, exact=one.exact)}
        for one in columns
    ]
    headings = {
        "name": say("列", "Column"),
        "type": say("类型", "Type"),
        "filled": say("非空", "Filled"),
        "distinct": say("不同值", "Distinct"),
        "shortest": say("最短", "Shortest"),
        "longest": say("最长", "Longest"),
        "shapes": say("常见形状", "Usual shape"),
        "element": say("疑似数据元", "Likely element"),
        "share": say("符合", "Fits"),
        "grade": say("分级", "Grade"),
        "key": say("可作主键", "May be key"),
    }
    listing(rows, headings, in_json=False)


def draft(
    code: System,
    locator: Locator,
    dataset: Annotated[str, typer.Option(help=say("数据集代码", "Code of the dataset"))],
    title: Annotated[str, typer.Option(help=say("数据集中文标题", "Title of the dataset in Chinese"))] = "",
    title_en: Annotated[str, typer.Option(help=say("数据集英文标题", "Title of the dataset in English"))] = "",
    option: Options = None,
    crs: Crs = "",
) -> None:
    """The draft on stdout: save it, review titles, grades and sharing, then `shuniu contract register`."""
    from catalog.contract_draft import Place
    from catalog.contract_draft import draft as drafted
    from exchange_api.connecting import origin_of

    spec = _opened(code)
    options = _given(option, spec)
    columns = _profiled(spec, locator, options, crs)
    place = Place(dataset, spec.agency, code, locator, options, crs or None, origin_of(spec), title, title_en)
    tell(drafted(place, columns).rstrip())


def _profiled(spec: "SystemSpec", locator: str, options: dict[str, Any], crs: str) -> "list[Column]":
    from catalog.errors import HubError
    from exchange_api import connecting

    try:
        with progress(say(f"正在剖析 {locator}", f"Profiling {locator}")):
            columns, aside = connecting.profile(door.settings(), spec, locator, options=options, crs=crs)
    except HubError as error:
        if wanted := connecting.encoding_to_try(spec, locator, options, error):
            complain(say(f"可试 --option encoding={wanted}", f"Try --option encoding={wanted}"))
        raise
    if aside is not None:
        complain(say(aside.zh, aside.en))
    return columns


def _given(option: list[str] | None, spec: "SystemSpec") -> dict[str, Any]:
    from catalog.read_options import check_options
    from catalog.systems import option_tree

    options = option_tree(option or [])
    check_options(options, kind=spec.kind)
    return options


def _opened(code: str) -> "SystemSpec":
    from catalog.actions import systems

    with door.reading() as session:
        return systems.opened(session, settings=door.settings(), code=code)
