"""Languages, tags and authors get feeds once there is something to follow, each with a title."""

import pytest
from sqlalchemy import literal, select

from syndicate import languages
from syndicate.store.content.articles import Article, ArticleTag
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feed_subjects, feeds
from syndicate.vocabulary.feeds import FeedKind
from tests.feeds import newsroom
from tests.feeds.newsroom import NOW

pytestmark = pytest.mark.usefixtures("database")


def test_every_language_of_articles_has_a_feed_with_its_own_name() -> None:
    publication = newsroom.publication()
    for number, language in enumerate(("en-GB", "ar", "ar-QA", "zh-Hant", "x-klingon", "und-Hebr")):
        newsroom.article(publication, number, language=language)
    newsroom.article(publication, 9, language="fr", state="draft")

    newsroom.publish_all()

    with transaction() as tx:
        offered = feeds.offered(tx, publication)
    assert {feed.slug: feed.title for feed in offered if feed.kind is FeedKind.LANGUAGE} == {
        "language-en": "Daily: English",
        "language-ar": "Daily: العربية",
        "language-zh": "Daily: 中文",
        "language-x-klingon": "Daily: x-klingon",
    }


@pytest.mark.parametrize(("language", "slug"), [("en-GB", "language-en"), ("ar-QA", "language-ar")])
def test_an_article_of_a_region_stands_in_the_feed_of_its_language(
    language: str, slug: str
) -> None:
    publication = newsroom.publication()
    article = newsroom.article(publication, 1, language=language)
    newsroom.article(publication, 2, language="fr")
    with transaction() as tx:
        feed = feeds.by_slug(tx, slug)
        assert feed is not None
        found = tx.scalars(select(Article.id).where(feeds.belongs_to(feed)))
        assert list(found) == [article]


def test_a_second_publications_feeds_begin_with_its_slug() -> None:
    newsroom.publication()
    second = newsroom.publication("yawmi", name="يومي", language="ar", direction="rtl")
    newsroom.articles(second, range(3), language="en")

    with transaction() as tx:
        titles = {feed.slug: feed.title for feed in feeds.offered(tx, second)}

    assert titles["yawmi-language-en"] == "يومي: English"
    assert titles["yawmi-author-world-desk"] == "يومي: World desk"


def test_no_two_feeds_of_a_publication_have_the_same_title() -> None:
    publication = newsroom.publication()
    made = newsroom.articles(publication, range(3))
    for slug in ("nile", "the-nile"):
        tag = newsroom.tag(made[0], slug, name="النيل")
        with transaction() as tx:
            for article in made[1:]:
                tx.add(ArticleTag(article_id=article, tag_id=tag))
            tx.flush()
            feeds.mark_due(tx, made, now=NOW)
    for parent, child in (("europe", "sport"), ("asia", "games")):
        above = newsroom.section(publication, parent)
        newsroom.section(publication, child, name="Sport", parent_id=above)

    with transaction() as tx:
        titles = {feed.slug: feed.title for feed in feeds.offered(tx, publication)}

    assert titles["tag-nile"] == "Daily: النيل"
    assert titles["tag-the-nile"] == "Daily: النيل (tag-the-nile)"
    assert titles["sport"] == "Daily: Sport"
    assert titles["games"] == "Daily: Asia / Sport"
    assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize("tag", ["en", "en-GB", "AR-qa", "ku-Arab", "x-house", "zh-Hant-HK"])
def test_rows_and_code_know_the_same_language_of_a_tag(tag: str) -> None:
    with transaction() as tx:
        said = tx.scalar(select(feed_subjects.primary(literal(tag))))

    assert said == languages.primary(tag)
