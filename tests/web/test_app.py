"""Each page that stands in the tree is served, and each of the console is asked by its tests."""

import ast
from pathlib import Path

from syndicate.setup.kinds import BY_FIELDS
from syndicate.web import app as web
from tests.house import trees
from tests.house.test_tree import ROOT
from tests.web.test_console import PAGES
from tests.web.test_guards import methods, routes

# Taken in by name: by the application itself, and by the feeds before what would match them too.
_BY_NAME = {"web.health", "web.static", "web.reader.feed_mine", "web.reader.feed_lists"}
_FOR_STRANGERS = {"/console/sign-in"}


def with_router(path: Path) -> bool:
    """Whether a module makes a `router`."""
    targets = [each.targets for each in trees.tree(path).body if isinstance(each, ast.Assign)]
    return any(isinstance(it, ast.Name) and it.id == "router" for each in targets for it in each)


def test_every_module_with_routes_is_part_of_the_application() -> None:
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "syndicate" / "web").rglob("*.py")
        if with_router(path)
    }

    assert found == {*web.ROUTERS, *(f"syndicate.{each}" for each in _BY_NAME)}


# A mail as it looks, without the console's frame around it.
_IN_FRAMES = {"/console/start/preview"}


# Without a publication there is nothing to fill in; `test_making_console` asks for each.
_WITHIN_A_PUBLICATION = {
    f"/console/newsroom/new/{each.kind.plural}" for each in BY_FIELDS if each.kind.is_within
}


def test_every_page_of_the_console_is_one_that_its_tests_ask() -> None:
    reads = {route.path for route in routes() if "GET" in methods(route)}
    asked = {path for path in reads if path.startswith("/console") and "{" not in path}

    assert asked - _FOR_STRANGERS - _IN_FRAMES - _WITHIN_A_PUBLICATION == set(PAGES)
