import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from syndicate.collect import polling
from syndicate.collect.polling import Answer, Content, Polled, Verdict
from syndicate.vocabulary.sources import SourceState

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LM = b"Tue, 24 Nov 2026 08:00:00 GMT"
URL = "https://daily.example/feed"
POLLED = Polled(
    URL, SourceState.ACTIVE, basis="1|u|", etag=b'"e"', last_modified=LM, full_at=NOW - HOUR
)


def answer(status: int = 200, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    return Answer(status, URL, sent)


def changed(polled: Polled = POLLED, said: Answer | None = None, **content: Any) -> Verdict:
    return polling.changed(polled, said or answer(), Content(**content), now=NOW, chance=0.5)


def every(gap: dt.timedelta, count: int = 30) -> list[dt.datetime]:
    return [NOW - gap * number for number in range(count)]


def wait(verdict: Verdict) -> dt.timedelta:
    found: dt.timedelta = verdict.values["next_at"] - NOW
    return found


@pytest.mark.parametrize(
    ("gap", "ttl_s", "cache", "expected"),
    [
        (4 * HOUR, None, "", HOUR),
        (MINUTE, None, "", 5 * MINUTE),
        (30 * DAY, None, "", 6 * HOUR),
        (4 * MINUTE, 1800, "", 30 * MINUTE),
        (4 * MINUTE, 60, "max-age=3600", HOUR),
        (4 * MINUTE, None, "public, max-age=600, must-revalidate", 10 * MINUTE),
        (4 * MINUTE, None, "no-cache, max-age=3600", 5 * MINUTE),
        (4 * MINUTE, 30 * 86_400, "", DAY),
    ],
)
def test_the_next_poll_follows_the_source(
    gap: dt.timedelta, ttl_s: int | None, cache: str, expected: dt.timedelta
) -> None:
    found = changed(said=answer(cache_control=cache), published=every(gap), ttl_s=ttl_s)

    assert wait(found) == expected


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.9), (0.999999, 1.1)])
def test_polls_are_spread(chance: float, factor: float) -> None:
    content = Content(published=every(4 * HOUR))

    found = polling.changed(POLLED, answer(), content, now=NOW, chance=chance)

    assert abs(wait(found) - HOUR * factor) < dt.timedelta(seconds=1)


def test_the_newsrooms_own_server_is_asked_every_minute() -> None:
    pinned = dataclasses.replace(POLLED, is_pinned=True)

    assert wait(changed(pinned, published=every(DAY))) == MINUTE


def test_validators_go_back_while_their_basis_holds() -> None:
    assert polling.conditions(POLLED, basis="1|u", now=NOW) == {
        "If-None-Match": b'"e"',
        "If-Modified-Since": LM,
    }
    assert polling.conditions(POLLED, basis="2|u", now=NOW) == {}


def test_once_a_week_the_whole_document_is_asked_for() -> None:
    old = dataclasses.replace(POLLED, full_at=NOW - 7 * DAY)

    assert polling.conditions(old, basis="1|u", now=NOW) == {}


@pytest.mark.parametrize(
    ("rhythm_s", "quiet", "is_whole"),
    [
        (60, 5 * HOUR, False),
        (60, 6 * HOUR, True),
        (3600, 31 * HOUR, False),
        (3600, 32 * HOUR, True),
        (100_000, 6 * DAY, False),
        (100_000, 7 * DAY, True),
    ],
)
def test_who_is_quiet_for_longer_than_its_stories_take_is_asked_for_all(
    rhythm_s: int, quiet: dt.timedelta, *, is_whole: bool
) -> None:
    polled = dataclasses.replace(POLLED, rhythm_s=rhythm_s, full_at=NOW - quiet)

    assert (polling.conditions(polled, basis="1|u", now=NOW) == {}) is is_whole


def test_validators_that_stayed_while_something_new_came_are_not_sent_for_a_month() -> None:
    same = answer(etag='"e"', last_modified=LM.decode())
    found = changed(said=same, basis="1|u", body_hash=b"new", published=[NOW - MINUTE])
    read_anew = changed(said=same, body_hash=POLLED.body_hash, published=[NOW - MINUTE])
    moved = changed(said=answer(etag='"f"'), body_hash=b"new", published=[NOW - MINUTE])
    nothing_new = changed(said=same, body_hash=b"new", published=[NOW - 2 * HOUR, NOW + HOUR])

    assert (moved.values["distrusted_at"], nothing_new.values["distrusted_at"]) == (None, None)
    [notice] = found.notices
    assert (notice.kind, moved.notices, nothing_new.notices) == ("validators", (), ())
    assert read_anew.notices == ()
    assert "said the same of itself" in notice.message
    known = dataclasses.replace(after(POLLED, found), full_at=NOW + 30 * DAY)
    assert polling.conditions(known, basis="1|u", now=NOW + 29 * DAY) == {}
    assert polling.conditions(known, basis="1|u", now=NOW + 30 * DAY) != {}


def test_a_time_that_was_not_believed_stays_unsent_while_the_document_stays() -> None:
    old = changed(said=answer(last_modified="Tue, 03 Nov 2026 08:00:00 GMT"), published=[NOW])
    known = after(POLLED, old)
    again = polling.unchanged(
        known, answer(last_modified="Tue, 03 Nov 2026 08:00:00 GMT"), now=NOW, chance=0.5
    )

    [notice] = old.notices
    assert "is before its newest story" in notice.message
    assert (known.last_modified, again.values["last_modified"], again.notices) == (None, None, ())


def test_what_is_incomplete_is_asked_for_again() -> None:
    found = changed(said=answer(etag='"n"'), body_hash=b"h", is_incomplete=True)

    assert (found.values["etag"], found.values["body_hash"]) == (None, None)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 2 * MINUTE),
        ("0", MINUTE),
        ("9999999", DAY),
        ("Tue, 24 Nov 2026 10:00:00 GMT", HOUR),
        ("Tuesday, 24-Nov-26 10:00:00 GMT", HOUR),
        ("Tue Nov 24 10:00:00 2026", HOUR),
        ("Tue, 24 Nov 2026 08:00:00 GMT", MINUTE),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_for_the_host(status: int, header: str, expected: dt.timedelta) -> None:
    found = polling.refused(POLLED, answer(status, retry_after=header), now=NOW, chance=0.5)

    assert found.host_until == NOW + expected == found.values["next_at"]
    assert "failures" not in found.values


def test_a_403_with_a_rate_limit_is_a_slow_down() -> None:
    limited = answer(403, x_ratelimit_remaining="0", retry_after="600")

    assert polling.refused(POLLED, limited, now=NOW, chance=0.5).host_until == NOW + 10 * MINUTE
    assert polling.refused(POLLED, answer(403), now=NOW, chance=0.5).host_until is None


@pytest.mark.parametrize(
    ("failures", "most"),
    [(0, 5 * MINUTE), (3, 40 * MINUTE), (8, 1280 * MINUTE), (90, 1280 * MINUTE)],
)
def test_failures_back_off_with_full_jitter(failures: int, most: dt.timedelta) -> None:
    polled = dataclasses.replace(
        POLLED, failures=failures, state=SourceState.FAILING, failing_since=NOW
    )

    longest = polling.failed(polled, "timed out", now=NOW, chance=1.0)
    shortest = polling.failed(polled, "timed out", now=NOW, chance=0.0)

    assert wait(longest) == most
    assert wait(shortest) == MINUTE


def fail(polled: Polled, now: dt.datetime) -> tuple[Verdict, Polled]:
    verdict = polling.failed(polled, "answered 500", status=500, now=now, chance=0.5)
    return verdict, after(polled, verdict)


def after(polled: Polled, verdict: Verdict) -> Polled:
    known = {field.name for field in dataclasses.fields(Polled)}
    values: Mapping[str, Any] = {k: v for k, v in verdict.values.items() if k in known}
    return dataclasses.replace(polled, state=verdict.state, **values)


def test_a_source_fails_rests_and_comes_back_with_one_notice_each() -> None:
    polled, kinds = POLLED, []
    for day in range(10):
        verdict, polled = fail(polled, NOW + day * DAY)
        kinds += [each.kind for each in verdict.notices]

    back = polling.unchanged(polled, answer(304), now=NOW + 10 * DAY, chance=0.5)

    assert kinds == [SourceState.FAILING, SourceState.DORMANT]
    assert polled.state == SourceState.DORMANT
    assert (back.state, [each.kind for each in back.notices]) == (
        SourceState.ACTIVE,
        [SourceState.ACTIVE],
    )
    assert (back.values["failures"], back.values["failing_since"]) == (0, None)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("answered 500", "answered 500"),
        (
            "127.0.0.1 cannot be reached; it will be tried again later.",
            "127.0.0.1 cannot be reached; it will be tried again later",
        ),
    ],
)
def test_the_notice_of_a_failing_source_is_one_sentence(reason: str, said: str) -> None:
    polled = dataclasses.replace(POLLED, failures=2, failing_since=NOW)

    [notice] = polling.failed(polled, reason, now=NOW, chance=0.5).notices

    assert notice.message == (
        f"{POLLED.url} failed 3 times in a row ({said}) and is polled less often."
    )


def test_a_dormant_source_is_asked_once_a_day() -> None:
    polled = dataclasses.replace(
        POLLED, state=SourceState.DORMANT, failures=40, failing_since=NOW - 9 * DAY
    )

    verdict, _ = fail(polled, NOW)

    assert (wait(verdict), verdict.notices) == (DAY, ())


@pytest.mark.parametrize(("status", "patience"), [(410, DAY), (404, 14 * DAY)])
def test_what_stays_away_is_gone(status: int, patience: dt.timedelta) -> None:
    first = polling.refused(POLLED, answer(status), now=NOW, chance=0.5)
    polled = after(POLLED, first)

    early = polling.refused(polled, answer(status), now=NOW + patience - HOUR, chance=0.5)
    late = polling.refused(polled, answer(status), now=NOW + patience, chance=0.5)

    assert first.state == SourceState.ACTIVE
    assert early.state != SourceState.GONE
    assert (late.state, [each.kind for each in late.notices]) == (
        SourceState.GONE,
        [SourceState.GONE],
    )


def test_another_error_between_two_404s_starts_the_count_anew() -> None:
    polled = after(POLLED, polling.refused(POLLED, answer(404), now=NOW, chance=0.5))
    _, polled = fail(polled, NOW + DAY)

    late = polling.refused(polled, answer(404), now=NOW + 15 * DAY, chance=0.5)

    assert late.state != SourceState.GONE


def moved(polled: Polled, now: dt.datetime, *statuses: int) -> tuple[Verdict, Polled]:
    hops = tuple((status, "https://new.example/feed") for status in statuses)
    said = Answer(200, "https://new.example/feed", {}, hops)
    verdict = polling.changed(polled, said, Content(), now=now, chance=0.5)
    return verdict, after(polled, verdict)


def test_a_permanent_redirect_is_learnt_after_three_fetches_over_two_days() -> None:
    polled, learnt = POLLED, []
    for day in range(4):
        verdict, polled = moved(polled, NOW + day * DAY, 301, 308)
        learnt.append(verdict.url)

    assert learnt == [None, None, "https://new.example/feed", None]


def test_three_fetches_in_an_hour_are_too_soon() -> None:
    polled = POLLED
    for number in range(5):
        verdict, polled = moved(polled, NOW + number * 10 * MINUTE, 301)
        assert verdict.url is None


@pytest.mark.parametrize("statuses", [(302,), (307,), (301, 302)])
def test_a_passing_redirect_is_never_learnt(statuses: tuple[int, ...]) -> None:
    polled = POLLED
    for day in range(9):
        verdict, polled = moved(polled, NOW + day * DAY, *statuses)
        assert verdict.url is None


def test_a_rhythm_needs_two_dates() -> None:
    assert polling.rhythm_of([]) is None
    assert polling.rhythm_of([NOW]) is None
    assert polling.rhythm_of([NOW, NOW - HOUR]) == 900
