"""What older code stored of pushes, and what the first push after an upgrade makes of it.

It kept no fingerprint of what was pushed, and swallowed what its comparison took for the same.
"""

import datetime as dt
from typing import Any

from sqlalchemy import text

from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from tests.collect import newsroom
from tests.web.desk import NOTE, Desk, edited, pictured


def as_older_code_left_it() -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE article_source SET said_hash = NULL, raw_published = NULL"))


def swallow(desk: Desk, **values: Any) -> None:
    """Push what older code answered "unchanged" and kept nothing of but its fingerprint."""
    kept = rows()
    desk.push(**values)
    with transaction() as tx:
        for name in ("headline", "body_html"):
            tx.execute(text(f"UPDATE article SET {name} = :it, revision = 1"), {"it": kept[name]})  # noqa: S608 - a name of ours
        tx.execute(text("DELETE FROM revision WHERE number > 1"))
        tx.execute(text("UPDATE picture SET channels = NULL"))
    as_older_code_left_it()


def rows() -> dict[str, Any]:
    row = newsroom.only_article()
    return {"headline": row.headline, "body_html": row.body_html}


def test_after_an_upgrade_the_same_bytes_are_no_news(desk: Desk) -> None:
    desk.push()
    as_older_code_left_it()
    before = desk.entry()

    assert [desk.push(), desk.push()] == ["unchanged"] * 2
    assert desk.entry() == before
    with transaction() as tx:
        subject = f"article:{newsroom.only_article().id}"
        assert audit.of(tx, subject=subject, action=Act.ARTICLE_CHANGE) == []


def test_an_embargo_that_older_code_stored_is_not_let_out_by_silence(desk: Desk) -> None:
    desk.push(embargo_until="2031-01-01T00:00:00Z")
    as_older_code_left_it()
    with transaction() as tx:
        tx.execute(text("UPDATE article SET embargo_said = NULL"))

    assert desk.push(headline="Another headline") == "changed"
    assert newsroom.only_article().state.value == "embargoed"


def test_an_edit_that_older_code_swallowed_comes_with_the_next_that_is_new(desk: Desk) -> None:
    desk.push()
    swallow(desk, **edited("£1.5m", "$1.5m"))

    assert desk.push(**edited("£1.5m", "$1.5m")) == "unchanged"
    assert "£1.5m" in desk.page()
    again = {**edited("£1.5m", "$1.5m"), "change": "correction", "note": NOTE}
    assert desk.push(**again) == "changed"
    assert "$1.5m" in desk.page()
    assert desk.word() == (2, "correction", NOTE)


def test_a_right_that_was_withdrawn_from_older_code_is_gone_at_once_and_no_news(
    desk: Desk,
) -> None:
    desk.push()
    swallow(desk, **pictured(channels=[]))
    assert "mayor.jpg" in desk.page()

    assert desk.push(**pictured(channels=[])) == "changed"

    assert "mayor.jpg" not in desk.page()
    assert desk.word()[0] == 1
    assert desk.push(**pictured(channels=[])) == "unchanged"


def test_a_picture_whose_address_older_code_took_for_the_same_stays(desk: Desk) -> None:
    desk.push()
    with transaction() as tx:
        tx.execute(text("UPDATE picture SET url = replace(url, 'w=680', 'w=340')"))
    as_older_code_left_it()

    assert desk.push() == "unchanged"
    assert "mayor.jpg?w=340" in desk.page()


def test_a_date_that_is_corrected_after_an_upgrade_takes_effect(desk: Desk) -> None:
    desk.push()
    as_older_code_left_it()

    assert desk.push(published_at="2026-11-20T08:00:00Z") == "changed"
    assert newsroom.only_article().published_at == dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)


def test_what_nobody_wrote_down_of_an_embargo_is_noted_and_no_change(desk: Desk) -> None:
    desk.push()
    with transaction() as tx:
        tx.execute(text("UPDATE article SET embargo_said = NULL"))
    as_older_code_left_it()
    written = version()

    assert desk.push() == "unchanged"
    assert newsroom.only_article().embargo_said == ""
    assert version() != written
    assert desk.push(note="A note that changes nothing") == "unchanged"
    with transaction() as tx:
        subject = f"article:{newsroom.only_article().id}"
        assert audit.of(tx, subject=subject, action=Act.ARTICLE_CHANGE) == []


def version() -> str:
    with transaction() as tx:
        return str(tx.execute(text("SELECT xmin FROM article")).scalar_one())


def test_what_newer_code_cleans_in_another_way_is_no_news(desk: Desk) -> None:
    desk.push()
    with transaction() as tx:
        tx.execute(text("UPDATE article SET body_html = body_html || '<span></span>'"))
        tx.execute(text("UPDATE article_source SET said_hash = NULL, entry_hash = '\\x00'"))

    assert desk.push() == "unchanged"
    assert desk.word()[0] == 1
