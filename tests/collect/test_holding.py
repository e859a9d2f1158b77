"""A feed whose headlines all change at once waits until somebody has looked at it."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from syndicate.collect import steering
from syndicate.collect.polling import READ_ANEW
from syndicate.errors import RefusedError
from syndicate.store.ground.session import transaction
from syndicate.store.intake import websub
from syndicate.store.intake.sources import FetchState
from syndicate.store.views import operations
from syndicate.vocabulary.sources import SourceKind
from tests.acting import TESTER
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Site

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("database")


def feed(suffix: str = "", *more: str) -> bytes:
    return rss(*(item(n, title=f"Story {n}{suffix}") for n in range(6)), *more)


def upheaval(site: Site) -> int:
    """A source whose second document has another headline for each of its stories."""
    site.serve("/feed", feed())
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.serve("/feed", feed(" | Pier News", item(7)))
    return source_id


def headlines() -> set[str]:
    return {each.headline for each in newsroom.articles()}


def test_nothing_of_it_is_taken_until_somebody_accepts_it(site: Site) -> None:
    source_id = upheaval(site)

    held = newsroom.collect(now=NOW + HOUR)
    again = newsroom.collect(now=NOW + 2 * HOUR)

    assert [(each.articles, each.revisions, each.failed) for each in (held, again)] == [
        (0, 0, 0)
    ] * 2
    assert headlines() == {f"Story {n}" for n in range(6)}
    [(kind, message)] = newsroom.notices()
    assert kind == "upheaval"
    assert "“Story 0” would become “Story 0 | Pier News”" in message
    assert newsroom.state_of(source_id).held_at is not None

    steering.accept(source_id, actor=TESTER, now=NOW + 3 * HOUR)
    taken = newsroom.collect(now=NOW + 3 * HOUR)

    assert (taken.articles, taken.revisions) == (1, 6)
    state = newsroom.state_of(source_id)
    assert (state.held_at, state.is_let_in) == (None, None)


def test_one_that_is_dropped_is_not_taken_and_the_next_is_judged_anew(site: Site) -> None:
    source_id = upheaval(site)
    newsroom.collect(now=NOW + HOUR)

    steering.drop(source_id, actor=TESTER, now=NOW + 2 * HOUR)
    dropped = newsroom.collect(now=NOW + 2 * HOUR)
    same = newsroom.collect(now=NOW + 3 * HOUR)
    site.serve("/feed", feed(" | Quay News"))
    newsroom.collect(now=NOW + 4 * HOUR)

    assert [(each.articles, each.revisions) for each in (dropped, same)] == [(0, 0)] * 2
    assert same.unchanged == 1
    assert headlines() == {f"Story {n}" for n in range(6)}
    since = newsroom.state_of(source_id).held_at
    assert since is not None
    assert since >= NOW + 4 * HOUR


def test_a_feed_that_is_itself_again_goes_on_by_itself(site: Site) -> None:
    source_id = upheaval(site)
    newsroom.collect(now=NOW + HOUR)
    site.serve("/feed", feed("", item(7)))

    done = newsroom.collect(now=NOW + 2 * HOUR)

    assert (done.articles, done.revisions) == (1, 0)
    assert newsroom.state_of(source_id).held_at is None
    with pytest.raises(RefusedError, match="Nothing that /feed sends waits for an answer"):
        steering.accept(source_id, actor=TESTER, now=NOW)


def another(count: int = 6, *, age: dt.timedelta = 7 * HOUR, **fields: str) -> bytes:
    """A feed of other stories, with identities of their own, the newest that long before `NOW`."""
    return rss(
        *(
            item(100 + n, title=f"Goal {n} of the match", when=NOW - age - n * HOUR, **fields)
            for n in range(count)
        )
    )


def test_another_feed_at_the_address_waits_too_and_is_taken_when_it_is_right(site: Site) -> None:
    site.serve("/feed", feed())
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.serve("/feed", another())

    held = newsroom.collect(now=NOW + HOUR)
    again = newsroom.collect(now=NOW + 2 * HOUR)
    waiting = headlines()
    steering.accept(source_id, actor=TESTER, now=NOW + 3 * HOUR)
    taken = newsroom.collect(now=NOW + 3 * HOUR)

    assert (held.articles, again.articles, taken.articles) == (0, 0, 6)
    assert waiting == {f"Story {n}" for n in range(6)}
    [(kind, message)] = newsroom.notices()
    assert kind == "upheaval"
    assert "/feed sends other stories altogether, such as “Goal 0 of the match”" in message


@pytest.mark.parametrize(
    ("later", "body"),
    [
        pytest.param(dt.timedelta(days=20), another(age=-dt.timedelta(days=20)), id="quiet weeks"),
        pytest.param(dt.timedelta(days=1), another(age=-dt.timedelta(days=1)), id="a daily feed"),
        pytest.param(HOUR, another(4), id="four stories"),
        pytest.param(
            HOUR, another(link="https://daily.example/story/5"), id="an address of before"
        ),
        pytest.param(HOUR, rss(*(item(n, guid=f"new-{n}") for n in range(6))), id="other guids"),
        pytest.param(HOUR, rss(), id="nothing"),
    ],
)
def test_a_feed_that_turns_over_is_no_other_feed(
    site: Site, later: dt.timedelta, body: bytes
) -> None:
    site.serve("/feed", feed())
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    site.serve("/feed", body)

    newsroom.collect(now=NOW + later)

    assert newsroom.state_of(source_id).held_at is None
    assert "upheaval" not in {kind for kind, _ in newsroom.notices()}


def test_a_source_that_brings_its_stories_days_later_may_do_so_again(site: Site) -> None:
    site.serve("/feed", feed())
    source_id = newsroom.source(newsroom.publication(), site, "/feed")
    newsroom.collect()
    week = dt.timedelta(days=7)
    for n in (1, 2):
        batch = (
            item(n * 10 + day, when=NOW + n * week - dt.timedelta(days=day)) for day in range(6)
        )
        site.serve("/feed", rss(*batch, *([item(5)] if n == 1 else [])))

        done = newsroom.collect(now=NOW + n * week)

        assert done.articles == 6
        newsroom.collect(now=NOW + n * week + dt.timedelta(days=6, hours=22))
    assert newsroom.state_of(source_id).held_at is None


def read_by_older_code(source_id: int) -> None:
    with transaction() as tx:
        older = update(FetchState).values(basis="1|older|code")
        tx.execute(older.where(FetchState.source_id == source_id))


def test_what_newer_code_reads_in_another_way_is_not_held(site: Site) -> None:
    source_id = upheaval(site)
    read_by_older_code(source_id)

    assert newsroom.collect(now=NOW + HOUR).revisions == 6


def dropped(site: Site) -> int:
    """A source whose second document was dropped, an hour after it came."""
    source_id = upheaval(site)
    newsroom.collect(now=NOW + HOUR)
    steering.drop(source_id, actor=TESTER, now=NOW + 2 * HOUR)
    newsroom.collect(now=NOW + 2 * HOUR)
    return source_id


def read_anew(source_id: int) -> None:
    with transaction() as tx:
        anew = update(FetchState).values(**READ_ANEW)
        tx.execute(anew.where(FetchState.source_id == source_id))


@pytest.mark.parametrize("how", [read_by_older_code, read_anew])
def test_one_that_was_dropped_stays_dropped_whatever_reads_it(
    site: Site, how: Callable[[int], None]
) -> None:
    source_id = dropped(site)
    told = len(newsroom.notices())
    for hours in (3, 4):
        how(source_id)

        newsroom.collect(now=NOW + hours * HOUR)

        assert headlines() == {f"Story {n}" for n in range(6)}
        assert newsroom.state_of(source_id).held_at is None
    assert len(newsroom.notices()) == told


def test_the_next_document_under_newer_code_is_judged_after_one_was_dropped(site: Site) -> None:
    source_id = dropped(site)
    read_by_older_code(source_id)
    site.serve("/feed", feed(" | Pier News", item(7), item(8)))

    newsroom.collect(now=NOW + 3 * HOUR)

    assert headlines() == {f"Story {n}" for n in range(6)}
    assert newsroom.state_of(source_id).held_at is not None


def test_dropping_is_taken_back_by_accepting_until_something_else_comes(site: Site) -> None:
    source_id = dropped(site)

    first = steering.accept(source_id, actor=TESTER, now=NOW + 3 * HOUR)
    again = steering.accept(source_id, actor=TESTER, now=NOW + 3 * HOUR)
    taken = newsroom.collect(now=NOW + 3 * HOUR)

    assert (first, again) == (True, False)
    assert (taken.articles, taken.revisions) == (1, 6)
    state = newsroom.state_of(source_id)
    assert (state.held_at, state.is_let_in, state.dropped_hash) == (None, None, None)
    with pytest.raises(RefusedError, match="waits for an answer"):
        steering.accept(source_id, actor=TESTER, now=NOW + 4 * HOUR)


def test_what_waits_already_goes_on_waiting_under_newer_code(site: Site) -> None:
    source_id = upheaval(site)
    newsroom.collect(now=NOW + HOUR)
    read_by_older_code(source_id)

    assert newsroom.collect(now=NOW + 2 * HOUR).revisions == 0
    assert newsroom.state_of(source_id).held_at is not None


def test_one_of_a_source_at_rest_rings_no_alarm(site: Site) -> None:
    source_id = upheaval(site)
    newsroom.collect(now=NOW + HOUR)

    with transaction() as tx:
        waiting = operations.sources_held(tx)
    steering.pause(source_id, actor=TESTER, now=NOW + 2 * HOUR)
    with transaction() as tx:
        at_rest = operations.sources_held(tx)

    assert [name for name, _ in waiting] == ["/feed"]
    assert at_rest == []


@pytest.mark.parametrize("is_dropped", [False, True])
def test_a_hub_is_asked_while_its_document_waits_and_not_of_one_that_is_dropped(
    site: Site, *, is_dropped: bool
) -> None:
    site.serve("/feed", feed())
    source_id = newsroom.source(newsroom.publication(), site, "/feed", kind=SourceKind.WEBSUB)
    newsroom.collect()
    stories = [item(n, title=f"Story {n} | Pier News") for n in range(6)]
    hub = f'<atom:link rel="hub" href="{site.url("/hub")}"/>'
    site.serve("/feed", rss(*stories, head="" if is_dropped else hub))
    newsroom.collect(now=NOW + HOUR)
    if is_dropped:
        steering.drop(source_id, actor=TESTER, now=NOW + HOUR)
        site.serve("/feed", rss(*stories, head=hub))

    newsroom.collect(now=NOW + 2 * HOUR)

    with transaction() as tx:
        wanted = [(each.hub_url, each.topic) for each in websub.current(tx, source_id)]
    assert wanted == ([] if is_dropped else [(site.url("/hub"), site.url("/feed"))])
