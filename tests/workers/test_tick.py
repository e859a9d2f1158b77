"""The tick finds what is due in rows and hints at it, whoever lost the hint before."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import update

from syndicate import clock, jobs, settings
from syndicate.articles import push_keys as pushed
from syndicate.articles import receive_push
from syndicate.errors import RelayError
from syndicate.keys import open_files, sealing
from syndicate.store.content import articles
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import due, master_keys, notices
from syndicate.store.platform.notices import NoticeKind
from syndicate.store.platform.tokens import Actor
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.sending import Lane
from tests import rows
from tests.acting import TESTER
from tests.collect import newsroom
from tests.keys.rotation import end, go_on, held, put
from tests.mail.campaign import NOW, Plan, start

MOMENTS = st.datetimes(
    min_value=dt.datetime.fromisoformat("2000-01-01"),
    max_value=dt.datetime.fromisoformat("2100-01-01"),
    timezones=st.just(dt.UTC),
)


@pytest.fixture
def broker(valkey_url: str) -> Redis:
    return Redis.from_url(valkey_url)


@given(MOMENTS)
def test_a_slot_holds_its_moment(moment: dt.datetime) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    slot = tick.slot_of(moment)

    assert slot <= moment < slot + dt.timedelta(seconds=jobs.TICK_S)
    assert tick.slot_of(slot) == slot


@pytest.mark.usefixtures("database")
def test_a_slot_is_taken_once() -> None:
    with transaction() as tx:
        assert due.take(tx, "tick", NOW)
    with transaction() as tx:
        assert not due.take(tx, "tick", NOW)
        assert due.take(tx, "tick", NOW + dt.timedelta(seconds=2))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("lane", list(Lane))
def test_ready_batches_wake_their_own_lane(broker: Redis, lane: Lane) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    start(Plan(audience=2, lane=lane))

    tick.take_steps(NOW)

    waiting = {name: broker.llen(name) for name in ("urgent", "bulk")}
    assert waiting == {"urgent": int(lane is Lane.URGENT), "bulk": int(lane is Lane.BULK)}


@pytest.mark.usefixtures("database")
def test_nothing_due_wakes_no_sender(broker: Redis) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    tick.take_steps(NOW)

    assert broker.llen("urgent") == broker.llen("bulk") == 0


@pytest.mark.usefixtures("database")
def test_what_operators_are_to_be_told_wakes_whoever_tells(broker: Redis) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    with transaction() as tx:
        about = Actor("operator:desk", frozenset(), operator_id=rows.operator(tx).id)
        notices.note(tx, NoticeKind.LINK, about=about, now=NOW)
    broker.delete("hub")  # the hint of the commit was lost

    tick.take_steps(NOW)

    assert broker.llen("hub") == 1


def test_a_step_that_fails_does_not_keep_the_others(broker: Redis) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    taken: list[dt.datetime] = []

    def fails(_now: dt.datetime) -> None:
        raise RelayError("a bad night")

    tick.take_steps(NOW, [fails, taken.append])

    assert taken == [NOW]
    assert broker.ping()


@pytest.mark.usefixtures("database")
def test_an_embargo_between_two_ticks_ends_at_its_second(broker: Redis) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    far = clock.now() + dt.timedelta(minutes=10)
    pushed = far + dt.timedelta(minutes=10)
    push_embargoed(pushed, far)
    # Set when it is there: pushing may take any time, and what has ended is no embargo.
    now = clock.now()
    ends = now + dt.timedelta(seconds=0.4)
    with transaction() as tx:
        ending = update(Article).where(Article.embargo_until == pushed)
        tx.execute(ending.values(embargo_until=ends))

    timers = tick.await_embargoes(now)
    for each in timers:
        each.join()

    assert len(timers) == 1
    assert clock.now() >= ends
    with transaction() as tx:
        states = {row.embargo_until: row.state for row in articles.listed(tx)}
    assert states == {ends: ArticleState.LIVE, far: ArticleState.EMBARGOED}
    assert broker.llen("build") == 1


def push_embargoed(*ends: dt.datetime) -> None:
    """An article of a CMS for each end of an embargo."""
    newsroom.publication()
    entries = [
        receive_push.entry_of({"id": str(end), "headline": f"Ends at {end}", "embargo_until": end})
        for end in ends
    ]
    with transaction() as tx:
        publication = publications.all_publications(tx)[0]
        receive_push.receive(tx, publication, entries, actor=TESTER, now=clock.now())


@pytest.mark.usefixtures("database")
def test_the_tick_writes_down_which_keys_it_holds_and_encrypts_rows_anew(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    settings_env.setenv("SYNDICATE_JOURNAL", str(tmp_path / "journal.jsonl"))
    settings.load.cache_clear()
    with transaction() as tx:
        pushed.rotate(tx, rows.publication(tx), ends_at=NOW, now=NOW)
    tick.keep_keys(NOW)
    put(settings_env, go_on(is_alone=True))

    tick.keep_keys(NOW + dt.timedelta(seconds=10))

    with transaction() as tx:
        states = [row.state.value for row in master_keys.every(tx)]
        assert sorted(states) == ["honoured", "signing"]
        assert sealing.held(tx, held()) == sealing.Held()
    assert len(end(is_early=True).ids) == 1


@pytest.mark.usefixtures("database")
def test_the_tick_notes_once_a_minute_that_others_can_read_a_key_file(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from workers import tick  # noqa: PLC0415 - needs the settings of a test

    pem = tmp_path / "dkim.pem"
    pem.write_text("pem")
    pem.chmod(0o644)
    settings_env.setenv("SYNDICATE_DKIM_KEY_FILE", str(pem))
    settings.load.cache_clear()

    for seconds in (0, 2, 4):
        tick.look_at_key_files(NOW + dt.timedelta(seconds=seconds))

    with transaction() as tx:
        told = open_files.noted(tx, NOW + dt.timedelta(seconds=4))
    assert told == [f"{pem} may be read by others; run `chmod 600 {pem}`."]
