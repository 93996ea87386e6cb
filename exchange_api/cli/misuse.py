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
            return f"参数 {named} 的值不正确。"
    is_group = context is not None and hasattr(context.command, "list_commands")
    return "没有这个命令。" if is_group else "命令的参数不对。"
