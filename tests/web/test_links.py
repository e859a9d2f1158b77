"""Sign up, confirm, choose, leave, never again: opening a page changes nothing, the click does."""

import datetime as dt
import logging
import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from syndicate import clock, logs, settings, signing
from syndicate.actions import forms
from syndicate.mail.mime import message
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers import recipients
from syndicate.store.readers.subscribers import Subscription
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import SubscriptionState
from tests.web.newsroom import Newsroom

READER = "reader001@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def stamp(form: str, age_s: float = 5) -> str:
    return forms.stamp(form, clock.now() - dt.timedelta(seconds=age_s))


def sign_up(browser: TestClient, **fields: object) -> str:
    """The answer to a sign-up form that was filled in as a reader would."""
    form = {"address": READER, "language": "en", "stamp": stamp("sign-up:morning")} | fields
    answer = browser.post("/newsletters/morning", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def confirm_token() -> str:
    """The token in the confirmation mail that waits in the ledger."""
    with transaction() as tx:
        newest = ledger.newest(tx, limit=1, with_singles=True)[0]
        blocks = ledger.content(tx, newest.id, 1, "en")
    url = str((blocks[0].headers or {})["slots"]["confirm_url"])
    return url.rpartition("/")[2]


def subscription() -> Subscription:
    with transaction() as tx:
        found = tx.get(Subscription, 1)
    assert found is not None
    return found


def token(purpose: str) -> str:
    return signing.sign(settings.load().key(), purpose, str(subscription().id))


@pytest.fixture
def subscribed(browser: TestClient, newsroom: Newsroom) -> Newsroom:
    sign_up(browser)
    assert browser.post(f"/confirm/{confirm_token()}").status_code == 200
    return newsroom


@pytest.mark.usefixtures("subscribed")
def test_sign_up_answers_every_address_alike(browser: TestClient) -> None:
    known, unknown = sign_up(browser), sign_up(browser, address="reader002@example.com")

    assert known == unknown
    assert "Check your email" in known
    assert "at most three of these emails a day" in known
    assert "We have sent" not in known


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "nobody"}, "We cannot send mail to this address"),
        ({"sections": ["sport"]}, "has no section sport"),
        ({"stamp": ""}, "was not opened on our site"),
    ],
)
def test_sign_up_says_what_is_wrong_and_keeps_what_was_typed(
    browser: TestClient, fields: dict[str, object], sentence: str
) -> None:
    form = {"address": READER, "stamp": stamp("sign-up:morning"), "sections": ["world"]} | fields

    answer = browser.post("/newsletters/morning", data=form)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{form["address"]}"' in answer.text
    if form["sections"] == ["world"]:
        assert re.search(r'value="world" checked', answer.text)
        assert not re.search(r'value="culture" checked', answer.text)


@pytest.mark.usefixtures("newsroom")
def test_sign_up_that_was_too_quick_works_with_the_next_click(browser: TestClient) -> None:
    mark = stamp("sign-up:morning", age_s=0)

    answer = browser.post("/newsletters/morning", data={"address": READER, "stamp": mark})

    assert answer.status_code == 422
    assert "press the button again" in answer.text
    assert f'name="stamp" value="{mark}"' in answer.text


@pytest.mark.usefixtures("subscribed")
def test_sign_up_while_mail_is_stopped_says_that_a_link_will_come(browser: TestClient) -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
        installation.stop_everything(tx, now=clock.now(), why="wrong list")
    known, unknown = sign_up(browser), sign_up(browser, address="reader002@example.com")

    assert known == unknown
    assert "As soon as it does again, we will send a link" in known
    assert "at most three of these emails a day" in known


@pytest.mark.usefixtures("newsroom")
def test_sign_up_is_capped_per_visitor(browser: TestClient) -> None:
    for number in range(10):
        sign_up(browser, address=f"reader{number:03}@example.com")

    form = {"address": "reader100@example.com", "stamp": stamp("sign-up:morning")}
    answer = browser.post("/newsletters/morning", data=form)

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"


@pytest.mark.usefixtures("newsroom")
def test_a_sign_up_that_is_refused_takes_nothing_of_the_visitors_few(browser: TestClient) -> None:
    form = {"address": READER, "language": "en", "stamp": stamp("sign-up:morning")}
    wrong = ({"address": "nobody"}, {"sections": ["sport"]}, {"languages": ["fr"]})

    answers = [browser.post("/newsletters/morning", data=form | wrong[at % 3]) for at in range(36)]

    assert {answer.status_code for answer in answers} == {422}
    assert "Check your email" in sign_up(browser)
    # A machine does not try for ever; and whoever does so from a network bars nobody else there.
    with transaction() as tx:
        used = "UPDATE cap_counter SET used = 100 WHERE cap = 'sign-up:refused-hour'"
        tx.execute(text(used))
    refused = browser.post("/newsletters/morning", data=form | wrong[0])
    assert refused.status_code == 429
    assert "too many sign-ups from your network" in refused.text
    assert 'value="nobody"' in refused.text
    assert "Check your email" in sign_up(browser, address="reader002@example.com")


@pytest.mark.usefixtures("newsroom")
def test_confirm_page_changes_nothing_and_the_click_does(browser: TestClient) -> None:
    sign_up(browser, sections=["world"], languages=["en"])
    path = f"/confirm/{confirm_token()}"

    page = browser.get(path)

    assert "Confirm this subscription" in page.text
    assert subscription().state is SubscriptionState.PENDING
    for _ in range(2):  # the second click says the same
        assert "You are subscribed" in browser.post(path).text
        assert subscription().state is SubscriptionState.ACTIVE
    again = browser.get(path).text
    assert "You have already confirmed" in again
    assert "You already receive Morning Courier; there is nothing more to do." in again
    assert f"/preferences/{token(message.PREFERENCES)}" in again
    assert "<form" not in again


@pytest.mark.usefixtures("subscribed")
def test_preferences_are_kept_and_shown(browser: TestClient) -> None:
    path = f"/preferences/{token(message.PREFERENCES)}"
    form = {"sections": ["world"], "languages": ["ar"], "language": "ar", "pause": "2"}

    changed = browser.post(path, data=form)
    page = browser.get(path)

    assert changed.status_code == 200
    assert "حفظنا اختياراتك" in changed.text
    assert '<html lang="ar" dir="rtl">' in page.text
    assert 'value="world" checked' in page.text
    assert 'value="culture" checked' not in page.text
    assert "متوقف مؤقتا" in page.text
    assert subscription().paused_until is not None


@pytest.mark.usefixtures("subscribed")
def test_preferences_without_any_choice_are_refused(browser: TestClient) -> None:
    answer = browser.post(f"/preferences/{token(message.PREFERENCES)}", data={"pause": "0"})

    assert answer.status_code == 422
    assert "Choose at least one section and one language" in answer.text


@pytest.mark.usefixtures("subscribed")
def test_unsubscribe_page_changes_nothing_and_the_click_does(browser: TestClient) -> None:
    path = f"/unsubscribe/{token(message.UNSUBSCRIBE)}"

    page = browser.get(path)

    assert 'method="post"' in page.text
    assert subscription().state is SubscriptionState.ACTIVE
    for _ in range(2):
        assert "You have unsubscribed" in browser.post(path).text
        assert subscription().state is SubscriptionState.ENDED
    assert "You have unsubscribed" in browser.get(path).text


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("is_multipart", [False, True])
@pytest.mark.parametrize("prefix", ["", "/p/courier"])
def test_one_click_from_anywhere_is_answered_200(
    browser: TestClient, is_multipart: bool, prefix: str
) -> None:
    path = f"{prefix}/unsubscribe/{token(message.UNSUBSCRIBE)}"
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}

    for _ in range(2):
        answer = (
            browser.post(
                path,
                files={name: (None, value) for name, value in ONE_CLICK.items()},
                headers=elsewhere,
            )
            if is_multipart
            else browser.post(path, data=ONE_CLICK, headers=elsewhere)
        )

        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert subscription().state is SubscriptionState.ENDED


@pytest.mark.usefixtures("subscribed")
def test_links_cannot_be_bent_to_another_purpose(browser: TestClient) -> None:
    preferences = token(message.PREFERENCES)

    for page in ("unsubscribe", "confirm", "never"):
        assert browser.post(f"/{page}/{preferences}").status_code == 404
    assert subscription().state is SubscriptionState.ACTIVE


def test_email_form_journey_ends_with_never_again(browser: TestClient, newsroom: Newsroom) -> None:
    path = newsroom.path("report") + "/email"
    form = browser.get(path)
    mark = stamp(f"email:{newsroom.articles['report']}")
    assert 'name="stamp"' in form.text

    sent = browser.post(path, data={"to": READER, "name": "Reader", "stamp": mark})

    assert "The article is on its way" in sent.text
    with transaction() as tx:
        assert [row.message for row in ledger.newest(tx, limit=9, with_singles=True)] == ["article"]
        recipient_id = recipients.upsert(tx, READER).id
    never = f"/never/{signing.sign(settings.load().key(), message.NEVER, str(recipient_id))}"
    assert "Stop these emails" in browser.get(never).text
    for _ in range(2):
        assert "Articles can no longer be emailed" in browser.post(never).text
    again = browser.post(
        newsroom.path("museum") + "/email",
        data={
            "to": READER,
            "name": "Reader",
            "stamp": stamp(f"email:{newsroom.articles['museum']}"),
        },
    )
    assert "The article is on its way" in again.text
    with transaction() as tx:
        assert tx.get(Mailing, 2) is None


def test_email_form_says_what_is_wrong(browser: TestClient, newsroom: Newsroom) -> None:
    form = {"to": READER, "name": "buy at shop.example", "stamp": stamp("email:1")}

    answer = browser.post(newsroom.path("report") + "/email", data=form)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "only letters in your name" in answer.text
    assert 'value="buy at shop.example"' in answer.text


def test_email_form_in_arabic_says_it_in_arabic(browser: TestClient, newsroom: Newsroom) -> None:
    answer = browser.post(newsroom.path("arabic") + "/email", data={"to": READER, "name": "أ"})

    assert answer.status_code == 422
    assert "لم يفتح هذا النموذج على موقعنا" in answer.text


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("pause", ["²", "-1", "9999", "x"])
def test_a_pause_that_is_none_is_said_so(browser: TestClient, pause: str) -> None:
    form = {"sections": ["world"], "languages": ["en"], "pause": pause}

    answer = browser.post(f"/preferences/{token(message.PREFERENCES)}", data=form)

    assert answer.status_code == 422


@pytest.mark.usefixtures("subscribed")
def test_a_readers_own_feed_is_told_once_renewed_and_taken_away(browser: TestClient) -> None:
    path = f"/preferences/{token(message.PREFERENCES)}"
    assert "Create my feed" in browser.get(path).text

    made = browser.post(f"{path}/feed")
    first = feed_path(made.text)
    assert made.headers["x-robots-tag"] == "noindex, nofollow"
    assert made.headers["cache-control"] == "no-store"
    assert browser.get(first).status_code == 200
    later = browser.get(path).text
    assert "Its address cannot be shown again." in later
    assert "/feeds/mine/" not in later

    second = feed_path(browser.post(f"{path}/feed").text)
    assert browser.get(first).status_code == 404
    assert browser.get(second.replace(".rss", ".json")).json()["items"]

    taken = browser.post(f"{path}/feed", data={"take": "away"}).text
    assert "Your feed has been deleted" in taken
    assert "Create my feed" in taken
    assert browser.get(second).status_code == 404


@pytest.mark.usefixtures("subscribed")
def test_a_reader_who_left_is_given_no_feed(browser: TestClient) -> None:
    browser.post(f"/unsubscribe/{token(message.UNSUBSCRIBE)}", data=ONE_CLICK)
    path = f"/preferences/{token(message.PREFERENCES)}"

    answer = browser.post(f"{path}/feed")

    assert answer.status_code == 422
    assert "sign up again to change it" in answer.text
    assert "/feeds/mine/" not in answer.text
    assert "Create my feed" not in browser.get(path).text
    assert browser.post(f"{path}x/feed").status_code == 404


@pytest.mark.usefixtures("subscribed")
def test_a_feed_made_on_the_page_is_in_no_log(
    browser: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = token(message.PREFERENCES)
    before = logging.getLogger().handlers[:]
    logs.configure(log_format="json", level="debug")
    logging.getLogger("httpx2").setLevel(logging.ERROR)  # the test's own client

    path = feed_path(browser.post(f"/preferences/{secret}/feed").text)

    logging.getLogger().handlers[:] = before
    written = "".join(capfd.readouterr())
    assert "/preferences/{token}/feed" in written
    assert secret not in written
    assert path.rpartition("/")[2].partition(".rss")[0] not in written


def feed_path(page: str) -> str:
    """The path of the feed whose address a page shows."""
    found = re.search(r'value="http://127\.0\.0\.1:8080(/feeds/mine/[^"]+\.rss)"', page)
    assert found is not None
    return found[1]
