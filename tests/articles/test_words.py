"""Each word of an article is compared, hashed, written, and copied: none of them is forgotten."""

import dataclasses
from typing import Any

import pytest

from syndicate.articles import changes, pushed_changes, to_rows
from syndicate.articles.pushed_changes import Said
from syndicate.articles.story import ArticleText
from syndicate.reading.records import Words
from syndicate.store.content import articles
from syndicate.store.editing import splitting, stored_articles
from syndicate.store.ground.session import transaction
from tests import rows
from tests.articles.stories import ENTRY, NOW, article_of

FIELDS = [each.name for each in dataclasses.fields(Words)]


def other(name: str) -> Any:
    """A value that no article of the tests has."""
    kind = {each.name: each.type for each in dataclasses.fields(Words)}[name]
    text = f"https://daily.example/{name}.bin" if name.endswith("_url") else f"other {name}"
    return (text,) if "tuple" in str(kind) else text


@pytest.mark.parametrize("name", FIELDS)
def test_a_word_that_differs_is_another_text(name: str) -> None:
    words = Words("Title", "Standfirst", "<p>x</p>", ("Desk",))

    after = dataclasses.replace(words, **{name: other(name)})

    assert after != words
    assert after.hash(None) != words.hash(None)


@pytest.mark.parametrize("name", FIELDS)
def test_a_word_that_a_feed_or_a_push_changes_is_news(name: str) -> None:
    before = article_of(ENTRY, **{name: other(name)})
    said = Said(before.section_id, before.language, before.tags)

    assert changes.alter(before, ENTRY, now=NOW) is not None
    assert pushed_changes.alter(before, ENTRY, said, before.hold, now=NOW) is not None


@pytest.mark.parametrize("name", FIELDS)
def test_a_word_is_written_into_its_column(name: str) -> None:
    words = dataclasses.replace(Words("Title"), **{name: other(name)})

    assert to_rows.story_row(ArticleText(words, ()))[name] == other(name)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", FIELDS)
def test_a_word_is_known_from_its_row_and_begins_the_life_of_a_copy(name: str) -> None:
    with transaction() as tx:
        value = other(name)
        columns: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value}
        article = rows.article(tx, rows.publication(tx).id, **columns)

        (stands,) = stored_articles.for_change(tx, [article.id])
        made = splitting.copy(tx, article, "tag:new", None, now=NOW)

        (first,) = articles.revisions_of(tx, made)
        copied = articles.find(tx, made)
        assert getattr(stands.words, name) == value
        assert Words.of(first) == Words.of(copied) == Words.of(article) == stands.words
