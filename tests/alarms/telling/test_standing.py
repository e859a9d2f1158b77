"""How each way is, in the one sentence that doctor, console and alarms say."""

import pytest

from syndicate import settings
from syndicate.alarms.telling import standing
from syndicate.alarms.telling.standing import Standing
from syndicate.store.ground.session import transaction
from tests.alarms.telling.steps import S, ring, tell, use
from tests.feeds.peer import Peer
from tests.mail.fault_relay import FaultRelay


def troubles() -> dict[str, str]:
    return {each.name: each.trouble for each in found()}


def found() -> list[Standing]:
    with transaction() as tx:
        return list(standing.every(tx, settings.load()))


def test_a_webhook_that_fails_says_since_when_and_what_was_told_otherwise(
    hook: Peer, relay: FaultRelay
) -> None:
    hook.answer = lambda _request: (500, b"")
    rings = [ring(number) for number in range(1, 15)]
    tell(rings)
    assert troubles() == {"webhook 127.0.0.1": "", "mail": ""}
    tell(rings, 20 * S)

    assert troubles() == {
        "webhook 127.0.0.1": (
            "The webhook 127.0.0.1 answered 500 since 24 Nov 2026 09:12 UTC; 14 rings were told by "
            "mail instead."
        ),
        "mail": "",
    }
    assert len(relay.accepted) == 14
    hook.answer = lambda _request: (200, b"")
    tell(rings, 60 * S)

    assert set(troubles().values()) == {""}


@pytest.mark.usefixtures("database")
def test_what_cannot_work_says_so_before_anything_rings(settings_env: pytest.MonkeyPatch) -> None:
    use(
        settings_env,
        bell_webhooks="https://hooks.example/S3CRET ftp://hooks.example/S3CRET",
        bell_dead_man_url="https://hc.example/S3CRET",
    )

    said = troubles()

    assert said["webhook hooks.example"].startswith(
        "The webhook hooks.example is told nothing: SYNDICATE_BELL_WEBHOOK_KEY is not set"
    )
    assert said["webhook"].startswith("The webhook is no web address: it begins with https://")
    assert said["dead-man's address"] == ""
    assert "S3CRET" not in repr(found())


def test_mail_that_no_relay_takes_is_said_too(
    hook: Peer, relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    assert (hook.requests, relay.accepted) == ([], [])
    use(settings_env, relay_url="smtp://127.0.0.1:1")
    for second in (0, 20):
        tell(ring(), second * S)

    assert troubles()["mail"].startswith(
        "No mail about rings was taken since 24 Nov 2026 09:12 UTC; 1 ring was told by webhook "
        "127.0.0.1 instead. "
    )
