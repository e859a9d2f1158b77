"""Real returned mails of fifty kinds of servers: found, never held against a good address."""

import json
from functools import cache

import pytest

from syndicate.bounces.reading.classify import classify
from tests.corpus import material

Row = tuple[str, str, str, bool, str]  # status, reply code, reason, is hard, complaint type


@cache
def expected() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = json.loads(
        (material.folder("bounces") / "expected.json").read_text()
    )
    return found


def verdicts(name: str) -> list[bool]:
    """Whether each recipient's verdict is hard, in order."""
    return [
        each.is_hard for each in classify((material.folder("bounces") / "mail" / name).read_bytes())
    ]


def test_returned_mails_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    names = list(expected())

    found = [name for name in names if verdicts(name)]

    with capsys.disabled():
        print(f"\nbounces found: {len(found)} of {len(names)}")  # noqa: T201 - a figure to read
    assert len(found) >= 0.95 * len(names)


def test_what_is_held_against_an_address_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    right = wrong = missed = 0
    for name, wanted in expected().items():
        told = verdicts(name)
        for place, row in enumerate(wanted):
            is_hard = told[min(place, len(told) - 1)] if told else False
            right += is_hard and row[3]
            wrong += is_hard and not row[3]
            missed += row[3] and not is_hard

    with capsys.disabled():
        print(f"\nhard: {right} right, {wrong} wrong, {missed} missed")  # noqa: T201 - likewise
    assert right > 0
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed) >= 0.75


def test_what_is_no_returned_mail_is_not_taken_for_one() -> None:
    others = sorted((material.folder("bounces") / "not-bounces").iterdir())

    assert others
    assert [path.name for path in others if classify(path.read_bytes())] == []
