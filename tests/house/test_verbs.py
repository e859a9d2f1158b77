"""Whatever writes on somebody's word is a verb, and stands in the table that asks every face."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

import syndicate
from syndicate.newsroom.verbs import Verb
from tests.house.test_docs import all_commands
from tests.house.test_permissions import OPEN, OWN, needs, routes
from tests.verbs.asked import Done, called
from tests.verbs.table import DONE, NOES

# What a relay took and what came back: a server speaks there, not a person.
REPORTS = {"/api/v1/accepts"}
# They ask others, which needs a permission, and store nothing.
LOOKING = {
    *("/api/v1/sources/find", "/console/sources/find", "/console/start/stories"),
    "/api/v1/newsletters/{slug}/subscribers/dry-run",
}
REPORTING = {"mailings accepts", "bounces ingest", "bounces fetch", "bounces listen",
             "feeds read-log"}  # fmt: skip
OF_ANY_KIND = ("list", "show")  # of each kind that a newsroom is made of
READING = {
    *("articles list", "articles show", "sources list", "sources check", "sources find"),
    *("sources hubs", "sources secret", "collect parse", "collect extract", "feeds list"),
    *("feeds show", "feeds watch", "newsletters list", "newsletters dry-run"),
    "newsletters show",
    *("newsletters preview", "issues list", "issues show", "issues preview", "mailings list"),
    *("mailings show", "mailings lint", "bounces classify", "bounces incidents", "senders list"),
    *("subscribers counts", "tokens list", "tokens show", "keys list", "doctor", "sample list"),
    *(
        f"{kind} {read}"
        for kind in ("publications", "sections", "desks", "streams")
        for read in OF_ANY_KIND
    ),
    *("operators list", "operators show", "operators sessions", "sources show"),
    *("mailings holds", "newsletters offers", "audit", "limits list"),
    *("alarms list", "alarms show"),
}
# Jobs by hand do what a worker would do next; the others run the house, or play a newsroom in it.
RUNNING = {
    *(
        "operators tell",
        "feeds hub",
        "collect measure",
        "up",
        "servers",
        "demo",
        "migrate",
        "web",
        "worker",
        "beat",
    ),
    *("sample edit", "sample remove"),
}
# A link for a role is worth nothing until it is used, and its use is a line in the audit (sign-in);
# one for an operator is made by a verb (tests/cli/test_console_link.py).
LINKING = {"console-link"}
# Whoever asks for it is nobody yet: tests/web/test_console.py asks each of its doors.
AT_THE_DOOR = {"newsroom.sessions.sign_in"}
# How one signs in oneself: needs no more than being signed in as an operator, and a device that
# answers. tests/web/test_own_sign_in.py asks each of them.
OF_ONESELF = {
    *("newsroom.passkeys.add", "newsroom.passkeys.remove"),
    *("newsroom.sessions.make_codes", "newsroom.sessions.end_own"),
}
# A line that is taken out must have been put in, and every process restarted:
# tests/keys/test_master.py asks it, and tests/cli/test_keys.py.
IN_STEPS = {"keys.master.end"}
# Several verbs, one after the other, each of which stands in the table by itself.
BOTH = {"send", "setup"}


def verbs() -> Iterator[str]:
    for found in pkgutil.walk_packages(syndicate.__path__, "syndicate."):
        if ".migrations" in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, value in list(vars(module).items()):  # a look may load others late
            if isinstance(value, Verb) and value.__module__ == found.name:
                yield f"{found.name.removeprefix('syndicate.')}.{name}"


def _plain_method(body: object) -> str:
    return "GET" if body is None else "POST"


def asked_of(route: APIRoute) -> list[Done]:
    """The rows of the table that ask this route."""
    face = "console" if route.path.startswith("/console") else "api"
    prefix = {"console": "/console", "api": "/api/v1"}[face]
    found = []
    for row in DONE:
        asked = getattr(row.asked, face)
        method, _, said = asked[0].rpartition(" ") if asked else ("", "", "")
        path = asked and prefix + re.sub(r"\{\w+\}", "1", said).partition("?")[0]
        is_it = path and route.path_regex.fullmatch(path)
        if is_it and (method or _plain_method(asked[1])) in (route.methods or ()):
            found.append(row)
    return found


def writing() -> list[APIRoute]:
    every = routes("/console", "/api/")
    free = OPEN | REPORTS | LOOKING
    asked = [each for each in every if each.methods != {"GET"} and each.path not in free]
    return [each for each in asked if not each.path.startswith(OWN)]


def test_every_verb_is_asked_and_refused_in_the_table() -> None:
    every = set(verbs()) - AT_THE_DOOR - OF_ONESELF - IN_STEPS

    assert every
    assert every == {row.verb for row in DONE}
    # To stop all mail, to let it go again, to build all feeds, to ring a test: it is refused to
    # nobody who may. The refusals of the master key are of its steps (IN_STEPS).
    alone = {
        *("mail.steering.stop_everything", "mail.steering.release"),
        *("feeds.steering.build_anew", "keys.master.rotate", "alarms.hearing.ring_test"),
    }
    assert every - alone == {row.verb for row in NOES}


@pytest.mark.parametrize("route", writing(), ids=lambda route: f"{route.name} {route.path}")
def test_a_route_that_writes_asks_one_verb_and_its_permission(route: APIRoute) -> None:
    asked = asked_of(route)

    assert len({row.verb for row in asked}) == 1
    (need,) = needs(route.dependant)
    assert getattr(need, "permission", None) is called(asked[0].verb).permission


def test_a_command_asks_a_verb_or_is_known_to_write_on_nobodys_word() -> None:
    spoken = {" ".join(row.asked.cli.split()[:2]) for row in DONE if row.asked.cli}
    every = {each.removeprefix("syndicate ") for each in all_commands()}

    assert spoken & (READING | REPORTING | RUNNING | LINKING | BOTH) == set()
    assert every == spoken | READING | REPORTING | RUNNING | LINKING | BOTH
