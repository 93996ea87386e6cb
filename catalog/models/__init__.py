"""The registry's tables, one class per file. Accounts and grants belong to authorization."""

from sqlalchemy.orm import configure_mappers

from catalog.models.agency import Agency
from catalog.models.batch import Batch
from catalog.models.data_item import DataItem
from catalog.models.dataset import Dataset
from catalog.models.dataset_version import DatasetVersion
from catalog.models.erasure import Erasure
from catalog.models.erasure_mark import ErasureMark
from catalog.models.event import Event
from catalog.models.lineage_edge import LineageEdge
from catalog.models.review_decision import ReviewDecision
from catalog.models.rule_result import RuleResult
from catalog.models.run_step import RunStep
from catalog.models.source_designation import SourceDesignation
from catalog.models.standard_proposal import StandardProposal
from catalog.models.system import System
from catalog.models.ticket import Ticket
from catalog.models.ticket_note import TicketNote
from catalog.models.usage_report import UsageReport
from catalog.models.verdict import Verdict
from catalog.models.waiver import Waiver

__all__ = [
    "Agency",
    "Batch",
    "DataItem",
    "Dataset",
    "DatasetVersion",
    "Erasure",
    "ErasureMark",
    "Event",
    "LineageEdge",
    "ReviewDecision",
    "RuleResult",
    "RunStep",
    "SourceDesignation",
    "StandardProposal",
    "System",
    "Ticket",
    "TicketNote",
    "UsageReport",
    "Verdict",
    "Waiver",
]

configure_mappers()  # a mapping that does not fit says so on import, and no first query waits for it
