"""/console/newsroom: forms by fields, without a script; a refused one comes back as it was."""

import re

import pytest
from starlette.testclient import TestClient

from syndicate.characters import resolved
from syndicate.collect import source_fields
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup.kinds import BY_FIELDS
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos, newsletters, publications
from syndicate.web.console.fields import in_form
from tests.newsroom.making.test_reading import png
from tests.web import operators
from tests.web.test_making_api import COURIER

pytestmark = pytest.mark.usefixtures("database")
HOME = "/console/newsroom"
ONE = f"{HOME}/publications/courier"
WORLD = {"publication": "courier", "slug": "world", "name": "World"}


@pytest.fixture
def desk(browser: TestClient) -> TestClient:
    """Signed in, with the Courier made by its form."""
    operators.sign_in(browser)
    made = browser.post(f"{HOME}/new/publications", data=COURIER)
    assert made.headers["location"] == f"{ONE}?done=added"
    return browser


def form(page: str) -> str:
    """The form that makes or changes a thing."""
    return page.partition('class="form"')[2].partition("</form>")[0]


def problem(page: str, field: str) -> str:
    """The sentence at a field, which the field names as its description."""
    assert re.search(rf'aria-describedby="{field}-hint {field}-problem" aria-invalid', page), page
    found = re.search(rf'id="{field}-problem">([^<]+)<', page)
    return resolved(found[1]) if found else ""


def test_the_first_form_asks_for_little(desk: TestClient) -> None:
    first, _, rest = form(desk.get(f"{HOME}/new/publications").text).partition("More, which can")

    names = re.findall(r' name="(\w+)"', first)
    assert names == ["name", "slug", "host", "language", "zone", "sender_address", "postal_address"]
    assert 'name="colour"' in rest
    assert "What readers call it." in first


def test_an_example_in_another_language_runs_its_own_way(desk: TestClient) -> None:
    page = desk.get(ONE).text

    said = '<code>ar: <bdi class="said" lang="ar" dir="rtl">تصلك هذه الرسالة لأنك اشتركت'
    assert said in page
    assert '<code dir="auto">ar:' not in page


@pytest.mark.parametrize("shelf", BY_FIELDS, ids=lambda shelf: shelf.kind.plural)
def test_every_kind_has_its_list_and_its_forms(desk: TestClient, shelf: Shelf) -> None:
    kind = shelf.kind
    page = desk.get(HOME).text

    assert f'id="{kind.plural}"' in page
    assert f">Make {kind.one}</a>" in page
    shown = form(desk.get(f"{HOME}/new/{kind.plural}").text)
    assert set(re.findall(r' id="(\w+)-hint"', shown)) >= set(kind.names) - {"publication"}


def test_a_refused_form_comes_back_as_it_was_filled_in(desk: TestClient) -> None:
    said = {**COURIER, "zone": "Europe/Londn", "colour": "#ffff00", "names": "ar: الساعي"}

    answer = desk.post(ONE, data=said)
    page = resolved(answer.text)

    assert answer.status_code == 422
    told = "There is no time zone Europe/Londn; did you mean Europe/London?"
    assert problem(answer.text, "zone") == told
    told = "The colour #ffff00 cannot be read on white; choose a darker one."
    assert problem(answer.text, "colour") == told
    assert 'value="Europe/Londn"' in page
    assert "ar: الساعي</textarea>" in page


def test_a_new_thing_is_refused_likewise_and_what_could_wait_is_open(desk: TestClient) -> None:
    said = {**WORLD, "slug": "The World", "order": "many"}

    answer = desk.post(f"{HOME}/new/sections", data=said)

    assert answer.status_code == 422
    assert "small letters, digits and hyphens" in problem(answer.text, "slug")
    assert "a whole number from 0 to 9,999, not many" in problem(answer.text, "order")
    assert "<details open>" in answer.text
    assert 'value="The World"' in answer.text
    assert '<input type="hidden" name="publication" value="courier">' in answer.text


def test_a_change_says_from_when_it_holds_and_who_sees_it(desk: TestClient) -> None:
    said = {**COURIER, "reply_to": "desk@courier.example", "postal_address": "1 Street\nLondon"}

    page = desk.post(ONE, data=said).text

    assert (
        "Reply to: <bdi>nothing</bdi> → <bdi>desk@courier.example</bdi>. It takes effect from"
        in page
    )
    assert "It takes effect from the next mail, for readers." in page
    assert 'value="desk@courier.example"' in page
    assert "1 Street\nLondon</textarea>" in page
    assert "Changed:" not in desk.post(ONE, data=said).text


def test_what_a_form_does_not_hold_stays(desk: TestClient) -> None:
    desk.post(ONE, data={"colour": "#1a4f8b"})

    desk.post(ONE, data={"name": "The Daily Courier"})

    page = desk.get(ONE).text
    assert 'value="#1a4f8b"' in page
    assert 'value="The Daily Courier"' in page


def test_a_slug_that_is_left_empty_is_taken_from_the_name(desk: TestClient) -> None:
    filled = {"publication": "courier", "slug": "", "name": "Middle East"}

    made = desk.post(f"{HOME}/new/sections", data=filled)

    assert "/sections/middle-east?publication=courier" in made.headers["location"]


@pytest.mark.parametrize("kind", ["sections", "newsletters"])
def test_a_name_that_gives_no_slug_is_asked_for_one(desk: TestClient, kind: str) -> None:
    filled = {"publication": "courier", "slug": "", "name": "الميناء"}

    page = desk.post(f"{HOME}/new/{kind}", data=filled).text
    made = desk.post(f"{HOME}/new/{kind}", data=filled | {"slug": "mina"})

    assert problem(page, "slug").startswith("No slug can be made of الميناء; write one of small ")
    assert 'value="الميناء"' in page
    assert f"/{kind}/mina" in made.headers["location"]


def test_a_form_says_once_from_when_its_changes_hold(desk: TestClient) -> None:
    page = form(desk.get(ONE).text)

    assert page.count("A change takes effect at once, unless its field says otherwise.") == 1
    assert "Takes effect from the next mail." in page
    assert "At once." not in page
    assert ">Home URL" in page
    assert ".</code>." not in page


def test_a_logo_is_brought_kept_and_removed(desk: TestClient) -> None:
    files = {"logo": ("logo.png", png(30, 20), "image/png")}

    assert desk.post(ONE, data=COURIER, files=files).status_code == 200
    page = desk.get(ONE).text
    digest = re.findall(r'src="/logos/(\w+)"', page)
    assert desk.get(f"/logos/{digest[0]}").content == png(30, 20)
    assert desk.post(ONE, data=COURIER).status_code == 200  # another change leaves it
    assert digest[0] in desk.get(ONE).text
    none = desk.post(ONE, data=COURIER, files={"logo": ("a.png", b"\0no", "image/png")})
    assert none.status_code == 422
    assert "This is not a picture that mail programs show" in problem(none.text, "logo")
    large = desk.post(ONE, data=COURIER, files={"logo": ("a.png", b"\0" * 2**20, "image/png")})
    assert "The picture is larger than 256 KiB" in problem(large.text, "logo")
    nul = desk.post(ONE, data={**COURIER, "name": "a\0b"}, files=files)
    assert nul.status_code == 422
    assert problem(nul.text, "name").startswith("The name ")

    desk.post(ONE, data={**COURIER, "logo_removed": "yes"})

    with transaction() as tx:
        row = publications.by_slug(tx, "courier")
        assert row is not None
        assert logos.of(tx, row.id) is None


def test_a_section_is_made_moved_and_retired(desk: TestClient) -> None:
    made = desk.post(f"{HOME}/new/sections", data=WORLD).headers["location"]
    asia = {"publication": "courier", "slug": "asia", "name": "Asia", "parent": "world"}
    desk.post(f"{HOME}/new/sections", data=asia)

    page = desk.get(f"{HOME}/sections/asia?publication=courier").text
    refused = desk.post(f"{HOME}/sections/world/retire?publication=courier")
    desk.post(f"{HOME}/sections/asia/retire?publication=courier")

    assert made == f"{HOME}/sections/world?publication=courier&done=added"
    assert '<option value="world" selected>World</option>' in page
    assert '<option value="asia"' not in page  # it does not stand below itself
    assert "Nothing new comes into the section" in page  # asked before
    assert refused.status_code == 409
    assert "Sections stand below world" in refused.text
    listed = desk.get(HOME).text
    assert "World" in listed
    assert "Asia" not in listed


def test_a_newsletter_takes_boxes_and_leaves_what_is_not_ticked(desk: TestClient) -> None:
    for slug in ("world", "culture"):
        desk.post(f"{HOME}/new/sections", data={**WORLD, "slug": slug, "name": slug.title()})
    said = {"publication": "courier", "slug": "morning", "name": "Morning", "times": "7:30, 18:00"}
    desk.post(f"{HOME}/new/newsletters", data={**said, "sections": ["", "world"], "public": "no"})
    one = f"{HOME}/newsletters/morning?publication=courier"

    page = desk.get(one).text
    boxes = {"sections": ["", "culture"], "days": ["", "1", "5"], "public": ["no", "yes"]}
    changed = resolved(desk.post(one, data=boxes).text)

    assert re.search(r'name="sections" value="world" checked', page)
    assert not re.search(r'name="sections" value="culture" checked', page)
    assert (
        "Sections: <bdi>world</bdi> → <bdi>culture</bdi>. It takes effect from the next" in changed
    )
    with transaction() as tx:
        row = newsletters.by_slug(tx, "morning")
        assert row is not None
        assert row.schedule == {"times": ["07:30", "18:00"], "days": [1, 5]}
        assert row.is_public
        assert [each.slug for each in newsletters.sections_of(tx, row.id)] == ["culture"]


def test_times_are_asked_of_what_has_some(desk: TestClient) -> None:
    said = {"publication": "courier", "times": "", "days": [""]}
    new = desk.get(f"{HOME}/new/newsletters").text
    assert re.findall(r'name="days" value="(\d)" checked', new) == list("1234567")
    assert new.index('name="days"') < new.index("More, which can wait")
    for slug, kind, days in (("morning", "digest", "1234567"), ("flash", "alert", "1234567")):
        named = {"slug": slug, "name": slug.title(), "kind": kind, "days": ["", *days]}
        assert desk.post(f"{HOME}/new/newsletters", data={**said, **named}).status_code == 303
    named = {"slug": "signal", "name": "Signal", "kind": "alert"}
    assert desk.post(f"{HOME}/new/newsletters", data={**said, **named}).status_code == 303
    refused = desk.post(
        f"{HOME}/new/newsletters", data={**said, "name": "Late", "kind": "alert", "times": "23:00"}
    )

    field = re.search(r'name="times" value="([^"]*)"', form(new))
    assert field is not None
    assert field[1] == ""
    assert "Leave it empty for 08:00." in new
    assert 'name="times" value="08:00"' in desk.get(f"{HOME}/newsletters/morning").text
    alert = desk.get(f"{HOME}/newsletters/flash").text
    assert 'name="name" value="Flash"' in alert
    assert 'name="times"' not in alert
    assert "Weekdays" not in alert
    assert problem(refused.text, "times") == (
        "A newsletter of the kind alert has no times; leave that field empty."
    )


def test_a_newsletter_without_a_weekday_is_refused_at_its_boxes(desk: TestClient) -> None:
    said = {"publication": "courier", "name": "Weekly", "slug": "weekly", "times": "08:00"}
    told = "A newsletter comes out on at least one weekday; name one."

    none = desk.post(f"{HOME}/new/newsletters", data={**said, "days": [""]})
    desk.post(f"{HOME}/new/newsletters", data={**said, "days": ["", "6"]})
    changed = desk.post(f"{HOME}/newsletters/weekly", data={"days": [""]})

    assert [problem(each.text, "days") for each in (none, changed)] == [told, told]
    assert "If empty: every day" not in none.text
    with transaction() as tx:
        row = newsletters.by_slug(tx, "weekly")
        assert row is not None
        assert row.schedule["days"] == [6]


def test_a_form_names_its_fields_and_no_option_of_the_shell() -> None:
    sentence = "It is a sitemap; add it with --kind sitemap, or allow it (--allow 10.1.2.3:80)."

    said = in_form(sentence, source_fields.KIND.fields)

    assert said == (
        "It is a sitemap; add it with Kind: sitemap, or allow it (Allow origins: 10.1.2.3:80)."
    )
    assert in_form("Say --nothing at all (--allow).", source_fields.KIND.fields) == (
        "Say --nothing at all (Allow origins)."
    )


def test_where_there_are_several_publications_one_is_chosen_first(desk: TestClient) -> None:
    new = f"{HOME}/new/sections"
    assert 'name="publication" value="courier"' in desk.get(new).text
    desk.post(f"{HOME}/new/publications", data={**COURIER, "slug": "gazette", "name": "Gazette"})

    asked, chosen = desk.get(new).text, desk.get(f"{new}?publication=gazette").text
    unknown = desk.post(new, data={**WORLD, "publication": "nowhere"})

    assert form(asked) == ""
    assert f'href="{new}?publication=gazette"' in asked
    assert 'name="publication" value="gazette"' in form(chosen)
    assert "There is no publication nowhere" in problem(unknown.text, "publication")
    assert '<option value="gazette"' in form(unknown.text)
    assert 'value="World"' in form(unknown.text)
    assert "gazette" in desk.get(f"{HOME}?publication=gazette").text
    assert desk.get(f"{HOME}?publication=nowhere").status_code == 404


def test_without_a_publication_it_is_said_what_comes_first(browser: TestClient) -> None:
    operators.sign_in(browser)

    answer = browser.get(f"{HOME}/new/desks")

    assert answer.status_code == 409
    assert "A desk belongs to a publication; make that first." in answer.text


def test_who_may_only_read_sees_no_button(browser: TestClient, desk: TestClient) -> None:
    assert desk
    operators.sign_in(browser, "viewer")

    assert "Make a publication" not in browser.get(HOME).text
    shown = browser.get(ONE).text
    assert "<dt>Zone</dt><dd><bdi>Europe/London</bdi></dd>" in shown
    assert form(shown) == ""
    assert browser.post(ONE, data=COURIER).status_code == 403
    assert browser.get(f"{HOME}/new/publications").status_code == 403


def test_whoever_has_one_publication_sees_and_makes_in_no_other(
    browser: TestClient, desk: TestClient
) -> None:
    desk.post(f"{HOME}/new/publications", data={**COURIER, "slug": "gazette", "name": "Gazette"})
    desk.post(f"{HOME}/new/sections", data={**WORLD, "publication": "gazette", "slug": "theirs"})
    with transaction() as tx:
        own = publications.by_slug(tx, "courier")
        assert own is not None
    token = operators.token(publication_id=own.id)
    browser.post("/console/sign-in", data={"token": token})

    page = browser.get(HOME).text

    assert "gazette" not in page
    assert "theirs" not in page
    assert "Make a publication" not in page
    assert "Make a section" in page
    assert 'name="publication" value="courier"' in browser.get(f"{HOME}/new/sections").text
    there = f"{HOME}/sections/theirs?publication=gazette"
    assert browser.get(there).status_code == 403
    assert browser.post(there, data={"name": "Ours"}).status_code == 403
    elsewhere = browser.post(f"{HOME}/new/sections", data={**WORLD, "publication": "gazette"})
    assert elsewhere.status_code == 403
