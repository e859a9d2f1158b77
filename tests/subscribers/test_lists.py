"""A file of several lists: one of them comes in; who has left another is neither lost nor out."""

import pytest
from sqlalchemy import select

from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Suppression
from syndicate.subscribers import csvfile, transfer
from syndicate.subscribers.transfer import Foreseen, How
from syndicate.vocabulary.sending import SuppressionReason
from tests.subscribers import desk
from tests.subscribers.desk import NOW

MAILPOET = """\
Email,List status,Global status,List
both@example.com,subscribed,subscribed,Morning
both@example.com,unsubscribed,subscribed,Evening
gone@example.com,unsubscribed,subscribed,Morning
gone@example.com,subscribed,subscribed,Evening
"""
IN_A_CELL = """\
email,lists
both@example.com,"Morning, Evening"
one@example.com,evening
none@example.com,
"""
AS_JSON = """\
email;status;lists
both@example.com;enabled;"[{""name"": ""Morning"", ""subscription_status"": ""confirmed""}, \
{""name"": ""Evening"", ""subscription_status"": ""unsubscribed""}]"
gone@example.com;enabled;"[{""name"": ""Morning"", ""subscription_status"": ""unsubscribed""}]"
out@example.com;blocklisted;"[{""name"": ""Morning"", ""subscription_status"": ""confirmed""}]"
never@example.com;enabled;[]
"""
REASONS = "email;lists\n" + "".join(
    f'{word}@example.com;"[{{""name"": ""Morning"", {fields}}}]"\n'
    for word, fields in {
        "in": '""status"": ""confirmed""',
        "spam": '""status"": ""complained"", ""unsubscribed"": true',
        "dead": '""bounced"": true, ""status"": ""unsubscribed""',
        "left": '""status"": ""unsubscribed""',
        "asked": '""subscription_status"": ""unconfirmed""',
    }.items()
)


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def foreseen(text: str, only: str = "") -> Foreseen:
    return transfer.foresee(csvfile.lines_of(text), "morning", now=NOW, how=How(only=only))


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("text", "only", "counts", "others"),
    [
        (MAILPOET, "Morning", (2, 1, 1, 0), [3, 5]),
        (MAILPOET, "evening", (2, 1, 1, 0), [2, 4]),
        (IN_A_CELL, "Evening", (2, 2, 0, 0), [4]),
        (IN_A_CELL, "Morning", (1, 1, 0, 0), [3, 4]),
        (IN_A_CELL, "", (3, 3, 0, 0), []),
        (AS_JSON, "Morning", (3, 1, 1, 1), [5]),
        (AS_JSON, "Evening", (1, 0, 1, 0), [3, 4, 5]),
        (REASONS, "Morning", (5, 1, 2, 2), []),
        ('email,list\nin@example.com,"Morning, daily"\n', "morning, daily", (1, 1, 0, 0), []),
        (
            "email,Newsletter\nin@example.com,Morning\nb@example.com,\n",
            "morning",
            (1, 1, 0, 0),
            [3],
        ),
    ],
)
def test_the_rows_of_one_list_come_in_and_the_others_are_named(
    text: str, only: str, counts: tuple[int, ...], others: list[int]
) -> None:
    found = foreseen(text, only)

    assert (found.rows, found.active, found.left, found.suppressed) == counts
    of_another = [number for number, why in found.notes if "is of another list" in why]
    assert of_another == others
    assert len(found.notes) == len(others) + (not only)
    assert found.rejected == ()


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize(
    ("text", "only", "sentence"),
    [
        (MAILPOET, "", "The file is of several lists: Evening, Morning; say with --list NAME"),
        (MAILPOET, "Weekly", "No row of the file is of the list Weekly; it has Evening, Morning."),
        ("email\na@example.com\n", "Morning", "The file has no column of lists or tags"),
        ("email,list\na@example.com,\n", "Morning", "is of the list Morning; it has none."),
    ],
)
def test_a_list_that_nobody_can_tell_is_refused_in_a_sentence(
    text: str, only: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        foreseen(text, only)
    assert sentence in str(refused.value)


@pytest.mark.usefixtures("morning")
def test_a_file_whose_lists_all_come_in_says_so() -> None:
    [(number, why)] = foreseen(IN_A_CELL).notes
    of_one = foreseen("email,lists\na@example.com,Morning\nb@example.com,morning\n")

    assert number == 1
    assert why.startswith("the column lists names several lists (Morning, evening): ")
    assert "--list NAME" in why
    assert of_one.notes == ()


def test_why_somebody_left_a_list_is_kept_as_its_fields_say(morning: Newsletter) -> None:
    transfer.import_csv(
        csvfile.lines_of(REASONS),
        "morning",
        wording="Yes.",
        origin="list.csv",
        now=NOW,
        how=How(only="Morning"),
    )

    with transaction() as tx:
        barred = {each.address_hash: each.reason for each in tx.scalars(select(Suppression))}
        assert barred == {
            recipients.hash_of("spam@example.com"): SuppressionReason.COMPLAINT,
            recipients.hash_of("dead@example.com"): SuppressionReason.BOUNCE,
        }
        assert subscribers.counts(tx, morning.id) == {"pending": 1, "active": 1, "ended": 1}
