"""The roles, readable without knowing the code: who somebody is, and the doors that opens.

No role opens data: rows are opened by grants alone, to the agency or account a grant names. The three administrators
are separated (三员分立, GB/T 22239-2019): no account holds two of their roles.
"""

from collections.abc import Iterable
from typing import ClassVar, Final

from authorization.permissions import Permission


class Role:
    """What every role states."""

    code: ClassVar[str]
    title_zh: ClassVar[str]
    title_en: ClassVar[str]
    description: ClassVar[str]
    permissions: ClassVar[frozenset[Permission]]


class Steward(Role):
    """Data administrator of the data bureau."""

    code = "steward"
    title_zh = "数据管理员"
    title_en = "Data steward"
    description = (
        "Keeps catalogue and standards, sees quality, runs and use of the whole hub, settles tickets, suspends grants."
    )
    permissions = frozenset(
        {
            Permission.ALL_CATALOGUE_READ,
            Permission.ALL_ERASURES_WRITE,
            Permission.ALL_GRANTS_READ,
            Permission.ALL_GRANTS_REVOKE,
            Permission.ALL_QUALITY_READ,
            Permission.ALL_REVIEW_DECIDE,
            Permission.ALL_REVIEW_READ,
            Permission.ALL_RUNS_READ,
            Permission.ALL_STANDARDS_WRITE,
            Permission.ALL_SYSTEMS_WRITE,
            Permission.ALL_TICKETS_WRITE,
            Permission.ALL_USAGE_READ,
            Permission.OWN_GRANTS_READ,
            Permission.OWN_QUALITY_READ,
            Permission.OWN_RUNS_READ,
            Permission.OWN_TICKETS_READ,
            Permission.OWN_TICKETS_WRITE,
            Permission.OWN_USAGE_READ,
        }
    )


class Publisher(Role):
    """Somebody of a department that provides data."""

    code = "publisher"
    title_zh = "发布部门"
    title_en = "Publishing department"
    description = "Sees loads, quality and use of its own department's data, answers its tickets."
    permissions = frozenset(
        {
            Permission.ALL_CATALOGUE_READ,
            Permission.OWN_GRANTS_READ,
            Permission.OWN_QUALITY_READ,
            Permission.OWN_RUNS_READ,
            Permission.OWN_TICKETS_READ,
            Permission.OWN_TICKETS_WRITE,
            Permission.OWN_USAGE_READ,
        }
    )


class Consumer(Role):
    """A person or program of a department that was granted data."""

    code = "consumer"
    title_zh = "需求部门"
    title_en = "Consumer"
    description = "Finds data, reads exactly what its grants open, raises corrections of it."
    permissions = frozenset(
        {
            Permission.ALL_CATALOGUE_READ,
            Permission.GRANTED_CORRECTIONS_RAISE,
            Permission.GRANTED_RECORDS_READ,
            Permission.GRANTED_RECORDS_VERIFY,
            Permission.GRANTED_SHARES_READ,
            Permission.OWN_GRANTS_READ,
            Permission.OWN_TICKETS_READ,
            Permission.OWN_TICKETS_WRITE,
        }
    )


class SystemAdmin(Role):
    """Keeps the hub running; sees no data and no use of data."""

    code = "system_admin"
    title_zh = "系统管理员"
    title_en = "System administrator"
    description = "Keeps accounts and runs; sees neither data nor who used it."
    permissions = frozenset(
        {
            Permission.ALL_ACCOUNTS_WRITE,
            Permission.ALL_CATALOGUE_READ,
            Permission.ALL_RUNS_READ,
            Permission.OWN_RUNS_READ,
        }
    )


class SecurityAdmin(Role):
    """Watches over grants and takes them away."""

    code = "security_admin"
    title_zh = "安全管理员"
    title_en = "Security administrator"
    description = "Sees every grant and revokes it; makes no accounts and reads no trail."
    permissions = frozenset(
        {
            Permission.ALL_CATALOGUE_READ,
            Permission.ALL_GRANTS_READ,
            Permission.ALL_GRANTS_REVOKE,
            Permission.OWN_GRANTS_READ,
        }
    )


class AuditAdmin(Role):
    """Proves that the trail is whole."""

    code = "audit_admin"
    title_zh = "审计管理员"
    title_en = "Audit administrator"
    description = "Verifies the audit trail and sees every use; changes nothing."
    permissions = frozenset(
        {
            Permission.ALL_AUDIT_VERIFY,
            Permission.ALL_CATALOGUE_READ,
            Permission.ALL_GRANTS_READ,
            Permission.ALL_USAGE_READ,
            Permission.OWN_GRANTS_READ,
            Permission.OWN_USAGE_READ,
        }
    )


class Pipeline(Role):
    """A scheduled program that asks the API how things stand."""

    code = "pipeline"
    title_zh = "调度流水线"
    title_en = "Pipeline"
    description = "Reads catalogue, runs and stored verdicts unattended."
    permissions = frozenset(
        {
            Permission.ALL_CATALOGUE_READ,
            Permission.ALL_QUALITY_READ,
            Permission.OWN_QUALITY_READ,
            Permission.ALL_RUNS_READ,
            Permission.OWN_RUNS_READ,
            Permission.OWN_TICKETS_READ,
        }
    )


ROLES: Final[dict[str, type[Role]]] = {
    role.code: role for role in (Steward, Publisher, Consumer, SystemAdmin, SecurityAdmin, AuditAdmin, Pipeline)
}

SEPARATED: Final = frozenset({SystemAdmin.code, SecurityAdmin.code, AuditAdmin.code})
"""Roles of which one account holds at most one."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """All permissions of the roles named; a name that is no role gives none."""
    held = [ROLES[code].permissions for code in roles if code in ROLES]
    return frozenset[Permission]().union(*held)
