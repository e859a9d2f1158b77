"""Articles that are held back: shown nowhere, told to a person, and let out by one."""

import datetime as dt
import json

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from syndicate.articles import date_notices, editing
from syndicate.cli import build
from syndicate.errors import RefusedError, UsageError
from syndicate.store.composition import alerts
from syndicate.store.content.articles import Article
from syndicate.store.content.visibility import may_show
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import Channel
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

HOUR = dt.timedelta(hours=1)
UNREAD = "8:00, by the desk's clock"


pytestmark = pytest.mark.usefixtures("database")


def shown(
    tx: Transaction, publication_id: int, channel: Channel, now: dt.datetime
) -> list[Article]:
    """What may leave by a channel, newest first."""
    query = select(Article).where(
        Article.publication_id == publication_id, may_show(channel, now=now)
    )
    return list(tx.scalars(query.order_by(Article.published_at.desc(), Article.id.desc())))


def visible(now: dt.datetime = NOW) -> list[str]:
    """Headlines that leave by any channel."""
    with transaction() as tx:
        publication = newsroom.only_article().publication_id
        rows = [
            each.headline for channel in Channel for each in shown(tx, publication, channel, now)
        ]
    return sorted(set(rows))


def collected(site: Site, *items: str, now: dt.datetime = NOW, **source: object) -> int:
    site.serve("/feed", rss(*items))
    source_id = newsroom.source(newsroom.publication(), site, "/feed", **source)
    newsroom.collect(now=now)
    return source_id


def again(site: Site, *items: str, now: dt.datetime = NOW + HOUR) -> None:
    site.serve("/feed", rss(*items))
    newsroom.collect(now=now)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build(arguments), list(arguments))


def decide(*options: str) -> str:
    done = run("articles", "embargo", *options)
    assert done.exit_code == 0, done.exception
    return done.output


def test_an_article_whose_embargo_cannot_be_read_is_shown_nowhere_and_told(site: Site) -> None:
    source_id = collected(site, item(1, syndicate_embargo=UNREAD))

    article = newsroom.only_article()
    assert (article.state, article.embargo_until, article.is_held) == ("embargoed", None, True)
    assert visible(NOW + dt.timedelta(days=3650)) == []
    with transaction() as tx:
        assert embargoes.release(tx, NOW + dt.timedelta(days=3650)) == []
        assert date_notices.held_now(tx) == (
            f"1 article is held because its embargo cannot be read: {article.id}."
        )
    [(kind, message)] = newsroom.notices()
    assert kind == "embargo"
    assert f"The embargo of article {article.id} cannot be read: “{UNREAD}”" in message
    assert f"syndicate articles embargo {article.id} --until" in message
    assert source_id


def test_many_at_once_are_one_notice(site: Site) -> None:
    collected(site, *(item(n, syndicate_embargo="ask") for n in range(7)))

    [(_, message)] = newsroom.notices()

    assert "The embargoes of 7 articles cannot be read" in message
    assert " and 2 more." in message


def test_a_person_lets_it_out_and_the_next_poll_leaves_it_out(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))
    article = newsroom.only_article()

    decide(str(article.id), "--lift")
    again(site, item(1, syndicate_embargo=UNREAD, title="Story 1, spelt well"))

    assert visible() == ["Story 1, spelt well"]
    out = newsroom.only_article()
    assert (out.state, out.published_at, out.embargo_until) == (
        "live",
        out.embargo_until,
        out.published_at,
    )
    with transaction() as tx:
        [entry] = audit.of(tx, subject=f"article:{article.id}", action=Act.ARTICLE_EMBARGO)
        assert entry.detail["until"] == out.published_at.isoformat().replace("+00:00", "Z")


def test_a_person_says_when_it_ends(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))
    article = newsroom.only_article()
    then = NOW + dt.timedelta(days=900)

    said = json.loads(decide(str(article.id), "--until", then.isoformat(), "--json"))
    again(site, item(1, syndicate_embargo=UNREAD, title="Story 1, spelt well"))

    assert (said["state"], said["is_held"]) == ("embargoed", False)
    assert newsroom.only_article().embargo_until == then
    assert visible(then - HOUR) == []
    assert visible(then) == ["Story 1, spelt well"]


def test_another_word_of_the_source_holds_it_again(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))
    decide(str(newsroom.only_article().id), "--lift")

    again(site, item(1, syndicate_embargo="not before the desk says so"))

    assert newsroom.only_article().is_held
    assert [kind for kind, _ in newsroom.notices()] == ["embargo", "embargo"]


def test_a_source_that_learns_to_write_lets_its_article_out(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))

    again(site, item(1, syndicate_embargo="Tue, 24 Nov 2026 10:00:00 GMT"))

    assert newsroom.only_article().state == "live"


@pytest.mark.parametrize(
    "options",
    [
        ["--until", "tomorrow"],
        ["--until", "2026-12-24T08:00"],
        ["--until", "2020-12-24T08:00:00Z"],
        [],
    ],
)
def test_a_decision_that_is_none_is_refused(site: Site, options: list[str]) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))

    done = run("articles", "embargo", str(newsroom.only_article().id), *options)

    assert isinstance(done.exception, UsageError)
    assert newsroom.only_article().is_held


def test_what_is_withdrawn_or_a_draft_has_no_embargo(site: Site) -> None:
    collected(site, item(1, syndicate_state="draft"))

    with transaction() as tx:
        draft = newsroom.only_article().id
        with pytest.raises(RefusedError, match="is a draft"):
            editing.embargo(tx, draft, None, actor=TESTER, now=NOW)


def test_a_held_article_is_listed_by_itself(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD), item(2))

    done = run("articles", "list", "--held", "--json")

    assert [each["headline"] for each in json.loads(done.output)["articles"]] == ["Story 1"]


def test_an_alert_for_a_held_article_waits_for_the_decision(site: Site) -> None:
    collected(site, item(1, syndicate_embargo=UNREAD))
    article = newsroom.only_article()
    later = NOW + 9 * HOUR

    with transaction() as tx:
        alerts.ask(tx, [article.id], now=NOW)
        embargoes.set_end(tx, article.id, later, now=later)

    out = newsroom.only_article()
    assert out.embargo_until is not None
    # What counts for an alert is the later of the two, and an hour from then.
    assert max(out.alert_at or NOW, out.embargo_until) == later


# Dates of publication


def test_an_article_of_tomorrow_comes_tomorrow(site: Site) -> None:
    tomorrow = NOW + dt.timedelta(days=1)
    collected(site, item(1, when=tomorrow), item(2))

    assert visible_of_all() == ["Story 2"]
    with transaction() as tx:
        embargoes.release(tx, tomorrow)
    first = newsroom.articles()[0]
    assert (first.state, first.published_at, first.is_dated) == ("live", tomorrow, True)
    assert [kind for kind, _ in newsroom.notices()] == ["ahead"]


def visible_of_all() -> list[str]:
    with transaction() as tx:
        publication = newsroom.articles()[0].publication_id
        return [each.headline for each in shown(tx, publication, Channel.PAGE, NOW)]


def test_a_live_article_is_not_taken_back_by_a_date_that_a_feed_moves(site: Site) -> None:
    collected(site, item(1))

    again(site, item(1, when=NOW + dt.timedelta(days=2), title="Story 1, again"))

    assert visible(NOW + HOUR) == ["Story 1, again"]


def test_a_date_whose_zone_is_unread_is_no_date_and_is_told_once(site: Site) -> None:
    unread = "Tue, 24 Nov 2026 06:00:00 XYZ"
    source_id = collected(site, item(1, pubDate=unread))

    article = newsroom.only_article()
    again(site, item(1, pubDate=unread), item(2, pubDate=unread))

    assert (article.state, article.is_dated) == ("live", False)
    assert article.published_at == article.collected_at
    [(kind, message)] = newsroom.notices()
    assert kind == "dates"
    assert message.startswith(f"A date of source {source_id} cannot be read: “{unread}”")


def test_a_date_of_next_week_whose_zone_is_unread_is_held(site: Site) -> None:
    collected(site, item(1, pubDate="Mon, 30 Nov 2026 08:00:00 XYZ"))

    assert newsroom.only_article().is_held
    assert [kind for kind, _ in newsroom.notices()] == ["embargo"]


def test_a_source_that_names_no_zone_is_asked_for_it(site: Site) -> None:
    collected(site, item(1, syndicate_embargo="2026-11-24 20:00"))

    assert newsroom.only_article().embargo_until == NOW + 23 * HOUR  # in every zone by then
    [(kind, message)] = newsroom.notices()
    assert (kind, "“2026-11-24 20:00”" in message) == ("zone", True)


def test_a_profile_says_the_zone_of_feed_and_embargo(site: Site) -> None:
    text = item(1, syndicate_embargo="2026-11-24 20:00", pubDate="Tue, 24 Nov 2026 10:00:00")
    collected(site, text, profile={"zone": "Asia/Qatar"})

    article = newsroom.only_article()
    assert article.embargo_until == NOW + 8 * HOUR
    assert newsroom.notices() == []
