"""Every console and API route declares the permission that it needs."""

from importlib import import_module

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from syndicate.web import app as application
from syndicate.web.api.access import Needs as TokenNeeds
from syndicate.web.console.access import Needs as SessionNeeds

# Who works here and what opens the house is not for everybody who may read.
MORE = tuple(
    f"{face}/{page}"
    for face in ("/console", "/api/v1")
    for page in ("operators", "tokens", "sessions", "keys")
)
# Whoever signs in or out is nobody yet, or nobody any more.
OPEN = {
    *("/console/sign-in", "/console/sign-in/{link}", "/console/sign-out"),
    *("/console/sign-in/passkey", "/console/sign-in/code"),
}
OF_READERS = tuple(
    f"{face}/{page}"
    for face, page in (
        ("/console", "readers"),
        ("/console", "suppressions"),
        ("/api/v1", "subscribers"),
        ("/api/v1", "suppressions"),
    )
)
# How one signs in oneself is everybody's own, whatever else they may do.
OWN = "/console/me"


def routes(*prefixes: str) -> list[APIRoute]:
    modules = [import_module(name) for name in application.ROUTERS]
    return [
        route
        for module in modules
        for route in module.router.routes
        if isinstance(route, APIRoute) and route.path.startswith(prefixes)
    ]


def needs(dependant: Dependant) -> list[object]:
    found = [each.call for each in dependant.dependencies]
    return [call for call in found if isinstance(call, TokenNeeds | SessionNeeds)]


@pytest.mark.parametrize(
    "route", routes("/console"), ids=lambda route: f"{route.name} {route.path}"
)
def test_console_route_needs_a_session_with_a_permission(route: APIRoute) -> None:
    kinds = [type(each) for each in needs(route.dependant)]

    assert kinds == ([] if route.path in OPEN else [SessionNeeds])


@pytest.mark.parametrize(
    "route", routes("/api/", "/metrics"), ids=lambda route: f"{route.name} {route.path}"
)
def test_api_route_needs_a_token_with_a_permission(route: APIRoute) -> None:
    assert [type(each) for each in needs(route.dependant)] == [TokenNeeds]


def test_reading_changes_nothing_and_changing_needs_more_than_reading() -> None:
    for route in routes("/console", "/api/"):
        if route.path in OPEN or route.path.startswith(OWN):
            continue
        (need,) = needs(route.dependant)
        # One reader is nobody's to read but whoever may find readers; each look is in the audit.
        is_of_a_reader = route.path.startswith(OF_READERS)
        is_reading = route.methods == {"GET"} and route.path != "/console/stop"
        is_reading = is_reading and not (is_of_a_reader or route.path.startswith(MORE))
        assert isinstance(need, TokenNeeds | SessionNeeds)
        assert (need.permission.value == "read") is is_reading, route.path
