"""Sources of `newsroom.toml`: made, renamed, exported and retired like all else that it names."""

from pathlib import Path

import pytest

from syndicate.cli import setup as command
from tests.cli.asking import ask
from tests.setup.test_setup import COURIER, SECTIONS, apply, file

assert file  # a fixture
pytestmark = pytest.mark.usefixtures("database")
SOURCE = """\
[[sources]]
slug = "wire"
name = "Wire"
url = "https://wire.example/feed"
section = "world"
allow_origins = ["10.1.0.7:8080"]
robots = "ignore"

[sources.profile]
headline = "h1"
drop = [".tools", ".ads"]
updated = { select = "#date", zone = "UTC" }
"""


def test_a_source_of_the_file_is_made_renamed_exported_and_retired(file: Path) -> None:
    made = apply(file, COURIER + SECTIONS + SOURCE)
    assert ("source", "wire") in made.create
    assert apply(file).unchanged == 4

    assert ask(command.setup, "--export", "--out", file).code == 0
    assert {name for name, value in apply(file).as_json().items() if value} == {"unchanged"}
    renamed = SOURCE.replace('slug = "wire"', 'slug = "agency"\nwas = "wire"')
    changed = apply(file, COURIER + SECTIONS + renamed).changed
    assert [(kind, slug, each.field.name) for kind, slug, each in changed] == [
        ("source", "agency", "slug")
    ]
    other = renamed.replace("agency", "other").replace("wire.example", "other.example")
    done = apply(file, COURIER + SECTIONS + other.replace('was = "wire"', ""), retires=True)
    assert (done.create, done.retire) == ([("source", "other")], [("source", "agency")])
    assert apply(file, COURIER + SECTIONS, retires=True).retire == []  # it names none at all
