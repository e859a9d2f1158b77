"""The dead-man's address: asked once a minute while all is well, and never when it is not."""

import datetime as dt

import pytest
from sqlalchemy.exc import OperationalError

from syndicate import settings
from syndicate.alarms.telling import dead_man, ways
from syndicate.store.ground import session
from tests.alarms.telling.steps import NOW, S, health, use
from tests.feeds.peer import Peer

SECRET = "/ping/5f1e2d"  # noqa: S105 - of nobody


@pytest.fixture
def outside(hook: Peer, settings_env: pytest.MonkeyPatch) -> Peer:
    use(settings_env, bell_dead_man_url=hook.url(SECRET))
    return hook


def beat(after: dt.timedelta = 0 * S, passed: dt.timedelta | None = 0 * S) -> bool:
    now = NOW + after
    return dead_man.beat(settings.load(), now, passed_at=None if passed is None else now - passed)


def test_it_is_asked_once_a_minute_while_the_watch_passes(outside: Peer) -> None:
    asked = [second for second in range(0, 180, 5) if beat(second * S)]

    assert asked == [0, 60, 120]
    assert [each.path for each in outside.requests] == [SECRET] * 3


@pytest.mark.parametrize("passed", [None, 31 * S])
def test_it_is_silent_when_the_watch_has_not_passed(
    outside: Peer, passed: dt.timedelta | None
) -> None:
    assert not beat(passed=passed)

    assert outside.requests == []


def test_it_is_silent_when_the_database_is_away(
    outside: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, database_url="postgresql://syndicate@127.0.0.1:1/none")
    session.dispose()

    with pytest.raises(OperationalError):
        beat()

    assert outside.requests == []


def test_a_dead_mans_address_that_does_not_resolve_is_one_sentence_and_tried_again(
    outside: Peer, settings_env: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    use(settings_env, bell_dead_man_url="https://hc.invalid/S3CRET")
    assert [second for second in range(0, 50, 5) if beat(second * S)] == []
    found = health(ways.DEAD_MAN)
    assert (found.error, found.failing_since, found.tries) == ("does not resolve", NOW, 3)
    assert "S3CRET" not in "".join(capfd.readouterr())
    use(settings_env, bell_dead_man_url=outside.url(SECRET))

    assert beat(60 * S + 60 * S)

    assert health(ways.DEAD_MAN).failing_since is None
