"""An article's words have one list: what a revision keeps is what is decided about and shown."""

import dataclasses
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy import ARRAY, JSON, LargeBinary, String
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB

from syndicate.articles.editing import Wording
from syndicate.reading.records import Entry, Words
from syndicate.store.content.articles import WORDS, Article, Revision
from syndicate.store.ground.schema import Object
from syndicate.web.api.articles import ArticleIn, PictureIn

ROOT = Path(__file__).resolve().parents[2]
KINDS = (String, ARRAY, JSON, JSONB, LargeBinary, Object)
# Columns of text that no revision keeps, and why.
NOT_KEPT = {
    "atom_id": "its permanent id",
    "embargo_said": "what its source says of when, not what it says to readers",
    "language": "of all of its revisions: a translation is another article",
    "direction": "follows from the language",
    "url": "where the newsroom has it now; a link to an old address is of no use",
    "slug": "likewise, of our own page",
}
# Words that an editor's correction does not change, and why.
NOT_CORRECTED = {"authors": "who wrote it is the newsroom's to say, by a push"}
# What a correction calls by another name than a column.
CALLED = {"body": "body_html"}


def test_what_readers_see_of_an_article_is_kept_with_each_revision() -> None:
    columns = Article.__table__.columns
    said = {
        each.name
        for each in columns
        if isinstance(each.type, KINDS) and not isinstance(each.type, SqlEnum)
    }

    assert said - set(WORDS) == set(NOT_KEPT), "add it to Revision too, or say here why it is not"


def test_the_words_that_rows_keep_are_the_words_that_are_decided_about() -> None:
    fields = {each.name for each in dataclasses.fields(Words)}

    assert fields == set(WORDS) - {"visible_hash"}, "a column of words is a field of Words"
    assert len(WORDS) == len(set(WORDS))


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_one_column_in_article_and_revision(name: str) -> None:
    article, revision = Article.__table__.c[name], Revision.__table__.c[name]

    assert str(article.type) == str(revision.type)
    assert article.nullable is revision.nullable


def test_a_word_can_be_corrected_or_it_is_said_why_not() -> None:
    corrected = {CALLED.get(each.name, each.name) for each in dataclasses.fields(Wording)}

    assert corrected | set(NOT_CORRECTED) == {each.name for each in dataclasses.fields(Words)}


def test_a_later_word_of_an_entry_has_a_default() -> None:
    required = [
        each.name for each in dataclasses.fields(Entry) if each.default is dataclasses.MISSING
    ]

    assert required == ["title"]


@pytest.mark.parametrize("kind", [ArticleIn, PictureIn])
def test_all_that_can_be_pushed_is_in_the_documents(kind: type[BaseModel]) -> None:
    page = (ROOT / "docs" / "api.md").read_text()

    assert [name for name in kind.model_fields if f'"{name}"' not in page] == []
