"""A command called wrongly: what is wrong and where the usage stands, in the language spoken. Exit code 2."""

from typing import Any

from exchange_api.cli.speech import say


def sentence(error: Any) -> str:
    """The sentence for a Typer usage error. Its class is told by name: Typer keeps these classes to itself."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "shuniu"
    english = error.format_message().rstrip(".")
    return say(f"{_chinese(error, context)}用法见：{path} --help", f"{english}. See: {path} --help")


def _chinese(error: Any, context: Any) -> str:
    parameter = getattr(error, "param", None)
    named = max(getattr(parameter, "opts", None) or [""], key=len)
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有选项 {error.option_name}。"
        case "MissingParameter":
            return f"缺少参数 {named}。"
        case "BadParameter":
            return f"参数 {named} 的值不正确{_wanted(parameter, error)}。"
    is_group = context is not None and hasattr(context.command, "list_commands")
    reason = error.format_message().rstrip(".")
    return f"没有这个命令（{reason}）。" if is_group else f"命令的参数不对（{reason}）。"


def _wanted(parameter: Any, error: Any) -> str:
    """What the parameter takes, where its bounds say it; else the reason as it was given."""
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    match least, most:
        case None, None:
            return f"（{error.message.rstrip('.')}）"
        case _, None:
            return f"，须为不小于 {least} 的数"
        case None, _:
            return f"，须为不大于 {most} 的数"
    return f"，须为 {least} 至 {most} 的数"
