"""What senders need in DNS, where operators see it: page, first page, API, shell and doctor."""

import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from syndicate import settings
from syndicate.characters import resolved
from syndicate.cli import build
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import streams
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.streams import MailStream
from syndicate.vocabulary.sending import Stream
from tests import rows
from tests.mail.sender import nameserver
from tests.mail.sender.nameserver import Nameserver
from tests.web import operators
from tests.web.newsroom import Newsroom

PATH = "/console/senders"


@pytest.fixture
def server(newsroom: Newsroom, settings_env: pytest.MonkeyPatch) -> Iterator[Nameserver]:
    """A domain with SPF and no more, for a relay that is known."""
    with nameserver.running() as found:
        found.hold("TXT", "courier.example", "v=spf1 ip4:192.0.2.10 <b> -all")
        settings_env.setenv("SYNDICATE_DNS_RESOLVER", found.address)
        settings_env.setenv("SYNDICATE_RELAY_ADDRESSES", '["192.0.2.10"]')
        settings.load.cache_clear()
        with transaction() as tx:
            row = tx.session.get_one(Publication, newsroom.english)
            row.sender_address = "desk@courier.example"
        yield found


def test_a_sender_is_checked_by_a_button_and_red_stands_on_the_first_page(
    browser: TestClient, server: Nameserver
) -> None:
    operators.sign_in(browser, "sender")
    assert "Not checked yet." in browser.get(PATH).text

    checked = browser.post(f"{PATH}/courier/check")
    page, front = browser.get(PATH).text, browser.get("/console").text
    asked = len(server.asked)

    assert checked.headers["location"] == f"{PATH}?done=checked#courier"
    assert "holds &lt;b&gt;, which SPF does not know" in page
    assert "Publish a record at _dmarc.courier.example" in page
    assert "found: v=spf1 ip4:192.0.2.10 &lt;b&gt; -all" in page
    assert "DNS is not right for the sender of" in front
    assert f'href="{PATH}#courier"' in front
    assert 0 < asked == len(server.asked)  # looking asks nobody


def test_whoever_only_reads_sees_it_and_asks_nothing(
    browser: TestClient, server: Nameserver
) -> None:
    operators.sign_in(browser, "viewer")

    assert "Check it now" not in browser.get(PATH).text
    assert browser.post(f"{PATH}/courier/check").status_code == 403
    assert server.asked == []


def test_api_and_shell_tell_the_same(browser: TestClient, server: Nameserver) -> None:
    server.hold("TXT", "courier.example", "v=spf1 ip4:192.0.2.10 -all")

    asked = browser.post("/api/v1/senders/courier/check", headers=operators.bearer("sender"))
    listed = browser.get("/api/v1/senders", headers=operators.bearer("viewer")).json()
    typed = CliRunner().invoke(build(["senders"]), ["senders", "list", "--json"])
    table = CliRunner().invoke(build(["senders"]), ["senders", "list"])

    assert asked.json() in listed
    assert asked.json()["records"][0] == {
        "record": "spf",
        "state": "good",
        "wanted": 'courier.example TXT "v=spf1 ip4:192.0.2.10 -all"',
        "found": "v=spf1 ip4:192.0.2.10 -all",
        "do": "",
        "about": "",
        "value": "v=spf1 ip4:192.0.2.10 -all",
    }
    told = json.loads(typed.output)["senders"]
    assert [each["records"] for each in told] == [each["records"] for each in listed]
    assert "desk@courier.example, asked" in table.output


def test_a_long_key_is_shown_as_zone_files_and_as_forms_want_it_with_its_name(
    browser: TestClient, server: Nameserver
) -> None:
    assert server.asked == []
    made = browser.post("/api/v1/senders/courier/rotate", headers=operators.bearer()).json()
    operators.sign_in(browser)
    page = resolved(browser.get(PATH).text)
    table = CliRunner().invoke(build(["senders"]), ["senders", "list"]).output

    key = next(each for each in made["records"] if each["about"])
    name, _, said = key["wanted"].partition(" TXT ")
    assert name == key["about"]
    assert max(map(len, re.findall('"([^"]*)"', said))) == 255
    assert '"' not in key["value"] == said.replace('" "', "").strip('"')
    assert key["value"].startswith("v=DKIM1; k=rsa; p=")
    assert page.count(key["value"]) == page.count(key["wanted"]) == 2
    assert f"DKIM of {name} (unknown)\n  wanted: {name} TXT" in page
    assert f'<span class="hint"><bdi>{name}</bdi></span></th>' in page
    assert "In one piece" in table


def test_the_page_asks_which_domain_where_there_are_several(
    browser: TestClient, server: Nameserver, newsroom: Newsroom
) -> None:
    assert server.asked == []
    operators.sign_in(browser)
    assert "<select" not in browser.get(PATH).text
    own = {"slug": Stream.ALERT, "sender_address": "alerts@alerts.courier.example"}
    with transaction() as tx:
        streams.add(tx, MailStream(publication_id=newsroom.english, **own))

    page = browser.get(PATH).text
    asked = {"domain": "alerts.courier.example"}
    done = browser.post(f"{PATH}/courier/rotate", data=asked)
    refused = browser.post(f"{PATH}/courier/rotate", data={"domain": "gone.example"})

    assert page.count('<option value="alerts.courier.example">') == page.count("<select") == 1
    assert done.headers["location"] == f"{PATH}?done=rotated#courier"
    assert "._domainkey.alerts.courier.example" in browser.get(PATH).text
    said = "The domain cannot be gone.example; choose one of courier.example, alerts.courier."
    assert said in resolved(refused.text)


def test_doctor_asks_for_itself_and_keeps_nothing(browser: TestClient, server: Nameserver) -> None:
    server.silent.add("courier.example")
    doctor = ["doctor", "--only", "dns"]

    lines = json.loads(CliRunner().invoke(build(doctor), [*doctor, "--json"]).output)
    said = CliRunner().invoke(build(doctor), doctor)

    assert list(lines[0])[:4] == ["record", "wanted", "found", "do"]
    ours = {each["record"]: each["state"] for each in lines if each["publication"] == "courier"}
    assert ours["spf"] == ours["mx"] == "unknown"
    assert ours["dmarc"] == "wrong"
    assert said.exit_code == 0
    assert "DNS is not right: dmarc of courier" in said.output
    listed = browser.get("/api/v1/senders", headers=operators.bearer("viewer")).json()
    assert {len(each["records"]) for each in listed} == {0}


def test_another_publications_domain_is_refused_at_its_field(
    browser: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        rows.publication(tx, "herald", sender_address="news@herald.example")
    secret = operators.token(publication_id=newsroom.english)
    said = "The domain herald.example is another sender's; choose "

    typed = {"publication": "courier", "slug": "alert", "sender_address": "a@herald.example"}
    headers = {"Authorization": f"Bearer {secret}"}
    answer = browser.post("/api/v1/streams", json=typed, headers=headers)
    browser.post("/console/sign-in", data={"token": secret})
    page = browser.post("/console/newsroom/new/streams", data=typed).text

    assert answer.status_code == 422
    assert answer.json()["error"]["fields"]["sender_address"].startswith(said)
    assert resolved(page).count(said) == 1
    assert 'value="a@herald.example"' in page
