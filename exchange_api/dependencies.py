"""Who is calling, and may they come through this door. Every route names a Permission, or stands in PUBLIC."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from authorization.access import Caller, not_authenticated
from authorization.permissions import Permission
from catalog.errors import NotAllowed
from exchange_api.hub import Hub
from exchange_api.refusals import refuse

PUBLIC: Final = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/api/v1/keys",
        "/delta-sharing/files/{fingerprint}/{name}",
        "/login",
        "/logout",
        "/language/{language}",
        "/static/{name}",
    }
)
"""Routes without a permission: health, the description of the API, the public key that proves reports, files (whose
URL is itself a signed permission, checked at every byte range), sign-in and the portal's own assets."""


def hub_of(request: Request) -> Hub:
    """The hub of this process."""
    hub: Hub = request.app.state.hub
    return hub


TheHub = Annotated[Hub, Depends(hub_of)]


def caller_of(request: Request, hub: TheHub) -> Caller:
    """The caller by bearer token; raises NotAuthenticated. Wrong tokens are counted in /metrics, by route."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise not_authenticated()
    return hub.access.caller_with(token.strip(), hub.clock())


class Require:
    """A dependency that lets through callers who hold `permission`; the route's declaration and its check in one."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, hub: TheHub, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        """The caller; otherwise the refusal is recorded and NotAllowed raised."""
        if not caller.may(self.permission):
            refuse(hub, caller, surface=self.permission.value, reasons=["not_allowed"])
            raise NotAllowed(
                "您的角色不能进行此操作。如确有需要，请向数据管理员申请。",
                "Your role may not do this. If you need it, ask the data steward.",
                code="not_allowed",
                permission=self.permission.value,
            )
        return caller


def require(permission: Permission) -> Any:
    """Depends() on holding `permission`."""
    return Depends(Require(permission))


def declared(route: Any) -> set[Permission]:
    """The permissions a route asks for, found in its dependencies."""
    found: set[Permission] = set()
    waiting = [route.dependant] if hasattr(route, "dependant") else []
    while waiting:
        dependant = waiting.pop()
        call: Callable[..., Any] | None = dependant.call
        permission = getattr(call, "permission", None)
        if isinstance(permission, Permission):
            found.add(permission)
        waiting.extend(dependant.dependencies)
    return found


def own_agency(caller: Caller, widened_by: Permission) -> str:
    """The agency a listing is limited to: the caller's own, or '' (all) for who holds `widened_by`."""
    return "" if caller.may(widened_by) else caller.agency
