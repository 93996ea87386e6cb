"""A command called wrongly: what is wrong and where the usage stands, in the language spoken. Exit code 2."""

import re
from collections.abc import Iterable
from typing import Any, Final

from exchange_api.cli.speaking.speech import say
from exchange_api.numbers_of_people import gives_away

_DATE: Final = re.compile(r"does not match the formats (.+)$")
_KINDS: Final = {"int": "整数", "float": "数", "decimal": "数", "bool": "是或否", "path": "路径"}
"""First word of a Pydantic error's type -> what the parameter takes."""
_REASONS: Final = (
    (re.compile(r"No such command '(.+?)'\. Did you mean (.+)\?"), "没有命令 {0}，是否要用 {1}？"),
    (re.compile(r"No such command '(.+?)'"), "没有命令 {0}。"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)"), "多余的参数：{0}。"),
    (re.compile(r"Option '(.+?)' does not take a value"), "选项 {0} 不带值。"),
    (re.compile(r"Option '(.+?)' requires an argument"), "选项 {0} 须带一个值。"),
)
"""What Typer says of a wrong call, and the Chinese sentence for it."""
_VALUES: Final = (
    (re.compile(r"'(.+)' does not exist$"), "，找不到 {0}"),
    (re.compile(r"'(.+)' is a directory$"), "，{0} 是文件夹，不是文件"),
    (re.compile(r"'(.+)' is a file$"), "，{0} 是文件，不是文件夹"),
    (re.compile(r"'(.+)' is not readable$"), "，{0} 无法读取"),
    (re.compile(r"'(.+)' is not writable$"), "，{0} 无法写入"),
    (re.compile(r" is not one of (.+)$"), "，须为 {0} 之一"),
)
"""What Typer says of a value, and how a Chinese sentence goes on; of what is not here it says no more."""


def sentence(error: Any) -> str:
    """The sentence for a Typer usage error. Its class is told by name: Typer keeps these classes to itself."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "shuniu"
    english = error.format_message().rstrip(".")
    if gives_away(english):  # an error repeats no number; that it stands in the shell's history is bad enough
        return say(
            f"证件号码和电话不要写在命令行上，会留在命令历史里。用法见：{path} --help",
            f"Write no identity or telephone number on a command line: it stays in its history. See: {path} --help",
        )
    return say(f"{_chinese(error)}用法见：{path} --help", f"{english}. See: {path} --help")


def _chinese(error: Any) -> str:
    parameter = getattr(error, "param", None)
    named = max(getattr(parameter, "opts", None) or [""], key=len)
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有选项 {error.option_name}。"
        case "MissingParameter":
            return f"缺少参数 {named}。"
        case "BadParameter":
            return f"参数 {named} 的值不正确{_wanted(parameter, error)}。"
    return _reason(error.format_message())


def _reason(english: str) -> str:
    return _put(english, _REASONS) or "命令的参数不对。"


def _put(english: str, forms: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """The Chinese of the first of `forms` that `english` has, with its parts; '' for none: no English is shown."""
    found = ((pattern.search(english), chinese) for pattern, chinese in forms)
    told = (chinese.format(*(part.replace("'", "") for part in said.groups())) for said, chinese in found if said)
    return next(told, "")


def _wanted(parameter: Any, error: Any) -> str:
    """What the parameter takes, where its bounds say it; else the reason, where it is known."""
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    match least, most:
        case None, None:
            return _kind(error)
        case _, None:
            return f"，须为不小于 {least} 的数"
        case None, _:
            return f"，须为不大于 {most} 的数"
    return f"，须为 {least} 至 {most} 的数"


def _kind(error: Any) -> str:
    """What a parameter without bounds takes, by the error under this one; else the reason, where it is known."""
    cause: Any = getattr(error, "__cause__", None)
    found = cause.errors()[0] if hasattr(cause, "errors") else {}
    if kind := _KINDS.get(str(found.get("type", "")).partition("_")[0]):
        return f"，须为{kind}"
    if said := _DATE.search(error.message.rstrip(".")):
        written = "或 ".join(said[1].replace("'", "").split(", "))
        return f"，须为日期，写作 {written.replace('%Y', '2026').replace('%m', '12').replace('%d', '31')}"
    return _put(error.message.rstrip("."), _VALUES)
