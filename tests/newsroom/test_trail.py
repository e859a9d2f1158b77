"""Who did what, named: whichever version wrote it, and whatever became of what it was done to."""

import datetime as dt

import pytest
from sqlalchemy import text

from syndicate.errors import NotAllowedError
from syndicate.newsroom import trail
from syndicate.newsroom.trail import Line
from syndicate.newsroom.verbs import in_shell
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Section
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.vocabulary.acts import Act
from tests import rows

pytestmark = pytest.mark.usefixtures("database")
NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
DESK = in_shell("desk")


def note(tx: Transaction, action: Act, subject: str, actor: str = "desk", **detail: object) -> None:
    audit.record(tx, at=NOW, actor=actor, action=action, subject=subject, **detail)
    tx.flush()


def section(tx: Transaction, name: str) -> Section:
    made = Section(publication_id=rows.publication(tx).id, slug="town", name=name)
    tx.add(made)
    tx.flush()
    return made


def told(tx: Transaction, **asked: object) -> list[Line]:
    return list(trail.lines(tx, limit=9, actor=DESK, **asked))  # type: ignore[arg-type]


def test_what_something_was_done_to_is_called_by_its_name() -> None:
    with transaction() as tx:
        made = section(tx, "Town & Council")
        slug = publications.all_publications(tx)[0].slug
        note(tx, Act.SECTION_CHANGE, f"section:{made.id}")
        note(tx, Act.MAIL_STOP, "installation")
        note(tx, Act.READER_LOOK, "subscriber:7")
        note(tx, Act.SECTION_CHANGE, "section:999")

        assert [line.name for line in told(tx)] == [
            "section 999",
            "reader 7",
            "the installation",
            f"section Town & Council ({slug})",
        ]


def test_what_was_deleted_keeps_the_name_that_it_had() -> None:
    with transaction() as tx:
        note(tx, Act.TOKEN_ADD, "token:7", name="cms")
        note(tx, Act.TOKEN_REVOKE, "token:7", name="cms 2")

        assert [line.name for line in told(tx)] == ["token cms 2", "token cms 2"]


def test_one_act_is_found_whichever_version_wrote_it_and_one_thing_or_kind() -> None:
    with transaction() as tx:
        for subject in ("section:1", "section:11", "desk:1"):
            note(tx, Act.on(subject.partition(":")[0], "change"), subject)
        note(tx, Act.SECTION_ADD, "section:1")
        tx.execute(text("UPDATE audit SET action = 'changed' WHERE subject <> 'section:11'"
                        " AND action <> 'section-add'"))  # fmt: skip

        by_act = [line.row.subject for line in told(tx, act=Act.SECTION_CHANGE)]
        by_kind = [(line.action, line.row.subject) for line in told(tx, about="section")]
        by_thing = [line.action for line in told(tx, about="section:1")]

    assert by_act == ["section:11", "section:1"]
    assert by_kind == [
        ("section-add", "section:1"),
        ("section-change", "section:11"),
        ("section-change", "section:1"),
    ]
    assert by_thing == ["section-add", "section-change"]


def test_a_source_that_did_something_by_itself_is_named() -> None:
    with transaction() as tx:
        made = rows.source(tx, rows.publication(tx).id, "wire")
        note(tx, Act.ARTICLE_MERGE, "article:7", f"source:{made.id}", likeness=0.9)

        (line,) = told(tx)

    assert line.who.startswith(f"source {made.name}")
    assert (line.row.words, line.more) == ("brought the same story", "likeness: 0.9")


def test_who_may_read_a_part_alone_is_told_nothing() -> None:
    own = Actor("operator:town", frozenset({Permission.READ}), 1,
                grants=frozenset({Grant(Permission.READ, 1)}))  # fmt: skip
    with transaction() as tx, pytest.raises(NotAllowedError):
        trail.lines(tx, limit=9, actor=own)
