"""Who may see an article: every channel, state, access and moment, one by one."""

import datetime as dt

import pytest
from sqlalchemy import ColumnElement, select

from syndicate.store.content.articles import Article
from syndicate.store.content.pictures import Picture
from syndicate.store.content.visibility import (
    is_teaser_only,
    may_have_shown,
    may_show,
    may_show_picture,
)
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.articles import Access, ArticleState, Channel
from tests import rows
from tests.rows import DAY, NOW

in_database = pytest.mark.usefixtures("database")

TICK = dt.timedelta(microseconds=1)
# What an article can be at a moment, by state and end of its embargo.
SITUATIONS: dict[str, tuple[ArticleState, dt.datetime | None]] = {
    "draft": (ArticleState.DRAFT, None),
    "draft-whose-embargo-ended": (ArticleState.DRAFT, NOW - DAY),
    "held": (ArticleState.EMBARGOED, None),
    "embargo-ends-tomorrow": (ArticleState.EMBARGOED, NOW + DAY),
    "embargo-ends-in-a-moment": (ArticleState.EMBARGOED, NOW + TICK),
    "embargo-ends-now": (ArticleState.EMBARGOED, NOW),
    "embargo-ended": (ArticleState.EMBARGOED, NOW - DAY),
    "live": (ArticleState.LIVE, None),
    "live-since-its-embargo": (ArticleState.LIVE, NOW - DAY),
    "live-let-out-early": (ArticleState.LIVE, NOW + DAY),
    "killed": (ArticleState.KILLED, None),
    "killed-under-embargo": (ArticleState.KILLED, NOW + DAY),
    "killed-since-its-embargo": (ArticleState.KILLED, NOW - DAY),
    "taken-down": (ArticleState.TAKEN_DOWN, None),
    "taken-down-since-its-embargo": (ArticleState.TAKEN_DOWN, NOW - DAY),
}
OUT = {
    "embargo-ends-now",
    "embargo-ended",
    "live",
    "live-since-its-embargo",
    "live-let-out-early",
}
WITHDRAWN = {
    "killed",
    "killed-under-embargo",
    "killed-since-its-embargo",
    "taken-down",
    "taken-down-since-its-embargo",
}
# Which articles a channel carries at all once they are out: the whole table.
CARRIES = {
    (Channel.PAGE, Access.FREE): True,
    (Channel.PAGE, Access.REGISTERED): True,
    (Channel.PAGE, Access.PAID): True,
    (Channel.PUBLIC_FEED, Access.FREE): True,
    (Channel.PUBLIC_FEED, Access.REGISTERED): False,
    (Channel.PUBLIC_FEED, Access.PAID): False,
    (Channel.PRIVATE_FEED, Access.FREE): True,
    (Channel.PRIVATE_FEED, Access.REGISTERED): True,
    (Channel.PRIVATE_FEED, Access.PAID): True,
    (Channel.SITEMAP, Access.FREE): True,
    (Channel.SITEMAP, Access.REGISTERED): True,
    (Channel.SITEMAP, Access.PAID): True,
    (Channel.MAIL, Access.FREE): True,
    (Channel.MAIL, Access.REGISTERED): True,
    (Channel.MAIL, Access.PAID): True,
}


def test_the_tables_know_every_channel_access_and_state() -> None:
    """A word that is new must be decided on here before it can be shown anywhere."""
    assert set(CARRIES) == {(channel, access) for channel in Channel for access in Access}
    assert {state for state, _ in SITUATIONS.values()} == set(ArticleState)


@in_database
@pytest.mark.parametrize("channel", Channel)
def test_what_may_be_shown_is_what_is_out_and_what_the_channel_carries(channel: Channel) -> None:
    shown = _those(may_show(channel, now=NOW))

    assert shown == {access: OUT if CARRIES[channel, access] else set() for access in Access}


@in_database
@pytest.mark.parametrize("channel", Channel)
def test_a_place_is_kept_for_what_was_withdrawn_where_it_could_have_stood(
    channel: Channel,
) -> None:
    placed = _those(may_have_shown(channel, now=NOW))

    theirs = OUT | WITHDRAWN
    assert placed == {access: theirs if CARRIES[channel, access] else set() for access in Access}


@in_database
@pytest.mark.parametrize(
    ("after", "is_shown"), [(-TICK, False), (dt.timedelta(0), True), (TICK, True)]
)
def test_an_embargo_ends_at_its_second_without_anybodys_doing(
    after: dt.timedelta, *, is_shown: bool
) -> None:
    until = NOW + DAY
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.article(
            tx, publication.id, state=ArticleState.EMBARGOED, embargo_until=until, published_at=NOW
        )

    with transaction() as tx:
        found = [
            tx.scalar(select(may_show(channel, now=until + after)).select_from(Article))
            for channel in Channel
        ]

    assert found == [is_shown] * len(Channel)


@in_database
def test_an_article_that_says_it_will_be_published_is_not_held_by_its_date() -> None:
    """A date of publication is what a source says; an embargo alone holds an article."""
    with transaction() as tx:
        publication = rows.publication(tx)
        rows.article(tx, publication.id, at=NOW + DAY)

        assert tx.scalar(select(may_show(Channel.PAGE, now=NOW)).select_from(Article))


@pytest.mark.parametrize(
    ("channel", "access", "is_teaser"),
    [
        (Channel.PAGE, Access.FREE, False),
        (Channel.PAGE, Access.REGISTERED, True),
        (Channel.PAGE, Access.PAID, True),
        (Channel.PUBLIC_FEED, Access.FREE, False),
        (Channel.PUBLIC_FEED, Access.REGISTERED, True),
        (Channel.PUBLIC_FEED, Access.PAID, True),
        (Channel.PRIVATE_FEED, Access.FREE, False),
        (Channel.PRIVATE_FEED, Access.REGISTERED, False),
        (Channel.PRIVATE_FEED, Access.PAID, False),
        (Channel.SITEMAP, Access.FREE, False),
        (Channel.SITEMAP, Access.REGISTERED, True),
        (Channel.SITEMAP, Access.PAID, True),
        (Channel.MAIL, Access.FREE, False),
        (Channel.MAIL, Access.REGISTERED, True),
        (Channel.MAIL, Access.PAID, True),
    ],
)
def test_a_text_that_is_not_free_is_whole_in_the_readers_own_feed_alone(
    channel: Channel, access: Access, *, is_teaser: bool
) -> None:
    assert is_teaser_only(channel, access) is is_teaser


RIGHTS = {
    "for-ever": None,
    "until-tomorrow": NOW + DAY,
    "until-in-a-moment": NOW + TICK,
    "until-now": NOW,
    "until-yesterday": NOW - DAY,
}
STILL = {"for-ever", "until-tomorrow", "until-in-a-moment"}


@in_database
@pytest.mark.parametrize("channel", Channel)
def test_a_picture_leaves_where_it_may_and_until_its_right_ends(channel: Channel) -> None:
    others = [each.value for each in Channel if each is not channel]
    channels: dict[str, list[str] | None] = {
        "everywhere": None,
        "here": [channel.value],
        "here-too": [*others, channel.value],
        "elsewhere": others,
        "nowhere": [],
    }
    with transaction() as tx:
        article = rows.article(tx, rows.publication(tx).id)
        for place, values in channels.items():
            for right, until in RIGHTS.items():
                name = f"{place} {right}"
                rows.picture(tx, article.id, url=name, channels=values, rights_until=until)

    with transaction() as tx:
        shown = set(tx.scalars(select(Picture.url).where(may_show_picture(channel, now=NOW))))

    assert shown == {
        f"{place} {right}" for place in ("everywhere", "here", "here-too") for right in STILL
    }


def _those(condition: ColumnElement[bool]) -> dict[Access, set[str]]:
    """Which situations a condition lets through, for the articles of each access."""
    with transaction() as tx:
        publication = rows.publication(tx)
        for access in Access:
            for name, (state, until) in SITUATIONS.items():
                row = rows.article(tx, publication.id, f"{access}-{name}", access=access)
                row.state, row.embargo_until = state, until
    with transaction() as tx:
        found = tx.execute(select(Article.access, Article.slug).where(condition)).all()
    return {
        access: {slug.removeprefix(f"{access}-") for of, slug in found if of is access}
        for access in Access
    }
