"""After a release: the next issue comes, and nothing of the lost time comes a second time."""

import json

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from syndicate import cli, clock, settings, signing
from syndicate.cli import mailings as command
from syndicate.errors import RefusedError
from syndicate.journal import lives
from syndicate.mail import steering
from syndicate.mail.mime.message import PREFERENCES
from syndicate.mail.recovery import reconcile, restored
from syndicate.newsletters import alerts, run
from syndicate.newsletters import steering as newsletters_steering
from syndicate.store.composition import issues
from syndicate.store.composition.lost_stories import NewsletterTold
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.platform.audit import Audit
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import IssueState
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import READERS, House
from tests.mail import confirmation
from tests.newsletters.paper import DAY, reader

pytestmark = pytest.mark.stack


def restore(house: House, backup: object, *, release: bool = True) -> None:
    house.restore_into(house.folder / str(backup), "house")
    assert house.start() is not None
    if release:
        house.release()


def next_issue() -> Issue:
    """Tomorrow's issue, composed."""
    tomorrow = clock.now() + DAY
    issue_id = newsletters_steering.send_now(newsletter_id(), actor=TESTER, now=tomorrow)
    run.compose_issue(issue_id, tomorrow)
    with transaction() as tx:
        found = tx.get(Issue, issue_id)
        assert found is not None
        return found


def newsletter_id(slug: str = "morning") -> int:
    with transaction() as tx:
        found = newsletters.by_slug(tx, slug)
        assert found is not None
        return found.id


def add_articles(*names: str) -> None:
    with transaction() as tx:
        section = newsletters.sections_of(tx, newsletter_id())[0]
        for name in names:
            copies.add_story(tx, section, name)


def headlines(issue: Issue) -> list[str]:
    with transaction() as tx:
        return [headline for _, headline in issues.carried(tx, issue.id)]


@pytest.mark.long
def test_the_lost_issue_keeps_its_number_and_the_next_one_gets_the_next(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    backup = house.dump("nightly")
    copies.work()
    [before] = copies.issues()

    restore(house, backup)
    add_articles("fresh")
    coming = next_issue()
    copies.send()

    [lost] = [each for each in copies.issues() if each.id != coming.id]
    assert (lost.number, lost.local_date, lost.slot) == (
        before.number, before.local_date, before.slot,
    )  # fmt: skip
    assert lost.state is IssueState.DONE
    assert (before.number, coming.number) == (1, 2)
    assert sorted(house.sink.taken().values()) == [2] * READERS


def test_a_story_of_the_lost_issue_that_is_collected_again_is_no_news(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    backup = house.dump("nightly")
    add_articles("told")
    copies.work()

    restore(house, backup)
    with transaction() as tx:
        tx.execute(update(Article).values(collected_at=clock.now()))
    add_articles("told", "fresh")
    coming = next_issue()

    assert headlines(coming) == ["Headline fresh"]
    with transaction() as tx:
        upkeep.keep_house(tx, clock.now() + 31 * DAY)
        assert tx.scalars(select(NewsletterTold.name)).all() == []


@pytest.mark.long
def test_an_alert_of_the_lost_time_is_not_told_again(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.open_alerts(readers=3)
    backup = house.dump("nightly")
    tell("flood")
    copies.send()
    assert sorted(house.sink.taken().values()) == [1, 1, 1]

    restore(house, backup)
    tell("flood")
    copies.send()
    again = sorted(house.sink.taken().values())
    tell("fire")
    copies.send()

    assert again == [1, 1, 1]
    assert sorted(house.sink.taken().values()) == [2, 2, 2]


def tell(name: str) -> None:
    """An article that is pushed with an alert."""
    add_articles(name)
    with transaction() as tx:
        tx.execute(update(Article).where(Article.slug == name).values(alert_at=clock.now()))
    alerts.send_due(clock.now())


@pytest.mark.long
def test_a_link_of_the_lost_time_leads_to_nobody_else(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    backup = house.dump("nightly")
    with transaction() as tx:
        reader(tx, 100, newsletter_id())
        lost = tx.scalars(select(Subscription.id).order_by(Subscription.id.desc())).first()

    restore(house, backup, release=False)
    with transaction() as tx:
        reader(tx, 101, newsletter_id())
        fresh = tx.scalars(select(Subscription.id).order_by(Subscription.id.desc())).first()

    assert lost is not None
    assert fresh is not None
    assert fresh > lost + 500_000
    link = signing.sign(settings.load().key(), PREFERENCES, str(lost))
    assert int(signing.verify(settings.load().key(), PREFERENCES, link)) != fresh


@pytest.mark.long
def test_no_mail_after_a_restore_has_the_name_of_a_lost_one(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    backup = house.dump("nightly")
    copies.work()

    restore(house, backup)
    add_articles("fresh")
    next_issue()
    copies.send()

    names = [json.loads(line)["message_id"] for line in house.sink.log.read_text().splitlines()]
    assert len(names) == len(set(names)) == 6
    with transaction() as tx:
        assert len(list(tx.scalars(select(Mailing.id)))) == 1


@pytest.mark.long
def test_a_single_mail_that_was_asked_for_while_held_is_sent(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    backup = house.dump("nightly")
    restore(house, backup, release=False)
    confirmation.queue("confirmation:200", now=clock.now(), address="reader200@example.com")
    copies.send()
    assert house.sink.taken() == {}
    said = CliRunner().invoke(command.app, ["release", "--dry-run", "--json"]).stdout
    [asked_for] = copies.mailings()

    house.release()
    copies.send()

    assert json.loads(said) == {"mailings": [{"id": asked_for.id, "would_send": 1, "settled": 0}]}
    assert house.sink.taken() == {"reader200@example.com": 1}


@pytest.mark.long
def test_nothing_is_resumed_or_sent_again_before_the_log_was_asked(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.tick()
    copies.compose_what_is_due()
    [mailing] = copies.mailings()
    steering.pause(mailing.id, actor=TESTER, now=clock.now())
    restore(house, house.dump("nightly"), release=False)

    for arguments in (
        ["resume", str(mailing.id)],
        ["resend", str(mailing.id), "--what", "remaining", "--yes"],
    ):
        refused = CliRunner().invoke(command.app, arguments)
        assert isinstance(refused.exception, RefusedError)
        assert "Run `syndicate mailings release`" in str(refused.exception)
    assert copies.mailings()[0].state == "paused"


@pytest.mark.long
def test_a_log_that_cannot_be_read_is_told_with_the_way_on(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.work()
    restore(house, house.dump("nightly"), release=False)
    house.sink.log.rename(house.sink.log.with_name("elsewhere"))

    for act in (restored.plan, restored.settle):
        with pytest.raises(RefusedError, match=r"cannot be read .* where it can be read\."):
            act(clock.now())

    house.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", reconcile.PUSHED)
    settings.load.cache_clear()
    house.release()
    assert copies.row().held_at is None


def test_an_operators_word_to_migrate_holds_and_says_what_to_do(house: House) -> None:
    house.begin()

    quiet = CliRunner().invoke(cli.build(["migrate"]), ["migrate"])
    held = CliRunner().invoke(cli.build(["migrate"]), ["migrate", "--restored"])

    assert "Mail is held" not in quiet.stdout
    assert "(an operator said so)" in held.stdout
    assert "Run `syndicate mailings release`" in held.stdout


@pytest.mark.long
def test_the_journal_follows_into_the_new_life_and_a_second_restore_is_noticed(
    house: House,
) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    first = house.dump("first")
    copies.work()
    restore(house, first)
    lives.keep(house.journal)
    add_articles("fresh")
    second = house.dump("second")
    next_issue()
    copies.send()
    lives.keep(house.journal)
    sent = house.sink.taken()

    restore(house, second)
    copies.work()
    with transaction() as tx:
        slots = tx.execute(select(Issue.number, Issue.state).order_by(Issue.number)).all()

    assert [tuple(row) for row in slots] == [(1, IssueState.DONE), (2, IssueState.DONE)]
    assert house.sink.taken() == sent
    assert len(copies.row().past_lives) == 2
    # The oldest one once more: two lives later.
    restore(house, first)
    assert house.sink.taken() == sent


@pytest.mark.long
def test_another_hosts_journal_is_behind_and_no_other_life(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    backup = house.dump("nightly")
    copies.work()
    here, there = house.journal, house.folder / "there" / "journal.jsonl"
    lives.keep(there)
    restore(house, backup)
    lives.keep(here)

    house.env.setenv("SYNDICATE_JOURNAL", str(there))
    settings.load.cache_clear()

    assert house.start() is None
    assert lives.keep(there) == 0
    head = lives.head(there)
    assert head is not None
    assert head.life == copies.row().life


def test_release_asks_and_a_no_leaves_everything_held(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.tick()
    copies.compose_what_is_due()
    backup = house.dump("nightly")
    restore(house, backup, release=False)
    before = copies.row()

    refused = CliRunner().invoke(command.app, ["release"], input="n\n")
    with transaction() as tx:
        released = tx.scalars(select(Audit.id).where(Audit.action == "mail-release")).all()

    assert refused.exit_code == 1
    assert "Mail is held: this database was restored or copied" in refused.output
    assert copies.row().held_at == before.held_at
    assert copies.row().life == before.life
    assert released == []
    accepted = CliRunner().invoke(command.app, ["release"], input="y\n")
    assert accepted.exit_code == 0, accepted.output
    assert copies.row().held_at is None


@pytest.mark.long
def test_a_dry_run_changes_nothing(house: House) -> None:
    house.begin()
    copies.open_newsroom(readers=3)
    copies.tick()
    copies.compose_what_is_due()
    backup = house.dump("nightly")
    copies.send()
    restore(house, backup, release=False)
    before = [copies.counts(each.id) for each in copies.mailings()]

    said = [
        json.loads(CliRunner().invoke(command.app, ["release", "--dry-run", "--json"]).stdout)
        for _ in range(2)
    ]

    assert said[0] == said[1]
    [mailing] = said[0]["mailings"]
    assert mailing == {"id": copies.mailings()[0].id, "would_send": 0, "settled": 3}
    assert [copies.counts(each.id) for each in copies.mailings()] == before
    assert copies.row().held_at is not None


@pytest.mark.long
def test_a_release_that_was_cut_off_is_done_again(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    backup = house.dump("nightly")
    copies.send(lambda: len(house.sink.taken()) >= 20)
    restore(house, backup, release=False)
    copies.settle()
    assert copies.row().held_at is not None

    house.release()
    copies.work()

    assert sorted(house.sink.taken().values()) == [1] * READERS
