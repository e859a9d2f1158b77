"""`syndicate subscribers show` and `why`, as an operator asks about one reader."""

import json

import pytest
from typer.testing import CliRunner, Result

from syndicate.cli import subscribers
from syndicate.errors import BadAddressError, NotFoundError, UsageError
from tests.subscribers import one
from tests.subscribers.one import ADDRESS
from tests.subscribers.test_readers import ACCEPTED, SEVEN


@pytest.fixture
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def run(*words: str) -> Result:
    return CliRunner().invoke(subscribers.app, words)


def test_a_reader_is_shown_by_address_and_by_number(who: int) -> None:
    made = one.issue(1, SEVEN, copy=ACCEPTED)

    by_address = json.loads(run("show", ADDRESS, "--json").stdout)
    by_number = json.loads(run("show", str(who), "--json").stdout)
    table = run("show", ADDRESS).stdout

    assert by_address == by_number
    assert by_address["timeline"][0] == {
        "at": "2026-11-24T04:02:00+00:00",
        "issue": made,
        "code": "accepted",
        "words": "Morning 1: handed to our mail server 07:02 Qatar Time; receiver: not known",
    }
    assert f"Reader {who}: {ADDRESS}, in en" in table
    assert "Morning (morning): active, all sections; all languages" in table
    assert "handed to our mail server 07:02 Qatar Time; receiver: not known" in table


def test_why_is_one_sentence(who: int) -> None:
    made = one.issue(1, SEVEN, copy=ACCEPTED)

    said = run("why", str(who), str(made))
    found = json.loads(run("why", ADDRESS, str(made), "--json").stdout)

    words = "handed to our mail server 07:02 Qatar Time; receiver: not known"
    assert said.stdout == f"Morning 1: {words}.\n"
    assert found == {
        "issue": made,
        "number": 1,
        "newsletter": "Morning",
        "code": "accepted",
        "words": words,
    }


@pytest.mark.usefixtures("who")
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("reader044@example.com", NotFoundError),
        ("reader", BadAddressError),
        ("999999", NotFoundError),
        ("9" * 30, UsageError),
    ],
)
def test_who_is_nobody_is_refused_in_a_sentence(asked: str, error: type[Exception]) -> None:
    assert isinstance(run("show", asked).exception, error)
