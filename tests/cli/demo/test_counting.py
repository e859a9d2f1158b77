"""What the demo counts: files of a mailbox, rows, and documents as HTTP gives them."""

from pathlib import Path

import pytest

from syndicate.cli.demo import counting
from syndicate.cli.demo.counting import FeedSeen, MailboxSeen, Post, ServedDocument
from syndicate.embedded.mailbox_files import Accepted, MailboxFolder
from syndicate.store.ground.session import transaction
from syndicate.store.syndication import feeds
from syndicate.store.syndication.feed_documents import FeedDocument
from syndicate.vocabulary.feeds import FeedFormat
from tests import rows
from tests.collect.site import Reply, Site

READER = "reader001@example.com"


def mail(kind: str | None, to: str = READER, number: int = 1) -> bytes:
    feedback = f"Feedback-ID: 7:{kind}:daily:syndicate\r\n" if kind else ""
    return (
        f"To: {to}\r\nMessage-ID: <{number}@daily.example>\r\n{feedback}\r\nIts text: x\r\n"
    ).encode()


def put(folder: Path, *mails: bytes) -> None:
    MailboxFolder(folder).keep([Accepted("b@daily.example", (READER,), each) for each in mails])


def test_an_empty_mailbox_holds_nothing_of_any_kind(tmp_path: Path) -> None:
    assert counting.mailbox(tmp_path) == MailboxSeen(
        path=str(tmp_path),
        messages=0,
        by_kind={"digest": 0, "confirmation": 0, "article": 0},
        duplicates=0,
    )


def test_each_mail_is_counted_as_what_it_says_it_is(tmp_path: Path) -> None:
    kinds = ("digest", "digest", "confirmation", "article", "feedback", None)
    put(tmp_path, *(mail(kind, number=number) for number, kind in enumerate(kinds)))

    seen = counting.mailbox(tmp_path)

    assert seen.messages == 6
    assert seen.by_kind == {"digest": 2, "confirmation": 1, "article": 1, "other": 2}
    assert seen.duplicates == 0


def test_the_same_mail_to_the_same_reader_is_one_that_came_twice(tmp_path: Path) -> None:
    put(
        tmp_path,
        mail("digest", number=1),
        mail("digest", number=1),
        mail("digest", number=1),
        mail("digest", number=2),
        mail("digest", "reader002@example.com", number=1),
    )

    assert (counting.mailbox(tmp_path).messages, counting.mailbox(tmp_path).duplicates) == (5, 2)


def test_the_newest_mail_of_a_kind_to_an_address_is_found_as_mails_come_in(tmp_path: Path) -> None:
    post = Post(tmp_path)
    nothing = post.find("digest", READER)
    put(tmp_path, mail("digest", number=1), mail("digest", "reader002@example.com", number=2))
    first = post.find("digest", READER)
    put(tmp_path, mail("confirmation", number=3))
    same, other = post.find("digest", READER), post.find("confirmation", READER)
    put(tmp_path, mail("digest", number=4))
    newest = post.find("digest", READER)

    assert nothing is None
    assert post.find("article", READER) is None
    assert first == same
    assert [path.read_bytes() for path in (first, other, newest) if path] == [
        mail("digest", number=1),
        mail("confirmation", number=3),
        mail("digest", number=4),
    ]


def test_a_file_is_opened_once(tmp_path: Path) -> None:
    post = Post(tmp_path)
    put(tmp_path, mail("digest"))
    found = post.find("digest", READER)
    assert found is not None
    found.write_bytes(mail("article"))

    assert post.find("digest", READER) == found
    assert post.find("article", READER) is None


@pytest.mark.usefixtures("database")
def test_what_was_collected_is_counted_whatever_its_state() -> None:
    empty = counting.collected()
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        rows.source(tx, publication_id, "one")
        rows.source(tx, publication_id, "two")
        for name, state in (("a", "live"), ("b", "killed"), ("c", "draft")):
            rows.article(tx, publication_id, name, state=state)

    assert (empty, counting.collected()) == ((0, 0), (2, 3))


@pytest.mark.usefixtures("database")
def test_an_issue_is_counted_by_its_own_ledger() -> None:
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id)
        issues = [rows.issue(tx, newsletter.id, number) for number in (1, 2)]
        ours, theirs = (rows.mailing(tx, each) for each in issues)
        rows.batch(tx, ours, 0, size=5, accepted=3, failed=1)
        rows.batch(tx, ours, 1, size=2, accepted=2)
        rows.batch(tx, theirs, 0, size=9, accepted=9)
        mailing_id, issue_id = ours.id, issues[0].id

    assert counting.issue(mailing_id, issue_id) == {
        "id": issue_id,
        "audience": 7,
        "accepted": 5,
        "deferred": 0,
        "failed": 1,
        "suppressed": 0,
        "skipped": 0,
        "ambiguous": 0,
        "remaining": 1,
    }


@pytest.mark.usefixtures("database")
def test_only_emailed_articles_are_counted_as_such() -> None:
    before = counting.articles_accepted()
    with transaction() as tx:
        for message, accepted in (("article", 1), ("confirmation", 1), ("article", 0)):
            rows.batch(tx, rows.single(tx, message=message), accepted=accepted)

    assert (before, counting.articles_accepted()) == (0, 1)


RSS = b"<rss><channel><item/><item/></channel></rss>"
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/><entry/></feed>'
JSON = b'{"items": [{}, {}]}'


@pytest.mark.usefixtures("database")
def test_every_document_of_every_feed_is_asked_for_and_counted(site: Site) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        rows.section(tx, publication_id)
        feeds.ensure(tx, publication_id)
        offered = [feed.slug for feed in feeds.offered(tx, publication_id)]
        everything = feeds.by_slug(tx, "everything")
        assert everything is not None
        rows.added(
            tx,
            FeedDocument(
                feed_id=everything.id,
                page=0,
                format=FeedFormat.JSON,
                entries=2,
                **dict.fromkeys(("body", "gzip", "brotli"), b""),
                etag="e",
                is_archive=False,
                modified_at=rows.NOW,
                built_at=rows.NOW,
            ),
        )
    for form, body in (("rss", RSS), ("atom", ATOM), ("json", JSON)):
        site.serve(f"/feeds/everything.{form}", body)
    told: list[tuple[int, int]] = []

    found = counting.feeds_over_http(
        f"http://{site.origin}", lambda done, total: told.append((done, total))
    )

    stem = site.url("/feeds/everything")
    assert [feed.slug for feed in found] == offered
    assert found[0] == FeedSeen(
        slug="everything",
        entries=2,
        rss=ServedDocument(f"{stem}.rss", 200, 2),
        atom=ServedDocument(f"{stem}.atom", 200, 2),
        json=ServedDocument(f"{stem}.json", 200, 2),
    )
    assert [(feed.entries, feed.rss.status, feed.rss.entries) for feed in found[1:]] == [
        (0, 404, 0)
    ] * (len(offered) - 1)
    assert told == [(number, len(offered)) for number in range(len(offered))]


@pytest.mark.usefixtures("database")
def test_a_feed_in_any_script_is_asked_for_by_its_address(site: Site) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        rows.added(
            tx,
            feeds.Feed(
                publication_id=publication_id, slug="أخبار", kind="everything", title="أخبار"
            ),
        )
    path = "/feeds/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1.rss"
    site.routes[path] = lambda _: Reply(200, RSS)

    (seen,) = counting.feeds_over_http(f"http://{site.origin}")

    assert (seen.rss.url, seen.rss.entries) == (site.url(path), 2)
