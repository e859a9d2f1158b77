"""Articles that a CMS pushes: what is read of them, and what becomes of each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from syndicate import jobs, settings
from syndicate.articles import push_keys, receive_push
from syndicate.articles.receive_push import PushResult, entry_of
from syndicate.errors import NotAllowedError, UsageError
from syndicate.master_key import derive_key
from syndicate.reading.records import Entry, PictureIn
from syndicate.store.content.articles import Article, ArticleTag
from syndicate.store.ground.session import transaction
from syndicate.store.intake.sources import Source, SourceNotice
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change
from syndicate.vocabulary.sources import SourceKind
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW

HOUR = dt.timedelta(hours=1)
LINK = "https://daily.example/flood"


def said(name: str = "cms-1", **values: Any) -> dict[str, Any]:
    return {"id": name, "headline": f"Headline {name}", "body_html": "<p>Text</p>"} | values


# What is read of a push


def test_an_article_that_says_little_says_nothing_else() -> None:
    found = entry_of({"id": "cms-1", "headline": "Floods"})

    assert found == Entry("Floods", guid="cms-1", keeps_embargo=True, said=found.said)


def test_all_that_a_cms_can_say_is_in_the_entry() -> None:
    whole = said(
        url=LINK,
        headline=" The\n floods\x02 ",
        standfirst=" What\tit is about. ",
        body_html='<p>Text<script>x</script> <a href="/why">why</a></p>',
        authors=["City desk and Court desk", " By  South desk, Editor "],
        language="AR-ae",
        section="World",
        tags=[" Water ", "Money"],
        published_at=NOW,
        updated_at=NOW + HOUR,
        kind=ArticleKind.OPINION,
        access=Access.PAID,
        state=ArticleState.DRAFT,
        change=Change.CORRECTION,
        note=" It was\nfive. ",
        embargo_until=NOW + HOUR,
        alert=True,
        pictures=[{"url": "/lead.jpg", "caption": "The river"}],
    )

    found = entry_of(whole)

    assert (found.title, found.summary) == ("The floods", "What it is about.")
    assert '<a href="https://daily.example/why"' in found.content
    assert "script" not in found.content
    assert (found.link, found.guid, found.language) == (LINK, "cms-1", "ar-AE")
    assert (found.authors, found.tags) == (
        ("City desk and Court desk", "South desk, Editor"),
        ("Water", "Money"),
    )
    assert (found.published, found.updated) == (NOW, NOW + HOUR)
    assert (found.kind, found.access, found.state) == ("opinion", "paid", "draft")
    assert (found.change, found.note, found.section) == ("correction", "It was five.", "World")
    assert (found.embargo_until, found.keeps_embargo, found.is_alert) == (NOW + HOUR, False, True)
    picture = PictureIn(
        "https://daily.example/lead.jpg", caption="The river", keeps=("channels", "rights_until")
    )
    assert found.pictures == (picture,)


@pytest.mark.parametrize("note", [None, "", " \n"])
def test_an_empty_note_is_none(note: str | None) -> None:
    assert entry_of(said(note=note)).note is None


def test_an_embargo_that_is_taken_back_is_not_one_that_is_not_spoken_of() -> None:
    assert not entry_of(said(embargo_until=None)).keeps_embargo
    assert entry_of(said()).keeps_embargo


@pytest.mark.parametrize(
    ("rights", "channels", "keeps"),
    [
        ({}, None, ("channels", "rights_until")),
        ({"channels": None}, None, ("rights_until",)),
        ({"channels": []}, (), ("rights_until",)),
        ({"channels": ["page", "mail"], "rights_until": None}, ("page", "mail"), ()),
    ],
)
def test_a_right_is_kept_where_nobody_spoke_of_it(
    rights: dict[str, Any], channels: tuple[str, ...] | None, keeps: tuple[str, ...]
) -> None:
    (picture,) = entry_of(said(pictures=[{"url": f"{LINK}.jpg", **rights}])).pictures

    assert (picture.channels, picture.keeps) == (channels, keeps)


@pytest.mark.parametrize("url", ["/lead.jpg", "javascript:alert(1)", "", None])
def test_a_picture_without_an_address_of_its_own_is_none(url: str | None) -> None:
    assert entry_of(said(pictures=[{"url": url}])).pictures == ()


def test_the_fingerprint_is_of_what_was_sent_in_any_order_and_of_nothing_else() -> None:
    one = entry_of({"id": "1", "headline": "A", "published_at": NOW}).said

    assert one == entry_of({"published_at": NOW, "headline": "A", "id": "1"}).said
    assert one != entry_of({"id": "1", "headline": "A ", "published_at": NOW}).said
    assert one != entry_of({"id": "1", "headline": "A", "published_at": NOW, "note": None}).said
    assert one is not None
    assert len(bytes.fromhex(one)) == 32


# What becomes of each


class Cms:
    """A publication and the program that pushes to it."""

    def __init__(self, slug: str = "daily", **columns: Any) -> None:
        with transaction() as tx:
            self.publication = rows.publication(tx, slug, **columns)
            self.section_id = rows.section(tx, self.publication.id, "world").id

    def push(
        self, *articles: dict[str, Any], now: dt.datetime = NOW, actor: Actor = TESTER
    ) -> list[PushResult]:
        return self.send([entry_of(each) for each in articles], now, actor)

    def send(
        self, entries: Sequence[Entry], now: dt.datetime = NOW, actor: Actor = TESTER
    ) -> list[PushResult]:
        with transaction() as tx:
            return receive_push.receive(tx, self.publication, entries, actor=actor, now=now)


@pytest.fixture
def cms(database: str) -> Cms:
    assert database
    return Cms()


def outcomes(results: Sequence[PushResult]) -> list[tuple[str, str, int | None]]:
    return [(each.id, each.outcome, each.revision) for each in results]


def audited() -> list[tuple[str, str]]:
    with transaction() as tx:
        return [
            (each.action, each.subject) for each in tx.scalars(select(Audit).order_by(Audit.id))
        ]


def article_of(article_id: int | None) -> Article:
    with transaction() as tx:
        found = tx.get(Article, article_id)
        assert found is not None
        return found


def test_what_becomes_of_each_is_said_in_the_order_it_was_sent(cms: Cms) -> None:
    first = cms.push(said("a"), said("b"))
    second = cms.push(
        said("c"), said("b"), said("a", headline="Another"), said("d", state=ArticleState.KILLED)
    )

    assert outcomes(first) == [("a", "created", 1), ("b", "created", 1)]
    assert outcomes(second) == [
        ("c", "created", 1),
        ("b", "unchanged", 1),
        ("a", "changed", 2),
        ("d", "ignored", None),
    ]
    assert (second[3].article_id, second[3].state) == (None, None)
    assert second[1] == PushResult("b", first[1].article_id, "unchanged", "live", 1)


def test_each_article_that_is_news_is_a_line_in_the_audit(cms: Cms) -> None:
    first = cms.push(said("a"), said("b"))
    cms.push(said("a", headline="Another"), said("b"), said("d", state=ArticleState.KILLED))

    a, b = (f"article:{each.article_id}" for each in first)
    assert audited() == [
        ("article-create", a),
        ("article-create", b),
        ("article-change", a),
    ]


def test_a_change_without_a_revision_is_a_change(cms: Cms) -> None:
    cms.push(said("a"))

    assert outcomes(cms.push(said("a", access=Access.PAID))) == [("a", "changed", 1)]


def test_no_push_at_all_is_none(cms: Cms) -> None:
    assert cms.push() == []
    assert audited() == []


def test_a_batch_has_an_end(cms: Cms) -> None:
    hundred = [said(str(number)) for number in range(100)]

    with pytest.raises(UsageError) as refused:
        cms.push(*hundred, said("100"))

    assert str(refused.value) == "101 articles are too many at once; send 100 at most."
    assert len(cms.push(*hundred)) == 100


def test_one_id_twice_is_no_batch(cms: Cms) -> None:
    with pytest.raises(UsageError) as refused:
        cms.push(said("a"), said("b"), said("a", headline="Another"))

    assert str(refused.value) == "This batch contains one id twice; send each article once."
    assert audited() == []


def test_whoever_may_not_push_stores_nothing(cms: Cms) -> None:
    with pytest.raises(NotAllowedError):
        cms.push(said(), actor=Actor("token:cms", frozenset()))

    with transaction() as tx:
        assert tx.scalar(select(Article.id)) is None


def test_the_id_of_the_cms_counts_and_no_address(cms: Cms) -> None:
    first, second = cms.push(said("a", url=LINK), said("b", url=LINK))
    (moved,) = cms.push(said("a", url=f"{LINK}-2"))

    assert first.article_id != second.article_id
    assert (moved.article_id, moved.outcome) == (first.article_id, "changed")
    assert article_of(first.article_id).url == f"{LINK}-2"


def test_the_same_id_in_another_publication_is_another_article(cms: Cms) -> None:
    other = Cms("weekly", language="ar")

    (ours,), (theirs,) = cms.push(said("a")), other.push(said("a", headline="فيضانات في المدينة"))

    assert ours.article_id != theirs.article_id
    assert theirs.outcome == "created"
    assert article_of(ours.article_id).language == "en"
    assert article_of(theirs.article_id).language == "ar"


def test_section_and_tags_are_the_publications(cms: Cms) -> None:
    Cms("weekly")
    (made,) = cms.push(said(section=" WORLD ", tags=["Water", "water"]))

    assert article_of(made.article_id).section_id == cms.section_id
    with transaction() as tx:
        assert len(list(tx.scalars(select(ArticleTag.article_id)))) == 1


def test_an_alert_is_asked_for_once_its_article_is_stored(cms: Cms) -> None:
    told, silent, withdrawn = cms.push(
        said("a", alert=True),
        said("b"),
        said("c", alert=True, state=ArticleState.KILLED),
    )

    assert article_of(told.article_id).alert_at == NOW
    assert article_of(silent.article_id).alert_at is None
    assert withdrawn.outcome == "ignored"


def test_an_alert_is_hinted_at_and_a_push_without_one_is_not(cms: Cms) -> None:
    for entry, expected in ((said("a", alert=True), True), (said("b"), False)):
        with transaction() as tx:
            receive_push.receive(tx, cms.publication, [entry_of(entry)], actor=TESTER, now=NOW)
            assert ((jobs.OPEN_ALERTS, ()) in tx.hints) is expected


def test_a_push_that_is_due_later_is_held_and_no_fault_of_its_clock(cms: Cms) -> None:
    (made,) = cms.push(said(published_at=NOW + HOUR))

    assert made.state == "embargoed"
    with transaction() as tx:
        assert list(tx.scalars(select(SourceNotice))) == []


# Its source and its key


def test_the_source_of_pushes_is_made_once_for_each_publication(cms: Cms) -> None:
    other = Cms("weekly")
    with transaction() as tx:
        ids = [receive_push.source_of(tx, each.publication).id for each in (cms, other, cms, other)]
        sources = list(tx.scalars(select(Source).order_by(Source.id)))

    assert ids == [ids[0], ids[1]] * 2
    assert [(each.kind, each.url, each.name) for each in sources] == [
        (SourceKind.PUSH, "push:daily", "CMS push"),
        (SourceKind.PUSH, "push:weekly", "CMS push"),
    ]


def test_each_publication_signs_with_a_key_of_its_own() -> None:
    [key] = push_keys.derived("daily")

    assert [key] == push_keys.derived("daily")
    assert [key] != push_keys.derived("weekly")
    assert key == derive_key(settings.load().key().signs, "push:daily")


# Times that bring nothing in


def stored(cms: Cms, *articles: dict[str, Any]) -> dict[str, set[dt.datetime]]:
    with transaction() as tx:
        entries = [entry_of(each) for each in articles]
        return receive_push.stored_times(tx, cms.publication, entries)


def test_times_of_an_article_that_is_not_there_are_news(cms: Cms) -> None:
    assert stored(cms, said(published_at=NOW - HOUR)) == {}


def test_the_same_push_again_says_nothing_but_what_stands(cms: Cms) -> None:
    end, later = NOW + HOUR, NOW + 2 * HOUR
    whole = said(
        published_at=NOW - 2 * HOUR,
        updated_at=NOW - HOUR,
        pictures=[{"url": f"{LINK}.jpg", "rights_until": end}],
    )
    cms.push(whole)

    assert stored(cms, whole)["cms-1"] == {NOW - 2 * HOUR, NOW - HOUR, end}
    other = {**whole, "headline": "Another", "updated_at": later, "published_at": NOW}
    assert stored(cms, other)["cms-1"] == {NOW - 2 * HOUR, NOW - HOUR, end}


def test_a_date_that_was_pushed_before_stands_though_the_row_has_another(cms: Cms) -> None:
    ahead = NOW + dt.timedelta(minutes=4)
    cms.push(said(published_at=ahead))

    again = stored(cms, said(headline="Another", published_at=ahead))

    assert again["cms-1"] == {NOW, ahead}


def test_a_story_in_other_letters_is_in_what_its_publication_speaks_and_stays_so(cms: Cms) -> None:
    arabic = {"headline": "افتتاح معرض ميناء", "body_html": "<p>قال المدير</p>"}
    (alone,) = cms.push(said("a", **arabic))
    with transaction() as tx:
        rows.newsletter(tx, cms.publication.id, languages=["en", "ar"])
    (beside,), (again,), (told,) = (
        cms.push(said("b", **arabic)),
        cms.push(said("a", **arabic, note=None)),
        cms.push(said("c", **arabic, language="en")),
    )

    found = [article_of(each.article_id) for each in (alone, beside, told)]
    assert [each.language for each in found] == ["und-Arab", "ar", "en"]
    assert [each.direction for each in found] == ["rtl", "rtl", "rtl"]
    assert (again.outcome, again.revision) == ("unchanged", 1)
