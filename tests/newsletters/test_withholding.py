"""What was withdrawn after an issue was frozen is in no mail that begins afterwards."""

import datetime as dt
import email
import quopri
from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from syndicate import clock
from syndicate.articles import receive_push
from syndicate.mail.pacing import pace
from syndicate.newsletters import renew, run, steering
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients
from syndicate.store.sending import ledger, withholding
from syndicate.store.sending.mailings import Delivery, Mailing, MailingContent
from syndicate.vocabulary.articles import ArticleState, Change
from syndicate.vocabulary.sending import AmbiguousPolicy, Lane, MailingKind, MailingState
from tests import matrix
from tests.acting import TESTER
from tests.mail.fault_relay import Event, FaultRelay, HangUp
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.newsletters.sending import (
    CHUNK,
    compose,
    counts,
    found,
    let_waiting_be_over,
    readers,
    send,
)

KILLED, KEPT = 1, 2  # ids of the two stories


def kill(article_id: int = KILLED) -> None:
    with transaction() as tx:
        changes.kill(tx, found(tx, article_id), note=None, now=clock.now())


def take_down(article_id: int = KILLED) -> None:
    with transaction() as tx:
        changes.take_down(tx, found(tx, article_id), now=clock.now())


def embargo(article_id: int = KILLED) -> None:
    with transaction() as tx:
        row = found(tx, article_id)
        row.state, row.embargo_until = ArticleState.EMBARGOED, clock.now() + HOUR


def move(mailing_id: int, was: MailingState, to: MailingState) -> None:
    with transaction() as tx:
        assert ledger.change_state(tx, mailing_id, was=(was,), to=to)


def told(relay: FaultRelay) -> list[set[str]]:
    """What stands in each mail that the relay took: stories and section headings, in both parts."""
    names = ("world-one", "sport-one", "World", "Sport")
    shown = []
    for taken in relay.accepted:
        bodies = [
            str(part.get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
            for part in email.message_from_bytes(taken.content).walk()
            if part.get_content_maintype() == "text"
        ]
        in_each = [{name for name in names if name in body} for body in bodies]
        assert in_each[0] == in_each[1]
        shown.append(in_each[0])
    return shown


@pytest.mark.parametrize("withdraw", matrix.rows([kill, take_down, embargo], every=2))
def test_a_story_withdrawn_before_the_first_mail_is_in_none(
    relay: FaultRelay, withdraw: Callable[[], None]
) -> None:
    both = readers(3)
    with transaction() as tx:
        only_it = reader(tx, 9, sections=("world",))
    mailing_id = compose()
    withdraw()

    send()

    assert told(relay) == [{"sport-one", "Sport"}] * 3
    assert counts(mailing_id) == {"audience": 4, "accepted": 3, "skipped": 1}
    with transaction() as tx:
        assert choices(tx, mailing_id) == dict.fromkeys(both, 0b10) | {only_it: 0}
        query = select(Delivery.reason).where(Delivery.recipient_id == only_it)
        assert tx.scalar(query) == "nothing chosen"
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_a_story_withdrawn_between_freezing_and_materialising_is_in_none(
    relay: FaultRelay,
) -> None:
    readers(2)
    issue_id = steering.send_now(1, actor=TESTER, now=NOW)
    assert run._claim(issue_id)
    run._freeze(issue_id, NOW)
    kill()
    run.compose_issue(issue_id, NOW)

    send()

    assert told(relay) == [{"sport-one", "Sport"}] * 2


def test_a_kill_bites_within_one_chunk_of_a_batch_in_hand(relay: FaultRelay) -> None:
    readers(4 * CHUNK)
    mailing_id = compose()

    def kill_at_the_seventh(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == CHUNK + 2:
            kill()
        return None

    relay.fault = kill_at_the_seventh
    send()

    with_it = [shown == {"world-one", "sport-one", "World", "Sport"} for shown in told(relay)]
    without_it = [shown == {"sport-one", "Sport"} for shown in told(relay)]
    assert with_it == [True] * 2 * CHUNK + [False] * 2 * CHUNK
    assert without_it == [not each for each in with_it]
    assert counts(mailing_id) == {"audience": 20, "accepted": 20}
    with transaction() as tx:
        stored = sorted(choices(tx, mailing_id).values())
    assert stored == [0b10] * 2 * CHUNK + [0b11] * 2 * CHUNK


def test_readers_of_a_batch_in_hand_who_chose_only_the_killed_story_are_skipped(
    relay: FaultRelay,
) -> None:
    readers(3 * CHUNK, sections=("world",))
    mailing_id = compose()

    def kill_at_the_first(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == 1:
            kill()
        return None

    relay.fault = kill_at_the_first
    send()

    assert counts(mailing_id) == {"audience": 15, "accepted": CHUNK, "skipped": 2 * CHUNK}


def test_a_paused_mailing_goes_on_without_what_was_taken_down(relay: FaultRelay) -> None:
    readers(6)
    mailing_id = compose()
    move(mailing_id, MailingState.SENDING, MailingState.PAUSED)
    take_down()
    move(mailing_id, MailingState.PAUSED, MailingState.SENDING)

    send()

    assert told(relay) == [{"sport-one", "Sport"}] * 6
    assert counts(mailing_id) == {"audience": 6, "accepted": 6}


def test_a_deferred_mail_comes_again_without_what_was_killed(relay: FaultRelay) -> None:
    readers(1)
    mailing_id = compose()
    relay.fault = lambda event: b"451 4.3.0 later\r\n" if event.step == "RCPT" else None
    send()
    assert counts(mailing_id) == {"audience": 1, "deferred": 1}
    kill()
    let_waiting_be_over()
    relay.fault = lambda _event: None

    send()

    assert told(relay) == [{"sport-one", "Sport"}]
    assert counts(mailing_id) == {"audience": 1, "accepted": 1}


def bits(mailing_id: int) -> int:
    with transaction() as tx:
        return withholding.bits(tx, mailing_id, now=clock.now())


@pytest.mark.usefixtures("relay")
def test_the_sentence_that_a_story_was_withdrawn_is_sent_and_a_headline_is_not() -> None:
    readers(1)
    compose()
    send()
    with transaction() as tx:
        changes.kill(tx, found(tx, KILLED), note="It was wrong.", now=NOW + HOUR)
        row = found(tx, KEPT)
        changes.change(tx, row, Change.CORRECTION, {}, note="Five, not four.", now=NOW + HOUR)
        article(tx, 1, "next-day", SLOT + DAY - HOUR)
    mailing_id = compose(1)
    assert bits(mailing_id) == 0

    kill(KEPT)

    with transaction() as tx:
        query = text("SELECT position FROM issue_story WHERE issue_id = 2 AND article_id = 2")
        assert bits(mailing_id) == 1 << int(tx.execute(query).scalar_one())


def picture(rights_until: dt.datetime | None) -> None:
    with transaction() as tx:
        url = "https://daily.example/p.jpg"
        tx.add(Picture(article_id=KILLED, url=url, rights_until=rights_until))


@pytest.mark.parametrize(
    "change",
    [{"channels": ["page"]}, {"rights_until": NOW - DAY}],
)
def test_a_story_whose_picture_may_not_be_shown_any_more_is_in_none(
    relay: FaultRelay, change: dict[str, object]
) -> None:
    picture(None)
    readers(2)
    compose()
    with transaction() as tx:
        tx.execute(update(Picture).values(**change))

    send()

    assert told(relay) == [{"sport-one", "Sport"}] * 2


def test_a_picture_whose_rights_end_while_mail_may_leave_is_not_frozen(relay: FaultRelay) -> None:
    picture(NOW + HOUR)
    readers(2)
    compose()

    send()

    assert told(relay) == [{"world-one", "sport-one", "World", "Sport"}] * 2
    assert all(b"p.jpg" not in taken.content for taken in relay.accepted)


@pytest.mark.parametrize("withdraw", [kill, take_down])
def test_a_mail_to_a_friend_that_waits_is_cancelled(
    relay: FaultRelay, withdraw: Callable[[], None]
) -> None:
    now = clock.now()
    with transaction() as tx:
        for article_id in (KILLED, KEPT, 10 * KILLED):
            mailing = Mailing(
                kind=MailingKind.SINGLE,
                dedupe_key=f"article:{article_id}:abc",
                message="article",
                scope="article",
                state=MailingState.SENDING,
                lane=Lane.URGENT,
                priority=0,
                policy=AmbiguousPolicy.RESEND,
                expires_at=now + DAY,
            )
            friend = recipients.upsert(tx, "reader001@example.com")
            ledger.add_single(tx, mailing, friend, language="en")
    withdraw()

    with transaction() as tx:
        states = {row.dedupe_key: row.state for row in tx.scalars(select(Mailing))}
    assert states == {
        "article:1:abc": MailingState.CANCELLED,
        "article:2:abc": MailingState.SENDING,
        "article:10:abc": MailingState.SENDING,
    }
    assert relay.accepted == []


def test_a_takedown_empties_the_story_in_the_frame_of_every_language(relay: FaultRelay) -> None:
    with transaction() as tx:
        article(tx, 2, "sport-ar", SLOT - 3 * HOUR, language="ar", direction="rtl")
        reader(tx, 1)
        reader(tx, 2, language="ar")
    picture(None)
    mailing_id = compose()
    take_down()

    with transaction() as tx:
        query = select(MailingContent.language, MailingContent.mask).where(
            MailingContent.mailing_id == mailing_id,
            MailingContent.kind == "story",
            MailingContent.html == b"",
        )
        emptied = sorted((row.language, row.mask) for row in tx.execute(query))
        assert tx.scalars(text("SELECT picture_url FROM issue_story")).all() == [None] * 3
    assert emptied == [("ar", 1), ("en", 1)]
    assert relay.accepted == []


def test_what_may_have_arrived_before_a_kill_is_not_called_skipped(relay: FaultRelay) -> None:
    readers(1, sections=("world",))
    mailing_id = compose()
    with transaction() as tx:
        tx.execute(update(Mailing).values(policy=AmbiguousPolicy.RESEND))

    def cut(event: Event) -> bytes | None:
        if event.step == "body":
            kill()
            raise HangUp
        return None

    relay.fault = cut
    send()
    let_waiting_be_over()
    pace.BREAKERS.clear()
    relay.fault = lambda _event: None
    send()

    assert len(relay.accepted) == 1
    assert counts(mailing_id) == {"audience": 1, "ambiguous": 1}
    with transaction() as tx:
        row = tx.scalars(select(Delivery)).one()
    assert (row.reason, row.choice) == ("nothing chosen", 0b01)


def pushed(**more: object) -> None:
    """What a CMS says of a story of its own."""
    said = {
        "id": "cms-1",
        "headline": "Headline world-two",
        "body_html": "<p>Text of it.</p>",
        "section": "World",
        "url": "https://daily.example/world-two",
        "published_at": SLOT - HOUR,
        **more,
    }
    with transaction() as tx:
        publication = tx.scalars(select(Publication)).one()
        entries = [receive_push.entry_of(said)]
        receive_push.receive(tx, publication, entries, actor=TESTER, now=clock.now())


MAYOR = {"url": "https://daily.example/mayor.jpg"}


@pytest.mark.parametrize(
    ("pictures", "has_story"),
    matrix.rows(
        [
            ([{**MAYOR, "channels": []}], False),
            ([{**MAYOR, "rights_until": NOW - DAY}], False),
            ([], True),
            ([{"url": "https://daily.example/other.jpg"}], True),
        ],
        every=3,
    ),
)
def test_a_picture_that_a_newsroom_takes_back_is_in_no_mail_that_follows(
    relay: FaultRelay, pictures: list[dict[str, object]], has_story: bool
) -> None:
    pushed(pictures=[MAYOR])
    readers(3 * CHUNK)
    mailing_id = compose()

    def take_back_at_the_first(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == 1:
            pushed(pictures=pictures)
        return None

    relay.fault = take_back_at_the_first
    send()
    renew.renew_content(mailing_id, clock.now())
    send()

    mails = [quopri.decodestring(each.content) for each in relay.accepted]
    assert [b"mayor.jpg" in each for each in mails] == [True] * CHUNK + [False] * 2 * CHUNK
    assert [b"world-two" in each for each in mails[CHUNK:]] == [has_story] * 2 * CHUNK
    assert counts(mailing_id) == {"audience": 3 * CHUNK, "accepted": 3 * CHUNK}
