"""Every hint of the product names what is there; tests/verbs/test_hints.py follows each of them."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import typer.main
from fastapi.routing import APIRoute

from syndicate import configured, settings
from syndicate.cli import build, whole
from syndicate.web import app as application
from tests.house import trees
from tests.house.hints import Said, all_said
from tests.verbs.of_hints import ELSEWHERE, HINTS, Hint

_PAGE = re.compile(r"(?<![\w}/.])/console(?:/[a-z-]+)*")
_PATH = re.compile(r"\b(GET|POST|PATCH|PUT|DELETE) (/api/v1/[\w/{}-]*)")
_SETTING = re.compile(rf"\b{settings.PREFIX}[A-Z][A-Z_]*[A-Z]\b")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+[a-z]")
# In italics in the documents: a button, link or heading of a page.
_ITALICS = re.compile(r"(?<![*\w])\*([A-Z][^*\n]{2,40})\*(?![*\w])")
# Italics that only stress a word.
_STRESSED = {"Into another data folder", "Unknown", "Wrong"}
_GUIDES = ("operations", "first-hour", "sources", "api")


def named() -> dict[str, set[str]]:
    """Each command that a sentence names, and the files that do."""
    found: dict[str, set[str]] = {}
    for said in all_said():
        for command in said.commands():
            found.setdefault(command, set()).add(said.place)
    return found


def fits(said: str, line: str) -> bool:
    """Whether somebody who types this does what the sentence says, and puts in what it leaves."""
    words = {"_": r"\S+", "…": r".*"}
    pattern = " ".join(words.get(word, re.escape(word)) for word in said.split())
    return (
        re.fullmatch(pattern, " ".join(re.sub(r"\s", "_", word) for word in shlex.split(line)))
        is not None
    )


def test_every_command_that_a_sentence_names_is_followed_by_a_test() -> None:
    followed = {hint.said for hint in HINTS} | set(ELSEWHERE)

    assert {said: sorted(at) for said, at in named().items() if said not in followed} == {}
    assert followed - set(named()) == set()


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.said)
def test_what_is_typed_is_what_the_sentence_says(hint: Hint) -> None:
    assert fits(hint.said, hint.line)


@pytest.mark.parametrize("said", ELSEWHERE)
def test_what_runs_until_it_is_stopped_is_run_elsewhere(said: str) -> None:
    file, words = ELSEWHERE[said]

    assert words in (trees.ROOT / file).read_text()
    name, *rest = said.split()
    app = typer.main.get_command(build([name]))
    context = app.make_context("syndicate", [], resilient_parsing=True)
    command = app.get_command(context, name)  # type: ignore[attr-defined]
    assert command.make_context(name, rest).info_name == name


def strangers(pattern: re.Pattern[str], known: set[str], said: Said) -> Iterator[str]:
    for found in pattern.findall(said.without_commands()):
        if found not in known:
            yield f"{said.place}: {found}"


def test_every_setting_that_a_sentence_names_is_one() -> None:
    known = {
        f"{settings.PREFIX}{name.upper()}" for name in settings.FIELDS
    } | configured.NOT_SETTINGS
    texts = [said for said in all_said() if _SETTING.search(said.text)]

    assert [
        f"{said.place}: {found}"
        for said in texts
        for found in _SETTING.findall(said.text)
        if found not in known
    ] == []
    assert len(texts) > len(known) / 2


@cache
def routes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Method and form of every address of the application, without slashes at its end."""
    routers = [import_module(name).router for name in application.ROUTERS]
    return tuple(
        (method, route.path_regex)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    )


def leads(method: str, address: str) -> bool:
    return any(asked == method and form.fullmatch(address) for asked, form in routes())


def test_every_page_and_path_that_a_sentence_names_is_there() -> None:
    pages = {
        (said.place, "GET", page)
        for said in all_said()
        if said.place.endswith(".py")
        for page in _PAGE.findall(said.text)
    }
    paths = {
        (said.place, method, re.sub(r"\{\w*\}", "1", path))
        for said in all_said()
        for method, path in _PATH.findall(said.text)
    }

    assert sorted(each for each in pages | paths if not leads(each[1], each[2])) == []
    assert pages
    assert paths


def options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    for inner in getattr(command, "commands", {}).values():
        yield from options(inner)


def test_every_option_that_a_sentence_names_is_one() -> None:
    known = {*options(typer.main.get_command(whole())), "--help"}
    found = [
        each
        for said in all_said()
        if said.place.startswith("syndicate/cli")
        for each in strangers(_OPTION, known, said)
    ]

    assert found == []


def test_every_button_that_the_documents_name_is_on_a_page() -> None:
    pages = "\n".join(said.text for said in all_said())
    named = {
        (name, words)
        for name in _GUIDES
        for words in _ITALICS.findall((trees.ROOT / "docs" / f"{name}.md").read_text())
    }

    lost = {each for each in named if each[1] not in _STRESSED and each[1].rstrip(".") not in pages}
    assert lost == set()
    assert len(named) > len(_STRESSED)
