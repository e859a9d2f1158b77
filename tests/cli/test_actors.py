"""Who works in the shell, as the audit names them."""

import os

import pytest

from syndicate.cli import actors
from syndicate.cli.options import print_json
from syndicate.store.platform.tokens import Permission


@pytest.mark.parametrize(
    ("account", "name"),
    [("desk", "cli:desk"), ("a\udcffb", "cli:a?b"), (" ", f"cli:{os.getuid()}")],
    ids=["a name", "a name that is no text", "none"],
)
def test_whoever_works_in_the_shell_has_a_name(
    account: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", account)

    found = actors.actor()

    assert (found.name, found.permissions) == (name, frozenset(Permission))


def test_half_a_character_in_json_stays_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"file": "a\udcffb", "headline": "Öl"})

    assert capsys.readouterr().out == '{"file": "a\\udcffb", "headline": "Öl"}\n'
