"""One story that no mail can hold costs itself: the issue goes out without it, and editors know."""

import datetime as dt
import email
import email.policy
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from syndicate import clock
from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.errors import UnrenderableError
from syndicate.mail.sending import deliver
from syndicate.newsletters import alerts, gather, rehearse, renew, run, steering
from syndicate.newsletters.compose import compose as compose_issue
from syndicate.newsletters.compose import recompose
from syndicate.newsroom.newsletters import numbered
from syndicate.store.composition import alerts as asked
from syndicate.store.composition import issues
from syndicate.store.content.articles import Article
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import operations
from syndicate.vocabulary.articles import Change
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import Lane, MailingState
from tests import matrix
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.newsletters.sending import add_alerts, compose, counts, found, readers, send

WORLD, SPORT = 1, 2  # articles of `conftest`; sections too
# In Qatar it is a year that no calendar of ours has.
NEVER = dt.datetime(9999, 12, 31, 23, 0, tzinfo=dt.UTC)
BROKEN: dict[str, object] = {"standfirst": "word " * 20_000}
BAD = {
    "a standfirst as long as a mail": BROKEN,
    "a headline as long as a mail": {"headline": "ووافق المجلس " * 8_000},
    "ten thousand authors": {"authors": ["World desk"] * 10_000},
}


def spoil(article_id: int, values: dict[str, object]) -> None:
    with transaction() as tx:
        tx.execute(update(Article).where(Article.id == article_id).values(**values))


def issue_of(mailing_id: int) -> Issue:
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        issue = issues.find(tx, mailing.issue_id or 0)
        assert issue is not None
        return issue


def unusable_stories() -> list[tuple[str, str, str]]:
    """What the audit says of stories that were left out: who, what, why."""
    with transaction() as tx:
        found_rows = operations.unusable_stories(tx, since=NOW - DAY)
        return [(row.actor, row.subject, row.detail["why"]) for row, _, _ in found_rows]


def texts(relay: FaultRelay) -> list[str]:
    """Both parts of each mail that the relay took."""
    told = []
    for taken in relay.accepted:
        message = email.message_from_bytes(taken.content, policy=email.policy.default)
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        told.append("\n".join(str(body.get_content()) for body in bodies if body is not None))
    return told


@pytest.mark.parametrize("values", matrix.rows(list(BAD.values()), every=2), ids=BAD)
def test_a_digest_goes_out_without_the_story_that_no_mail_can_hold(
    relay: FaultRelay, values: dict[str, object]
) -> None:
    readers(3)
    spoil(WORLD, values)

    mailing_id = compose()
    send()

    assert counts(mailing_id) == {"audience": 3, "accepted": 3}
    assert ["Headline sport-one" in each for each in texts(relay)] == [True] * 3
    assert ["world-one" in each for each in texts(relay)] == [False] * 3
    note = issue_of(mailing_id).note or ""
    assert note.startswith("Left out, because it cannot be sent by email: article 1 (")
    ((actor, subject, why),) = unusable_stories()
    assert (actor, subject) == ("composer", "article:1")
    assert why in note


@pytest.mark.parametrize(
    "moment",
    matrix.rows(
        ["9999-12-31 23:00:00+00", "infinity", "10000-01-01", "-infinity", "0044-03-15 BC"], every=3
    ),
)
def test_a_time_beyond_the_calendar_costs_not_even_its_story(
    relay: FaultRelay, moment: str
) -> None:
    readers(1)
    spoil(WORLD, {"updated_at": text(f"'{moment}'")})

    mailing_id = compose()
    send()

    assert counts(mailing_id) == {"audience": 1, "accepted": 1}
    assert "world-one" in texts(relay)[0]
    assert unusable_stories() == []


def test_a_reader_who_chose_only_that_story_gets_no_empty_mail(relay: FaultRelay) -> None:
    with transaction() as tx:
        both = reader(tx, 1)
        only_it = reader(tx, 2, sections=("world",))
    spoil(WORLD, BROKEN)

    mailing_id = compose()
    send()

    with transaction() as tx:
        assert choices(tx, mailing_id) == {both: 0b1, only_it: 0}
    assert relay.recipients() == ["reader001@example.com"]


def test_a_long_story_that_fits_with_the_others_is_in_the_issue(relay: FaultRelay) -> None:
    readers(1)
    spoil(WORLD, {"standfirst": "word " * 4_000})

    compose()
    send()

    assert "Headline world-one" in texts(relay)[0]
    assert unusable_stories() == []


def test_a_long_story_does_not_push_out_those_behind_it(relay: FaultRelay) -> None:
    readers(1)
    with transaction() as tx:
        for number in range(30):
            article(tx, 2, f"more-{number}", SLOT - 3 * HOUR, standfirst="word " * 400)
    spoil(WORLD, {"standfirst": "word " * 4_000})

    mailing_id = compose()
    send()

    assert [subject for _, subject, _ in unusable_stories()] == ["article:1"]
    (told,) = texts(relay)
    assert told.count("Headline more-") > 40  # a score of stories in each part
    assert "Left out, because it cannot" in (issue_of(mailing_id).note or "")


@pytest.mark.usefixtures("relay")
def test_an_issue_of_nothing_else_is_held_with_the_reason() -> None:
    readers(1)
    for each in (WORLD, SPORT):
        spoil(each, BROKEN)
    issue_id = steering.send_now(1, actor=TESTER, now=NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.HELD

    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        assert issue is not None
    assert (issue.note or "").startswith("It could not be composed: None of its stories is left.")
    assert "article 1 (it takes" in (issue.note or "")
    assert "article 2 (it takes" in (issue.note or "")
    spoil(WORLD, {"standfirst": "Sound again."})
    steering.send_now(1, actor=TESTER, now=NOW)
    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING


@pytest.mark.usefixtures("relay")
def test_a_rehearsal_names_the_story_and_hashes_what_is_then_sent() -> None:
    readers(1)
    spoil(WORLD, BROKEN)

    found_before = rehearse.dry_run(1, NOW)
    assert b"Headline sport-one" in rehearse.preview(1, NOW)
    mailing_id = compose()

    (named,) = found_before.unusable
    assert (named.article_id, named.headline) == (WORLD, "Headline world-one")
    assert [story.article_id for _, story in found_before.chosen] == [SPORT]
    assert found_before.unfitting == 0
    assert found_before.content_hash == (issue_of(mailing_id).content_hash or b"").hex()


def test_an_alert_that_no_mail_can_hold_is_held_and_the_next_one_leaves(relay: FaultRelay) -> None:
    newsletter_id = add_alerts(WORLD)
    now = clock.now()
    with transaction() as tx:
        reader(tx, 1, newsletter_id)
        good = article(tx, WORLD, "world-two", now - HOUR).id
        asked.ask(tx, [WORLD, good], now=now)
    spoil(WORLD, {"headline": "word " * 20_000})

    opened = alerts.send_due(now)
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)

    with transaction() as tx:
        states = {
            issue.article_id: (issue.state, issue.note or "")
            for issue in tx.scalars(select(Issue).where(Issue.id.in_(opened)))
        }
    assert states[WORLD][0] is IssueState.HELD
    assert "article 1 (it takes" in states[WORLD][1]
    assert states[good] == (IssueState.DONE, "")
    assert ["Headline world-two" in each for each in texts(relay)] == [True]


def test_a_correction_that_no_mail_can_hold_costs_no_more_than_itself(relay: FaultRelay) -> None:
    readers(1)
    compose()
    send()
    with transaction() as tx:
        for article_id in (WORLD, SPORT):
            row = found(tx, article_id)
            changes.change(tx, row, Change.CORRECTION, {}, note="Four, not five.", now=NOW + HOUR)
        article(tx, 1, "next-day", SLOT + DAY - HOUR)
    spoil(WORLD, {"headline": "word " * 20_000})

    compose(1)
    send()

    (told,) = texts(relay)[1:]
    assert told.count("Headline sport-one") == told.count("Headline next-day") == 2
    assert told.count("Four, not five.") == 2
    assert [subject for _, subject, _ in unusable_stories()] == ["article:1"]


@pytest.mark.usefixtures("relay")
def test_a_story_that_breaks_while_it_is_corrected_costs_itself() -> None:
    readers(1)
    mailing_id = compose()
    with transaction() as tx:
        four = Wording(headline="Four")
        editing.correct(tx, WORLD, four, note="Not five.", actor=TESTER, now=clock.now())
        read = renew._read(tx, mailing_id, NOW)
    assert read is not None
    chosen = {
        position: replace(each, updated_at=NEVER) if each.article_id == WORLD else each
        for position, each in read.chosen.items()
    }
    material = replace(read.material, stories=tuple(chosen.values()))

    rendered, left = recompose(material, chosen, read.corrected)

    assert [each.article_id for each in left] == [WORLD]
    assert {block.mask for mail in rendered for block in mail.blocks} & {0b01} == set()
    said = b"".join(block.html for mail in rendered for block in mail.blocks)
    assert b"Headline sport-one" in said
    assert b"World" not in said


def test_a_mailing_whose_every_story_breaks_is_paused(relay: FaultRelay) -> None:
    readers(1)
    mailing_id = compose()
    with transaction() as tx:
        four = Wording(headline="Four")
        editing.correct(tx, WORLD, four, note="Not five.", actor=TESTER, now=clock.now())
    for each in (WORLD, SPORT):
        spoil(each, BROKEN)

    assert renew.renew_content(mailing_id, NOW) is None
    send()

    with transaction() as tx:
        states = tx.scalars(select(Mailing.state)).all()
    assert states == [MailingState.PAUSED]
    assert relay.accepted == []


@pytest.mark.usefixtures("relay")
def test_what_is_stored_of_it_holds_none_of_its_words() -> None:
    readers(1)
    spoil(WORLD, {"headline": "Harbourmaster", **BROKEN})

    mailing_id = compose()

    assert "Harbourmaster" not in (issue_of(mailing_id).note or "")
    assert "Harbourmaster" not in repr(unusable_stories())


@pytest.mark.usefixtures("relay")
def test_a_frame_that_cannot_be_made_is_no_storys_fault() -> None:
    readers(1)
    with transaction() as tx:
        issue = Issue(id=0, number=1, local_date=NOW.date(), window_from=SLOT - DAY, window_to=SLOT)
        newsletter = numbered(tx, 1)
        material = gather.material(tx, newsletter, issue, NOW)

    broken = replace(material, postal_address=object())  # type: ignore[arg-type]

    with pytest.raises(UnrenderableError, match="TypeError"):
        compose_issue(broken)
