"""The list of who gets no more mail on the console: forms keep what was typed."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Permission
from syndicate.store.readers import recipients
from syndicate.vocabulary.acts import Act
from tests.subscribers import one
from tests.subscribers.one import ADDRESS
from tests.web import operators

PAGE = "/console/suppressions"
FRIEND = "reader044@example.com"


@pytest.fixture
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def is_suppressed(address: str, scope: str = "*") -> bool:
    with transaction() as tx:
        return recipients.is_suppressed(tx, recipients.hash_of(address), scope)


def test_an_address_is_added_and_lifted_on_the_page(
    browser: TestClient, who: int, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    for address, of in ((ADDRESS, "newsletter:morning"), (FRIEND, "article")):
        told = {"address": address, "of": of, "why": "They wrote <b>."}
        assert browser.post(PAGE, data=told).status_code == 303

    page = browser.get(PAGE).text
    found = browser.post(f"{PAGE}/find", data={"address": FRIEND}).text

    assert f'href="/console/readers/{who}"><bdi>{ADDRESS}</bdi>' in page
    assert "They wrote &lt;b&gt;." in page
    assert ADDRESS not in found
    (key,) = re.findall("<code>([0-9a-f]{64})</code>", found)
    assert is_suppressed(FRIEND, "article")
    lifted = browser.post(f"{PAGE}/lift", data={"address": key, "of": "article", "why": "again"})
    assert lifted.status_code == 303
    assert not is_suppressed(FRIEND, "article")
    assert FRIEND not in capsys.readouterr().out


@pytest.mark.usefixtures("who")
@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"address": "<friend", "of": "*", "why": "w"}, "address", "Mail cannot be sent"),
        ({"address": FRIEND, "of": "newsletter:no", "why": "w"}, "of", "There is no newsletter no"),
        ({"address": FRIEND, "of": "<x>", "why": "w"}, "of", "There is no mail called &lt;x&gt;"),
        ({"address": FRIEND, "of": "test", "why": " "}, "why", "Say why, in a few words"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_kept(
    browser: TestClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    operators.sign_in(browser)

    answer = browser.post(PAGE, data=typed)

    assert answer.status_code in {400, 404, 422}
    (said,) = re.findall(f'id="add-{field}-problem" role="alert">([^<]*)<', answer.text)
    assert sentence in said
    assert f'value="{typed["address"].replace("<", "&lt;")}"' in answer.text
    assert ('value="test" selected' in answer.text) is (typed["of"] == "test")


@pytest.mark.usefixtures("who")
def test_a_lift_that_is_refused_shows_its_form_again_and_no_list(browser: TestClient) -> None:
    """A look at the list is a line in the audit; a form that was filled in wrong is no look."""
    operators.sign_in(browser)
    browser.post(PAGE, data={"address": ADDRESS, "of": "*", "why": "w"})
    key = recipients.hash_of(ADDRESS).hex()

    here = browser.post(f"{PAGE}/lift", data={"address": key, "of": "*", "why": ""})
    gone = browser.post(f"{PAGE}/lift", data={"address": key, "of": "test", "why": "w"})

    assert (here.status_code, gone.status_code) == (400, 409)
    assert "Say why, in a few words" in here.text
    assert f'name="address" value="{key}"' in here.text
    assert "has no suppression of test mails" in gone.text
    assert 'value="w" required' in gone.text
    assert all(ADDRESS not in answer.text for answer in (here, gone))
    assert is_suppressed(ADDRESS)
    with transaction() as tx:
        assert audit.of(tx, subject="suppressions", action=Act.READER_LOOK) == []
    again = {"address": key, "of": "*", "why": "They asked."}
    assert browser.post(f"{PAGE}/lift", data=again).status_code == 303
    assert not is_suppressed(ADDRESS)


def test_who_may_look_and_not_steer_sees_no_form(browser: TestClient, who: int) -> None:
    token = operators.token(permissions=frozenset({Permission.READ, Permission.READERS}))
    assert who
    assert browser.post("/console/sign-in", data={"token": token}).status_code == 303

    page = browser.get(PAGE)

    assert page.status_code == 200
    assert "Suppress an address" not in page.text
    assert browser.post(PAGE, data={"address": ADDRESS, "why": "w"}).status_code == 403
