"""Live counts: one reading for all who watch, the newest wins, and nobody is left hanging."""

import asyncio
import datetime as dt
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicate.embedded import listening
from syndicate.errors import CapReachedError
from syndicate.vocabulary.sending import MailingState
from syndicate.web import live
from syndicate.web.live import Poller, Rates
from tests.web import operators
from tests.web.newsroom import Newsroom

START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
READ_STREAM = """
import http.client, sys
address, mailing, token = sys.argv[1:]
ours = {"Sec-Fetch-Site": "same-origin"}
for _ in range(600):
    try:
        connection = http.client.HTTPConnection(address, timeout=60)
        form = {"Content-Type": "application/x-www-form-urlencoded", **ours}
        connection.request("POST", "/console/sign-in", "token=" + token, form)
        answer = connection.getresponse()
        break
    except ConnectionError:
        import time; time.sleep(0.1)
cookie = answer.getheader("Set-Cookie").split(";")[0]
answer.read()
connection.request("GET", f"/console/mailings/{mailing}/events", headers={"Cookie": cookie})
answer = connection.getresponse()
for line in answer:
    if line.startswith(b"data: "):
        sys.stdout.write(line[6:].decode()); sys.stdout.flush()
print("ended", flush=True)
"""


def test_rate_is_that_of_the_last_ten_seconds() -> None:
    rates = Rates()

    seen = [
        rates.per_second(7, settled, START + dt.timedelta(seconds=second))
        for second, settled in [(0, 0), (1, 100), (2, 300), (30, 300), (31, 310)]
    ]

    assert seen[:3] == [None, 100.0, 150.0]
    assert seen[4] == pytest.approx(10.0)


def test_all_who_watch_share_one_reading(newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)

    async def watch() -> tuple[list[int], int]:
        poller = Poller()
        async with poller.watch(mailing_id) as one, poller.watch(mailing_id) as other:
            first = [await asyncio.wait_for(queue.get(), 10) for queue in (one, other)]
            reads = poller.reads
        return [reading["accepted"] for reading in first if reading], reads

    accepted, reads = asyncio.run(watch())

    assert accepted == [1, 1]
    assert reads == 1


async def reads(poller: Poller, number: int) -> None:
    """Wait until it has read so often."""
    while poller.reads < number:  # noqa: ASYNC110 - it tells nobody when it reads
        await asyncio.sleep(0.01)


def test_the_newest_reading_wins(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing_id = operators.mailing(newsroom)
    monkeypatch.setattr(live, "READ_EVERY_S", 0.02)

    async def watch() -> int:
        poller = Poller()
        async with poller.watch(mailing_id) as queue:
            await reads(poller, 2)
            operators.accept(mailing_id, 3)
            await reads(poller, poller.reads + 3)
            assert queue.qsize() == 1
            reading = await queue.get()
        assert reading is not None
        return int(reading["accepted"])

    assert asyncio.run(watch()) == 3


def test_nothing_is_read_while_nobody_watches(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing_id = operators.mailing(newsroom)
    monkeypatch.setattr(live, "READ_EVERY_S", 0.01)

    async def watch() -> tuple[int, int]:
        poller = Poller()
        async with poller.watch(mailing_id) as queue:
            await queue.get()
        await asyncio.sleep(0.1)
        before = poller.reads
        await asyncio.sleep(0.1)
        return before, poller.reads

    before, after = asyncio.run(watch())

    assert before == after


def test_one_operator_does_not_take_all_streams() -> None:
    async def refused() -> list[str]:
        poller, found = Poller(), []
        async with AsyncExitStack() as stack:
            for number in range(live.OF_A_PROCESS):
                who = "operator:1" if number < live.OF_ONE_OPERATOR else f"operator:{number}"
                poller.need_room(who)
                await stack.enter_async_context(poller.watch(number, who))
                for asked in ("operator:1", "operator:2"):
                    try:
                        poller.need_room(asked)
                    except CapReachedError:
                        found.append(asked)
        poller.need_room("operator:1")
        return found

    found = asyncio.run(refused())

    assert found.count("operator:1") == live.OF_A_PROCESS - live.OF_ONE_OPERATOR + 1
    assert found.count("operator:2") == 1


def test_stream_of_a_mailing_that_is_over_ends(browser: TestClient, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom, state=MailingState.DONE)
    operators.sign_in(browser, "viewer")

    answer = browser.get(f"/console/mailings/{mailing_id}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    lines = [line for line in answer.text.split("\n\n") if line.startswith("data: ")]
    reading = json.loads(lines[0].removeprefix("data: "))
    assert (reading["state"], reading["is_over"], reading["accepted"]) == ("done", True, 1)
    assert sum(part["width"] for part in reading["parts"]) == pytest.approx(1000)


@pytest.fixture
def server(newsroom: Newsroom, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`syndicate web` as a process of its own, over this test's rows."""
    assert newsroom.english
    listener = listening.listen("127.0.0.1", 0)
    handle = listener.fileno()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "syndicate.cli", "web", "--fd", str(handle)],
            pass_fds=(handle,),
            stderr=log,
        )
    yield process, f"127.0.0.1:{listening.port_of(listener)}"
    process.kill()
    process.wait()
    listener.close()


@pytest.mark.long
def test_open_stream_does_not_keep_a_server_from_stopping(
    server: tuple[subprocess.Popen[bytes], str], newsroom: Newsroom
) -> None:
    process, address = server
    mailing_id = operators.mailing(newsroom)
    secret = operators.token()
    argv = [sys.executable, "-c", READ_STREAM, address, str(mailing_id), secret]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as stream:
        assert stream.stdout is not None
        assert json.loads(stream.stdout.readline())["accepted"] == 1

        process.send_signal(signal.SIGTERM)

        # A stream that is cut in the middle is no end: the reader would fail.
        assert stream.stdout.readline() == b"ended\n"
    assert stream.returncode == 0
    process.wait()
