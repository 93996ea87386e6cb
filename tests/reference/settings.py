"""docs/reference/settings.md: every SHUNIU_* variable."""

from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from catalog.settings import Settings
from tests.reference.markdown import code, document, table

INTRO = """
Settings are environment variables, read once when a process starts. 设置为环境变量，进程启动时读取一次。
Everything written at run time lies under `SHUNIU_HOME`; places that are not given are derived from it. A value that
cannot be is refused with its name. Secrets among them are never printed.
"""


def _default(field: Any) -> str:
    value = field.default
    if value is PydanticUndefined or value in ("", Path()):
        return ""
    return code(("1" if value else "0") if isinstance(value, bool) else value)


def page() -> str:
    """The page."""
    rows = (
        (code(f"SHUNIU_{name.upper()}"), _default(field), field.description)
        for name, field in Settings.model_fields.items()
    )
    return document("Settings 设置", INTRO, table(("variable", "default", "meaning"), rows))
