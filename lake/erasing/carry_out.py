"""Carry out the erasures that were approved, each so that a run killed anywhere and run again comes to the same end.

    marks set → every table rewritten, a dataset's delivered files before its rows, what tells who it is last
    → published anew → old versions swept → files made for recipients removed

Nothing of it may run beside a load or a build: collecting and building are locked out on this machine, and with a
batch still to be judged it refuses. Another machine's write to the same table fails one of the two, and is run again.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial

from sqlalchemy import select

from catalog import queries
from catalog.actions import datasets, erasures
from catalog.database import open_reader, open_session
from catalog.errors import Conflict
from catalog.models import Batch, DataItem, Dataset, DatasetVersion
from catalog.settings import Settings
from lake import storage, tables
from lake.bases.locking import none_building
from lake.bases.population import POPULATION
from lake.bases.remembering import BASE, KNOWN
from lake.delta.commit import open_table
from lake.erasing import rules
from lake.erasing.editing import RUN, Rule, counted, edit, left
from lake.erasing.forgetting import forget_texts, forget_topics
from lake.erasing.subject import Subject, subject_of
from lake.erasing.sweeping import remove_deliveries, remove_shared, sweep
from lake.erasing.telling import tell
from lake.erasing.whose import named_alone
from lake.erasing.wording import struck
from lake.layout import PUBLISHED, ZONES, Layout
from lake.loading import deliveries
from lake.storage import remove_file

LAST = ("population_history", "population_provenance", "population_links")
"""What tells who it is: rewritten last, so that a run that broke off can still be finished."""


def carry_out(settings: Settings, *, now: datetime, by: str, account: str = "") -> dict[int, int]:
    """Every approved erasure, and those a run left unfinished: its number -> rows of the lake's tables it took out or
    emptied cells of, by all its runs.

    account: in whose name, where `by` is a terminal. Raises Conflict, before anything is touched, while a load or a
    build runs, a batch is on its way or a published version is not the newest; after all others, for persons whose
    number somebody else bears: they are left as they are.
    """
    with open_reader(settings) as session:
        listed = erasures.listed(session, "approved", "begun")
        waiting = [(one.erasure_id, one.entity, one.reference, one.status) for one in listed]
    if not waiting:
        return {}
    done: dict[int, int] = {}
    refused: list[int] = []
    moved: list[int] = []
    with ExitStack() as held:
        held.enter_context(none_building(settings))
        roots = (Layout(settings.lake_url).zone("raw"), str(settings.home / "deliveries"))
        for dataset in sorted({name for root in roots for name in storage.folders(root, settings)}):
            held.enter_context(deliveries.lock(settings, dataset))
        places = _places(settings)
        _check_quiet(settings, places)
        for number, entity, reference, status in waiting:
            subject = subject_of(settings, entity)
            if status == "approved" and not subject.keys:
                moved.append(number)
                continue
            if subject.others:
                refused.append(number)
                continue
            with open_session(settings) as session:
                kept_out, words = subject.marks(settings), partial(struck, subject)
                erasures.begin(
                    session, erasure_id=number, marks=kept_out, struck=words, by=by, account=account, now=now
                )
            told = partial(tell, settings, erasure=number, reference=words(reference, (entity,)), by=by, now=now)
            rows = _through(
                settings, subject, places, number, told, partial(_publish, settings, places, by=by, now=now)
            )
            with open_session(settings) as session:
                erasures.finish(session, erasure_id=number, rows=rows, by=by, account=account, now=now)
            done[number] = rows
    if refused:
        raise _shared(refused)
    if moved:
        raise _moved(moved)
    return done


def _through(
    settings: Settings,
    subject: Subject,
    places: list[tuple[str, str]],
    number: int,
    told: Callable[..., None],
    publish: Callable[[], None],
) -> int:
    """Everything of one erasure between its marks and its end; the rows its commits say they touched."""
    alike = _alike(settings, subject, places)
    told = partial(told, alike=alike)
    for dataset in sorted({*subject.keys, *alike}):
        told(dataset)
    _erase(settings, subject, places, number, told)
    publish()
    uris = [Layout(settings.lake_url).found(zone, name) for zone, name in places]
    for uri in uris:
        sweep(settings, uri)
    remove_shared(settings)
    return sum(counted(settings, uri, run=str(number)) for uri in uris)


def _alike(settings: Settings, subject: Subject, places: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Dataset -> titles of its items in which somebody of the same name stands, without a number or other proof.

    As delivered too: a row of a night that was refused stands nowhere else.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for zone, name in places:
        delivered = zone in ("raw", "quarantine", "standard") and name not in found
        items = _items(settings, zone, name) if delivered else {}
        alone = named_alone(name, list(items.values())).names
        uri = Layout(settings.lake_url).found(zone, name)
        if alone and left(settings, uri, rules.same_name(name, tables.schema(uri, settings=settings), subject, items)):
            found[name] = [(item.title_zh, item.title_en) for item in items.values() if item in alone]
    return found


def _shared(refused: list[int]) -> Conflict:
    numbers = ", ".join(map(str, refused))
    return Conflict(
        f"依法删除 {numbers} 的人员，其证件号还有别人在用，无法分辨哪些记录属于谁，未作删除；其他依法删除已执行。"
        "请先由数据部门更正证件号，待下次建库后再运行。",
        f"Another person bears the identity number of the person of erasure {numbers}, so whose rows are whose cannot"
        " be told: nothing of theirs was erased, every other erasure was carried out. Have the department correct the"
        " number, and run again after the next build.",
        code="erasure_number_shared",
        erasures=refused,
    )


def _moved(moved: list[int]) -> Conflict:
    numbers = ", ".join(map(str, moved))
    return Conflict(
        f"依法删除 {numbers} 的人员标识在批准之后已并入他人或拆分，名下已无记录，未作删除；其他依法删除已执行。"
        "请不予删除该项，再按现在的标识（shuniu base explain）重新提出。",
        f"The id of the person of erasure {numbers} merged into another or was split after the approval, so nothing"
        " stands under it: nothing was erased, every other erasure was carried out. Refuse it and ask anew under the id"
        " of today (shuniu base explain).",
        code="erasure_entity_moved",
        erasures=moved,
    )


def _check_gone(settings: Settings, subject: Subject, places: list[tuple[str, str]]) -> None:
    """Raise Conflict where a rule still finds something: while who it is still stands, so a next run can go on."""
    still = [
        f"{zone}/{name}"
        for zone, name in places
        if left(settings, Layout(settings.lake_url).found(zone, name), _rule(settings, zone, name, subject))
    ]
    if still:
        raise Conflict(
            f"删除后 {'、'.join(still)} 中仍查到该人员的数据，删除尚未完成。请确认没有其他程序写入，再重新运行。",
            f"After erasing, {', '.join(still)} still held data of the person, so the erasure stays open. See that"
            " nothing else writes there and run again.",
            code="erasure_not_complete",
            tables=still,
        )


def _erase(
    settings: Settings, subject: Subject, places: list[tuple[str, str]], number: int, told: Callable[[str], None]
) -> None:
    for dataset in sorted(subject.keys):
        remove_deliveries(settings, dataset)
    _remove_held(settings)
    forget_texts(settings, places, number)
    telling = [place for place in places if place[0] == "base" and place[1] in LAST]
    telling.sort(key=lambda place: LAST.index(place[1]))
    for group in ([place for place in places if place not in telling], telling):
        for zone, name in group:
            facts = _history_facts(settings) if (zone, name) == ("base", LAST[0]) else {}
            before = partial(_before_rows_go, settings, zone, name, told)
            rule = _rule(settings, zone, name, subject)
            edit(
                settings, Layout(settings.lake_url).found(zone, name), rule, run=str(number), facts=facts, before=before
            )
        _check_gone(settings, subject, group)
    forget_topics(settings, places, number)


def _before_rows_go(settings: Settings, zone: str, name: str, told: Callable[[str], None]) -> None:
    """Afterwards a run that broke off would no longer find out that this dataset delivered the person."""
    remove_deliveries(settings, name)
    if zone in rules.DELIVERED:
        told(name)


def _rule(settings: Settings, zone: str, name: str, subject: Subject) -> Rule:
    uri = Layout(settings.lake_url).found(zone, name)
    if zone == "base" and name.endswith(rules.PAIRS):
        records = name.removesuffix(rules.PAIRS) + rules.RECORDS
        there = tables.version(Layout(settings.lake_url).found(zone, records), settings=settings) is not None
        source = tables.scan(Layout(settings.lake_url).found(zone, records), settings=settings) if there else ""
        return rules.of_pairs(_rule(settings, zone, records, subject) if there else None, source)
    source = tables.scan(uri, settings=settings)
    schema = tables.schema(uri, settings=settings)
    return rules.of_table(zone, name, schema, subject, _items(settings, zone, name), source)


def _remove_held(settings: Settings) -> None:
    """The files of held deliveries of datasets that tell of persons: nobody could read who stands in them."""
    personal = select(DataItem.dataset).where(DataItem.personal != "none")
    query = select(Batch.dataset, Batch.batch_id).where(Batch.status == "held", Batch.dataset.in_(personal))
    with open_reader(settings) as session:
        held = session.execute(query).all()
    for dataset, batch in held:
        remove_deliveries(settings, dataset, batch)


def _history_facts(settings: Settings) -> dict[str, str]:
    """The history stands by the base as it is rewritten: else the next build would state everything anew."""
    layout = Layout(settings.lake_url)
    commits = tables.history(layout.base(LAST[0]), 100, settings=settings)
    last = next((commit for commit in commits if BASE in commit), None)
    version = tables.version(layout.base(POPULATION.name), settings=settings)
    return {BASE: str(version), KNOWN: str(last[KNOWN])} if last else {}


def _places(settings: Settings) -> list[tuple[str, str]]:
    layout = Layout(settings.lake_url)
    return [
        (zone, name)
        for zone in ZONES
        for name in storage.folders(layout.zone(zone), settings)
        if tables.version(Layout(settings.lake_url).found(zone, name), settings=settings) is not None
    ]


def _items(settings: Settings, zone: str, name: str) -> Mapping[str, DataItem]:
    """Column -> item of a dataset's table: by the names of the source in the raw zone."""
    with open_reader(settings) as session:
        items = queries.items(session, name) if session.get(Dataset, name) else []
    return {(item.source_name or item.name) if zone == "raw" else item.name: item for item in items}


def _check_quiet(settings: Settings, places: list[tuple[str, str]]) -> None:
    """Raise Conflict while something is on its way; remove the staged files of batches that are judged."""
    layout = Layout(settings.lake_url)
    with open_reader(settings) as session:
        batches = session.execute(select(Batch.dataset, Batch.batch_id, Batch.status)).all()
        pinned = queries.published_all(session)
    if on_the_way := sorted({dataset for dataset, _, status in batches if status in ("collected", "standardised")}):
        raise Conflict(
            f"数据集 {'、'.join(on_the_way)} 有批次尚未判定，暂不能执行删除。请等夜间流程结束后再运行。",
            f"Batches of {', '.join(on_the_way)} are still to be judged. Erase once the night's run has ended.",
            code="erasure_not_quiet",
        )
    for dataset, batch, _ in batches:
        remove_file(layout.staging(dataset, batch), settings)
    for zone, name in places:
        if zone in PUBLISHED and name in pinned and not _newest(settings, zone, name, pinned[name]):
            raise Conflict(
                f"{name} 已发布的版本不是最新版本，删除会使其无法读取。请先发布最新版本，或等它通过质量关。",
                f"The published version of {name} is not its newest, and erasing would remove its files. Publish the"
                " newest first, or wait until it passes the gate.",
                code="version_published",
                dataset=name,
            )


def _newest(settings: Settings, zone: str, name: str, published: DatasetVersion) -> bool:
    """Whether the published version is the newest but for what an erasure rewrote and what a vacuum wrote down."""
    commits = tables.history(Layout(settings.lake_url).found(zone, name), 100, settings=settings)
    later = [commit for commit in commits if int(commit["version"]) > published.delta_version]
    return all(
        str(commit.get("run_id", "")).startswith(RUN) or str(commit["operation"]).startswith("VACUUM")
        for commit in later
    )


def _publish(settings: Settings, places: list[tuple[str, str]], *, by: str, now: datetime) -> None:
    """Make the rewritten tables the published ones, under the verdict they had: rows are missing, none is new."""
    with open_session(settings) as session:
        pinned = queries.published_all(session)
        for zone, name in places:
            uri = Layout(settings.lake_url).found(zone, name)
            table = open_table(uri, settings) if name in pinned and zone in PUBLISHED else None
            if table is not None and int(table.version()) != pinned[name].delta_version:
                datasets.publish(
                    session,
                    dataset=name,
                    uri=pinned[name].uri,
                    delta_version=int(table.version()),
                    rows=tables.rows(uri, settings=settings),
                    verdict_id=pinned[name].verdict_id,
                    by=by,
                    now=now,
                )
