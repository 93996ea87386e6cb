"""Grounds on which a person's data is erased by law, and on which that is refused: code -> words."""

from collections.abc import Mapping
from typing import Final

GROUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "purpose_achieved": (
        "处理目的已实现、无法实现或不再必要",
        "the purpose is achieved, cannot be, or needs it no more",
    ),
    "retention_expired": ("停止提供服务或保存期限已届满", "the service has ended or the period of keeping has run out"),
    "consent_withdrawn": ("个人撤回同意", "the person has withdrawn consent"),
    "unlawful": ("违反法律、行政法规或约定处理", "it was processed against the law or an agreement"),
    "other_law": ("法律、行政法规规定的其他情形", "another case the law provides for"),
}
"""PIPL Art. 47 (1) to (5)."""
REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "retention_required": ("法定保存期限未届满", "the period the law has it kept for has not run out"),
    "statutory_duty": ("履行法定职责所必需", "a statutory duty needs it (PIPL Art. 13, 34)"),
    "proceedings": ("诉讼、仲裁或监察调查所需", "proceedings or an investigation need it"),
    "not_the_person": ("申请人身份不符或不在本库", "who asks is not the person, or is not held here"),
}
"""It is told to who asked."""
