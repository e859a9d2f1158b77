"""A word has one list of values: its enum. Columns, SQL, the API, the shell and the docs follow."""

import ast
import enum
import importlib
import pkgutil
import re
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from sqlalchemy import Enum as SqlEnum

from syndicate import cli, vocabulary
from syndicate.feeds import build as feeds
from syndicate.store.maintenance.tables import METADATA
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState
from tests.application import build
from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
MIGRATE = "the database allows other words: write a migration, as 0012 does, or take the word back"
SHIPPED = [*sorted((ROOT / "syndicate").rglob("*.py")), *sorted((ROOT / "workers").rglob("*.py"))]
MODULES = [
    importlib.import_module(f"syndicate.vocabulary.{each.name}")
    for each in pkgutil.iter_modules(vocabulary.__path__)
]
WORDS: dict[str, type[enum.Enum]] = {
    name: kind
    for module in MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and kind.__module__ == module.__name__
}
# Words that no column holds, or that one holds without a CHECK, and why.
WITHOUT_A_CHECK = {
    "Bell": "it follows from the alarm",
    "Owner": "it follows from the alarm",
    "Severity": "it follows from the alarm",
    "RingState": "it follows from the moments of the row",
    "Act": "rows of older versions hold what these called it, and are never rewritten",
    "OpenedBy": "it follows from the kind",
    "MasterKeyState": "it follows from the moments of the row",
    "KeyKind": "it follows from the table that a key stands in",
    "KeyState": "it follows from the moments of the row",
    "Afterwards": "it is said once, when a newsletter ends; the audit keeps it",
    "Lead": "it is told when somebody looks, and kept nowhere",
    "Channel": "a list of them stands beside each picture",
    "BatchState": "two bytes, where rows go to millions",
    "DeliveryState": "two bytes, where rows go to millions",
    "BlockKind": "part of a key; templates name the blocks, and `render.marks` refuses others",
    "DeliveryReason": "relays' own replies stand in the same column",
    "SuppressionReason": "older databases hold words of operators",
    "SuppressionScope": "newsletters' own scopes stand in the same column",
    "ReaderFact": "it stands in the journal, outside the database",
    "ReaderCode": "it is told from rows, and stands in none",
}
# Columns of our words, also as parts of longer names, and what stands between one and a value.
_NAMED = r"(?:\w+_)?(?:state|kind|lane|access|change|policy|reason|was|is_now)"
_COMPARED = re.compile(
    rf"\b{_NAMED}\b(?:::\w+)?\s*(?:<>|!=|<=|>=|=|<|>|\b(?:NOT\s+)?IN\s*\(|\bBETWEEN\b|\bWHEN\b"
    r"|\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b)\s*(?:(?:ANY|ALL)\s*\(\s*)?(?:\d|'\{?\w)"
    rf"|\b\d+\s*=\s*(?:\w+\.)?{_NAMED}\b",
    re.IGNORECASE,
)
# Values that stand behind such a name in the store and are words of nobody else's.
OWN_WORDS = {
    "change='text'": "the type of a column",
    "was='text'": "likewise",
    "kind='missing'": "of a notice, which no list knows",
    "kind='retired'": "of a notice, which no list knows",
}
_FILTERS = {"in_", "not_in", "where", "filter", "lock"}
_VALUE = re.compile(r"'([^']*)'::")


def values(kind: type[enum.Enum]) -> set[str]:
    return {str(each.value) for each in kind}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Strings of a file, docstrings left out, with their lines."""
    documents = {
        id(node.value)
        for node in trees.nodes(path)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = (node for node in trees.nodes(path) if isinstance(node, ast.Constant))
    for node in constants:
        if isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value


def test_no_digit_and_no_word_stands_behind_a_state_in_sql() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line}: {found[0]}"
        for path in SHIPPED
        if "versions" not in path.parts and path.is_relative_to(ROOT / "syndicate" / "store")
        for line, text in texts(path)
        for found in _COMPARED.finditer(text)
    ]

    assert bare == []


def bare_values(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Where a column of a word meets a bare number or text: compared, looked for, or given it."""
    for node in nodes:
        name, given = "", []
        if isinstance(node, ast.Compare):
            name, given = last_part(node.left), node.comparators
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"in_", "not_in"}:
                name = last_part(node.func.value)
                given = [it for each in node.args for it in getattr(each, "elts", [each])]
        elif isinstance(node, ast.keyword):
            name, given = node.arg or "", [node.value]
        if re.fullmatch(_NAMED, name) and any(is_bare(each) for each in given):
            yield ast.unparse(node)


def last_part(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def is_bare(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, str}


def test_no_bare_value_meets_a_column_of_a_word() -> None:
    store = [path for path in SHIPPED if path.is_relative_to(ROOT / "syndicate" / "store")]
    found = {it for path in store if "versions" not in path.parts
             for it in bare_values(trees.nodes(path))}  # fmt: skip

    assert found == set(OWN_WORDS)


@pytest.mark.parametrize(
    "code",
    [
        "Delivery.state == 3",
        "Batch.state.in_((1, 2))",
        "update(Mailing).values(state='done')",
        "MailingContent.kind != 'frame'",
    ],
)
def test_a_bare_value_is_found(code: str) -> None:
    assert list(bare_values(trees.walk(ast.parse(code))))


@pytest.mark.parametrize(
    "statement",
    [
        "d.state = 3",
        "batch_state IN (1, 2)",
        "state >= 2",
        "state::int BETWEEN 1 AND 2",
        "state = ANY('{1,2}')",
        "CASE state WHEN 2 THEN 1 END",
        "reason IS DISTINCT FROM 'bounce'",
        "WHERE 2 = d.state",
    ],
)
def test_a_digit_or_a_word_behind_a_state_is_found(statement: str) -> None:
    assert _COMPARED.search(statement)


def checks(database: str) -> dict[str, list[set[str]]]:
    """Values of each CHECK that lists words, by column, as the newest schema has them."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            """
            SELECT t.relname, a.attname, pg_get_constraintdef(c.oid)
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'c' AND c.connamespace = 'public'::regnamespace
            """
        ).fetchall()
    for table, column, definition in rows:
        if words := set(_VALUE.findall(definition)):
            found[f"{table}.{column}"].append(words)
    return found


def columns() -> dict[str, type[enum.Enum]]:
    """The enum of each column that has one."""
    return {
        f"{table.name}.{column.name}": column.type.enum_class
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, SqlEnum) and column.type.enum_class is not None
    }


def test_what_a_column_may_hold_is_what_its_word_lists(database: str) -> None:
    expected = {name: [values(kind)] for name, kind in columns().items()}

    assert checks(database) == expected, MIGRATE
    assert len(expected) > 15


def test_every_word_has_a_column_or_a_reason_for_none() -> None:
    held = {kind.__name__ for kind in columns().values()}

    assert set(WORDS) - held == set(WITHOUT_A_CHECK)
    assert {kind.__module__ for kind in columns().values()} <= {each.__name__ for each in MODULES}


def test_no_word_is_listed_a_second_time() -> None:
    """Neither as another enum or `Literal`, nor as a set of states of which two places speak."""
    again = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SHIPPED
        if "vocabulary" not in path.parts and "versions" not in path.parts
        for line, words in lists_of_text(path)
        if len(words) > 1 and any(words <= values(kind) for kind in WORDS.values())
    ]

    assert again == []


def lists_of_text(path: Path) -> Iterator[tuple[int, set[str]]]:
    """Values of every enum and `Literal` of a file."""
    for node in trees.nodes(path):
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(b) for b in node.bases):
            assigned = [each.value for each in node.body if isinstance(each, ast.Assign)]
            yield node.lineno, constants(assigned)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield node.lineno, constants(parts)


def constants(nodes: list[ast.expr]) -> set[str]:
    return {str(each.value) for each in nodes if isinstance(each, ast.Constant)}


def member(node: ast.expr) -> str | None:
    """ "State.LIVE" of such an expression."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        kind = WORDS.get(node.value.id)
        if kind is not None and node.attr in kind.__members__:
            return f"{node.value.id}.{node.attr}"
    return None


def test_a_set_of_values_that_two_places_ask_for_has_a_name() -> None:
    places: dict[frozenset[str], list[str]] = defaultdict(list)
    for path in SHIPPED:
        for node in trees.nodes(path):
            if isinstance(node, ast.Tuple | ast.Set | ast.List) and len(node.elts) > 1:
                members = frozenset(name for each in node.elts if (name := member(each)))
                if len(members) == len(node.elts):
                    places[members].append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert {", ".join(sorted(key)): at for key, at in places.items() if len(at) > 1} == {}


def assigned(path: Path) -> set[str]:
    """Members that a file gives to something: whatever is not compared, filtered or excluded."""
    compared: set[int] = set()
    for node in trees.nodes(path):
        if isinstance(node, ast.Dict) and "vocabulary" in path.parts:  # what is said of a word
            compared |= {id(each) for each in node.keys}
        called = node.func if isinstance(node, ast.Call) else None
        is_filter = isinstance(called, ast.Attribute) and called.attr in _FILTERS
        if isinstance(node, ast.Compare) or is_filter:
            compared |= {id(each) for each in trees.walk(node)}
    return {
        name
        for node in trees.nodes(path)
        if isinstance(node, ast.Attribute) and id(node) not in compared and (name := member(node))
    }


def test_every_state_that_is_drawn_is_taken_somewhere() -> None:
    taken = {name for path in SHIPPED for name in assigned(path)}
    drawn = {
        f"{name}.{each.name}" for name, kind in WORDS.items() for each in kind if is_ours(name)
    }

    assert drawn - taken == set()


def is_ours(word: str) -> bool:
    """Whether its values are given by us, and by nobody outside."""
    return word.endswith(("State", "Reason", "Policy")) or word in {"Lane", "FeedKind"}


def test_every_channel_is_asked_for() -> None:
    asked = {
        name
        for path in SHIPPED
        for node in trees.nodes(path)
        if isinstance(node, ast.Attribute) and (name := member(node))
    }

    assert {f"Channel.{each.name}" for each in WORDS["Channel"]} <= asked


def test_every_feed_format_is_written_and_has_a_media_type() -> None:
    assert set(feeds.WRITERS) == set(FeedFormat)
    assert len({each.media_type for each in FeedFormat}) == len(FeedFormat)


def test_every_reason_has_a_state_and_words_of_its_own() -> None:
    assert len({each.words for each in DeliveryReason}) == len(DeliveryReason)
    assert {each.state for each in DeliveryReason.barred()} == {
        DeliveryState.SUPPRESSED,
        DeliveryState.SKIPPED,
    }


def lists(schema: typing.Any) -> Iterator[list[str]]:
    """Every list of words in an OpenAPI document."""
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema["enum"]
        for each in schema.values():
            yield from lists(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from lists(each)


def allowed(kind: type[enum.Enum]) -> list[set[str]]:
    """What a face may list of a word: all of it, or what may be stated, or what is offered."""
    named = [getattr(kind, name)() for name in ("stated", "offered") if hasattr(kind, name)]
    return [values(kind), *({str(each.value) for each in found} for found in named)]


def wrong(faces: Iterator[list[str]]) -> list[list[str]]:
    """Lists that speak of a word and leave some of its values out, or add some."""
    return [
        face
        for face in faces
        for kind in WORDS.values()
        if len(set(face) & values(kind)) > 1
        and not any(set(face) in allowed(other) for other in WORDS.values())
    ]


def test_the_api_accepts_what_the_words_list() -> None:
    found = list(lists(build().openapi()))

    assert wrong(iter(found)) == []
    assert {"story", "wire"} <= {word for face in found for word in face}


def choices(command: typing.Any) -> Iterator[list[str]]:
    """What each option of a command, and of those below it, may be."""
    for hint in typing.get_type_hints(command.callback).values() if command.callback else ():
        for kind in (hint, *typing.get_args(hint)):
            if isinstance(kind, type) and issubclass(kind, enum.Enum):
                yield [str(each.value) for each in kind]
    for inner in getattr(command, "commands", {}).values():
        yield from choices(inner)


def test_the_shell_accepts_what_the_words_list() -> None:
    found = list(choices(typer.main.get_command(cli.whole())))

    assert wrong(iter(found)) == []
    assert {"slot", "new"} in [set(each) for each in found]


@pytest.mark.parametrize(
    ("word", "document"),
    [
        ("ArticleKind", "docs/api.md"),
        ("Access", "docs/api.md"),
        ("ArticleState", "docs/api.md"),
        ("Change", "docs/api.md"),
        ("Channel", "docs/api.md"),
        ("ArticleKind", "docs/sources.md"),
        ("Access", "docs/sources.md"),
        ("SourceKind", "docs/sources.md"),
        ("NewsletterKind", "docs/operations.md"),
        ("FeedFormat", "docs/api.md"),
        ("DeliveryReason", "docs/operations.md"),
        ("SuppressionReason", "docs/data.md"),
        ("SuppressionScope", "docs/operations.md"),
        ("ReaderCode", "docs/api.md"),
        ("Act", "docs/api.md"),
    ],
)
def test_the_documents_name_every_value(word: str, document: str) -> None:
    text, kind = (ROOT / document).read_text(), WORDS[word]
    listed = kind.stated() if hasattr(kind, "stated") else tuple(kind)

    assert [each.value for each in listed if f"`{each.value}`" not in text] == []
