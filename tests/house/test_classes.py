"""Every class that a mail or a page names has a rule in its sheets, and every rule a class."""

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
STATIC = TEMPLATES / "static"
MAIL_SHEETS = sorted((TEMPLATES / "mail").glob("*.css"))
# Which sheets the pages of a folder load, as their frames say.
SHEETS = {
    "mail": MAIL_SHEETS,
    "web": [STATIC / "site.css"],
    "web/reader": [STATIC / "site.css"],
    "web/mailbox": [STATIC / "site.css"],
    "web/console": [STATIC / "site.css", STATIC / "console.css"],
    "web/manual": [STATIC / "site.css", STATIC / "manual.css"],
}
_ATTRIBUTE = re.compile(r'\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)"', re.DOTALL)
_PIECE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_LITERAL = re.compile(r"""["']([^"']*)["']""")
_SET = re.compile(r"\{% set (\w+) = (.*?) %\}", re.DOTALL)
_BLOCK = re.compile(r"\{% block shape %\}(.*?)\{% endblock %\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTOR = re.compile(r"([^{}]+)\{")
_ANYTHING = r"[\w-]+"
PAGES = sorted(TEMPLATES.rglob("*.html"))


def of_sheets(sheets: Sequence[Path]) -> set[str]:
    """The classes that the rules of sheets name."""
    found: set[str] = set()
    for sheet in sheets:
        for selector in _SELECTOR.findall(_COMMENT.sub("", sheet.read_text())):
            found |= set(re.findall(r"\.([a-zA-Z][\w-]*)", selector))
    return found


def of_template(text: str) -> set[str]:
    """Patterns of the classes that a template can write, one for each way through its text."""
    named = dict(_SET.findall(text))
    found = {
        word
        for value in _ATTRIBUTE.findall(text)
        for written in ways(value, named)
        for word in written.split()
    }
    return found | {word for shape in _BLOCK.findall(text) for word in shape.split()}


def ways(value: str, named: dict[str, str]) -> Iterator[str]:
    """What an attribute can come to be, each as a regular expression."""
    pieces = [list(choices(piece, named)) for piece in _PIECE.split(value)]
    for chosen in itertools.product(*pieces):
        yield "".join(chosen)


def choices(piece: str, named: dict[str, str]) -> Iterator[str]:
    """What a piece of an attribute can come to be."""
    if piece.startswith("{%"):
        yield ""  # a condition or a block: what stands inside is a piece of its own
        return
    if not piece.startswith("{{"):
        yield _escaped(piece)
        return
    said = piece[2:-2].strip()
    said = named.get(said, said)
    # What follows `if` decides, and is not written.
    written = re.sub(r"\bif\b.*?(?=\belse\b|$)", "", said)
    literals = _LITERAL.findall(written)
    if literals or " if " in said:
        yield from map(_escaped, literals)
        if " else " not in said:
            yield ""
    else:
        yield _ANYTHING


def _escaped(text: str) -> str:
    return re.sub(r"\S+", lambda word: re.escape(word[0]), text)


def folder_of(page: Path) -> str:
    """The part of the tree whose frame a page stands in."""
    inside = page.relative_to(TEMPLATES).parent.as_posix()
    return "mail" if inside.startswith("mail") else inside


def without_a_rule(text: str, known: set[str]) -> list[str]:
    """The classes of a template that no rule of these sheets names."""
    return sorted(
        name for name in of_template(text) if not any(re.fullmatch(name, each) for each in known)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_class_of_a_page_has_a_rule(page: Path) -> None:
    assert without_a_rule(page.read_text(), of_sheets(SHEETS[folder_of(page)])) == []


@pytest.mark.parametrize(
    "sheet", sorted({each for sheets in SHEETS.values() for each in sheets}), ids=lambda p: p.name
)
def test_every_rule_is_for_a_class_of_a_page(sheet: Path) -> None:
    loading = {folder for folder, sheets in SHEETS.items() if sheet in sheets}
    written = set().union(
        *(of_template(page.read_text()) for page in PAGES if folder_of(page) in loading)
    )

    assert [
        name
        for name in sorted(of_sheets([sheet]))
        if not any(re.fullmatch(each, name) for each in written)
    ] == []


def test_each_frame_loads_the_sheets_that_it_is_held_against() -> None:
    for folder, sheets in SHEETS.items():
        frame = TEMPLATES / folder / ("error.html" if folder == "web" else "frame.html")
        said = re.findall(r"(?:static\(\"|include \"mail/)([\w-]+\.css)", frame.read_text())
        assert sorted(said) == sorted(sheet.name for sheet in sheets), folder


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ('<p class="line">', []),
        ('<p class="lien">', ["lien"]),
        ('<p class="line small">', ["small"]),
        ('<p class="line{{ "-lead" if is_lead }}">', ["line\\-lead"]),
        ('{% set way = " rtl" if far else "" %}<p class="line{{ way }}">', ["rtl"]),
        ('<p class="{{ "line" if one else "two" }}">', ["two"]),
        ('<p class="line{{ "" if kind == "two" else "" }}">', []),
        ('<p class="state-{{ kind }}">', ["state\\-[\\w-]+"]),
        ("{% block shape %}narrow{% endblock %}", ["narrow"]),
    ],
)
def test_the_guard_knows_a_class_without_a_rule(text: str, lacking: list[str]) -> None:
    assert without_a_rule(text, {"line"}) == lacking
