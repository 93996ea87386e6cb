"""What events and erasures of before may tell of who was erased: struck as it would not be written today.

Nobody can search these words any more for somebody the hub does not know any more, so they go whole; so do those of
requests about the same person that were refused before. A paper's number of offices alone, 莱个信删〔2026〕7号, names
nobody and stays: any other word before the year may be a name.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STRUCK = "■■"
PLAIN = re.compile(r"(?:莱|莱州|烟|鲁)?(?:个信|政|数)?(?:信删|删|函|信函|办|办函|办字|字|号文)〔[0-9]{4}〕[0-9]{1,5}号")
NOT_KEPT = {"erasure:asked": "reference", "dataset:retired": "reason"}
TOLD = (
    ("message_zh", "有内容依规定未予接收，交付文件不留存。如有疑问请联系数据管理员。"),
    (
        "message_en",
        "Something of it was not taken, as the rules have it, and the files are not kept. Ask the data steward.",
    ),
)  # fmt: skip
event = sa.table(
    "event", sa.column("event_id", sa.Integer), sa.column("tag", sa.String), sa.column("subject", sa.String),
    sa.column("details", sa.JSON),
)  # fmt: skip
erasure = sa.table(
    "erasure", sa.column("erasure_id", sa.Integer), sa.column("entity", sa.String), sa.column("status", sa.String),
    sa.column("reference", sa.String), sa.column("reason", sa.Text),
)  # fmt: skip
ticket = sa.table(
    "ticket", sa.column("rule_id", sa.String), sa.column("title_zh", sa.Text), sa.column("title_en", sa.Text)
)  # fmt: skip
batch = sa.table("batch", sa.column("message_zh", sa.Text), sa.column("message_en", sa.Text))


def upgrade() -> None:
    """Apply."""
    _events()
    for number in _unsearched():
        _erasure(number)
    for column, sentence in TOLD:
        held = batch.c[column]
        op.execute(sa.update(batch).where(held.contains(sentence)).values({held: sa.func.replace(held, sentence, "")}))


def downgrade() -> None:
    """Undo: what was struck is gone."""


def _events() -> None:
    """Words that stand in the row an event is about, where they can be struck, and no longer in the event."""
    found = sa.select(event.c.event_id, event.c.tag, event.c.details).where(event.c.tag.in_(NOT_KEPT))
    for number, tag, details in op.get_bind().execute(found).all():
        if NOT_KEPT[tag] in details:
            left = {name: value for name, value in details.items() if name != NOT_KEPT[tag]}
            op.execute(sa.update(event).where(event.c.event_id == number).values(details=left))


def _unsearched() -> list[int]:
    """Erasures carried out when nobody searched yet what people wrote, and the refused ones of the same persons."""
    bind = op.get_bind()
    begun = bind.execute(sa.select(event.c.subject, event.c.details).where(event.c.tag == "erasure:begun")).all()
    searched = {subject for subject, details in begun if "texts" in details}
    query = sa.select(erasure.c.erasure_id, erasure.c.entity, erasure.c.status)
    asked = bind.execute(query.where(erasure.c.status.in_(("done", "refused")))).all()
    gone = {one: entity for one, entity, status in asked if status == "done" and f"erasure/{one}" not in searched}
    entities = set(gone.values())
    return [one for one, entity, status in asked if one in gone or (status == "refused" and entity in entities)]


def _erasure(number: int) -> None:
    one = erasure.c.erasure_id == number
    op.execute(sa.update(erasure).where(one, erasure.c.reason != "").values(reason=STRUCK))
    reference = op.get_bind().execute(sa.select(erasure.c.reference).where(one)).scalar_one()
    if PLAIN.fullmatch(reference):
        return
    op.execute(sa.update(erasure).where(one).values(reference=STRUCK))
    for title in (ticket.c.title_zh, ticket.c.title_en):
        struck = sa.func.replace(title, reference, STRUCK)
        op.execute(sa.update(ticket).where(ticket.c.rule_id == f"erasure.{number}").values({title: struck}))
