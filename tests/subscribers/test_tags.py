"""Tags of a file's readers: sections where somebody says so, and none is left out in silence."""

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers.subscribers import Subscriber, Subscription, SubscriptionChoice
from syndicate.subscribers import csvfile, transfer
from syndicate.subscribers.tags import tags_in
from syndicate.subscribers.transfer import How, Imported
from tests.subscribers import desk
from tests.subscribers.desk import NOW

FILE = """\
Email Address,TAGS
both@example.com,"""
FILE += '''"""Sport"",""vip"",""World news"""'''
FILE += """
all@example.com,
one@example.com,sport
none@example.com,VIP
"""


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx, "sport", "world-news", "art")


def bring(text: str, how: How) -> Imported:
    lines = csvfile.lines_of(text)
    return transfer.import_csv(lines, "morning", wording="Yes.", origin="x", now=NOW, how=how)


def chosen() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = (
        select(Subscriber.address, SubscriptionChoice.value)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .outerjoin(SubscriptionChoice, SubscriptionChoice.subscription_id == Subscription.id)
        .order_by(Subscriber.id, SubscriptionChoice.value)
    )
    with transaction() as tx:
        for address, value in tx.execute(query):
            found.setdefault(address.partition("@")[0], []).extend([value] if value else [])
    return found


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("", []),
        ("vip", ["vip"]),
        ('"vip","Local news, weekly"', ["vip", "Local news, weekly"]),
        ("vip, Sport", ["vip", "Sport"]),
        ("vip;Sport ; ", ["vip", "Sport"]),
        ("vip | Sport", ["vip", "Sport"]),
        ('["vip", "Sport"]', ["vip", "Sport"]),
        ("[vip", ["[vip"]),
        ('"vip', ["vip"]),
        ("Local\r\nnews, \u2028vip", ["Local news", "vip"]),
    ],
)
def test_the_tags_of_a_cell_are_parted_as_tools_do(cell: str, tags: list[str]) -> None:
    assert tags_in(cell) == tags


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("by_tags", [False, True])
def test_tags_are_sections_where_somebody_says_so_and_all_others_are_named(
    *, by_tags: bool
) -> None:
    said = transfer.foresee(csvfile.lines_of(FILE), "morning", now=NOW, how=How(by_tags=by_tags))
    done = bring(FILE, How(by_tags=by_tags))

    assert (done.added, done.refused, said.notes) == (4, (), done.notes)
    notes = {(2, "the tag “vip” of 2 readers was left out")}
    if not by_tags:
        why = "was left out, though the newsletter has the section"
        notes.add((2, f"the tag “Sport” of 2 readers {why} sport"))
        notes.add((2, f"the tag “World news” of 1 reader {why} world-news"))
    assert set(done.notes) == notes
    assert chosen() == {
        "both": ["sport", "world-news"] if by_tags else [],
        "all": [],
        "one": ["sport"] if by_tags else [],
        "none": [],
    }


@pytest.mark.usefixtures("morning")
def test_sections_of_our_own_go_before_tags_and_all_of_them_are_no_choice() -> None:
    text = "email,sections,labels\n"
    text += 'a@example.com,art,sport\nb@example.com,,"sport,world-news,art"\n'

    done = bring(text, How(by_tags=True))

    assert done.notes == ()
    assert chosen() == {"a": ["art"], "b": []}


@pytest.mark.usefixtures("morning")
def test_readers_of_one_tag_come_in_as_those_of_one_list_do() -> None:
    done = bring(FILE, How(only="Vip", by_tags=True))

    assert chosen() == {"both": ["sport", "world-news"], "none": []}
    assert set(done.notes) == {
        (3, "has other tags (none), and was left out"),
        (4, "has other tags (sport), and was left out"),
        (2, "the tag “vip” of 2 readers was left out"),
    }
