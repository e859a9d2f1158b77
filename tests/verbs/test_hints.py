"""What a sentence of the product says to do succeeds when somebody does it."""

import shlex
from importlib import import_module
from pathlib import Path

import pytest

from tests.cli.asking import Answer, ask
from tests.verbs.conftest import Place, audited
from tests.verbs.of_hints import HINTS, Hint


def typed(line: str, place: Place) -> Answer:
    """What a shell says; whoever is asked something says yes."""
    name, *words = shlex.split(line.format_map(place))
    own = name.replace("-", "_")
    module = import_module(f"syndicate.cli.{own}")
    command = module.app if hasattr(module, "app") else getattr(module, own)
    return ask(command, *words, stdin="y\n")


@pytest.mark.usefixtures("valkey_url")
@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.said)
def test_a_hint_succeeds_when_it_is_followed(
    hint: Hint, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("newsroom.toml").write_text(typed("setup --export", place).out)
    if hint.state is not None:
        hint.state(place)
    for line in hint.before:
        assert typed(line, place).code == 0
    before = len(audited())

    done = typed(hint.line, place)

    assert (done.code, done.err if done.code else "") == (0, "")
    assert hint.shows in done.out + done.err
    assert [action for _, action, _ in audited()[before:]] == [hint.action] * bool(hint.action)
