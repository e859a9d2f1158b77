"""Undoing a merge: what two sources bring becomes two articles again."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from syndicate import jobs
from syndicate.articles import splitting
from syndicate.errors import NotAllowedError, NotFoundError, RefusedError
from syndicate.reading.text import fingerprint
from syndicate.store.content.articles import (
    Article,
    ArticleKey,
    ArticleSource,
    ArticleTag,
    Revision,
)
from syndicate.store.content.pictures import Picture
from syndicate.store.editing import article_rows, bulk_articles
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import FetchState
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor
from syndicate.vocabulary.articles import ArticleState, Change
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)
OURS, THEIRS = "https://daily.example/flood", "https://wire.example/flood?utm_source=x"


def carry(tx: Transaction, article_id: int, source_id: int, link: str, name: str) -> None:
    entry = {
        "source_id": source_id,
        "article_id": article_id,
        "entry_key": name,
        "stem": name.encode(),
        "guid": name,
        "link": link,
        "title": "Flood",
        "raw_published": None,
        "entry_hash": fingerprint(name),
        "said_hash": None,
    }
    article_rows.attach(tx, [entry], NOW)


class Merged:
    """An article that the desk's own feed brought first and the wire brings as well."""

    def __init__(self, **columns: Any) -> None:
        with transaction() as tx:
            publication_id = rows.publication(tx, host="daily.example").id
            plain: dict[str, Any] = {"body_html": "<p>Text</p>", "url": OURS, "revision": 3}
            made = rows.article(tx, publication_id, "flood", **(plain | columns))
            self.id = made.id
            rows.picture(tx, made.id)
            rows.tag(tx, made, "water")
            self.desk = rows.source(tx, publication_id, "desk").id
            self.wire = rows.source(tx, publication_id, "wire").id
            self.other = rows.source(tx, publication_id, "other").id
            carry(tx, made.id, self.desk, OURS, "ours")
            carry(tx, made.id, self.wire, THEIRS, "theirs")
            links = ["daily.example/flood", "wire.example/flood"]
            bulk_articles.add_links(tx, [(made.id, publication_id, links)])
            for state in tx.scalars(select(FetchState)):
                state.etag, state.body_hash = b"1", b"1"
                state.next_at = LATER + rows.DAY

    def split(
        self, source_id: int | None = None, entry: int | None = None, actor: Actor = TESTER
    ) -> int:
        with transaction() as tx:
            chosen = source_id or self.wire
            return splitting.split(tx, self.id, chosen, entry=entry, actor=actor, now=LATER)


def test_the_new_article_begins_with_the_text_pictures_and_tags_of_the_other() -> None:
    merged = Merged()

    made = merged.split()

    with transaction() as tx:
        first, second = (tx.get(Article, id_) for id_ in (merged.id, made))
        assert first is not None
        assert second is not None
        assert (second.headline, second.body_html) == (first.headline, "<p>Text</p>")
        assert (second.published_at, second.collected_at) == (first.published_at, LATER)
        assert (second.url, second.revision, first.url, first.revision) == (THEIRS, 1, OURS, 3)
        pictures = select(Picture.url).order_by(Picture.article_id)
        assert len(set(tx.scalars(pictures))) == 1
        assert len(list(tx.scalars(pictures))) == 2
        tagged = tx.scalars(select(ArticleTag.article_id))
        assert set(tagged) == {merged.id, made}
        revisions = tx.scalars(select(Revision).where(Revision.article_id == made))
        assert [(each.number, each.change, each.body_html) for each in revisions] == [
            (1, Change.FIRST, "<p>Text</p>")
        ]


def test_the_new_article_has_an_id_of_its_own_by_the_day_of_the_split() -> None:
    merged = Merged()

    made = merged.split()

    with transaction() as tx:
        found = tx.get(Article, made)
        assert found is not None
        assert found.atom_id.startswith("tag:daily.example,2026-11-24:")


def test_each_source_brings_its_own_and_the_moved_one_is_read_anew() -> None:
    merged = Merged()

    made = merged.split()

    with transaction() as tx:
        carried = {each.source_id: each for each in tx.scalars(select(ArticleSource))}
        assert (carried[merged.desk].article_id, carried[merged.wire].article_id) == (
            merged.id,
            made,
        )
        assert carried[merged.desk].entry_hash == fingerprint("ours")
        assert carried[merged.wire].entry_hash not in {fingerprint("theirs"), fingerprint("ours")}
        states = {each.source_id: each for each in tx.scalars(select(FetchState))}
        wire = states[merged.wire]
        assert (wire.etag, wire.body_hash, wire.next_at) == (None, None, LATER)
        assert {states[id_].next_at for id_ in (merged.desk, merged.other)} == {LATER + rows.DAY}


def test_the_address_of_the_moved_source_leads_to_the_new_article() -> None:
    merged = Merged()

    made = merged.split()

    with transaction() as tx:
        keys = tx.execute(select(ArticleKey.key, ArticleKey.article_id)).all()
        leads = {key.partition(":")[2]: article_id for key, article_id in keys}
    assert leads == {"daily.example/flood": merged.id, "wire.example/flood": made}


def test_feeds_are_told_of_both_and_the_audit_says_what_was_made() -> None:
    merged = Merged()

    with transaction() as tx:
        made = splitting.split(tx, merged.id, merged.wire, actor=TESTER, now=LATER)
        assert {(jobs.PUBLISH_FEEDS, ()), (jobs.COLLECT_DUE, ())} <= set(tx.hints)

    with transaction() as tx:
        told = set(tx.scalars(text("SELECT article_id FROM changed_article")))
        (line,) = tx.scalars(select(Audit))
    assert told == {merged.id, made}
    assert (line.action, line.subject) == ("article-split", f"article:{merged.id}")
    assert line.detail == {"source": str(merged.wire), "made": str(made)}


def test_two_entries_of_the_source_go_together() -> None:
    merged = Merged()
    with transaction() as tx:
        carry(tx, merged.id, merged.wire, "https://wire.example/flood-2", "theirs-2")

    made = merged.split()

    with transaction() as tx:
        query = select(ArticleSource.entry_key).where(ArticleSource.article_id == made)
        assert set(tx.scalars(query)) == {"theirs", "theirs-2"}


def test_the_source_that_speaks_for_an_article_keeps_it() -> None:
    merged = Merged()

    with pytest.raises(RefusedError) as refused:
        merged.split(merged.desk)

    assert str(refused.value) == (
        f"Source {merged.desk} speaks for article {merged.id}; name the other source."
    )


def test_an_entry_of_the_source_that_speaks_goes_with_those_that_came_later() -> None:
    merged = Merged()
    with transaction() as tx:
        for name in ("b", "c", "d"):
            carry(tx, merged.id, merged.desk, f"https://daily.example/{name}", name)
        query = select(ArticleSource.id, ArticleSource.entry_key)
        ids = {name: id_ for id_, name in tx.execute(query)}

    made = merged.split(merged.desk, ids["c"])

    with transaction() as tx:
        by_article = {
            id_: set(
                tx.scalars(select(ArticleSource.entry_key).where(ArticleSource.article_id == id_))
            )
            for id_ in (merged.id, made)
        }
        article = tx.get(Article, merged.id)
        assert article is not None
        assert (article.url, article.revision) == (OURS, 3)
    assert by_article == {merged.id: {"ours", "b", "theirs"}, made: {"c", "d"}}


def test_the_entry_that_an_article_began_with_stays_and_no_other_is_taken_for_one() -> None:
    merged = Merged()
    with transaction() as tx:
        first, theirs = tx.scalars(select(ArticleSource.id).order_by(ArticleSource.id))

    with pytest.raises(RefusedError) as refused:
        merged.split(merged.desk, first)
    with pytest.raises(NotFoundError) as unknown:
        merged.split(merged.desk, theirs)

    assert str(refused.value) == (
        f"Article {merged.id} began with entry {first}; name one that came later."
    )
    assert str(unknown.value) == (
        f"Entry {theirs} of source {merged.desk} is not part of article {merged.id}; "
        f"`syndicate articles show {merged.id}` says which are."
    )


def test_a_source_that_does_not_bring_it_is_named() -> None:
    merged = Merged()

    with pytest.raises(NotFoundError) as refused:
        merged.split(merged.other)

    assert str(refused.value) == (
        f"Source {merged.other} does not bring article {merged.id}; "
        f"`syndicate articles show {merged.id}` says which do."
    )


def test_a_split_that_was_done_is_not_done_again() -> None:
    merged = Merged()
    merged.split()

    with pytest.raises(NotFoundError):
        merged.split()

    with transaction() as tx:
        assert len(list(tx.scalars(select(Article.id)))) == 2


@pytest.mark.parametrize("state", sorted(ArticleState.gone()))
def test_what_was_withdrawn_is_not_split(state: ArticleState) -> None:
    merged = Merged(state=state)

    with pytest.raises(RefusedError) as refused:
        merged.split()

    assert str(refused.value) == f"Article {merged.id} was withdrawn and is not split."


def test_whoever_may_not_splits_nothing() -> None:
    merged = Merged()

    with pytest.raises(NotAllowedError):
        merged.split(actor=Actor("console:desk", frozenset()))
