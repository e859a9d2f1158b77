"""An operator's rule: which articles it lists."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication import feed_rules, feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.feeds import FeedKind
from tests import matrix, rows
from tests.rows import NOW
from tests.store.syndication import published

in_database = pytest.mark.usefixtures("database")


@in_database
@pytest.mark.parametrize(
    ("rule", "fits"),
    matrix.rows(
        [
            ({"sections": ["europe"]}, True),
            ({"sections": ["sport", "europe"], "languages": ["en"]}, True),
            ({"sections": ["sport"]}, False),
            ({"sections": ["Europe"]}, False),
            ({"tags": ["floods"]}, True),
            ({"tags": ["chess", "floods"]}, True),
            ({"tags": ["chess"]}, False),
            ({"authors": ["World desk"]}, True),
            ({"authors": ["Sports desk", "Night desk"]}, True),
            ({"authors": ["Sports desk"]}, False),
            ({"authors": ["World"]}, False),
            ({"languages": ["en"]}, True),
            ({"languages": ["ar"]}, False),
            ({"kinds": ["story", "live"]}, True),
            ({"kinds": ["video"]}, False),
            ({"words": ["STORY"]}, True),
            ({"words": ["chess", "standfirst st"]}, True),
            ({"words": ["story standfirst"]}, True),
            ({"words": ["storystandfirst"]}, False),
            ({"words": ["100%", "sto_y"]}, False),
            ({"sections": ["europe"], "words": ["chess"]}, False),
            ({"sections": ["sport"], "words": ["story"]}, False),
            ({"tags": ["floods"], "kinds": ["video"]}, False),
        ],
        every=4,
    ),
)
def test_a_rule_lists_what_fits_every_part_by_any_value(
    rule: dict[str, list[str]], *, fits: bool
) -> None:
    with transaction() as tx:
        publication = rows.publication(tx).id
        europe = rows.section(tx, publication, "europe").id
        authors = ["World desk", "Night desk"]
        article = rows.article(tx, publication, section_id=europe, authors=authors)
        rows.tag(tx, article, "floods")
        rows.tag(tx, article, "rain")
        # Elsewhere, by others: none of it may count for the article above.
        other = rows.article(tx, publication, "other", NOW, headline="Chess", authors=[])
        rows.tag(tx, other, "chess")
        rows.section(tx, publication, "sport")
        own = published.feed(tx, publication, "own", FeedKind.RULE, rule=rule)

        found = tx.scalars(select(Article.slug).where(feeds.belongs_to(own)))
        asked_of_rows = tx.scalars(
            select(Feed.slug).where(Article.id == article.id, feeds.stands_in())
        )

        assert ("story" in found.all()) is fits
        assert asked_of_rows.all() == (["own"] if fits else [])


@in_database
def test_an_article_due_for_a_rule_is_due_in_its_feed() -> None:
    with transaction() as tx:
        publication = rows.publication(tx).id
        for slug, word in (("mine", "story"), ("other", "chess")):
            rule = {"words": [word]}
            feeds.add(tx, publication, slug=slug, kind=FeedKind.RULE, rule=rule, title=slug)
        tx.execute(update(Feed).values(due_at=None))
        article = rows.article(tx, publication)

        feeds.mark_due(tx, [article.id], now=NOW)

        due = tx.scalars(
            select(Feed.slug).where(Feed.due_at.is_not(None), Feed.kind == FeedKind.RULE)
        )
        assert due.all() == ["mine"]


def _fitting(tx: Transaction, rule: Mapping[str, Any] | None) -> list[str]:
    condition = feed_rules.fits(literal(rule, JSONB))
    return list(tx.scalars(select(Article.slug).where(condition).order_by(Article.id)))


@in_database
def test_no_rule_lists_nothing_and_an_article_without_a_section_is_in_none() -> None:
    with transaction() as tx:
        publication = rows.publication(tx).id
        europe = rows.section(tx, publication, "europe").id
        rows.article(tx, publication, "placed", section_id=europe)
        rows.article(tx, publication, "bare")
        empty = tx.scalars(
            select(Article.slug).join(Feed, Feed.rule.is_(None)).where(feed_rules.fits(Feed.rule))
        )

        assert empty.all() == []
        assert _fitting(tx, {"sections": ["europe"]}) == ["placed"]
        assert _fitting(tx, {"languages": ["en"]}) == ["placed", "bare"]


@in_database
def test_a_word_is_looked_for_in_headline_and_standfirst_alone_in_any_script() -> None:
    with transaction() as tx:
        publication = rows.publication(tx).id
        for name, column in (("one", "headline"), ("two", "standfirst"), ("three", "body_html")):
            made = rows.article(tx, publication, name, headline="", standfirst="")
            setattr(made, column, "Überschwemmung am فيضان")
        tx.flush()

        assert _fitting(tx, {"words": ["überSCHWEMMUNG"]}) == ["one", "two"]
        assert _fitting(tx, {"words": ["فيضان"]}) == ["one", "two"]
