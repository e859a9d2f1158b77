"""Every sentence of a reader page, mail or form is said in every language that we speak."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.render.environment import environment
from syndicate.translations import LANGUAGES, catalogue
from syndicate.web import errors

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "syndicate" / "locale"
# The sentences in the code are the first language.
OTHERS = LANGUAGES[1:]
# Operators' pages and the viewer of a trial's mailbox are in English.
ENGLISH_ONLY = ("templates/web/console", "templates/web/mailbox")
# Rooms whose refusals a reader sees on an error page or above a form.
REFUSING = ("actions", "web/reader", "subscribers/links.py", "subscribers/subscribe.py")


def sentences() -> Iterator[tuple[str, str]]:
    jinja = environment("en")
    for path in sorted((ROOT / "templates").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix in {".html", ".txt"} and not name.startswith(ENGLISH_ONLY):
            for _, _, message in jinja.extract_translations(path.read_text()):  # type: ignore[attr-defined]
                yield name, str(message if isinstance(message, str) else message[0])
    for path in sorted((ROOT / "syndicate").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for said in said_in(node):
                yield str(path.relative_to(ROOT)), said


def said_in(node: ast.AST) -> Iterator[str]:
    """The sentence of `say("…")`, where the language is known, or of `say(language, "…")`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
        for given in node.args[:2]:
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def refusals() -> Iterator[tuple[str, str]]:
    """Every whole sentence with which a reader's request is refused."""
    for path in sorted((ROOT / "syndicate").rglob("*.py")):
        name = str(path.relative_to(ROOT / "syndicate"))
        if name.startswith(REFUSING):
            for node in ast.walk(ast.parse(path.read_text())):
                yield from ((name, said) for said in refused_in(node))
    yield from (("web/errors.py", said) for said in errors.SENTENCES.values())


def refused_in(node: ast.AST) -> Iterator[str]:
    """The sentence of `SomeError("…")`, `HTTPException(404, "…")` or `too_many("…")`."""
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    after = " Please try again later." if name.endswith("too_many") else ""
    if after or name.endswith(("Error", "HTTPException")):
        for given in node.args:
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value + after


def unsaid(language: str, found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """What has no words in the catalogue of the language."""
    known = catalogue(language)._catalog
    return [(name, said) for name, said in sorted(found) if said not in known]


def test_every_catalogue_is_a_language_that_we_speak() -> None:
    assert {path.stem for path in LOCALE.glob("*.po")} == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_refusal_is_said_in_every_language(language: str) -> None:
    found = set(refusals())

    assert ("web/reader/articles.py", "There is no such article here.") in found
    assert unsaid(language, found) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    found = set(sentences())

    assert ("templates/web/reader/article.html", "Correction") in found
    assert ("syndicate/store/syndication/feeds.py", "featured") in found
    assert unsaid(language, found) == []
