"""docs/reference/cli.md: every command of `shuniu`, in both languages.

The commands settle their language when they are imported, so each language is asked of a process of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.reference.markdown import ROOT, code, document, section, table

INTRO = """
Exit codes: 0 done, 1 it could not be done (a sentence on stderr says why), 2 called wrongly, 130 interrupted. Every
listing takes `--json`. `--language zh|en` may stand anywhere; otherwise `SHUNIU_LANGUAGE`, then the terminal decides.
退出码：0 完成，1 未能完成（stderr 有说明），2 用法错误，130 被中断。
"""
PROBE = """
import json, sys
import typer.main
from exchange_api.cli.speaking import speech
speech.speak(sys.argv[1])
from exchange_api.cli.main import application

def described(command):
    return {
        "help": command.help or "",
        "parameters": [
            {
                "names": sorted((*p.opts, *p.secondary_opts), key=len, reverse=True), "kind": p.param_type_name,
                "help": getattr(p, "help", None) or "", "required": p.required, "metavar": p.name,
            }
            for p in command.params if p.name != "help"
        ],
        "commands": {name: described(one) for name, one in sorted(getattr(command, "commands", {}).items())},
    }

sys.stdout.write(json.dumps(described(typer.main.get_command(application()))))
"""


def commands(language: str) -> dict[str, Any]:
    """The tree of commands as click knows it, in `language`."""
    done = subprocess.run([sys.executable, "-c", PROBE, language], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def page() -> str:
    """The page."""
    zh, en = commands("zh"), commands("en")
    return document("Command line 命令行", INTRO, *_nouns(zh, en))


def _nouns(zh: dict[str, Any], en: dict[str, Any]) -> Iterator[str]:
    alone = {name: one for name, one in en["commands"].items() if not one["commands"]}
    yield from (_command(name, zh["commands"][name], one, level=2) for name, one in alone.items())
    for noun, group in en["commands"].items():
        if group["commands"]:
            ours = zh["commands"][noun]
            verbs = [*_verbs(noun, ours, group, level=3)]
            yield section(f"shuniu {noun}", f"{group['help']} · {ours['help']}", *verbs)


def _verbs(path: str, zh: dict[str, Any], en: dict[str, Any], *, level: int) -> Iterator[str]:
    """The commands under `path`, and under each that is a group (`base review`) its own, one level deeper."""
    for verb, one in en["commands"].items():
        ours = zh["commands"][verb]
        yield _command(f"{path} {verb}", ours, one, level=level)
        yield from _verbs(f"{path} {verb}", ours, one, level=level + 1)


def _command(name: str, zh: dict[str, Any], en: dict[str, Any], *, level: int) -> str:
    rows = [
        (_named(there), "yes" if there["required"] else "", here["help"], there["help"])
        for here, there in zip(zh["parameters"], en["parameters"], strict=True)
    ]
    options = table(("parameter", "required", "中文", "English"), rows) if rows else ""
    return section(f"shuniu {name}", f"{en['help']} · {zh['help']}", options, level=level)


def _named(parameter: dict[str, Any]) -> str:
    if parameter["kind"] == "argument":
        return code(parameter["metavar"].upper())
    return code(", ".join(parameter["names"]))
