"""A plan as the lake executes it: one SQL expression per shown column, one row condition, their parameters. Pure.

Nothing is read that is not shown: hidden items stand neither in the projection nor in the order. That the SQL gives
what the Python reference (`shown_rows`) gives is tested on generated tables.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from authorization.filters import holds, to_sql
from authorization.masking import apply, recipient_key
from authorization.masking import to_sql as mask_to_sql
from authorization.policy import Plan


@dataclass(frozen=True)
class PushDown:
    """`columns`: (name, SQL expression) in order; `where`: SQL condition, empty for every row; `params`: by name.

    `fingerprint` names the policy: equal for equal results from equal rows, different otherwise.
    """

    columns: tuple[tuple[str, str], ...]
    where: str
    params: Mapping[str, Any]
    fingerprint: str


def push_down(plan: Plan, master: bytes) -> PushDown:
    """The plan as SQL; `master` is the hub's pseudonym key."""
    params: dict[str, Any] = {}
    columns = []
    for number, column in enumerate(plan.columns):
        sql = mask_to_sql(column.mask, column.name, _key(plan, column.element, master), prefix=f"m{number}")
        columns.append((column.name, sql.text))
        params |= sql.params
    where = plan.where
    condition = to_sql(where) if where is not None else None
    if condition is not None:
        params |= condition.params
    salt = hashlib.sha256(b"fingerprint\x1f" + master).hexdigest()[:16]
    return PushDown(tuple(columns), condition.text if condition else "", params, plan.fingerprint(salt))


def shown_rows(plan: Plan, rows: Iterable[Mapping[str, Any]], master: bytes) -> list[dict[str, Any]]:
    """The reference: what a recipient may see of `rows`, in plain Python, in the order given."""
    where = plan.where
    return [
        {
            column.name: apply(column.mask, row[column.name], _key(plan, column.element, master))
            for column in plan.columns
        }
        for row in rows
        if where is None or holds(where, row)
    ]


def _key(plan: Plan, element: str, master: bytes) -> bytes:
    return recipient_key(master, agency=plan.grant.agency, element=element)
