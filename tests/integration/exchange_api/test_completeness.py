"""Forgetting is impossible: every route has its permission, every permission a role, every error a status."""

from authorization.permissions import Permission
from authorization.roles import ROLES, SEPARATED
from catalog import errors
from exchange_api.dependencies import PUBLIC, declared


def every_route(city):
    return [route for route in city.client.app.routes if hasattr(route, "methods")]


def test_every_route_declares_a_permission_or_is_public(city):
    undeclared = {route.path for route in every_route(city) if not declared(route)} - PUBLIC
    assert undeclared == set(), f"add a permission, or to exchange_api.dependencies.PUBLIC: {sorted(undeclared)}"


def test_no_public_route_is_forgotten_or_secretly_closed(city):
    paths = {route.path for route in every_route(city)}
    assert paths >= PUBLIC
    assert {route.path for route in every_route(city) if route.path in PUBLIC and declared(route)} == set()


def test_every_permission_is_held_by_a_role_and_asked_for_by_a_route(city):
    held = set().union(*(role.permissions for role in ROLES.values()))
    asked = set().union(*(declared(route) for route in every_route(city)))
    widening = {permission for permission in Permission if permission.value.startswith("all:")}
    assert held == set(Permission)
    assert set(Permission) - asked <= widening


def test_who_holds_all_holds_own_as_well(city):
    for role in ROLES.values():
        for permission in role.permissions:
            own = permission.value.replace("all:", "own:")
            assert own not in set(Permission) or Permission(own) in role.permissions


def test_the_three_administrators_share_nothing_but_the_catalogue_and_reading():
    rights = [ROLES[code].permissions for code in sorted(SEPARATED)]
    for number, one in enumerate(rights):
        for other in rights[number + 1 :]:
            assert {permission.value.rpartition(":")[2] for permission in one & other} <= {"read"}


def subclasses(kind):
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_hub_error_has_a_status_and_an_exit_code():
    for kind in subclasses(errors.HubError):
        assert 400 <= kind.http_status < 600, kind
        assert kind.exit_code in (1, 2), kind


def test_an_unexpected_error_answers_without_its_text_and_logs_only_its_class(city, monkeypatch, caplog):
    def broken(*_args, **_options):
        raise RuntimeError("CANARY stands in the text")

    monkeypatch.setattr(type(city.hub.facts), "published", broken)
    answer = city.records()
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "CANARY" not in answer.text
    assert "CANARY" not in "".join(record.getMessage() for record in caplog.records if record.name == "shuniu.api")


def test_sentences_come_in_the_callers_language(city):
    assert "Nobody proved" in city.client.get("/api/v1/runs", headers={"Accept-Language": "en"}).json()["detail"]
    assert "身份" in city.client.get("/api/v1/runs").json()["detail"]


def test_metrics_name_routes_never_what_was_asked(city):
    city.records(filter="person_no:eq:CANARY")
    city.get("/api/v1/datasets/CANARY")
    text = city.client.get("/metrics").text
    assert 'route="/api/v1/datasets/{dataset}/records"' in text
    assert "CANARY" not in text
