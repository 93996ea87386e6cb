"""Accounts and grants: rows, events, refusals, and that every process notices."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from authorization.access import Access
from authorization.actions import accounts, grants
from authorization.models import AccessGrant, Account, Credential
from authorization.roles import ROLES
from catalog.database import open_reader, open_session
from catalog.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from catalog.models import Event
from tests.integration.exchange_api.city import NOW, TOPIC, grant, register


@pytest.fixture
def hub(registry):
    from catalog.actions import agencies

    with open_session(registry) as session:
        for code in ("housing", "civil", "stats"):
            agencies.register(session, code=code, name_zh=code, name_en=code, by="t", now=NOW)
        register(session, registry)
    return registry


def make(session, login="clerk", agency="housing", roles=("consumer",), **changes):
    given = {"kind": "person", "password": "Correct-Horse-7", "name_zh": "办事员", "name_en": "Clerk"} | changes
    return accounts.create(session, login=login, agency=agency, roles=list(roles), by="boss", now=NOW, **given)


def events(settings, tag):
    with open_reader(settings) as session:
        return [(event.subject, event.by) for event in session.scalars(select(Event).where(Event.tag == tag))]


def test_an_account_is_made_with_one_event_and_without_its_password(hub):
    with open_session(hub) as session:
        make(session)
    assert events(hub, "account:created") == [("clerk", "boss")]
    with open_reader(hub) as session:
        stored = session.get(Account, "clerk")
    assert stored.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"roles": ("nobody",)}, InvalidInput),
        ({"roles": ()}, InvalidInput),
        ({"roles": ("system_admin", "audit_admin")}, InvalidInput),
        ({"password": "short"}, InvalidInput),
        ({"password": "alllowercase"}, InvalidInput),
        ({"kind": "service"}, InvalidInput),
        ({"password": None}, InvalidInput),
        ({"agency": "nowhere"}, NotFound),
        ({"login": "Not A Login"}, InvalidInput),
    ],
)
def test_impossible_accounts_are_refused_and_leave_nothing(hub, changes, error):
    with pytest.raises(error), open_session(hub) as session:
        make(session, **changes)
    assert events(hub, "account:created") == []


def test_a_login_is_taken_once(hub):
    with open_session(hub) as session:
        make(session)
    with pytest.raises(Conflict), open_session(hub) as session:
        make(session)


def test_a_token_proves_its_account_until_it_ends(hub):
    with open_session(hub) as session:
        make(session)
        token = accounts.issue_token(session, login="clerk", label="pc", days=10, by="boss", now=NOW)
    access = Access(hub)
    caller = access.caller_with(token, NOW)
    assert (caller.login, caller.agency, caller.permissions) == ("clerk", "housing", ROLES["consumer"].permissions)
    for wrong in (token[:-1] + "~", token.replace("shuniu", "other"), "", token + "x"):
        with pytest.raises(NotAuthenticated):
            access.caller_with(wrong, NOW)
    with pytest.raises(NotAuthenticated):
        access.caller_with(token, NOW + timedelta(days=10))
    with open_reader(hub) as session:
        assert token.rpartition("_")[2] not in str(vars(session.scalars(select(Credential)).one()))


def test_revoked_tokens_and_disabled_accounts_are_forgotten_when_the_revision_is_looked_at(hub):
    moments = [0.0]
    access = Access(hub, monotonic=lambda: moments[0])
    with open_session(hub) as session:
        make(session)
        token = accounts.issue_token(session, login="clerk", label="", days=1, by="boss", now=NOW)
    access.caller_with(token, NOW)
    with open_session(hub) as session:
        accounts.disable(session, login="clerk", by="boss", now=NOW)
    access.caller_with(token, NOW)  # remembered for at most half a second
    moments[0] += 0.5
    with pytest.raises(NotAuthenticated):
        access.caller_with(token, NOW)
    assert events(hub, "account:disabled") == [("clerk", "boss")]


def test_a_session_ends_when_signed_out_and_all_end_with_the_account(hub):
    moments = [0.0]
    access = Access(hub, monotonic=lambda: moments[0])

    def enter():
        with open_session(hub) as session:
            return accounts.sign_in(session, login="clerk", lasts=timedelta(hours=8), by="clerk", now=NOW)

    def standing(*names):
        moments[0] += 0.5
        return [name for name in names if access.holder(name, NOW)]

    with open_session(hub) as session:
        make(session)
    first, second, third = enter(), enter(), enter()
    assert standing(first, second, third) == [first, second, third]
    with open_session(hub) as session:
        accounts.sign_out(session, session_id=first, by="clerk", now=NOW)
    assert standing(first, second, third) == [second, third]
    with open_session(hub) as session:
        accounts.disable(session, login="clerk", by="boss", now=NOW)
        assert {row.revoked_at for row in session.scalars(select(Credential))} == {NOW}
    assert standing(first, second, third) == []
    assert events(hub, "account:signed_out") == [("clerk", "clerk")]


def test_sessions_that_have_run_out_are_swept_at_the_next_sign_in(hub):
    with open_session(hub) as session:
        make(session)
        accounts.sign_in(session, login="clerk", lasts=timedelta(hours=8), by="clerk", now=NOW)
        later = NOW + timedelta(hours=8)
        kept = accounts.sign_in(session, login="clerk", lasts=timedelta(hours=8), by="clerk", now=later)
        assert session.scalars(select(Credential.token_id)).all() == [kept]
        token = accounts.issue_token(session, login="clerk", label="", days=1, by="boss", now=later)
        with pytest.raises(NotFound):
            accounts.sign_out(session, session_id=token.split("_")[1], by="clerk", now=later)


def test_a_grant_is_issued_and_revoked_with_one_event_each(hub):
    with open_session(hub) as session:
        grant(session)
    with open_session(hub) as session:
        grants.revoke(session, code="housing_grant", by="security", now=NOW)
        grants.revoke(session, code="housing_grant", by="security", now=NOW + timedelta(days=1))
    assert events(hub, "grant:issued") == [("housing_grant", "test")]
    with open_reader(hub) as session:
        assert session.get(AccessGrant, "housing_grant").revoked_at == NOW


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"items": ["no_such"], "masks": {}}, InvalidInput),
        ({"items": [], "masks": {}}, InvalidInput),
        ({"masks": {"phone": "phone"}}, InvalidInput),
        ({"masks": {"name": "band:5"}}, InvalidInput),
        ({"items": ["secret_note"], "masks": {}}, InvalidInput),
        ({"row_filter": {"item": "nothing", "op": "eq", "value": "1"}}, InvalidInput),
        ({"purpose": " "}, InvalidInput),
        ({"legal_basis": ""}, InvalidInput),
        ({"valid_until": NOW - timedelta(days=1)}, InvalidInput),
        ({"surfaces": ["telepathy"]}, InvalidInput),
        ({"surfaces": []}, InvalidInput),
        ({"surfaces": ["verify"]}, InvalidInput),
        ({"account": "nobody"}, InvalidInput),
        ({"agency": "nowhere"}, NotFound),
        ({"dataset": "nothing_here"}, NotFound),
    ],
)
def test_grants_that_make_no_sense_are_refused_and_leave_nothing(hub, changes, error):
    with pytest.raises(error), open_session(hub) as session:
        grant(session, **changes)
    assert events(hub, "grant:issued") == []


def test_a_dataset_not_to_be_shared_cannot_be_granted(hub):
    with open_session(hub) as session:
        register(session, hub, sharing="none")
    with pytest.raises(NotAllowed), open_session(hub) as session:
        grant(session, dataset=TOPIC)


def test_with_the_event_failing_nothing_is_stored(hub, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("no event")

    monkeypatch.setattr(grants, "record", broken)
    with pytest.raises(RuntimeError), open_session(hub) as session:
        grant(session)
    with open_reader(hub) as session:
        assert session.get(AccessGrant, "housing_grant") is None
