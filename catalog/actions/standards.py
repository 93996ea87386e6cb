"""Own standards: one steward proposes, another approves or refuses; what is approved is in force.

The registry holds every proposal; in_force gives what all approved ones add up to, keep_in_force writes it where the
processes of the hub read it.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.errors import Conflict, InvalidInput, NotAllowed, NotFound
from catalog.models import StandardProposal
from catalog.standards.own import in_force as file
from catalog.standards.own.additions import Additions, as_document, from_document, merged, named
from catalog.standards.own.check import Compiles, check

VERDICTS = {"approve": "approved", "refuse": "refused"}


def propose(
    session: Session,
    *,
    title: str,
    additions: Additions,
    compiles: Compiles,
    by: str,
    now: datetime,
    account: str = "",
) -> StandardProposal:
    """Put `additions` up for review. Raises InvalidInput for what cannot come into force (own/check.py), or no title.

    account: in whose name, where whoever acts (`by`) does so at a terminal for another; the event names both.
    """
    if not title.strip():
        raise InvalidInput("提案须写明标题。", "A proposal needs a title.", code="proposal_untitled")
    check(additions, in_force(session), compiles=compiles)
    made = StandardProposal(
        title=title.strip(),
        document=as_document(additions),
        status="proposed",
        proposed_by=account or by,
        proposed_at=now,
        reviewed_by="",
        reviewed_at=None,
        reason="",
    )
    session.add(made)
    session.flush()  # the event names the number the registry gives it
    details = {"adds": list(named(additions))} | ({"account": account} if account else {})
    subject = f"standard/{made.proposal_id}"
    record(session, tag=EventTag.STANDARD_PROPOSED, subject=subject, by=by, now=now, details=details)
    return made


def review(
    session: Session,
    *,
    proposal_id: int,
    verdict: str,
    reason: str,
    compiles: Compiles,
    by: str,
    now: datetime,
    account: str = "",
) -> StandardProposal:
    """Approve or refuse a proposal. What has come into force since it was made is looked at once more.

    Raises InvalidInput for no such verdict, no reason, or what can no longer come into force; NotAllowed for the
    proposer; Conflict for what was reviewed already; NotFound for no such proposal.
    """
    if verdict not in VERDICTS or not reason.strip():
        raise InvalidInput(
            "评审结论只能是 approve 或 refuse，并须写明理由。",
            "A verdict is approve or refuse, and it needs a reason.",
            code="standard_review_invalid",
        )
    proposal = get(session, proposal_id)
    _check_may(proposal, account or by)
    if verdict == "approve":
        check(from_document(proposal.document), in_force(session), compiles=compiles)
    proposal.status, proposal.reason = VERDICTS[verdict], reason.strip()
    proposal.reviewed_by, proposal.reviewed_at = account or by, now
    details = {"verdict": verdict} | ({"account": account} if account else {})
    subject = f"standard/{proposal_id}"
    record(session, tag=EventTag.STANDARD_REVIEWED, subject=subject, by=by, now=now, details=details)
    return proposal


def get(session: Session, proposal_id: int) -> StandardProposal:
    """The proposal of that number, held for this transaction; raises NotFound."""
    found = session.get(StandardProposal, proposal_id, with_for_update=True)
    if found is None:
        raise NotFound(
            f"没有编号为 {proposal_id} 的提案。请用 shuniu standard list 查看。",
            f"There is no proposal {proposal_id}. See: shuniu standard list.",
            code="proposal_unknown",
        )
    return found


def proposals(session: Session) -> Sequence[StandardProposal]:
    """Every proposal, the newest first."""
    return session.scalars(select(StandardProposal).order_by(StandardProposal.proposal_id.desc())).all()


def in_force(session: Session) -> Additions:
    """What all approved proposals add up to, in the order they were approved."""
    approved = select(StandardProposal.document).where(StandardProposal.status == "approved")
    order = (StandardProposal.reviewed_at, StandardProposal.proposal_id)
    return merged(from_document(document) for document in session.scalars(approved.order_by(*order)))


def keep_in_force(session: Session, folder: Path) -> bool:
    """Write what is in force where this hub's processes read it; False when it stands there already."""
    return file.keep(folder, in_force(session))


def _check_may(proposal: StandardProposal, reviewer: str) -> None:
    if proposal.status != "proposed":
        raise Conflict(
            f"提案 {proposal.proposal_id} 已经评审。",
            f"Proposal {proposal.proposal_id} has been reviewed already.",
            code="proposal_reviewed",
        )
    if proposal.proposed_by == reviewer:
        raise NotAllowed(
            f"提案 {proposal.proposal_id} 须由提出人以外的数据管理员评审。",
            f"Proposal {proposal.proposal_id} is reviewed by another steward than the one who made it.",
            code="proposal_own",
        )
