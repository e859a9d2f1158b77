"""The relay that we ship (deploy/relay): what it refuses of a mail that would be two."""

import os
import re
import shutil
import smtplib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.postfix import Postfix

pytestmark = [
    pytest.mark.debian("postfix"),
    pytest.mark.skipif(os.getuid() != 0, reason="Postfix starts as root only"),
]

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "relay" / "main.cf"


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    folder = Path(tempfile.mkdtemp(prefix="syndicate-pf-", dir="/tmp"))
    folder.chmod(0o755)
    forbidden = re.findall(r"^smtpd_forbid_.*\n", SHIPPED.read_text(), re.MULTILINE)
    assert len(forbidden) == 3
    server = Postfix(folder, "".join(forbidden))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def test_a_bare_line_end_lets_no_second_mail_in_and_honest_mail_passes(postfix: Postfix) -> None:
    smuggled = b"MAIL FROM:<chief@daily.example>\r\nRCPT TO:<c@example.com>\r\nDATA\r\nFraud\r\n"
    refused = []
    for end in (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"):
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
            client.ehlo()
            client.mail("b@daily.example")
            client.rcpt("r@example.com")
            assert client.docmd("DATA")[0] == 354
            client.send(b"Subject: Lunch\r\n\r\nAt one." + end + smuggled + b".\r\n")
            refused.append(client.getreply()[0])
            client.close()
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
        client.sendmail("b@daily.example", ["r@example.com"], b"Subject: Lunch\r\n\r\nAt one.\r\n")

    # A bare CR ends no line at Postfix: such a mail is one, and is taken as one.
    assert refused == [550, 550, 550, 250, 250]
    deadline = time.monotonic() + 30
    while postfix.log.read_text().count("status=sent") < 3:
        assert time.monotonic() < deadline, postfix.log.read_text()
        time.sleep(0.1)
    assert "chief@daily.example" not in postfix.log.read_text()
