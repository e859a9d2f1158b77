"""Reading what a relay says it took, in our format and in Postfix's."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from syndicate import clock
from syndicate.errors import SettingsError
from syndicate.mail.recovery import accept_log
from syndicate.mail.recovery.accept_log import Line

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
POSTFIX = b"""\
2026-11-24T07:50:00.1+00:00 mx postfix/smtpd[10]: 4F2: client=app[10.0.0.1]
2026-11-24T07:50:00.2+00:00 mx postfix/cleanup[11]: 4F2: message-id=<m1.1.a@daily.example>
2026-11-24T07:50:00.3+00:00 mx postfix/qmgr[12]: 4F2: from=<b@x.example>, nrcpt=1 (queue active)
2026-11-24T07:50:01.1+00:00 mx postfix/cleanup[11]: 4F3: message-id=<m1.2.a@daily.example>
2026-11-24T07:50:01.2+00:00 mx postfix/smtpd[10]: lost connection after DATA from app[10.0.0.1]
2026-11-24T07:50:02.0+00:00 mx postfix-out/cleanup[11]: 4F4abc: message-id=<m1.3.a@daily.example>
2026-11-24T07:50:02.1+00:00 mx postfix-out/qmgr[12]: 4F4abc: from=<b@x>, nrcpt=1 (queue active)
2026-11-24T07:50:03.0+00:00 mx postfix/qmgr[12]: 4F4abc: removed
"""
IDS = [f"<m1.{number}.a@daily.example>" for number in range(1, 5)]


def ours(number: int, at: dt.datetime) -> bytes:
    return b'{"at": "%b", "message_id": "<%d@x>"}\n' % (at.isoformat().encode(), number)


def search(path: Path, *wanted: str, since: dt.datetime = NOW) -> accept_log.Verdict:
    return accept_log.search(path, wanted, since=since - dt.timedelta(hours=1), now=NOW)


def test_postfix_took_what_its_queue_manager_has(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(POSTFIX)

    verdict = search(path, *IDS)

    assert verdict.accepted == {IDS[0], IDS[2]}
    assert verdict.unsure == {IDS[1]}
    assert verdict.complete_until == NOW


def test_postfix_lines_become_rows() -> None:
    found = list(accept_log.lines(POSTFIX.splitlines(), now=NOW))

    assert [(line.message_id, line.queue_id, line.is_taken) for line in found] == [
        (IDS[0], "4F2", False),
        (None, "4F2", True),
        (IDS[1], "4F3", False),
        (IDS[2], "4F4abc", False),
        (None, "4F4abc", True),
    ]


def test_lines_of_no_day_or_no_end_or_no_text_are_passed_over() -> None:
    odd = [
        b"Feb 31 08:00:00 mx postfix/qmgr[1]: 4F2: from=<b@x>, nrcpt=1",
        b"postfix" * 100_000,
        b'{"at": "2026-11-24T08:00:00+00:00", "x": ' + b"[" * 5_000,
        b'{"at": "2026-11-24T08:00:00"}',
    ]

    assert list(accept_log.lines(odd[:3], now=NOW)) == []
    (line,) = accept_log.lines(
        [b'{"at": "2026-11-24T08:00:00+00:00", "message_id": "<1\\u0000\\ud800@x>"}'], now=NOW
    )
    assert line.message_id == "<1?@x>"


def test_a_queue_id_may_span_a_rotation(tmp_path: Path) -> None:
    head, tail = POSTFIX[: POSTFIX.index(b"2026-11-24T07:50:00.3")], POSTFIX
    (tmp_path / "mail.log.1").write_bytes(head)
    (tmp_path / "mail.log").write_bytes(tail[tail.index(b"2026-11-24T07:50:00.3") :])

    assert search(tmp_path / "mail.log", IDS[0]).accepted == {IDS[0]}


def aged(path: Path, *, hours: int) -> None:
    written = (NOW - dt.timedelta(hours=hours)).timestamp()
    os.utime(path, (written, written))


@pytest.mark.parametrize("name", ["accept.log.1", "accept.log.2", "accept.log-20261124"])
def test_a_log_is_followed_into_what_it_was_rotated_to(tmp_path: Path, name: str) -> None:
    path = tmp_path / "accept.log"
    path.write_bytes(ours(2, NOW))
    (tmp_path / name).write_bytes(ours(1, NOW - dt.timedelta(minutes=30)))

    verdict = search(path, "<1@x>", "<2@x>", "<3@x>")

    assert verdict.accepted == {"<1@x>", "<2@x>"}
    assert verdict.complete_until == NOW


def test_a_part_that_was_packed_away_leaves_doubts_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "accept.log"
    path.write_bytes(ours(2, NOW))
    packed = tmp_path / "accept.log.2.gz"
    packed.write_bytes(b"packed")
    aged(packed, hours=0)

    assert search(path, "<1@x>").complete_until is None
    aged(packed, hours=2)
    assert search(path, "<1@x>").complete_until == NOW


def test_a_log_that_is_younger_than_its_first_line_is_a_copy(tmp_path: Path) -> None:
    """Whatever a relay that was started again has written into it since."""
    now, path = clock.now(), tmp_path / "accept.log"
    path.write_bytes(ours(1, now - dt.timedelta(hours=2)) + ours(2, now))
    living = tmp_path / "living.log"
    living.write_bytes(ours(1, now))

    assert not extent(path).is_whole
    assert extent(living).is_whole
    living.rename(tmp_path / "living.log.1")
    living.write_bytes(ours(2, now))
    assert extent(living).is_whole
    path.rename(tmp_path / "living.log.2")
    assert not extent(living).is_whole


def test_an_empty_log_was_kept_since_it_was_made(tmp_path: Path) -> None:
    before, path = clock.now() - dt.timedelta(seconds=1), tmp_path / "accept.log"
    path.touch()
    empty = extent(path).oldest
    path.write_bytes(ours(1, clock.now() + dt.timedelta(minutes=5)))

    assert empty is not None
    assert before <= empty <= clock.now()
    assert extent(path).oldest == empty


def extent(path: Path) -> accept_log.Extent:
    now = clock.now()
    return accept_log.accepted_since(path, str, since=now - dt.timedelta(hours=3), now=now)


def test_a_log_that_is_rotated_while_it_is_read_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accept.log"
    path.write_bytes(ours(1, NOW))
    (tmp_path / "accept.log.1").write_bytes(b"")
    opened = Path.open
    rotations = [path]

    def rotating(self: Path, *args: Any, **more: Any) -> Any:
        handle = opened(self, *args, **more)
        if self.name.endswith(".1") and rotations:
            rotations.pop().rename(tmp_path / "accept.log.1")
            path.touch()
        return handle

    monkeypatch.setattr(Path, "open", rotating)

    assert search(path, "<1@x>").accepted == {"<1@x>"}
    assert rotations == []


def test_our_own_format_is_found_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "accept.log"
    start = NOW - dt.timedelta(hours=10)
    with path.open("wb") as log:
        for number in range(20_000):
            log.write(ours(number, start + dt.timedelta(seconds=number)))
        log.write(b'{"at": "2026-11-24T08:00:00+00:00", "message_id": "<cut')

    wanted = {"<0@x>", "<15000@x>", "<19999@x>", "<20001@x>"}
    late = accept_log.search(path, wanted, since=start + dt.timedelta(seconds=14_000), now=NOW)
    all_of_it = accept_log.search(path, wanted, since=start, now=NOW)

    assert late.accepted == {"<15000@x>", "<19999@x>"}
    assert all_of_it.accepted == {"<0@x>", "<15000@x>", "<19999@x>"}
    assert late.unsure == set()


@pytest.mark.parametrize("noise", [b"", b"\n", b"{}\n", b"[1]\n", b'{"at": 5}\n', b"\xff\xfe\n"])
def test_noise_is_passed_over(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "accept.log"
    path.write_bytes(noise + ours(1, NOW) + noise)

    assert search(path, "<1@x>").accepted == {"<1@x>"}
    assert len(list(accept_log.lines([noise, ours(1, NOW)], now=NOW))) == 1


def test_a_heartbeat_is_a_line_without_message() -> None:
    found = list(accept_log.lines([b'{"at": "2026-11-24T08:00:00+00:00"}'], now=NOW))

    assert found == [Line(NOW, None, None)]


def test_a_log_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        search(tmp_path / "missing.log", "<1@x>")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"2026-11-24T08:00:00+00:00 mx postfix", NOW),
        (b"2026-11-24T11:00:00.5+03:00 mx postfix", NOW + dt.timedelta(milliseconds=500)),
        (b'{"at": "2026-11-24T08:00:00Z"}', NOW),
        (b'{"message_id": "<a>", "at": "2026-11-24T08:00:00Z"}', NOW),
        (b"no time", None),
        (b"2026-99-24T08:00:00+00:00 x", None),
    ],
)
def test_times_of_lines(line: bytes, expected: dt.datetime | None) -> None:
    assert accept_log.time_of(line, NOW) == expected


def test_syslog_times_lie_in_the_past() -> None:
    now = dt.datetime(2027, 1, 1, 0, 30, tzinfo=dt.UTC)
    local = (now - dt.timedelta(days=2)).astimezone()
    line = f"{local:%b} {local.day:>2} {local:%H:%M:%S} mx postfix".encode()

    assert accept_log.time_of(line, now) == now - dt.timedelta(days=2)
