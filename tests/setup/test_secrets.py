"""A token in `newsroom.toml`: its secret stands in a file beside it, and nowhere else."""

import json
from pathlib import Path

import pytest

from syndicate import clock
from syndicate.cli import setup as command
from syndicate.setup import export
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens
from tests.cli.asking import ask
from tests.setup.test_setup import CMS, COURIER, apply

pytestmark = pytest.mark.usefixtures("database")


def test_a_token_opens_by_its_file_and_the_file_alone_says_its_secret(tmp_path: Path) -> None:
    file = tmp_path / "newsroom.toml"
    first, second = "0123456789abcdef" * 4, "fedcba9876543210" * 4
    kept = file.parent / "cms-token"
    kept.touch(0o600)
    kept.write_text(first)
    apply(file, COURIER + CMS)
    kept.write_text(second)
    dry = ask(command.setup, file, "--dry-run", "--json").out
    apply(file)

    assert json.loads(dry)["change"] == [
        {
            "kind": "token",
            "slug": "cms",
            "field": "secret_file",
            "from": "the previous secret",
            "to": "the one in the file",
        }
    ]
    with transaction() as tx:
        assert tokens.actor_of_token(tx, first, now=clock.now()) is None
        holder = tokens.actor_of_token(tx, second, now=clock.now())
        assert getattr(holder, "permissions", None) == tokens.ROLES["editor"]
        exported = export.export(tx).text
    assert (first in exported, second in exported) == (False, False)
    assert "\n# [[tokens]]\n" in exported
    again = apply(file, exported).as_json()
    assert {name for name, value in again.items() if value} == {"unchanged"}
    assert apply(file, COURIER, retires=True).retire == []
    other = file.parent / "other-token"
    other.touch(0o600)
    other.write_text(first)
    instead = apply(file, COURIER + CMS.replace("cms", "other"), retires=True)
    assert (instead.create, instead.retire) == ([("token", "other")], [("token", "cms")])
