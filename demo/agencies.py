"""The departments of the demo county, and which of them is the designated source of which base field."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.actions import agencies

# code: Chinese name, English name, kind (tax is a vertical unit: its data comes by back-flow, 回流)
AGENCIES: dict[str, tuple[str, str, str]] = {
    "police": ("公安局", "Public Security Bureau", "government"),
    "health": ("卫生健康局", "Health Commission", "government"),
    "hrss": ("人力资源和社会保障局", "Human Resources and Social Security Bureau", "government"),
    "civil": ("民政局", "Civil Affairs Bureau", "government"),
    "education": ("教育和体育局", "Education and Sports Bureau", "government"),
    "market": ("市场监督管理局", "Market Regulation Bureau", "government"),
    "establishment": ("机构编制委员会办公室", "Establishment Office", "government"),
    "tax": ("税务局", "Tax Bureau", "vertical"),
    "land": ("自然资源和规划局", "Natural Resources and Planning Bureau", "government"),
    "water": ("水务局", "Water Bureau", "government"),
    "ecology": ("生态环境分局", "Ecology and Environment Branch", "vertical"),
    "reform": ("发展和改革局", "Development and Reform Bureau", "government"),
    "stats": ("统计局", "Statistics Bureau", "government"),
    "finance": ("财政局", "Finance Bureau", "government"),
    "approval": ("行政审批服务局", "Administrative Approval Service Bureau", "government"),
    "housing": ("住房和城乡建设局", "Housing and Construction Bureau", "government"),
    "bureau": ("大数据局", "Data Bureau", "platform"),
}


def register_all(session: Session, *, by: str, now: datetime) -> None:
    """Register every department of the demo county."""
    for code, (name_zh, name_en, kind) in AGENCIES.items():
        agencies.register(session, code=code, name_zh=name_zh, name_en=name_en, kind=kind, by=by, now=now)
