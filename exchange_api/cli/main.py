"""The command `shuniu`: puts the nouns together, settles the language, turns errors into sentences and exit codes.

Exit codes: 0 done, 1 it could not be done (a sentence on stderr says why), 2 called wrongly, 130 interrupted.
"""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import HubError
from catalog.i18n import LANGUAGES, from_environ
from exchange_api.cli.speaking import speech

if TYPE_CHECKING:
    from types import ModuleType

    import typer


def run() -> None:
    """Entry point of the console script."""
    os.umask(0o077)  # whatever a command writes is for the hub's own user alone
    sys.exit(main(sys.argv[1:], os.environ))  # noqa: TID251  # the door: LANG is not a setting of the hub


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and return its exit code; never raises but for SystemExit out of an exec."""
    given, language = _language(list(arguments), environ)
    if language not in LANGUAGES:
        speech.complain("--language: zh | en")
        return 2
    speech.speak(language)
    try:
        return _run(given)
    except HubError as error:
        speech.complain(error.sentence(language))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        speech.complain(_not_ours(error) or _unexpected(error))
        return 1


def application() -> "typer.Typer":
    """All nouns in one Typer application, spoken in the language settled before."""
    import typer

    from exchange_api.cli import serve
    from exchange_api.cli.keeping import backup
    from exchange_api.cli.quality import verdicts as quality
    from exchange_api.cli.quality import waiver

    app = typer.Typer(
        help=speech.say("数纽：县级数据交换与治理枢纽", "Shuniu: the county's data exchange and governance hub"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for module in (serve, backup):
        module.add(app)
    waiver.add(quality.app)
    for name, module in _nouns().items():
        app.add_typer(module.app, name=name)
    return app


def _nouns() -> "dict[str, ModuleType]":
    """Noun -> the module that holds its commands."""
    from exchange_api.cli import account, agency, grant, run
    from exchange_api.cli import usage as usage_commands
    from exchange_api.cli.bases import noun as base
    from exchange_api.cli.keeping import audit
    from exchange_api.cli.lake import tables as lake
    from exchange_api.cli.publishing import contract, dataset, source, standard, topic
    from exchange_api.cli.quality import ticket
    from exchange_api.cli.quality import verdicts as quality

    return {
        "agency": agency,
        "source": source,
        "dataset": dataset,
        "base": base,
        "topic": topic,
        "standard": standard,
        "run": run,
        "quality": quality,
        "ticket": ticket,
        "grant": grant,
        "account": account,
        "usage": usage_commands,
        "audit": audit,
        "contract": contract,
        "lake": lake,
    }


def _options() -> None:
    """Empty on purpose: --language is taken out before Typer sees the arguments, wherever it stands."""


def _run(arguments: list[str]) -> int:
    import typer.main
    from typer.exceptions import TyperException

    from exchange_api.cli.speaking import misuse

    command = typer.main.get_command(application())
    try:
        result = command.main(arguments, prog_name="shuniu", standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a noun alone: its commands are the answer
            speech.tell(error.format_message())
        else:
            speech.complain(misuse.sentence(error))
        return error.exit_code
    except typer.Abort:
        return 130
    return result if isinstance(result, int) else 0


def _language(arguments: list[str], environ: Mapping[str, str]) -> tuple[list[str], str]:
    """(arguments without --language, the language): the option first, then the environment."""
    for place, argument in enumerate(arguments):
        if argument == "--language":
            chosen = arguments[place + 1] if place + 1 < len(arguments) else ""
            return arguments[:place] + arguments[place + 2 :], chosen
        if argument.startswith("--language="):
            return arguments[:place] + arguments[place + 1 :], argument.partition("=")[2]
    return arguments, from_environ(environ)


def _not_ours(error: Exception) -> str:
    """That a place belongs to another account of the system; '' for other errors. Its path is no data."""
    if not isinstance(error, PermissionError) or not error.filename:
        return ""
    return speech.say(
        f"当前系统账号无权使用 {error.filename}。SHUNIU_HOME 只供枢纽自己的账号使用：请用该账号运行，"
        "或在门户、接口中办理。",
        f"This account of the system may not use {error.filename}. SHUNIU_HOME is for the hub's own account alone: run"
        " it as that, or use the portal or the API.",
    )


def _unexpected(error: Exception) -> str:
    """Kind and place of an error nobody foresaw. Never its text: that could hold a data value."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}"
    return speech.say(
        f"发生内部错误（{place}），命令没有完成。请把这一行告知管理员。",
        f"An internal error stopped this command ({place}). Pass this line on to the administrator.",
    )
