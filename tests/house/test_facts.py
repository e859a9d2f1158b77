"""A fact has one place: no constant stands in two modules under one name with one value.

Who changes the one would forget the other. What differs in meaning keeps its own, with a reason.
"""

import ast
from collections import defaultdict
from pathlib import Path

from tests.house import trees
from tests.house.test_tree import named, sources

# Two facts that happen to be alike today, or none of ours.
ALIKE = {
    "T": "a type's variable is its module's own",
    "ATOM": "a namespace of others: feeds are read in one room and written in another",
    "DC": "a namespace of others, likewise",
    "MEDIA": "a namespace of others, likewise",
    "AT_FAULT": "what each room survives; some survive more",
    "ANSWER_BYTES": "what subscribers answer our hub, and what others' hubs answer us",
    "AT_ONCE": "connections that we take, and hubs that we ask",
    "BREAKER_S": "one circuit to the broker, another to the counters",
    "KEPT": "entries of two caches",
    "LEASE": "one of a source's fetch, one of a feed's build",
    "GRACE": "a freeze that may have taken the older key, and how often a polite app comes",
    "MAX_ENTRIES": "our own cap for feeds; for news sitemaps the cap of those who defined them",
    "NOTHING": "a word of two tables: what DNS says, and what a row was",
    "RECENT": "what a news sitemap holds, and the stories at the head of readers' lists",
    "SHOWN": "lines of two screens",
    "TIMEOUT_S": "of a mailbox, and of the demo's visitor",
    "VERSION": "the first one, of a single message and of an issue",
    "WITHIN": "between copies of a story, and between a story's two addresses",
}


def constants(path: Path) -> list[tuple[str, str]]:
    """(name without a leading underscore, value as code) of each constant of a module."""
    found = []
    for node in trees.tree(path).body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        names = [each.id for each in targets if isinstance(each, ast.Name) and each.id.isupper()]
        found += [(name.lstrip("_"), ast.unparse(value)) for name in names]
    return found


def twice(paths: list[Path]) -> dict[str, list[str]]:
    """Modules by the name of a constant that another of them has with the same value."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in paths:
        for each in constants(path):
            places[each].append(named(path))
    return {name: at for (name, _), at in places.items() if len(at) > 1}


def test_no_fact_stands_twice() -> None:
    product = [path for path in sources("syndicate", "workers") if "versions" not in path.parts]
    found = twice(product)

    assert {name: at for name, at in found.items() if name not in ALIKE} == {}
    assert set(ALIKE) - set(found) == set()
