"""/api/v1/publications, sections, desks: made, changed, retired; a sentence for each fault."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web import operators

COURIER = {
    "slug": "courier",
    "name": "The Courier",
    "language": "en",
    "zone": "Europe/London",
    "sender_address": "news@courier.example",
}
pytestmark = pytest.mark.usefixtures("database")


class Program:
    """Asks the API with everything an administrator may."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser
        self.headers = operators.bearer()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.browser.request(method, f"/api/v1{path}", json=body, headers=self.headers)
        return answer.status_code, answer.json()


@pytest.fixture
def program(browser: TestClient) -> Program:
    return Program(browser)


def test_a_thing_is_made_shown_changed_and_retired(program: Program) -> None:
    status, made = program.ask("POST", "/publications", COURIER)
    assert (status, made["slug"], made["host"]) == (201, "courier", None)
    assert program.ask("GET", "/publications") == (200, [made])
    world = {"publication": "courier", "slug": "world", "name": "World"}
    assert program.ask("POST", "/sections", world)[0] == 201

    status, changed = program.ask("PATCH", "/sections/world", {"slug": "globe"})

    assert (status, changed["slug"]) == (200, "globe")
    assert changed["changed"] == [
        {
            "field": "slug",
            "from": "world",
            "to": "globe",
            "takes_effect": "at once",
            "touches": ["readers", "feeds"],
        }
    ]
    assert program.ask("GET", "/sections/world?publication=courier")[1]["slug"] == "globe"
    assert program.ask("DELETE", "/sections/globe") == (200, {"retired": "globe"})
    assert program.ask("GET", "/sections") == (200, [])
    assert program.ask("GET", "/sections/globe")[0] == 404


def test_each_field_at_fault_has_its_sentence(program: Program) -> None:
    status, answer = program.ask("POST", "/publications", {"slug": "x y", "nam": "X", "zone": 7})

    assert status == 422
    fields = answer["error"]["fields"]
    assert fields["nam"] == "A publication has no field nam; did you mean name?"
    assert fields["zone"] == "The zone must be text."
    assert set(fields) == {"nam", "zone", "slug", "name", "language", "sender_address"}
    assert answer["error"]["message"].startswith("A publication has no field nam; did you mean")
    program.ask("POST", "/publications", COURIER)
    assert program.ask("POST", "/publications", COURIER)[0] == 409
    desk = {"publication": "other", "slug": "world", "name": "World"}
    status, answer = program.ask("POST", "/desks", desk)
    assert (status, set(answer["error"]["fields"])) == (404, {"publication"})


def test_the_description_names_every_field(browser: TestClient) -> None:
    paths = browser.get("/api/v1/openapi.json").json()["paths"]

    body = paths["/api/v1/sections"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["required"] == ["publication", "slug", "name"]
    assert body["schema"]["properties"]["order"]["type"] == "integer"
    changing = paths["/api/v1/sections/{slug}"]["patch"]["requestBody"]["content"]
    assert "publication" not in changing["application/json"]["schema"]["properties"]


def test_a_token_of_one_publication_sees_no_other(program: Program, browser: TestClient) -> None:
    ours = program.ask("POST", "/publications", COURIER)[1]
    program.ask("POST", "/publications", COURIER | {"slug": "gazette"})
    headers = {"Authorization": f"Bearer {operators.token('viewer', publication_id=ours['id'])}"}

    seen = browser.get("/api/v1/publications", headers=headers).json()

    assert [each["slug"] for each in seen] == ["courier"]
    assert browser.get("/api/v1/publications/gazette", headers=headers).status_code == 403


def test_whoever_has_one_publication_names_none_and_hears_of_no_other(
    program: Program, browser: TestClient
) -> None:
    ours = program.ask("POST", "/publications", COURIER)[1]
    program.ask("POST", "/publications", COURIER | {"slug": "gazette"})
    for each in ("courier", "gazette"):
        section = {"publication": each, "slug": "world", "name": f"World of {each}"}
        program.ask("POST", "/sections", section)
        letter = {"publication": each, "slug": f"noon-{each}", "name": "Noon", "times": ["12:00"]}
        assert program.ask("POST", "/newsletters", letter)[0] == 201
    headers = {"Authorization": f"Bearer {operators.token('admin', publication_id=ours['id'])}"}

    def refused(path: str) -> str:
        answer = browser.get(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 404
        return str(answer.json()["error"]["message"])

    own = browser.get("/api/v1/sections/world", headers=headers).json()
    changed = browser.patch("/api/v1/sections/world", json={"order": 4}, headers=headers).json()

    assert own["name"] == "World of courier"
    assert (changed["name"], changed["order"]) == ("World of courier", 4)
    assert browser.delete("/api/v1/sections/world", headers=headers).status_code == 200
    assert refused("/sections/nope").startswith("There is no section nope in courier; ")
    assert refused("/newsletters/nope").startswith("There is no newsletter nope; the list ")
    assert program.ask("GET", "/sections/world")[0] == 400
