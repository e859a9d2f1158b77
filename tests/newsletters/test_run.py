"""From a slot that is due to deliveries with every reader's own choice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from syndicate import settings
from syndicate.newsletters import compose, gather, run, steering
from syndicate.store.composition import issues
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import subscribers
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Delivery
from syndicate.vocabulary.articles import Access
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.sending import DeliveryState, Lane, MailingState
from tests import rows
from tests.acting import TESTER
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def morning() -> Newsletter:
    """A newsletter over "world" (section 1) and "sport" (section 2)."""
    with transaction() as tx:
        return desk.morning(tx)


def another(tx: Transaction, slug: str, at: str, *, section_ids: tuple[int, ...]) -> Newsletter:
    """A second newsletter, in Qatar's time as the morning."""
    schedule: dict[str, object] = {"times": [at], "days": []}
    return rows.newsletter(
        tx, 1, slug, section_ids=section_ids, zone="Asia/Qatar", schedule=schedule
    )


def test_a_due_slot_opens_one_issue_however_often_it_is_asked_for(morning: Newsletter) -> None:
    first = run.open_due_issues(NOW)
    second = run.open_due_issues(NOW + HOUR)

    with transaction() as tx:
        made = issues.of_newsletter(tx, morning.id, limit=9)
    assert (len(first), second) == (1, [])
    assert [(issue.number, issue.slot, issue.state) for issue in made] == [
        (None, "08:00", IssueState.DUE)
    ]
    assert (made[0].window_from, made[0].window_to) == (SLOT - DAY, SLOT)


@pytest.mark.usefixtures("database", "morning")
def test_no_issue_is_due_before_its_slot() -> None:
    with transaction() as tx:
        tx.execute(update(Newsletter).values(created_at=SLOT - HOUR))

    assert run.open_due_issues(SLOT - dt.timedelta(seconds=1)) == []


def test_every_reader_gets_the_bits_of_what_they_chose(morning: Newsletter) -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        article(tx, 2, "sport-one", SLOT - 2 * HOUR)
        article(tx, 2, "sport-ar", SLOT - 3 * HOUR, language="ar", direction="rtl")
        everything = reader(tx, 1)
        sport = reader(tx, 2, sections=("sport",))
        arabic = reader(tx, 3, languages=("ar",), language="ar")
        nothing = reader(tx, 4, sections=("world",), languages=("ar",))
    (issue_id,) = run.open_due_issues(NOW)

    state = run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        carried = [
            (story.position, story.section_slug, story.language)
            for story, _ in issues.carried(tx, issue_id)
        ]
        found = choices(tx, mailing.id)
        counts = ledger.counts(tx, mailing.id)
        assert counts == ledger.counts_by_row(tx, mailing.id)
    assert state is IssueState.SENDING
    assert carried == [(0, "world", "en"), (1, "sport", "en"), (2, "sport", "ar")]
    assert found == {everything: 0b111, sport: 0b110, arabic: 0b100, nothing: 0}
    assert (mailing.state, mailing.lane, mailing.audience) == (
        MailingState.SENDING,
        Lane.BULK,
        4,
    )
    assert (counts.remaining, counts.skipped) == (3, 1)
    assert morning.id == mailing.newsletter_id


@pytest.mark.usefixtures("database", "morning")
def test_composing_twice_sends_once() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)
    run.compose_issue(issue_id, NOW)

    run.compose_issue(issue_id, NOW + HOUR)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        assert ledger.counts(tx, mailing.id).audience == 1
        assert len(ledger.newest(tx, limit=9)) == 1
    assert mailing.started_at == NOW


@pytest.mark.usefixtures("database", "morning")
def test_a_composer_that_died_is_taken_over() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)
    assert run._claim(issue_id)
    run._freeze(issue_id, NOW)  # and dies before the audience is written

    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING


def test_one_story_reaches_one_reader_once_across_newsletters(morning: Newsletter) -> None:
    with transaction() as tx:
        shared = article(tx, 1, "world-one", SLOT - HOUR)
        article(tx, 2, "sport-one", SLOT - 2 * HOUR)
        other = another(tx, "sport-daily", "09:00", section_ids=(1, 2))
        both = reader(tx, 1)
        reader(tx, 1, other.id, sections=())
        only_second = reader(tx, 2, other.id)
        reader(tx, 3, sections=("sport",))
        had_sport_only = reader(tx, 3, other.id)
    for issue_id in run.open_due_issues(NOW):
        run.compose_issue(issue_id, NOW)
    (second_issue,) = run.open_due_issues(NOW + HOUR)

    run.compose_issue(second_issue, NOW + HOUR)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, second_issue)
        assert mailing is not None
        found = choices(tx, mailing.id)
    assert found == {both: 0, only_second: 0b11, had_sport_only: 0b01}
    assert (shared.id, morning.id) == (1, 1)


@pytest.mark.usefixtures("database", "morning")
def test_a_story_that_failed_to_reach_a_reader_is_offered_again() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        other = another(tx, "noon", "09:00", section_ids=(1,))
        failed = reader(tx, 1)
        reader(tx, 1, other.id)
    for issue_id in run.open_due_issues(NOW):
        run.compose_issue(issue_id, NOW)
    with transaction() as tx:
        tx.execute(update(Delivery).values(state=int(DeliveryState.FAILED)))
    (second_issue,) = run.open_due_issues(NOW + HOUR)

    run.compose_issue(second_issue, NOW + HOUR)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, second_issue)
        assert mailing is not None
        assert choices(tx, mailing.id) == {failed: 0b1}


def test_an_operator_opens_the_slot_that_is_now_long_after_it(morning: Newsletter) -> None:
    issue_id = steering.send_now(morning.id, actor=TESTER, now=SLOT + 20 * HOUR)

    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        assert issue is not None
    assert (issue.slot, issue.window_to) == ("08:00", SLOT)
    assert steering.send_now(morning.id, actor=TESTER, now=SLOT + 21 * HOUR) == issue_id


def test_an_operator_gives_an_empty_issue_another_try(morning: Newsletter) -> None:
    (issue_id,) = run.open_due_issues(NOW)
    run.compose_issue(issue_id, NOW)
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)

    assert steering.send_now(morning.id, actor=TESTER, now=NOW) == issue_id
    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("after", "state"),
    [
        (-dt.timedelta(seconds=1), IssueState.DONE),
        (dt.timedelta(0), IssueState.SENDING),
    ],
)
def test_a_paused_reader_gets_nothing_until_the_pause_is_over(
    after: dt.timedelta, state: IssueState
) -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)
        found = subscribers.lock_subscription(tx, 1)
        assert found is not None
        found.paused_until = NOW - after
    (issue_id,) = run.open_due_issues(NOW)

    assert run.compose_issue(issue_id, NOW) is state


@pytest.mark.usefixtures("database", "morning")
def test_an_issue_that_cannot_be_composed_is_held_with_the_reason() -> None:
    with transaction() as tx:
        # Even without a story, a description of this size is more than mail programs show.
        tx.execute(update(Newsletter).values(description="word " * 20_000))
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.HELD
    with transaction() as tx:
        issue = tx.get(Issue, issue_id)
        assert issue is not None
        assert issue.note is not None
    assert issue.note.startswith("It could not be composed: The mail digest has ")


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("environment", ["production", "test"])
def test_in_production_an_issue_without_a_postal_address_is_held(
    environment: str, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_ENVIRONMENT", environment)
    settings.load.cache_clear()
    with transaction() as tx:
        tx.execute(update(Publication).values(postal_address=" "))
        article(tx, 1, "world-one", SLOT - HOUR)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    state = run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        issue = tx.get(Issue, issue_id)
    assert issue is not None
    is_held = state is IssueState.HELD and "has no postal address" in str(issue.note)
    assert is_held is (environment == "production")


def test_the_same_rows_give_the_same_hash_and_another_text_another(morning: Newsletter) -> None:
    with transaction() as tx:
        made = article(tx, 1, "world-one", SLOT - HOUR, access=Access.PAID)
        rows.picture(tx, made.id)
        reader(tx, 1)
    (issue_id,) = run.open_due_issues(NOW)

    def draft_hash(now: dt.datetime) -> bytes:
        with transaction() as tx:
            issue = issues.find(tx, issue_id)
            assert issue is not None
            read = gather.material(tx, morning, issue, now)
        return compose.compose(read).content_hash

    first, second = draft_hash(NOW), draft_hash(NOW + HOUR)
    with transaction() as tx:
        tx.execute(update(Article).values(headline="Another headline"))
    third = draft_hash(NOW)
    run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        assert issue is not None
    assert first == second
    assert issue.content_hash == third != first


@pytest.mark.usefixtures("database", "morning")
def test_two_composers_at_once_send_once() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        recipients = [reader(tx, number) for number in range(1, 6)]
    (issue_id,) = run.open_due_issues(NOW)

    with ThreadPoolExecutor(3) as pool:
        states = list(pool.map(lambda _: run.compose_issue(issue_id, NOW), range(3)))

    with transaction() as tx:
        (mailing,) = ledger.newest(tx, limit=9)
        assert choices(tx, mailing.id) == dict.fromkeys(recipients, 1)
        assert ledger.counts(tx, mailing.id).audience == 5
    assert set(states) <= {IssueState.COMPOSING, IssueState.FROZEN, IssueState.SENDING}


@pytest.mark.usefixtures("database", "morning")
def test_two_ticks_at_once_open_one_issue() -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: run.open_due_issues(NOW), range(4)))

    assert sorted(map(len, opened)) == [0, 0, 0, 1]


@pytest.mark.usefixtures("database", "morning")
def test_one_story_reaches_one_reader_once_though_two_issues_go_out_at_once() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
        other = another(tx, "second", "08:00", section_ids=(1,))
        for number in range(1, 20):
            reader(tx, number)
            reader(tx, number, other.id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: run.compose_issue(each, NOW), run.open_due_issues(NOW)))

    with transaction() as tx:
        first, second = (choices(tx, each.id) for each in ledger.newest(tx, limit=9))
    assert all(first[number] + second[number] == 1 for number in first)
    assert len(first) == len(second) == 19
