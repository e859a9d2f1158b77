"""Who works in the shell, as the audit names them."""

import os

import pytest

from syndicate.cli import actors
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
