"""Webhooks of every shape, against a real server: what it gets, and what it must not get."""

import base64
import hmac
import json
import time
from typing import Any

import pytest

from syndicate import settings
from syndicate.alarms.telling import ways
from syndicate.alarms.telling.ring import Outcome
from tests.alarms.telling.steps import KEY, NOW, OVER, S, health, ring, tell, types, use
from tests.feeds.peer import Peer, Request

OTHER_KEY = "whsec_" + base64.b64encode(b"new" * 10).decode()
LONG = "x" * 70_000


def body(request: Request) -> Any:
    return json.loads(request.body)


def in_shape(hook: Peer, env: pytest.MonkeyPatch, shape: str, user: str = "") -> None:
    address = hook.url().replace("http://", f"{shape}+http://{user}")
    use(env, bell_webhooks=address)


def test_our_own_webhook_gets_signed_json(hook: Peer) -> None:
    [outcome] = tell(ring())[7]

    assert outcome == Outcome("webhook 127.0.0.1", NOW)
    [request] = hook.requests
    assert body(request) == {
        "type": "ring.ringing",
        "timestamp": "2026-11-24T09:12:00Z",
        "data": {
            "installation": "http://localhost:8080",
            "id": 7,
            "bell": "held_issues",
            "key": "issue:7",
            "text": "No. 7 of Morning is held: <the picture> is wrong & old.",
            "began_at": "2026-11-24T09:12:00Z",
            "rung": 1,
            "state": "ringing",
            "severity": "page",
            "owner": "night desk",
            "publication": "courier",
            "acknowledged_by": None,
            "runbook": "https://news.example/console/docs/operations#alarms",
            "link": "https://news.example/console/issues/7",
        },
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "ring-7-ringing-1"
    assert request.headers["webhook-signature"] == mark(request, KEY)


def mark(request: Request, key: str) -> str:
    """The signature as a receiver works it out for itself."""
    head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
    raw = base64.b64decode(key.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(raw, head + request.body, "sha256")).decode()


def test_two_keys_sign_side_by_side_while_one_follows_the_other(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, bell_webhook_key=f"{OTHER_KEY} {KEY}")

    tell(ring())

    [request] = hook.requests
    wanted = f"{mark(request, OTHER_KEY)} {mark(request, KEY)}"
    assert request.headers["webhook-signature"] == wanted


def test_each_try_is_signed_with_its_own_moment_under_the_same_name(hook: Peer) -> None:
    hook.answer = lambda _request: (500, b"")
    tell(ring())
    hook.answer = lambda _request: (204, b"")
    tell(ring(), 60 * S)

    first, second = (each.headers for each in hook.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "SYNDICATE_BELL_WEBHOOK_KEY is not set, and nothing is sent unsigned"),
        ("secret", "SYNDICATE_BELL_WEBHOOK_KEY is not usable"),
        ("whsec_c2hvcnQ=", "SYNDICATE_BELL_WEBHOOK_KEY is not usable"),
        (f"{KEY} {KEY} {KEY}", "SYNDICATE_BELL_WEBHOOK_KEY holds more than two keys"),
    ],
)
def test_nothing_is_sent_unsigned(
    hook: Peer, settings_env: pytest.MonkeyPatch, key: str, said: str
) -> None:
    use(settings_env, bell_webhook_key=key)

    [outcome] = tell(ring())[7]

    assert (outcome.told_at, hook.requests) == (None, [])
    assert said in outcome.error
    assert "c2hvcnQ" not in outcome.error


def test_slack_gets_text_in_which_nothing_of_others_is_a_command(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    in_shape(hook, settings_env, "slack")

    tell(ring(text="The source <!channel> & co is gone."))

    [request] = hook.requests
    said = body(request)
    assert said["text"] == (
        "Ringing: held issues (courier): The source &lt;!channel&gt; &amp; co is gone."
    )
    section, context = said["blocks"]
    assert section["text"]["text"].startswith("*Ringing: held issues (courier)*\nThe source &lt;!")
    assert "<https://news.example/console/issues/7|Look into it>" in context["elements"][0]["text"]
    assert "webhook-signature" not in request.headers


def test_teams_gets_an_adaptive_card_without_markdown(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    in_shape(hook, settings_env, "teams")

    tell(ring(text="[Sign in](https://evil.example)"))

    [request] = hook.requests
    [attachment] = body(request)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {each["type"] for each in card["body"]} == {"RichTextBlock"}
    assert card["body"][1]["inlines"][0]["text"] == "[Sign in](https://evil.example)"
    assert [each["url"] for each in card["actions"]] == [
        "https://news.example/console/issues/7",
        "https://news.example/console/docs/operations#alarms",
    ]


def test_pagerduty_is_told_the_same_incident_from_trigger_to_resolve(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    in_shape(hook, settings_env, "pagerduty", "R0UT1NGKEY@")
    hook.answer = lambda _request: (202, b"{}")

    tell(ring())
    tell(ring(acknowledged_by="World desk"), 1 * S)
    tell(ring(state=OVER), 2 * S)

    told = list(map(body, hook.requests))
    assert [each["event_action"] for each in told] == ["trigger", "acknowledge", "resolve"]
    assert {each["routing_key"] for each in told} == {"R0UT1NGKEY"}
    assert {each["dedup_key"] for each in told} == {"syndicate/localhost:8080/ring/7"}
    payload = told[0]["payload"]
    assert (payload["severity"], payload["class"]) == ("critical", "held_issues")
    assert payload["summary"].startswith("Ringing: held issues (courier): No. 7 of Morning")
    assert "authorization" not in hook.requests[0].headers


def test_no_redirect_is_followed_with_a_secret(hook: Peer) -> None:
    hook.answer = lambda _request: (307, b"")

    [outcome] = tell(ring())[7]

    assert outcome.error == "answered 307, a redirect, which is not followed"
    assert [each.path for each in hook.requests] == ["/callback"]


def test_a_webhook_inside_our_network_is_called_only_where_the_settings_say_so(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    use(settings_env, bell_allow_origins='["127.0.0.1:1"]')

    [outcome] = tell(ring())[7]

    assert hook.requests == []
    assert "may not connect to" in outcome.error
    assert "SYNDICATE_BELL_ALLOW_ORIGINS" in outcome.error


def test_http_is_for_our_own_servers_alone(hook: Peer, settings_env: pytest.MonkeyPatch) -> None:
    use(settings_env, bell_allow_origins="")

    [outcome] = tell(ring())[7]

    assert hook.requests == []
    assert "write https" in outcome.error


def test_an_endless_answer_is_not_read(hook: Peer) -> None:
    hook.answer = lambda _request: (200, LONG.encode())

    [outcome] = tell(ring())[7]

    assert outcome.error == "answered with more than 64 KB"


def test_a_ring_that_a_webhook_refuses_is_not_offered_for_ever(hook: Peer) -> None:
    hook.answer = lambda request: (400 if b'"id":7' in request.body else 200, b"")

    outcomes = tell([ring(7), ring(8)])
    tell([ring(7), ring(8)], 60 * S)

    assert outcomes[7] == [Outcome("webhook 127.0.0.1", None, "answered 400")]
    assert types(hook) == ["ringing 7 1", "ringing 8 1"]


def test_an_address_that_is_none_silences_no_other(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    hidden = "ftp://10.0.0.1/S3CRET slack+https:///S3CRET https://[::1/S3CRET pagerduty+https://pd"
    use(settings_env, bell_webhooks=f"{hidden} {hook.url()}#night%20desk")

    outcomes = tell(ring())[7]

    assert [each.told_at for each in outcomes] == [None, None, None, None, NOW]
    assert outcomes[-1].way == "webhook night desk"
    assert "S3CRET" not in repr(outcomes)
    assert types(hook) == ["ringing 7 1"]


def test_no_secret_of_a_way_stands_in_a_log(
    hook: Peer, settings_env: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dead = "https://user:S3CRET@hooks.invalid/S3CRET?token=S3CRET"
    hook.answer = lambda _request: (500, b"S3CRET")
    use(settings_env, bell_webhooks=f"{hook.url('/S3CRET')} {dead} slack+{dead}")

    outcomes = tell(ring())

    said = capfd.readouterr()
    assert "ring_not_told" in said.out + said.err
    for text in (said.out, said.err, repr(outcomes), repr(settings.load())):
        assert "S3CRET" not in text
        assert KEY not in text


def test_a_webhook_that_says_nothing_delays_no_other(
    hook: Peer, settings_env: pytest.MonkeyPatch
) -> None:
    def answer(request: Request) -> tuple[int, bytes]:
        if "slow" in request.path:
            time.sleep(3)
        return 200, b""

    hook.answer = answer
    use(settings_env, bell_webhooks=f"{hook.url('/slow')} {hook.url('/b')} {hook.url('/c')}")

    began = time.monotonic()
    outcomes = tell(ring())

    assert time.monotonic() - began < 6
    assert len([each for each in outcomes[7] if each.told_at]) == 3


def test_a_webhook_is_known_in_rows_by_nothing_of_its_address(hook: Peer) -> None:
    tell(ring())

    [webhook] = ways.webhooks(settings.load())
    assert hook.origin not in webhook.way
    assert health(webhook.way).told_at == NOW
