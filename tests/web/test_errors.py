"""One clear sentence per error, in the house's language, and the status that fits."""

import http.client
import json
import threading
import time

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from syndicate import errors, logs
from syndicate.embedded import listening
from syndicate.logs import floods
from syndicate.web.errors import status_of
from tests.application import build
from tests.web import operators


@pytest.mark.usefixtures("newsroom")
def test_stray_reader_sees_whose_house_it_is(browser: TestClient) -> None:
    english, arabic = browser.get("/nowhere"), browser.get("/p/al-nahar/nowhere")

    assert english.status_code == arabic.status_code == 404
    assert "The Courier" in english.text
    assert "There is no page at this address" in english.text
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert "لا توجد صفحة في هذا العنوان" in arabic.text
    assert 'href="/p/al-nahar/"' in arabic.text


@pytest.mark.usefixtures("newsroom")
def test_program_gets_json_and_a_reader_a_page(browser: TestClient) -> None:
    program, reader = browser.get("/api/v1/nowhere"), browser.get("/nowhere")

    assert program.json() == {
        "error": {
            "status": 404,
            "message": "There is no page at this address. "
            "Perhaps it has moved, or the link is incomplete.",
        }
    }
    assert reader.headers["content-type"] == "text/html; charset=utf-8"
    assert browser.put("/").status_code == 405


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"id"', "The body is not valid JSON: Expecting ':' delimiter at character 5."),
        ("[]", "The field body cannot be used: Input should be "),
        ('{"articles": []}', "The field articles cannot be used: List should have at least 1 item"),
        ('{"articles": [{"id": "1"}]}', "The field articles.0.headline cannot be used: Field req"),
        ('{"id": "1", "headline": "H", "updated_at": "yesterday"}', "The field updated_at cannot "),
    ],
)  # fmt: skip
def test_program_is_told_the_field_by_the_name_that_it_knows(
    browser: TestClient, body: str, sentence: str
) -> None:
    headers = {**operators.bearer("admin"), "Content-Type": "application/json"}

    answer = browser.post("/api/v1/articles", headers=headers, content=body)

    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith(sentence)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFoundError("x"), 404),
        (errors.UnknownHostError("x"), 404),
        (errors.CapReachedError("x"), 429),
        (errors.RefusedError("x"), 409),
        (errors.UsageError("x"), 400),
        (errors.BadAddressError("x"), 422),
        (errors.OversizeError("x"), 413),
        (errors.RelayError("x"), 503),
        (errors.PartialError("x"), 500),
    ],
)
def test_status_fits_the_error(error: errors.SyndicateError, status: int) -> None:
    assert status_of(error) == status


@pytest.mark.usefixtures("database", "newsroom")
def test_crash_is_written_down_and_told_without_detail() -> None:
    def broken() -> None:
        message = "secret detail"
        raise ZeroDivisionError(message)

    app = build()
    app.router.routes.insert(0, APIRoute("/broken", broken, include_in_schema=False))

    with TestClient(app, raise_server_exceptions=False) as browser:
        page = browser.get("/broken")

    assert page.status_code == 500
    assert "we have logged it" in page.text
    assert "secret detail" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def broken_at(path: str) -> FastAPI:
    def broken() -> None:
        message = "secret detail"
        raise ZeroDivisionError(message)

    app = build()
    app.router.routes.insert(0, APIRoute(path, broken, include_in_schema=False))
    return app


@pytest.mark.usefixtures("database", "newsroom")
@pytest.mark.parametrize("path", ["/broken", "/api/v1/broken"])
def test_a_crash_is_one_line_with_the_id_that_its_answer_says(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(log_format="json")

    with TestClient(broken_at(path), raise_server_exceptions=False) as browser:
        capsys.readouterr()
        page = browser.get(path)

    written = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    (line,) = [each for each in written if each["logger"].startswith("syndicate.")]
    assert (line["event"], line["level"], line["route"], line["status"]) == (
        "request_crashed", "error", path, 500,
    )  # fmt: skip
    assert "ZeroDivisionError: secret detail" in line["exception"]
    assert line["error_id"] in page.text
    if path.startswith("/api/"):
        assert page.json()["error"]["id"] == line["error_id"]


@pytest.mark.usefixtures("database", "newsroom")
def test_the_first_half_of_an_id_is_the_same_for_the_same_fault() -> None:
    with TestClient(broken_at("/api/v1/broken"), raise_server_exceptions=False) as browser:
        ids = [browser.get("/api/v1/broken").json()["error"]["id"] for _ in range(3)]

    assert len(set(ids)) == 3
    assert len({each.partition("-")[0] for each in ids}) == 1


@pytest.mark.usefixtures("database")
def test_a_real_server_writes_no_second_line_about_a_crash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")
    listener = listening.listen("127.0.0.1", 0)
    config = uvicorn.Config(broken_at("/api/v1/broken"), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    capsys.readouterr()
    port = listening.port_of(listener)
    said = [asked(port) for _ in range(30)]
    server.should_exit = True
    thread.join(10)

    errors_told = [
        json.loads(each)
        for each in capsys.readouterr().err.splitlines()
        if json.loads(each)["level"] == "error"
    ]
    assert {status for status, _ in said} == {500}
    assert [each["event"] for each in errors_told] == ["request_crashed"] * floods.LINES_A_WINDOW
    assert max(len(json.dumps(each)) for each in errors_told) < 10_000
    assert errors_told[0]["error_id"] in said[0][1]


def asked(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/api/v1/broken")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text
