"""One record in the audit trail for what a command shows of rows, on disk before a row is shown."""

from collections.abc import Sequence

from exchange_api.cli.speaking import door


def record(
    *,
    purpose: str,
    dataset: str,
    surface: str,
    rows: int,
    items: Sequence[str],
    providers: Sequence[str],
    version: int | None = None,
    reasons: Sequence[str] = (),
) -> None:
    """No look without a record, not even of those who hold the machine; with `reasons`, of what was refused."""
    from catalog.audit.trail import Trail

    numbered = {} if version is None else {"version": version}
    trail = Trail(door.settings())
    try:
        trail.record(
            at=door.now(),
            actor=door.actor(),
            purpose=purpose,
            dataset=dataset,
            **numbered,
            surface=surface,
            rows=rows,
            items=items,
            providers=providers,
            decision="refused" if reasons else "allowed",
            reasons=reasons,
        )
    finally:
        trail.close()
