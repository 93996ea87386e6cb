"""Judge every batch that waits, then what only all of them together can tell: the rules between datasets.

One process for all, because Great Expectations takes seconds to import.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from catalog import queries
from catalog.actions import batches, runs, standards
from catalog.contracts import Contract, load_contract
from catalog.database import open_reader, open_session
from catalog.errors import HubError
from catalog.settings import Settings
from dags.steps import lineage
from lake.loading import history
from quality.across import judge_across, only_across, pending, through_identity
from quality.rules.rule import Verdict
from quality.run import judge
from quality.tickets import follow
from quality.verdicts import unsettled, waivers


def judge_waiting(
    settings: Settings, *, clock: Callable[[], datetime], only: Collection[str] | None = None
) -> dict[str, str]:
    """Judge all standardised batches, oldest first, then every rule between datasets whose tables have changed.

    only: the datasets to judge, where not all (None) are meant. Returns dataset → sentence for those that could not be
    judged: such a dataset keeps its last good standard table, the others go on.
    """
    with open_reader(settings) as session:
        standards.keep_in_force(session, settings.standards_dir)
        waiting = [(batch.batch_id, batch.dataset) for batch in queries.batches(session, status="standardised")]
    failed: dict[str, str] = {}
    for batch_id, dataset in waiting:
        if dataset in failed or not (only is None or dataset in only):
            continue  # later batches of a dataset must not overtake one that failed
        try:
            _judge(settings, batch_id, dataset, clock=clock)
        except HubError as error:
            failed[dataset] = error.sentence(settings.language)
    for path in sorted(settings.contracts_dir.glob("*.odcs.yaml")):
        if only is not None and path.name.removesuffix(".odcs.yaml") not in only:
            continue
        try:
            _judge_across(settings, load_contract(path), clock=clock)
        except HubError as error:
            failed.setdefault(path.name.removesuffix(".odcs.yaml"), error.sentence(settings.language))
    return failed


def judge_identities(settings: Settings, *, clock: Callable[[], datetime]) -> dict[str, str]:
    """Ask, once the bases are built, the rules that look at whom rows are about; dataset → sentence of what failed."""
    failed: dict[str, str] = {}
    for path in sorted(settings.contracts_dir.glob("*.odcs.yaml")):
        try:
            contract = load_contract(path)
            if through_identity(contract):
                _judge_across(settings, contract, clock=clock)
        except HubError as error:
            failed[path.name.removesuffix(".odcs.yaml")] = error.sentence(settings.language)
    return failed


def _judge(settings: Settings, batch_id: str, dataset: str, *, clock: Callable[[], datetime]) -> None:
    contract = load_contract(settings.contracts_dir / f"{dataset}.odcs.yaml")
    way = lineage.judging(settings, contract)
    with lineage.step(settings, way, stage="judge", dataset=dataset, agency=contract.agency, clock=clock) as step:
        step.batch = batch_id
        now = clock()
        waived = waivers(settings, dataset, now)
        verdict = judge(settings, contract, batch_id, now=now, waivers=waived)
        step.rows = verdict.rows
        if verdict.outcome == "error":
            raise unsettled(verdict)  # the batch waits, and is judged anew when the rule is mended
        # Before the batch is done with: killed here, it is followed again.
        follow(settings, contract, verdict, waived={waiver.rule_id for waiver in waived})
        history.follow(settings, contract, batch_id)
    with open_session(settings) as session:
        batches.advance(session, batch_id=batch_id, status="judged")


def _judge_across(settings: Settings, contract: Contract, *, clock: Callable[[], datetime]) -> None:
    """The rules of one dataset that look into others. Its rows were counted when its batch was judged."""
    if not pending(settings, contract):
        _follow_across(settings, contract, clock())  # killed before it was followed, it is followed now
        return
    with runs.step(settings, stage="judge", dataset=contract.dataset, agency=contract.agency, clock=clock):
        verdict = _follow_across(settings, contract, clock())
        if verdict is not None and any(result.outcome == "error" for result in verdict.results):
            raise unsettled(verdict)


def _follow_across(settings: Settings, contract: Contract, now: datetime) -> Verdict | None:
    waived = waivers(settings, contract.dataset, now)
    verdict = judge_across(settings, contract, now=now, waivers=waived)
    if verdict is None:
        return None
    told = only_across(verdict)
    # The whole table was asked, so a rule that nothing breaks any more is settled, however rows are delivered.
    follow(settings, replace(contract, mode="snapshot"), told, waived={waiver.rule_id for waiver in waived})
    return told
