"""What a sign-up chose holds when its own link is followed, whoever else asks for the address."""

import datetime as dt

import pytest
from sqlalchemy import delete, select

from syndicate import settings, signing
from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter, NewsletterSection
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending.mailings import MailingContent
from syndicate.subscribers import subscribe
from syndicate.subscribers.confirmation import CONFIRM
from syndicate.vocabulary.newsletters import ChoiceKind
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.subscribers import desk
from tests.subscribers.desk import NOW

pytestmark = pytest.mark.usefixtures("database", "morning")
HOUR = dt.timedelta(hours=1)
READER = "reader001@example.com"
# What a line of a mail leaves of its 998 bytes to a link between two open ends of 300.
ROOM = 398

Row = tuple[str, tuple[str, ...], tuple[str, ...]]
OWN: Row = ("en", ("sport",), ("en",))
STRANGE: Row = ("ar", ("culture", "world"), ("ar",))
ALL: Row = ("en", (), ())


@pytest.fixture
def morning() -> None:
    with transaction() as tx:
        daily = desk.morning(tx, "world", "sport", "culture")
        rows.newsletter(tx, daily.publication_id, "evening")


def ask(chosen: Row, hours: int = 0, slug: str = "morning") -> str:
    """Somebody asks: the token of the link in the mail that answers."""
    language, sections, languages = chosen
    subscribe.ask(
        READER,
        slug,
        language=language,
        sections=sections,
        languages=languages,
        ip=None,
        user_agent=None,
        wording="Send it to me.",
        base_url="https://daily.example",
        now=NOW + hours * HOUR,
    )
    return links()["confirm_url"]


def links() -> dict[str, str]:
    """The tokens in the newest mail, by their slots."""
    query = select(MailingContent.headers).where(
        MailingContent.kind == "frame", MailingContent.position == 0
    )
    with transaction() as tx:
        headers = tx.scalars(query.order_by(MailingContent.mailing_id.desc())).first()
    assert headers is not None
    assert all(len(url) <= ROOM for url in headers["slots"].values())
    return {name: url.rpartition("/")[2] for name, url in headers["slots"].items()}


def confirm(token: str, hours: int = 9) -> bool:
    done = subscribe.confirm(token, ip=None, user_agent=None, now=NOW + hours * HOUR)
    assert done.language == row()[0]
    return done.is_new


def row() -> Row:
    """What the subscription's row says."""
    with transaction() as tx:
        made = subscribers.lock_subscription(tx, 1)
        assert made is not None
        kinds = (ChoiceKind.SECTION, ChoiceKind.LANGUAGE)
        sections, languages = (subscribers.choices(tx, made.id, kind) for kind in kinds)
        return made.language, sections, languages


def leave() -> None:
    with transaction() as tx:
        made = subscribers.lock_subscription(tx, 1)
        assert made is not None
        subscribers.end(tx, made, now=NOW + 10 * HOUR)


@pytest.mark.parametrize("chosen", [OWN, ALL])
def test_a_stranger_who_asks_later_changes_nothing_of_what_was_chosen(chosen: Row) -> None:
    own = ask(chosen)
    strange = ask(STRANGE, 1)

    assert row() == chosen
    pages = [subscribe.read(token, now=NOW + HOUR).language for token in (own, strange)]
    assert pages == ["en", "ar"]
    assert row() == chosen
    assert confirm(own)
    assert row() == chosen


@pytest.mark.parametrize("chosen", [OWN, ALL])
def test_a_stranger_who_asked_first_changes_nothing_either(chosen: Row) -> None:
    ask(STRANGE)

    assert confirm(ask(chosen, 1))
    assert row() == chosen


def test_what_somebody_has_is_changed_by_no_link_that_confirms() -> None:
    own, strange = ask(OWN), ask(STRANGE, 1)
    confirm(own)

    assert not confirm(strange)
    assert row() == OWN


def test_who_comes_back_from_a_suppression_keeps_what_they_have() -> None:
    own, strange = ask(OWN), ask(STRANGE, 1)
    confirm(own)
    with transaction() as tx:
        key, reason = recipients.hash_of(READER), SuppressionReason.COMPLAINT
        recipients.suppress(tx, key, scope="*", reason=reason, now=NOW)

    assert confirm(strange)
    assert row() == OWN


def test_who_left_comes_back_with_what_they_choose_now() -> None:
    confirm(ask(OWN))
    leave()

    strange, own = ask(STRANGE, 11), ask(ALL, 12)
    assert row() == STRANGE
    assert confirm(own, 13)
    assert row() == ALL
    leave()
    assert confirm(strange, 14)
    assert row() == STRANGE


def test_a_link_of_before_and_one_in_the_mail_of_another_newsletter_confirm_the_row() -> None:
    ask(OWN)
    ask(STRANGE, 1)
    ask(ALL, 2, "evening")
    payload = f"1:{int(NOW.timestamp())}"
    before = signing.sign(settings.load().key(), CONFIRM, payload)

    assert confirm(before)
    assert row() == OWN
    leave()
    assert confirm(links()["confirm_url_1"])
    assert row() == OWN


def change_newsletter(*gone: int, languages: list[str]) -> None:
    """Take sections from it by their ids, and let it come in these languages."""
    with transaction() as tx:
        tx.execute(delete(NewsletterSection).where(NewsletterSection.section_id.in_(gone)))
        tx.session.get_one(Newsletter, 1).languages = languages


@pytest.mark.parametrize(
    ("chosen", "gone", "languages", "left"),
    [
        (STRANGE, [1], ["en", "ar"], ("ar", ("culture",), ("ar",))),
        (STRANGE, [1, 3], ["en"], ("en", (), ())),
        (OWN, [2], ["en", "ar"], ("en", (), ("en",))),
        (ALL, [1], ["en"], ALL),
    ],
)
def test_a_link_confirms_what_there_still_is(
    chosen: Row, gone: list[int], languages: list[str], left: Row
) -> None:
    ask(ALL)
    token = ask(chosen, 1)
    change_newsletter(*gone, languages=languages)

    assert confirm(token)
    assert row() == left


def many_sections(number: int) -> list[str]:
    slugs = [f"part-{each:03}" for each in range(number)]
    with transaction() as tx:
        for place, slug in enumerate(slugs):
            made = rows.section(tx, 1, slug, position=place)
            tx.add(NewsletterSection(newsletter_id=1, section_id=made.id))
    return slugs


@pytest.mark.parametrize("number", [1, 45, 119])
def test_a_link_carries_many_sections_or_those_that_are_left_out(number: int) -> None:
    chosen: Row = ("en", tuple(many_sections(119)[:number]), ())
    ask(ALL)

    assert confirm(ask(chosen, 1))
    assert row() == chosen


def test_more_sections_than_a_link_can_carry_are_refused_at_the_form() -> None:
    slugs = many_sections(160)

    with pytest.raises(UsageError, match="80 sections, and a link cannot carry so many"):
        ask(("en", tuple(slugs[:80]), ()))
