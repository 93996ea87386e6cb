"""docs/reference/permissions.md: permissions, the roles that hold them, the routes that ask for them."""

import tempfile
from pathlib import Path

from authorization.permissions import Permission
from authorization.roles import ROLES, SEPARATED
from catalog.settings import Settings
from exchange_api.app import create_app
from exchange_api.dependencies import declared
from tests.reference.markdown import code, document, section, table

INTRO = """
A permission opens a door; it never opens data: rows are opened by grants alone. 权限只开门，不开数据；数据只凭授权。
Grammar `scope:resource:action`; scope `own` is the caller's agency, `all` the whole hub, `granted` what a grant opens.
"""


def page() -> str:
    """The page."""
    return document(
        "Roles and permissions 角色与权限",
        INTRO,
        section(
            "Roles 角色", table(("role", "中文", "English", "what it does", "permissions"), _roles()), _separated()
        ),
        section("Permissions 权限", table(("permission", "held by", "asked for by"), _permissions())),
    )


def _roles() -> list[tuple[str, ...]]:
    return [
        (
            code(role.code),
            role.title_zh,
            role.title_en,
            role.description,
            ", ".join(code(permission.value) for permission in sorted(role.permissions)),
        )
        for role in ROLES.values()
    ]


def _separated() -> str:
    named = ", ".join(code(role) for role in sorted(SEPARATED))
    return f"三员分立: one account holds at most one of {named}."


def _permissions() -> list[tuple[str, ...]]:
    asked = _asked()
    return [
        (
            code(permission.value),
            ", ".join(code(role.code) for role in ROLES.values() if permission in role.permissions),
            "<br>".join(code(route) for route in asked.get(permission, [])),
        )
        for permission in Permission
    ]


def _asked() -> dict[Permission, list[str]]:
    found: dict[Permission, list[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        for route in create_app(Settings(home=Path(home))).routes:
            for permission in declared(route):
                methods = " ".join(sorted(getattr(route, "methods", None) or ()))
                found.setdefault(permission, []).append(f"{methods} {getattr(route, 'path', '')}")
    return found
