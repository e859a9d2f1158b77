"""Values of one word that stand side by side come from its enum, where no import would say so.

In a set of states, an alternation or a template's condition a new value is easily forgotten: SQL,
regular expressions and templates ask the enum for the set, or for the words of each value.
"""

import ast
import enum
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house import trees
from tests.house.test_vocabulary import ROOT, SHIPPED, WORDS, constants, texts

# Where they may, and why.
ALLOWED = {
    "syndicate/reading/feeds/xml_parts.py": "elements of RSS",
    "syndicate/bounces/reading/providers.py": "a provider's own words, and ours for them",
    "syndicate/bounces/reading/silence.py": "words of refusals, as servers write them",
    "syndicate/cli/collect.py": "parts of a page",
    "syndicate/cli/newsletters.py": "fields of a story in JSON",
    "syndicate/cli/subscribers.py": "numbers of an import in JSON",
    "syndicate/cli/send.py": "counts that somebody must look at, most urgent first",
    "syndicate/cli/terminal.py": "headings of columns that hold slugs",
    "syndicate/embedded/plan.py": "names of processes and their queues",
    "syndicate/reading/pages/listing.py": "how sites call what they offer",
    "syndicate/reading/pages/profile.py": "fields of a profile",
    "syndicate/render/earlier.py": "blocks as an earlier version wrote them",
    "syndicate/sample/setup.py": "likewise, of a profile",
    "syndicate/store/maintenance/odd_rows.py": "names of tables",
    "syndicate/store/syndication/feeds.py": "names of columns",
    "syndicate/subscribers/transfer.py": "names of an export's columns",
    "syndicate/web/console/audit.py": "things that acts are done to, each with its page",
    "templates/web/console/mailing.html": "columns of a table, whose heads stand beside them",
}
_QUOTED = re.compile(r"""(["'])([\w -]+)\1""")
# 'a', 'b' of a list in SQL, and what stands in a dictionary or a condition inside a template's tag.
_LISTED = re.compile(r"""(["'])[\w -]+\1(?:\s*(?:,|\|\|?)\s*(["'])[\w -]+\2)+""")
_EITHER = re.compile(r"[\w-]+(?:\|[\w-]+)+")
_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


def names(kind: type[enum.Enum]) -> set[str]:
    """Its values as text; of numbers their names, as columns and counts have them."""
    return {
        each.name.lower() if isinstance(each, enum.IntEnum) else str(each.value) for each in kind
    }


# Its values are what everything is called that they name: tables, columns, fields of JSON.
NAMES_OF_THINGS = {"HoldScope", "SuppressionScope"}
KNOWN = {name: names(kind) for name, kind in WORDS.items() if name not in NAMES_OF_THINGS}


def quoted(text: str) -> set[str]:
    return {found[2] for found in _QUOTED.finditer(text)}


def in_text(text: str) -> Iterator[set[str]]:
    """Words that stand side by side in a statement, a pattern or a program."""
    yield from (quoted(found[0]) for found in _LISTED.finditer(text))
    yield from (set(found[0].split("|")) for found in _EITHER.finditer(text))


def in_code(nodes: Iterable[ast.AST]) -> Iterator[set[str]]:
    """Words that stand side by side in a set, a list, a mapping's keys or an alternative."""
    for node in nodes:
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield constants(node.elts)
        elif isinstance(node, ast.Dict):
            yield constants([each for each in node.keys if each is not None])
        elif isinstance(node, ast.MatchOr):
            yield constants(
                [each.value for each in node.patterns if isinstance(each, ast.MatchValue)]
            )
        elif isinstance(node, ast.BoolOp):
            compared = [each for each in node.values if isinstance(each, ast.Compare)]
            yield constants([it for each in compared for it in (each.left, *each.comparators)])


def in_template(text: str) -> Iterator[set[str]]:
    """Words that stand in one tag of a template."""
    yield from (quoted(found[0]) for found in _TAG.finditer(text))


def spelled(groups: Iterator[set[str]]) -> list[str]:
    """Those that are several values of one word, with it."""
    return [
        f"{name}: {', '.join(sorted(group & known))}"
        for group in groups
        for name, known in KNOWN.items()
        if len(group & known) > 1
    ]


def places() -> Iterator[tuple[Path, Iterator[set[str]]]]:
    for path in SHIPPED:
        if not {"vocabulary", "versions"} & set(path.parts):
            yield from ((path, in_text(text)) for _, text in texts(path))
            yield path, in_code(trees.nodes(path))
    for path in sorted(each for each in (ROOT / "templates").rglob("*") if each.is_file()):
        if path.suffix in {".html", ".txt", ".xml"}:
            yield path, in_template(path.read_text())
        if path.suffix == ".js":
            yield path, in_text(path.read_text())


def test_no_two_values_of_a_word_are_spelled_side_by_side() -> None:
    found = {
        (str(path.relative_to(ROOT)), said) for path, groups in places() for said in spelled(groups)
    }

    assert {each for each in found if each[0] not in ALLOWED} == set()
    assert {path for path, _ in found} >= set(ALLOWED)


@pytest.mark.parametrize(
    "text",
    [
        "state IN ('sending', 'paused')",
        "kind NOT IN ('story','live')",
        r"/feeds/[^/?]+\.(?:rss|atom|json)",
        'state === "sending" || "paused"',
    ],
)
def test_such_words_are_found_in_a_text(text: str) -> None:
    assert spelled(in_text(text))


@pytest.mark.parametrize(
    "tag",
    [
        '{% if issue.state.value in ("sending", "done") %}',
        "{% if state == 'paused' or state == 'gone' %}",
        '{{ {"skip": "never", "resend": "again"}[policy.value] }}',
        '{% for key in ("accepted", "failed") %}',
    ],
)
def test_such_words_are_found_in_a_template(tag: str) -> None:
    assert spelled(in_template(f"<p>sending, done {tag}</p>"))


@pytest.mark.parametrize(
    "code",
    [
        "state in ('sending', 'paused')",
        "{'free': 1, 'paid': 2}",
        "kind == 'story' or 'live' == kind",
        "match kind:\n    case 'rss' | 'atom':\n        pass",
        "for name in ['skip', 'hold']:\n    pass",
    ],
)
def test_such_words_are_found_in_code(code: str) -> None:
    assert spelled(in_code(trees.walk(ast.parse(code))))


def test_words_in_sentences_and_alone_are_no_such_words() -> None:
    assert not spelled(in_text("Only 'sending' mailings; a story, live or not."))
    assert not spelled(in_template('{% if a == "sending" %}sending, done{% endif %}'))
