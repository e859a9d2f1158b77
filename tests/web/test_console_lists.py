"""Bringing readers in by the console: a file or lines, and what was typed stays when refused."""

from starlette.testclient import TestClient

from tests.web import operators
from tests.web.newsroom import Newsroom

FILE = b"address\nreader101@example.com\nnobody\n"
SAID = {"newsletter": "morning", "wording": "They asked for it", "ignored": "Shoe size"}


def test_a_file_is_imported_and_each_refused_line_told(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)

    said = SAID | {"ignored": ""}
    answer = browser.post("/console/lists", data=said, files={"file": ("readers.csv", FILE)})
    exported = browser.post("/console/lists/export", data={"newsletter": "morning"})

    assert newsroom.newsletter
    assert answer.status_code == 200
    assert "Line 3: " in answer.text
    assert "reader101@example.com" in exported.text
    assert exported.headers["content-disposition"].startswith('attachment; filename="morning-')


def test_an_operator_can_look_first_at_what_an_import_would_do(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    lines = FILE.decode() + "reader102@example.com (left)\n"
    said = SAID | {"ignored": "", "pasted": lines, "wording": "", "do": "dry-run"}

    page = browser.post("/console/lists", data=said).text
    exported = browser.post("/console/lists/export", data={"newsletter": "morning"}).text

    assert newsroom.newsletter
    assert "Nothing has been imported yet." in page
    assert "<dt>Rows</dt><dd>3</dd>" in page
    assert "<dt>Would get the newsletter</dt><dd>1</dd>" in page
    assert "<li>Line 3: Mail cannot be sent to this address" in page
    assert "reader102@example.com (left)\n</textarea>" in page
    assert "reader101@example.com" not in exported


def test_what_was_typed_stays_when_the_file_is_refused(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)

    answers = [
        browser.post("/console/lists", data=SAID, files={"file": named}).text
        for named in (("unsubscribed.csv", FILE), ("readers.zip", b"PK\x03\x04"))
    ]
    pasted = browser.post("/console/lists", data=SAID | {"pasted": "name\nx\n"}).text
    unread = SAID | {"ignored": "", "pasted": "address,GDPR permissions\nreader101@example.com,x\n"}
    unclear = browser.post("/console/lists", data=unread).text
    nothing = browser.post("/console/lists", data=SAID).text

    assert newsroom.newsletter
    assert "says that those in it have left" in answers[0]
    assert all("Then choose the file again." in each for each in answers)
    assert all("They asked for it</textarea>" in each for each in (*answers, pasted, nothing))
    assert "name\nx" in pasted
    assert "in the field “Columns to ignore”. Nothing was imported." in unclear
    assert "--ignore-column" not in unclear
    assert "Choose a file, or paste its lines." in nothing


def test_the_form_asks_for_a_code_page_and_a_list_by_their_fields(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    said = SAID | {"ignored": ""}
    odd = ("readers.csv", "address\nj\u00fcrgen@example.com\n".encode("cp1252"))
    heads = "Email,List status,Global status,List\n"
    rows = "".join(f"reader101@example.com,subscribed,subscribed,{name}\n" for name in "AB")

    asked = browser.post("/console/lists", data=said, files={"file": odd}).text
    told = browser.post("/console/lists", data=said | {"encoding": "cp1252"}, files={"file": odd})
    several = browser.post("/console/lists", data=said | {"pasted": heads + rows}).text
    one = browser.post("/console/lists", data=said | {"pasted": heads + rows, "only": "b"}).text

    assert newsroom.newsletter
    assert "in the field “Code page”, such as cp1252" in asked
    assert "<dt>Added</dt><dd>1</dd>" in told.text
    assert "several lists: A, B; name in the field “List” which one" in several
    assert "--" not in asked.partition('role="alert"')[2].partition("</p>")[0]
    assert "Line 2: is of another list (A), and was left out" in one


def test_tags_are_sections_where_the_box_is_ticked(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser)
    lines = 'email,tags\nreader101@example.com,"gold, world"\n'
    said = SAID | {"ignored": "", "pasted": lines, "do": "dry-run"}

    plain = browser.post("/console/lists", data=said).text
    ticked = browser.post("/console/lists", data=said | {"by_tags": "yes"}).text

    assert newsroom.newsletter
    assert (
        "the tag “world” of 1 reader was left out, though the newsletter has the section world"
        in plain
    )
    assert "the tag “world”" not in ticked
    assert "Line 2: the tag “gold” of 1 reader was left out" in ticked
    assert 'name="by_tags" value="yes" checked' in ticked


def test_a_viewer_is_shown_no_form(browser: TestClient, newsroom: Newsroom) -> None:
    operators.sign_in(browser, "viewer")

    page = browser.get("/console/lists").text

    assert newsroom.newsletter
    assert '<form method="post" action="/console/lists' not in page
    assert browser.post("/console/lists/export", data={"newsletter": "morning"}).status_code == 403
