"""Every sentence of a reader page, mail or form is said in every language that we speak."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from syndicate.languages import primary
from syndicate.render.environment import environment
from syndicate.translations import LANGUAGES, say
from syndicate.web import errors
from tests.house import trees

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "syndicate" / "locale"
CATALOGUES = sorted(path.stem for path in LOCALE.glob("*.po"))
# The sentences in the code are the first language.
OTHERS = [each for each in CATALOGUES if each != "en"]
# Operators' pages and the viewer of a trial's mailbox are in English.
ENGLISH_ONLY = ("templates/web/console", "templates/web/mailbox")
# Whose sentences a reader sees on an error page or above a form.
REFUSING = (
    *(
        "actions",
        "breakers/doors.py",
        "web/reader",
        "subscribers/links.py",
        "subscribers/own_feed.py",
    ),
    *("subscribers/preferences.py", "subscribers/subscribe.py", "subscribers/unsubscribe.py"),
    *("web/addresses.py", "web/errors.py", "web/guards.py", "web/sites.py", "web/storable.py"),
    "web/words.py",
)
TO_PROGRAMS = {"This feed has ended; /feeds lists the current ones. Please stop requesting it.\n"}
IS_SENTENCE = re.compile(r"[A-Z].* .*[.?!]\n?")
LATER = " Please try again later."
MANY = f"There have been too many sign-ups from your network.{LATER}"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%(?!\()")

Found = set[tuple[str, str]]


def in_templates() -> Iterator[tuple[str, str]]:
    jinja = environment("en")
    for path in sorted((ROOT / "templates").rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix in {".html", ".txt"} and not name.startswith(ENGLISH_ONLY):
            asked = ("_", "gettext", "ngettext", "say")
            for _, _, given in jinja.extract_translations(path.read_text(), asked):  # type: ignore[attr-defined]
                told = [given] if isinstance(given, str) else given
                yield name, next(each for each in told if each)


def in_code() -> Iterator[tuple[str, str]]:
    """What is handed to `say`, and every sentence of what refuses readers."""
    for path in sorted((ROOT / "syndicate").rglob("*.py")):
        name, tree = str(path.relative_to(ROOT / "syndicate")), trees.tree(path)
        for node in trees.nodes(path):
            yield from ((name, said) for said in said_in(node))
        if name.startswith(REFUSING):
            yield from ((name, said) for said in refused_in(name, tree))
    titles = (*errors._TITLES.values(), *errors.SENTENCES.values())
    yield from (("web/errors.py", said) for said in titles)


def said_in(node: ast.AST) -> Iterator[str]:
    """The sentence of `say("…")`, where the language is known, or of `say(language, "…")`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
        for each in (inner for given in node.args[:2] for inner in ast.walk(given)):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def refused_in(name: str, tree: ast.Module) -> Iterator[str]:
    """Every string that is a sentence, but for docstrings; with the numbers of its module."""
    module = importlib.import_module(f"syndicate.{name.removesuffix('.py').replace('/', '.')}")
    silent = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    late = {
        id(given)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("too_many")
        for given in node.args
    }
    for node in ast.walk(tree):
        text = "" if id(node) in silent else text_of(node, vars(module))
        if IS_SENTENCE.fullmatch(text) and text not in TO_PROGRAMS:
            yield text + (LATER if id(node) in late else "")


def text_of(node: ast.AST, known: Mapping[str, object]) -> str:
    """A string's text; "" for what says something that only a request knows."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [
        part.value if isinstance(part, ast.Constant) else known.get(ast.unparse(part)[1:-1])
        for part in node.values
    ]
    return "" if None in parts else "".join(map(str, parts))


@pytest.fixture(scope="module")
def found() -> Found:
    return {*in_templates(), *in_code()}


def read(language: str) -> Catalog:
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in read(language) if message.id]


def texts(said: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [""])


def placeholders(said: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(said.replace("%%", "")))


def test_every_catalogue_is_a_language_that_we_speak() -> None:
    assert ("en", *OTHERS) == LANGUAGES
    # A reader's tag is looked up by its language alone, and dates are written by it.
    assert [primary(str(Locale.parse(each))) for each in LANGUAGES] == list(LANGUAGES)


def test_what_readers_are_told_is_found(found: Found) -> None:
    assert found > {
        ("templates/web/reader/article.html", "Correction"),
        ("templates/mail/digest/body.txt", "An article we sent you on %(day)s has been withdrawn."),
        ("store/syndication/feeds.py", "featured"),
        ("web/reader/article_lookup.py", "There is no such article here."),
        ("actions/feedback.py", "Please write something, in 3000 characters at most."),
        ("web/errors.py", "That did not work"),
        (
            "web/reader/newsletters.py",
            MANY,
        ),
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_said_in_every_language_and_no_other(language: str, found: Found) -> None:
    known = {text for message in messages(language) for text in texts(message.id)[:1]}

    assert sorted(each for each in found if each[1] not in known) == []
    assert sorted(known - {said for _, said in found}) == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_unsaid_or_unsure(language: str) -> None:
    assert [each.id for each in messages(language) if not all(texts(each.string))] == []
    assert [each.id for each in messages(language) if each.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_has_the_places_of_its_sentence(language: str) -> None:
    """A place too many is an error where the page is shown; one too few is a fact withheld."""
    wrong = [
        (message.id, text)
        for message in messages(language)
        for text in texts(message.string)
        if placeholders(text) != placeholders(texts(message.id)[-1])
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_counts_as_its_speakers_do(language: str) -> None:
    catalogue = read(language)

    assert catalogue.num_plurals == get_plural(language).num_plurals
    plurals = [each for each in catalogue if isinstance(each.id, tuple)]
    assert [each.id for each in plurals if len(texts(each.string)) != catalogue.num_plurals] == []


def test_arabic_puts_no_word_before_a_name_that_may_begin_with_it() -> None:
    """One reader's "نشرة الميناء" stood as "نشرة نشرة الميناء"; and no verb agrees with a name."""
    subscribed = "You get %(name)s because you subscribed to it."
    signed_in = "%(who)s signed in to the console with a recovery code"
    every = re.findall(r'msgstr "(.*)"', (LOCALE / "ar.po").read_text(encoding="utf-8"))

    told = say("ar", subscribed, name="نشرة الميناء")
    assert told == "تصلك هذه الرسالة بناء على اشتراكك في «نشرة الميناء»."
    assert say("ar", signed_in, who="لينا") == "دخول إلى لوحة التحكم باسم لينا برمز استرداد"
    assert [said for said in every if re.search(r"نشرة «?%\(|ترسل %\(|سجل %\(", said)] == []
