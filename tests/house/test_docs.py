"""The documents name what the code has: every setting, command, job and word, and nothing else."""

import dataclasses
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from syndicate import jobs, settings
from syndicate.alarms import ringing
from syndicate.cli import whole
from syndicate.store.maintenance import upkeep
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.syndication import consumers

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DATA = (ROOT / "docs" / "data.md").read_text()
README = (ROOT / "README.md").read_text()
PICTURE_BYTES = 120_000
# Numbers of days, each with the name that docs/data.md calls it by.
RETENTION = vars(upkeep) | vars(consumers)
QUESTIONS = 29  # in the table "Where do I change …?"
# Tables that hold none of the words: how the house keeps count of itself.
NO_WORDS = {
    "api_answer", "api_token", "audit", "cap_counter", "console_session", "dkim_key", "due_job",
    "fetch_host", "fetch_state", "heartbeat", "installation", "master_key", "missing_link",
    "push_key", "receiver_pace", "relay_accept", "relay_seen", "sender_check", "used_token",
}  # fmt: skip


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    part = next(each for each in section if each.startswith(f"{heading}\n"))
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cells: list[str]) -> list[str]:
    """What stands in back quotes in a row's first cell."""
    return re.findall(r"`([^`]+)`", cells[0])


def commands(command: object, path: str) -> Iterator[str]:
    """Every command that does something, as one would type it."""
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}")
    else:
        yield path


@cache
def all_commands() -> frozenset[str]:
    return frozenset(commands(typer.main.get_command(whole()), "syndicate"))


def default_of(name: str) -> str:
    """A setting's default as the table writes it."""
    field = settings.FIELDS[name]
    value = field.default
    if value is dataclasses.MISSING:
        value = field.default_factory() if callable(field.default_factory) else None
    if value is None:
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {names(cells)[0]: cells[1] for cells in rows(OPERATIONS, "Settings")}

    assert documented == {
        f"{settings.PREFIX}{name.upper()}": default_of(name) for name in settings.FIELDS
    }


def test_every_command_is_documented() -> None:
    documented = {name for cells in rows(OPERATIONS, "Commands") for name in names(cells)}

    assert documented == all_commands()


def test_every_command_that_a_document_names_is_there() -> None:
    groups = {command.split()[1] for command in all_commands() if len(command.split()) > 2}
    spoken = rf"`(?:syndicate )?((?:{'|'.join(sorted(groups))}) [a-z-]+)"
    for_people = [each for each in DOCUMENTS if each.parent.name not in {"decisions", "facts"}]

    named = {
        (path.name, f"syndicate {found}")
        for path in for_people
        if path.name != "CHANGELOG.md"
        for found in re.findall(spoken, path.read_text())
    }

    assert {each for each in named if each[1] not in all_commands()} == set()
    assert len(named) > len(all_commands()) / 2


def test_every_job_is_documented_with_its_queue() -> None:
    documented = {names(cells)[0]: cells[1] for cells in rows(OPERATIONS, "Jobs")}

    assert documented == {job.name: f"`{job.queue}`" for job in jobs.ALL}


def test_every_alarm_is_documented_with_its_meaning() -> None:
    documented = {names(cells)[0]: cells[1] for cells in rows(OPERATIONS, "Alarms")}

    assert documented == {alarm.name: alarm.help for alarm in ringing.ALARMS}


def test_every_alarm_is_documented_with_what_to_do() -> None:
    silent = [cells[0] for cells in rows(OPERATIONS, "Alarms") if not cells[2]]

    assert silent == []


def test_every_job_has_a_command_that_exists() -> None:
    by_hand = {word for cells in rows(OPERATIONS, "Jobs") for word in names(cells[3:])}

    assert by_hand - all_commands() == set()


@pytest.mark.parametrize("name", [name for name in RETENTION if name.startswith("KEEP_")])
def test_every_retention_rule_is_documented_with_its_number(name: str) -> None:
    days = RETENTION[name].days

    lines = [line for line in DATA.splitlines() if f"`{name}`" in line]

    assert lines
    assert all(re.search(rf"\b{days} days?\b", line) for line in lines)


@pytest.mark.parametrize("cells", rows(README, "Words"), ids=lambda cells: cells[0])
def test_every_word_is_a_name_in_the_code(cells: list[str]) -> None:
    path = cells[2].strip("`")

    module, _, name = f"syndicate.{path}".rpartition(".")
    found = hasattr(importlib.import_module(module), name) if name[0].isupper() else True

    assert found
    assert importlib.import_module(module if name[0].isupper() else f"{module}.{name}")


def test_every_table_is_called_by_one_of_the_words() -> None:
    words = {cells[0] for cells in rows(README, "Words")}

    strangers = {
        table
        for table in METADATA.tables
        if not words.intersection(table.split("_")) and table not in NO_WORDS
    }

    assert strangers == set()


def test_every_answer_of_contributing_is_in_the_tree() -> None:
    """A question that many ask, and a file that is there: by its path, whole."""
    answers = rows((ROOT / "CONTRIBUTING.md").read_text(), "Where do I change …?")
    named = {
        cells[0]: re.findall(r"`((?:syndicate|templates|docs)/?[^` ]*)`", cells[1])
        for cells in answers
    }

    lost = [path for paths in named.values() for path in paths if not (ROOT / path).exists()]
    constants = [
        (path, name)
        for cells in answers
        for path, name in re.findall(r"`([^`]+\.py)` \(`([A-Z_]+)`\)", cells[1])
        if not re.search(rf"^{name}\b", (ROOT / path).read_text(), re.MULTILINE)
    ]

    assert len(named) == QUESTIONS
    assert [question for question, paths in named.items() if not paths] == []
    assert (lost, constants) == ([], [])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())

    broken = [link for link in links if not (document.parent / link).exists()]

    assert broken == []


def test_the_readme_shows_each_picture_in_light_and_dark() -> None:
    shown = re.findall(r'(?:src|srcset)="docs/pictures/([^"]+)"', README)
    there = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}

    assert sorted(shown) == sorted(there)
    assert {name.removesuffix("-light.webp") for name in there if "-light" in name} == {
        name.removesuffix("-dark.webp") for name in there if "-dark" in name
    }
    assert [name for name, size in there.items() if size > PICTURE_BYTES] == []


def test_every_command_that_the_documents_show_exists() -> None:
    known = all_commands()
    shown = {
        found
        for document in DOCUMENTS
        for found in re.findall(
            r"`(?:\.venv/bin/)?(syndicate(?: [a-z][a-z-]+)+)", document.read_text()
        )
    }

    unknown = {
        each
        for each in shown
        if not any(
            each == name or each.startswith(f"{name} ") or name.startswith(f"{each} ")
            for name in known
        )
    }

    assert unknown == set()
