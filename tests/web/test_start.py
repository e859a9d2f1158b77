"""The console's first run: from nothing to a test mail of one's own stories, step by step."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.characters import resolved
from syndicate.collect import run
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications, sender_checks
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import RecordState, SenderRecord
from tests import rows
from tests.collect.newsroom import item, rss
from tests.collect.site import Site, running
from tests.web import operators
from tests.web.newsroom import Newsroom

pytestmark = pytest.mark.usefixtures("database")
START = "/console/start"
PUBLICATION = {
    "name": "The Meadow Post",
    "language": "en",
    "zone": "UTC",
    "sender_address": "news@meadow.example",
    "postal_address": "1 Mill Lane, Meadow",
}


@pytest.fixture
def wire() -> Iterator[Site]:
    """A site of one's own: its home page names a feed, whose stories have pages."""
    with running() as found:
        found.serve("/", "<link rel='alternate' type='application/rss+xml' href='/feed'>")
        yield found


def feed(wire: Site, *ages: dt.timedelta) -> None:
    stories = [
        item(number, when=clock.now() - age, link=wire.url(f"/story/{number}"))
        for number, age in enumerate(ages, 1)
    ]
    wire.serve("/feed", rss(*stories))


def steps(page: str) -> list[str]:
    """What stands beside each step."""
    listed = page.partition('<ol class="steps">')[2].partition("</ol>")[0]
    return [
        resolved(re.sub(r"<[^>]+>", "", each))
        for each in re.findall(r"hint\">(.*?)</span>", listed)
    ]


def begin(browser: TestClient) -> None:
    operators.sign_in(browser)
    assert browser.post(f"{START}/publication", data=PUBLICATION).status_code == 303


def use(browser: TestClient, wire: Site) -> None:
    form = {"url": wire.url("/feed"), "kind": "feed", "name": "Own", "allow": wire.origin}
    answer = browser.post(f"{START}/use", data=form)
    led = answer.headers["location"]
    assert (answer.status_code, led) == (303, f"{START}/newsletter?done=added")


def make(browser: TestClient) -> None:
    form = {"name": "Morning Meadow", "times": "07:00"}
    assert browser.post(f"{START}/newsletter", data=form).status_code == 303


def test_an_empty_installation_greets_and_leads_to_each_step(
    browser: TestClient, wire: Site
) -> None:
    feed(wire, dt.timedelta(minutes=1), dt.timedelta(minutes=2))
    operators.sign_in(browser)
    home = browser.get("/console").text
    assert "Welcome to Syndicate" in home
    assert steps(home) == ["To do", "Later", "Later", "Later", "Later"]

    begin(browser)
    assert steps(browser.get("/console").text)[:2] == ["Done: The Meadow Post", "To do"]
    pasted = browser.post(f"{START}/stories", data={"address": wire.origin, "allow": wire.origin})
    assert "This page leads to a feed with 2 stories." in pasted.text
    use(browser, wire)
    run.collect_now(None, clock.now())
    make(browser)
    page = browser.get(f"{START}/newsletter").text
    assert "This is what the issue would hold if it were sent now." in page
    assert "What happened in story 1" in browser.get(f"{START}/preview").text
    sent = browser.post(f"{START}/test", data={"address": "reader001@example.com"})
    assert sent.status_code == 303

    done = steps(browser.get(START).text)
    assert done == [
        "Done: The Meadow Post",
        "Done: 2 stories",
        "Done: Morning Meadow",
        "Done",
        "To do",
    ]
    with transaction() as tx:
        mailing = tx.scalars(select(Mailing)).one()
        assert (mailing.message, mailing.audience) == ("digest", 1)
        assert mailing.publication_id == publications.all_publications(tx)[0].id


def test_the_first_stories_stand_in_the_sections_that_the_source_names(
    browser: TestClient, wire: Site
) -> None:
    begin(browser)
    wire.serve("/feed", rss(item(1, when=clock.now(), category="Town Hall"), item(2)))

    asked = {"address": wire.origin, "allow": wire.origin}
    for where in (f"{START}/stories", "/console/sources/find"):
        page = browser.post(where, data=asked).text
        assert '<input type="checkbox" name="section" value="Town Hall" checked>' in page
        assert "Section <bdi>Town Hall</bdi>, if it is ticked above" in page
        assert "None is ticked yet" not in page
    form = {"url": wire.url("/feed"), "kind": "feed", "allow": wire.origin}
    used = browser.post(f"{START}/use", data=form | {"section": ["Town Hall"]})
    run.collect_now(None, clock.now())

    assert used.status_code == 303
    again = browser.post(f"{START}/stories", data=asked).text
    assert "Section Town Hall" in again
    assert 'name="section"' not in again
    with transaction() as tx:
        (publication,) = publications.all_publications(tx)
        (town,) = publications.sections_of(tx, publication.id)
        assert (town.slug, town.name) == ("town-hall", "Town Hall")
        assert tx.scalars(select(Article.section_id).order_by(Article.id)).all().count(town.id) == 1


def test_older_stories_stand_in_and_the_page_says_so(browser: TestClient, wire: Site) -> None:
    begin(browser)
    feed(wire, dt.timedelta(days=3))
    use(browser, wire)
    run.collect_now(None, clock.now())
    make(browser)

    assert "These stories are older than a day" in browser.get(f"{START}/newsletter").text
    assert "What happened in story 1" in browser.get(f"{START}/preview").text


def test_a_newsletter_without_a_story_waits_and_looks_again(
    browser: TestClient, wire: Site
) -> None:
    begin(browser)
    feed(wire, dt.timedelta(minutes=1))
    use(browser, wire)
    make(browser)

    page = browser.get(f"{START}/newsletter").text
    refused = browser.post(f"{START}/test", data={"address": "reader001@example.com"})

    assert '<meta http-equiv="refresh" content="5">' in page
    assert "No story has been collected yet" in page
    assert refused.status_code == 404
    assert "No story has been collected yet" in refused.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "A publication needs its name. "),
        ("language", "klingon language", "klingon language is not a language tag; write one "),
        ("zone", "Mars/Base", "There is no time zone Mars/Base; "),
        ("sender_address", "news", "Mail cannot be sent to this address: "),
    ],
)
def test_what_a_publication_cannot_have_is_said_at_its_field(
    browser: TestClient, field: str, value: str, sentence: str
) -> None:
    operators.sign_in(browser)

    answer = browser.post(f"{START}/publication", data={**PUBLICATION, field: value})

    assert answer.status_code == 422
    problem = re.search(rf'id="{field}-problem">([^<]+)<', answer.text)
    assert problem is not None, answer.text
    assert resolved(problem[1]).startswith(sentence)
    assert "1 Mill Lane, Meadow</textarea>" in answer.text
    assert "Nothing has been made yet. Please correct the field" in answer.text
    with transaction() as tx:
        assert publications.all_publications(tx) == []


@pytest.mark.parametrize(
    ("form", "field"),
    [({"name": "", "times": "07:00"}, "name"), ({"name": "Morning", "times": "7 am"}, "times")],
)
def test_what_a_newsletter_cannot_have_is_said_at_its_field(
    browser: TestClient, wire: Site, form: dict[str, str], field: str
) -> None:
    begin(browser)
    feed(wire, dt.timedelta(minutes=1))
    use(browser, wire)

    answer = browser.post(f"{START}/newsletter", data=form)

    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    with transaction() as tx:
        assert newsletters.every(tx) == []


def test_the_first_newsletter_is_of_every_section_and_comes_on_its_days(
    browser: TestClient, wire: Site
) -> None:
    begin(browser)
    feed(wire, dt.timedelta(minutes=1))
    use(browser, wire)
    page = browser.get(f"{START}/newsletter").text
    ticked = re.findall(r'name="days" value="(\d)" checked', page)
    form = {"name": "Saturday Meadow", "times": "07:00"}

    refused = browser.post(f"{START}/newsletter", data={**form, "days": [""]})
    made = browser.post(f"{START}/newsletter", data={**form, "days": ["", "6"]})
    with transaction() as tx:
        (publication,) = publications.all_publications(tx)
        for slug in ("town", "port"):
            rows.section(tx, publication.id, slug)
    offered = browser.get("/newsletters/saturday-meadow").text

    assert "readers choose among them" in page
    assert ticked == list("1234567")
    assert (refused.status_code, made.status_code) == (422, 303)
    assert "A newsletter comes out on at least one weekday; name one." in refused.text
    assert "is sent at Saturdays, 07:00" in browser.get(f"{START}/newsletter").text
    assert re.findall(r'name="sections" value="(\w+)"', offered) == ["town", "port"]


def test_whoever_has_issues_is_not_led(browser: TestClient, newsroom: Newsroom) -> None:
    operators.mailing(newsroom)
    operators.sign_in(browser)

    home, page = browser.get("/console").text, browser.get(START).text

    assert '<ol class="steps">' not in home
    assert "Your issues are on their way." in page
    assert "All done." not in page


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), "To do"),
        ((RecordState.UNKNOWN, RecordState.UNKNOWN), "To do: DNS has not answered"),
        ((RecordState.GOOD, RecordState.WRONG), "To do: 1 record is wrong"),
        ((RecordState.GOOD, RecordState.UNKNOWN), "Done"),
    ],
)
def test_the_sender_is_a_step_that_is_done_once_dns_has_what_it_needs(
    browser: TestClient, states: tuple[RecordState, ...], said: str
) -> None:
    begin(browser)
    with transaction() as tx:
        (made,) = publications.all_publications(tx)
        told = {"wanted": "w", "found": "f", "do": ""}
        found = [
            {"record": record, "state": state} | told
            for record, state in zip(SenderRecord, states, strict=False)
        ]
        sender_checks.keep(tx, made.id, made.sender_address, found, now=clock.now())

    page = browser.get("/console/senders?first=1").text

    assert 'href="/console/senders?first=1"' in browser.get(START).text
    assert steps(page)[-1] == said
    assert f'action="/console/senders/{made.slug}/check?first=1"' in page
    assert '<ol class="steps">' not in browser.get("/console/senders").text


def test_readers_of_an_empty_installation_are_told_what_it_is(browser: TestClient) -> None:
    answer = browser.get("/")

    assert answer.status_code == 404
    assert "Nothing is published here yet." in answer.text
    for page in (answer.text, browser.get("/no/such/page").text):
        assert '<a class="button" href="/console">Go to the console</a>' in page
