"""What somebody may do, in words: read in any of their forms, said in one."""

import pytest

from syndicate.errors import UsageError
from syndicate.newsroom.making import granted
from syndicate.newsroom.roster import Held
from syndicate.store.platform.tokens import ROLES, Permission


@pytest.mark.parametrize(
    ("said", "once"),
    [
        ([], ()),
        (["editor"], ("editor everywhere",)),
        (["editor everywhere", "read"], ("editor everywhere",)),
        (["editor in courier"], ("editor in courier",)),
        (["  editor   in  courier "], ("editor in courier",)),
        (["editor for morning"], ("editor for the newsletter morning",)),
        (["editor for newsletter morning"], ("editor for the newsletter morning",)),
        (["editor for the newsletter newsletter"], ("editor for the newsletter newsletter",)),
        (["editor for the newsletter morning"], ("editor for the newsletter morning",)),
        (list(Permission), ("admin everywhere",)),
        (["relay"], ("relay.accepts everywhere",)),
        (
            ["readers in courier", "sender in courier", "read in evening", "metrics"],
            ("metrics everywhere", "sender in courier", "readers in courier", "read in evening"),
        ),
    ],
)
def test_words_are_read_in_any_form_and_said_in_one(said: list[str], once: tuple[str, ...]) -> None:
    held = granted.spread(said)

    assert granted.folded(held) == once
    assert set(granted.spread(once)) == set(held)


def test_a_role_is_its_permissions() -> None:
    found = granted.spread(["viewer in courier"])

    assert set(found) == {Held(each, "courier", None) for each in ROLES["viewer"]}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("edtor", "There is no permission or role edtor; the roles are viewer, editor, "),
        ("editor at courier", "editor at courier does not say what and where; write it as "),
        ("editor in", "editor in does not say what and where; "),
        ("editor for newsletter", "editor for newsletter does not say what and where; "),
        ("editor for the newsletter", "editor for the newsletter does not say what and where; "),
    ],
)
def test_what_cannot_be_read_is_one_sentence(said: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        granted.spread([said])

    assert str(caught.value).startswith(sentence)
