"""Slots by the zone's own clock: gaps, overlaps, windows that join without a hole."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import UsageError
from syndicate.newsletters import schedule
from syndicate.newsletters.schedule import Schedule

UTC = dt.UTC
ZONES = (
    "UTC",
    "Asia/Qatar",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
DAY = dt.timedelta(days=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        # no DST at all
        ("2026-03-29 08:00", "Asia/Qatar", "2026-03-29 05:00"),
        # the day clocks go forward in Berlin: 02:00 becomes 03:00, which is 01:00 UTC
        ("2026-03-29 01:59", "Europe/Berlin", "2026-03-29 00:59"),
        ("2026-03-29 02:00", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29 03:00", "Europe/Berlin", "2026-03-29 01:00"),
        ("2026-03-29 08:00", "Europe/Berlin", "2026-03-29 06:00"),
        # the day they go back: 02:30 happens twice, the first counts
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25 00:30"),
        ("2026-10-25 03:00", "Europe/Berlin", "2026-10-25 02:00"),
        # half an hour, at Lord Howe
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),
        # a gap at midnight: the day begins at 01:00
        ("2018-11-04 00:00", "America/Sao_Paulo", "2018-11-04 03:00"),
        # a whole day that Samoa never had: the first instant after it
        ("2011-12-30 08:00", "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_a_local_time_is_due_at_one_instant(local: str, zone: str, expected: str) -> None:
    naive = dt.datetime.fromisoformat(local)

    assert schedule.instant(naive.date(), naive.time(), zone) == utc(expected)


@pytest.mark.parametrize(
    ("now", "window"),
    [
        # 23 hours of news on the short day, 25 on the long one
        ("2026-03-29 06:00", ("2026-03-28 07:00", "2026-03-29 06:00")),
        ("2026-10-25 07:00", ("2026-10-24 06:00", "2026-10-25 07:00")),
        # a late run covers the same window
        ("2026-10-25 13:00", ("2026-10-24 06:00", "2026-10-25 07:00")),
    ],
)
def test_a_window_runs_from_slot_to_slot(now: str, window: tuple[str, str]) -> None:
    daily = schedule.read(["08:00"], [], "Europe/Berlin")

    (slot,) = schedule.due_slots(daily, now=utc(now), since=utc(now) - DAY)

    assert (slot.window_from, slot.window_to) == (utc(window[0]), utc(window[1]))
    assert slot.due_at == slot.window_to


def test_a_weekly_newsletter_looks_back_to_the_week_before() -> None:
    weekly = schedule.read(["18:00"], [5], "Asia/Qatar")

    slot = schedule.last_slot(weekly, now=utc("2026-11-26 20:00"))

    assert (slot.local_date, slot.name) == (dt.date(2026, 11, 20), "18:00")
    assert slot.window_to - slot.window_from == 7 * DAY
    assert schedule.next_slot(weekly, now=utc("2026-11-26 20:00")).local_date == dt.date(
        2026, 11, 27
    )


def test_a_slot_that_was_missed_for_half_a_day_is_no_news_any_more() -> None:
    daily = schedule.read(["08:00"], [], "UTC")
    since = utc("2026-11-01 00:00")

    assert len(schedule.due_slots(daily, now=utc("2026-11-24 19:59"), since=since)) == 1
    assert schedule.due_slots(daily, now=utc("2026-11-24 20:00"), since=since) == ()


@pytest.mark.parametrize(
    ("times", "days", "zone"),
    [
        ([], [], "UTC"),
        (["25:00"], [], "UTC"),
        (["08:00"], [8], "UTC"),
        (["08:00"], [], "Mars/Olympus"),
        (["08:00"], [], ""),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(
    times: list[str], days: list[int], zone: str
) -> None:
    with pytest.raises(UsageError):
        schedule.read(times, days, zone)


TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
SCHEDULES = st.builds(
    Schedule,
    times=st.sets(TIMES, min_size=1, max_size=4).map(sorted).map(tuple),
    days=st.sets(st.integers(1, 7), min_size=1).map(sorted).map(tuple),
    zone=st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made aware here
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(plan=SCHEDULES, now=MOMENTS)
def test_windows_join_without_a_hole_or_an_overlap(plan: Schedule, now: dt.datetime) -> None:
    slots = [schedule.last_slot(plan, now=now)]
    moment = now
    for _ in range(6):
        slots.append(schedule.next_slot(plan, now=moment))
        moment = slots[-1].due_at

    for before, after in pairwise(slots):
        assert before.window_to == after.window_from < after.window_to
    assert slots[0].due_at <= now < slots[1].due_at


@given(plan=SCHEDULES, now=MOMENTS)
def test_a_slot_is_due_once_however_often_the_tick_asks(plan: Schedule, now: dt.datetime) -> None:
    first = schedule.due_slots(plan, now=now, since=now - DAY)
    later = now + dt.timedelta(seconds=2)
    last = first[-1].due_at if first else now - DAY

    second = schedule.due_slots(plan, now=later, since=last)

    assert all(slot.due_at > now for slot in second)
    assert all(now - schedule.CATCH_UP < slot.due_at <= now for slot in first)


@given(
    date=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    time=TIMES,
    zone=st.sampled_from(ZONES),
)
def test_an_instant_reads_as_its_local_time_or_the_first_after_a_gap(
    date: dt.date, time: dt.time, zone: str
) -> None:
    moment = schedule.instant(date, time, zone)

    local = moment.astimezone(ZoneInfo(zone))
    wanted = dt.datetime.combine(date, time)
    assert local.replace(tzinfo=None) >= wanted
    just_before = (moment - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert just_before < wanted
