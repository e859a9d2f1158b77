"""A verb is the same at every face: its rule, its refusal, and its one line in the audit."""

import getpass
from collections.abc import Sequence

import pytest
from _pytest.mark import ParameterSet

from syndicate.errors import NotAllowedError
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.errors import _STATUS
from tests.verbs.asked import FACES, Done, No, called
from tests.verbs.conftest import Faces, Place, audited
from tests.verbs.table import DONE, NOES

EVERYTHING = frozenset(Permission)


def cases(rows: Sequence[Done | No], *faces: str, every: int = 1) -> list[ParameterSet]:
    """Each row at each face; of each `every` rows one at one face, and the rest in `make long`."""
    return [
        pytest.param(
            row,
            face,
            id=f"{row.verb.rpartition('.')[2]}-{number}-{face}",
            marks=()
            if number % every == 0 and place == number // every % len(own)
            else pytest.mark.long,
        )
        for number, row in enumerate(rows)
        for own in [[face for face in row.asked.faces() if face in faces]]
        for place, face in enumerate(own)
    ]


@pytest.mark.parametrize(("row", "face"), cases(DONE, *FACES))
def test_an_act_is_one_line_in_the_audit_and_none_when_nothing_changes(
    row: Done, face: str, faces: Faces, place: Place
) -> None:
    who = f"cli:{getpass.getuser()}" if face == "cli" else "token:admin"
    told = [(who, a, subject.format_map(place)) for a, subject in (*row.also, row.audit)]

    if row.before is not None:
        faces.ask("api", row.before, EVERYTHING)
    before = len(audited())
    first = faces.ask(face, row.asked, EVERYTHING)
    once = audited()[before:]
    second = faces.ask(face, row.asked, EVERYTHING)

    assert first.status < 400, first.text
    assert once == told
    assert second.status < 500, second.text
    assert len(audited()) - before == len(told) * (1 if row.is_quiet_again else 2)


@pytest.mark.parametrize(("row", "face"), cases(NOES, *FACES, every=3))
def test_a_refusal_is_the_same_sentence_and_changes_nothing(
    row: No, face: str, faces: Faces, place: Place
) -> None:
    answer = faces.ask(face, row.asked, EVERYTHING)

    assert answer.status == next(code for kind, code in _STATUS if issubclass(row.error, kind))
    sentence = row.sentence.format_map(place)
    assert sentence in answer.text if face == "console" else sentence == answer.text
    assert audited() == []


@pytest.mark.parametrize(("row", "face"), cases(DONE, "api", "console", every=3))
def test_who_lacks_the_permission_of_the_verb_is_refused_at_the_door(
    row: Done, face: str, faces: Faces
) -> None:
    lacking = called(row.verb).permission

    answer = faces.ask(face, row.asked, EVERYTHING - {lacking})

    assert answer.status == 403
    told = f"token:admin does not have the permission {lacking}, which this needs."
    assert told in answer.text
    assert audited() == []


@pytest.mark.parametrize("name", sorted({row.verb for row in DONE}))
def test_a_verb_refuses_by_itself_too(name: str) -> None:
    with pytest.raises(NotAllowedError, match="nobody does not have the permission"):
        called(name)(actor=Actor("nobody", frozenset()))
