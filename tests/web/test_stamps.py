"""A public form that is not taken: it comes back as it was filled in, and the next click works."""

import asyncio
import datetime as dt
import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from anyio import to_thread
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.types import Message

from syndicate import clock, settings
from syndicate.actions import forms
from syndicate.actions.forms import Guarded
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.web.reader.forms import STEP_S, SteppedRoute, left_of_step
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, sign_up, stamp

SIGN_UP = "sign-up:morning"
FORMS = [
    ("/newsletters/morning", SIGN_UP, {"address": READER}, 10),
    ("/email", "email:{}", {"to": READER, "name": "Reader"}, 3),
    ("/feedback", "feedback:{}", {"text": "Measure again.", "reply_to": READER}, 5),
]


def queued() -> int:
    with transaction() as tx:
        return len(ledger.newest(tx, limit=99, with_singles=True))


def shown_stamp(page: str) -> str:
    [found] = re.findall(r'name="stamp" value="([^"]+)"', page)
    return str(found)


def of_article(newsroom: Newsroom, path: str, form: str) -> tuple[str, str]:
    if not path.startswith("/newsletters"):
        path = newsroom.path("report") + path
    return path, form.format(newsroom.articles["report"])


@pytest.mark.parametrize(("path", "form", "typed", "_limit"), FORMS)
@pytest.mark.parametrize("age", [None, dt.timedelta(hours=25)])
def test_a_form_whose_stamp_is_no_longer_good_works_with_the_next_click(
    browser: TestClient,
    newsroom: Newsroom,
    path: str,
    form: str,
    typed: dict[str, str],
    _limit: int,
    age: dt.timedelta | None,
) -> None:
    path, form = of_article(newsroom, path, form)
    mark = stamp(form, age.total_seconds()) if age else "of.another-key"

    refused = browser.post(path, data=typed | {"stamp": mark})

    assert refused.status_code == 422
    assert "Please press the button again" in refused.text
    assert all(each in refused.text for each in typed.values())
    assert queued() == 0
    later = clock.now() + forms.LEAST_AGE
    forms.check(form, Guarded(shown_stamp(refused.text), "", "203.0.113.7"), later)


@pytest.mark.parametrize(("path", "form", "typed", "limit"), FORMS)
def test_who_has_sent_enough_keeps_what_they_typed(
    browser: TestClient,
    newsroom: Newsroom,
    path: str,
    form: str,
    typed: dict[str, str],
    limit: int,
) -> None:
    path, form = of_article(newsroom, path, form)
    filled = typed | {"stamp": stamp(form)}
    for _ in range(limit):
        assert browser.post(path, data=filled).status_code == 200

    refused = browser.post(path, data=filled)

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["cache-control"] == "no-store"
    assert "Please try again later" in refused.text
    assert all(each in refused.text for each in typed.values())


@pytest.mark.usefixtures("newsroom")
def test_a_recorded_form_is_played_a_hundred_times_at_most(browser: TestClient) -> None:
    now, mark = clock.now(), stamp(SIGN_UP)
    with transaction() as tx:
        for _ in range(99):
            assert forms.take_post(tx, Guarded(mark, "", "203.0.113.7"), now)

    last = sign_up(browser, stamp=mark)
    refused = browser.post("/newsletters/morning", data={"address": READER, "stamp": mark})

    assert "Check your email" in last
    assert refused.status_code == 422
    assert "Very many people have used this copy of the form" in refused.text
    assert f'value="{READER}"' in refused.text
    later = clock.now() + forms.LEAST_AGE
    forms.check(SIGN_UP, Guarded(shown_stamp(refused.text), "", "203.0.113.7"), later)
    sign_up(browser, address="reader002@example.com")
    assert queued() == 2


def test_a_double_click_brings_one_mail_and_the_same_page_twice(address: str) -> None:
    form = {"address": READER, "language": "en", "stamp": stamp(SIGN_UP)}

    def click(_: int) -> bytes:
        body = urlencode(form).encode()
        where = f"{address}/newsletters/morning"
        with urllib.request.urlopen(where, body) as answer:  # noqa: S310 - on loopback
            return bytes(answer.read())

    with ThreadPoolExecutor(2) as clicks:
        first, second = clicks.map(click, range(2))

    assert b"Check your email" in first
    assert first == second
    assert queued() == 1


@pytest.mark.usefixtures("newsroom")
def test_who_goes_back_to_mend_the_address_sends_the_same_form(
    browser: TestClient,
) -> None:
    mark = stamp(SIGN_UP)

    sign_up(browser, stamp=mark, address="raeder001@example.com")
    sign_up(browser, stamp=mark)

    assert queued() == 2


@pytest.mark.parametrize(
    ("spent_s", "left_s"), [(0.0, 0.0), (0.03, 0.07), (0.1, 0.0), (0.13, 0.07), (0.999, 0.001)]
)
def test_an_answer_leaves_at_a_full_step(spent_s: float, left_s: float) -> None:
    left = left_of_step(spent_s)

    assert 0 <= left < STEP_S
    assert min(abs(left - left_s), STEP_S - abs(left - left_s)) < 1e-9


@pytest.mark.usefixtures("newsroom")
def test_a_sign_up_is_answered_no_sooner_than_a_step(browser: TestClient) -> None:
    for address in (READER, "reader002@example.com"):
        began_s = time.monotonic()
        sign_up(browser, address=address)
        assert time.monotonic() - began_s >= STEP_S


def test_answers_that_wait_for_their_step_hold_no_thread() -> None:
    router = APIRouter(route_class=SteppedRoute)
    router.add_api_route("/form", lambda: "taken", methods=["POST"])
    app = FastAPI()
    app.include_router(router)

    took_s = asyncio.run(posted_at_once(app, 12))

    assert STEP_S <= took_s < 12 * STEP_S / 2


async def posted_at_once(app: FastAPI, many: int) -> float:
    """Seconds until so many posts of a form are answered, by one thread."""
    to_thread.current_default_thread_limiter().total_tokens = 1
    scope = {"type": "http", "method": "POST", "path": "/form", "query_string": b"", "headers": []}
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(said: Message) -> None:
        if "status" in said:
            statuses.append(said["status"])

    began_s = time.monotonic()
    await asyncio.gather(*(app(dict(scope), receive, send) for _ in range(many)))
    assert statuses == [200] * many
    return time.monotonic() - began_s


def test_in_a_flood_everybody_is_told_that_mail_takes_long(
    browser: TestClient, newsroom: Newsroom
) -> None:
    quiet = sign_up(browser, address="reader002@example.com")
    with transaction() as tx:
        later = {"at": clock.now() + dt.timedelta(hours=1)}
        tx.execute(text("UPDATE batch SET not_before = :at"), later)

    of_a_stranger = sign_up(browser, address="reader003@example.com")
    again = sign_up(browser, address="reader002@example.com")

    said = "Very many people are signing up, so our email can take some hours to arrive."
    assert said not in quiet
    assert said in of_a_stranger
    assert again == of_a_stranger
    assert newsroom.articles


@pytest.mark.usefixtures("newsroom")
def test_sign_ups_are_taken_while_valkey_is_down(
    browser: TestClient, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.load.cache_clear()

    sign_up(browser)

    assert queued() == 1
