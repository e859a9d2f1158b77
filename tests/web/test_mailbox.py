"""The mailbox viewer: for this machine alone, and a mail's HTML can do nothing there."""

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicate import settings
from syndicate.embedded import mailbox_link
from syndicate.embedded.mailbox_files import Accepted, MailboxFolder
from syndicate.embedded.servers import mailbox_dir
from tests.application import build
from tests.web.serving import served

MAIL = (
    "From: News <news@example.org>\r\nTo: reader001@example.com\r\n"
    "Subject: =?utf-8?b?2LXYqNin2K0=?=\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlain <b>words</b>\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<script>alert(1)</script><p>Rich words</p>\r\n--b--\r\n"
)


@pytest.fixture
def folder(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> MailboxFolder:
    settings_env.setenv("SYNDICATE_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    made = MailboxFolder(mailbox_dir(tmp_path))
    made.keep([Accepted("b@example.org", ("reader001@example.com",), MAIL.encode())])
    return made


@pytest.fixture
def browser(browser: TestClient, folder: MailboxFolder) -> TestClient:
    """One that has opened the link."""
    assert folder
    assert browser.get(mailbox_link.link("")).headers["location"] == "/mailbox"
    return browser


@pytest.fixture
def message_id(folder: MailboxFolder) -> str:
    return folder.newest(1)[0].id


def test_mailbox_lists_and_shows(browser: TestClient, message_id: str) -> None:
    listing, message = browser.get("/mailbox"), browser.get(f"/mailbox/{message_id}")

    assert "1 message" in listing.text
    assert "صباح" in listing.text
    assert "Plain &lt;b&gt;words&lt;/b&gt;" in message.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in message.text
    assert "alert(1)" not in message.text


def test_html_part_stands_in_a_sandbox(browser: TestClient, message_id: str) -> None:
    part = browser.get(f"/mailbox/{message_id}/html")

    policy = part.headers["content-security-policy"]
    assert "Rich words" in part.text
    assert policy.startswith("sandbox; default-src 'none';")
    assert "script-src" not in policy
    assert part.headers["cache-control"] == "no-store"


def test_source_is_text(browser: TestClient, message_id: str) -> None:
    source = browser.get(f"/mailbox/{message_id}/raw")

    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert source.text == MAIL.replace("\r\n", "\n") or source.content == MAIL.encode()


@pytest.mark.parametrize(
    ("client", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8080", 200),
        ("::1", "[::1]:8080", 200),
        ("127.0.0.1", "localhost:8080", 200),
        ("192.0.2.1", "127.0.0.1:8080", 404),
        # A page elsewhere whose name was made to point here (DNS rebinding).
        ("127.0.0.1", "rebound.example:8080", 404),
    ],
)
def test_mailbox_is_for_this_machine(
    folder: MailboxFolder, client: str, host: str, status: int
) -> None:
    assert folder.newest(1)
    key = mailbox_link.link("").partition("?")[2]
    with TestClient(build(), base_url=f"http://{host}", client=(client, 50000)) as browser:
        for path in ("/mailbox", f"/mailbox/{folder.newest(1)[0].id}/raw"):
            assert browser.get(f"{path}?{key}").status_code == status


@pytest.mark.parametrize("key", ["", "?key=", "?key=x", f"?key={'0' * 32}", "?key=%C3%A9"])
def test_no_other_key_opens_the_mailbox(folder: MailboxFolder, key: str) -> None:
    with TestClient(build(), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as browser:
        for path in ("/mailbox", f"/mailbox/{folder.newest(1)[0].id}/raw"):
            answer = browser.get(f"{path}{key}")
            assert (answer.status_code, "syndicate up" in answer.text) == (403, True)
            assert "Plain" not in answer.text


def test_the_key_is_kept_in_a_cookie_for_the_mailbox_alone(folder: MailboxFolder) -> None:
    assert folder
    with TestClient(build(), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as browser:
        opened = browser.get(mailbox_link.link(""), follow_redirects=False)

        cookie = opened.headers["set-cookie"]
        assert (opened.status_code, opened.headers["location"]) == (303, "/mailbox")
        assert opened.headers["cache-control"] == "no-store"
        assert {"HttpOnly", "Path=/mailbox", "SameSite=strict"} <= set(cookie.split("; "))
        assert browser.get("/mailbox").status_code == 200


@pytest.mark.parametrize(
    ("headers", "has_key", "status"),
    [
        ("", False, 403),  # what is passed on by a proxy that says nothing of who asked
        ("", True, 200),
        ("X-Forwarded-For: 192.0.2.7\r\n", True, 404),
        ("X-Forwarded-For: 127.0.0.1, 192.0.2.7\r\n", True, 404),
        ("X-Forwarded-For: 127.0.0.1\r\n", False, 403),
    ],
)
def test_a_bare_proxy_pass_opens_the_mailbox_to_nobody(
    folder: MailboxFolder, headers: str, has_key: bool, status: int
) -> None:
    path = f"/mailbox/{folder.newest(1)[0].id}/raw"
    query = mailbox_link.link("").removeprefix("/mailbox") if has_key else ""
    with served(build()) as port, socket.create_connection(("127.0.0.1", port)) as proxy:
        head = f"GET {path}{query} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n"
        proxy.sendall(head.encode())
        answer = proxy.recv(65536)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_no_mailbox_without_an_embedded_one() -> None:
    with TestClient(build(), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)) as browser:
        assert browser.get("/mailbox").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "1-1", "x"])
def test_unknown_message_is_not_found(
    browser: TestClient, folder: MailboxFolder, name: str
) -> None:
    assert folder.newest(1)
    assert browser.get(f"/mailbox/{name}").status_code == 404
