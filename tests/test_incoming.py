"""What a client says to a door of ours, however it is cut into pieces, and what it may cost."""

import asyncio
import io
import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.incoming import Caller, ClientEndedError, Patience, Spool


class Answers:
    """Takes what is said, as a stream's writer does."""

    def __init__(self) -> None:
        self.said = b""

    def write(self, content: bytes) -> None:
        self.said += content

    async def drain(self) -> None:
        await asyncio.sleep(0)


def caller(reader: asyncio.StreamReader, patience: Patience | None = None) -> Caller:
    return Caller(reader, Answers(), patience)  # type: ignore[arg-type]


async def told(content: bytes, cuts: list[int]) -> tuple[bytes, str, bool]:
    """A body and the command behind it, as they were understood."""
    reader = asyncio.StreamReader()
    edges = sorted({0, *(cut % (len(content) + 1) for cut in cuts), len(content)})

    async def say() -> None:
        for start, end in itertools.pairwise(edges):
            reader.feed_data(content[start:end])
            await asyncio.sleep(0)

    saying = asyncio.create_task(say())
    client, spool = caller(reader), Spool(1_000_000)
    async for piece in client.body():
        spool.add(piece)
    command = await client.command()
    await saying
    spool.file.seek(0)
    with spool.file as file:
        return file.read(), command, spool.has_bare_ends


LINES = st.lists(st.sampled_from([b"", b".", b"..", b"x", b".x", b"\n", b"\r", b"\n.", b"\r."]))


@given(LINES, st.lists(st.integers(0, 200), max_size=30))
def test_a_body_is_the_same_in_whatever_pieces_it_comes(
    lines: list[bytes], cuts: list[int]
) -> None:
    body = b"".join(line + b"\r\n" for line in lines)
    stuffed = (b"\r\n" + body).replace(b"\r\n.", b"\r\n..")[2:]
    has_bare = len(body.replace(b"\r\n", b"").translate(None, b".x")) > 0

    said = asyncio.run(told(stuffed + b".\r\nNOOP\r\n", cuts))

    assert said == (body, "NOOP", has_bare)


def shown_out(content: bytes, patience: Patience) -> bytes:
    """The last words to a client that sends so much, and nothing more."""

    async def listen(client: Caller) -> None:
        while await client.command() != "DATA":
            client.say("500 5.5.2 What?")
        async for _ in client.body():
            pass

    async def talk() -> bytes:
        reader = asyncio.StreamReader()
        client = caller(reader, patience)
        reader.feed_data(content)
        with pytest.raises(ClientEndedError):
            await listen(client)
        return client.writer.said.splitlines()[-1]  # type: ignore[attr-defined, no-any-return]

    return asyncio.run(talk())


@pytest.mark.parametrize(
    ("content", "patience"),
    [
        (b"NOO", Patience(idle_s=0.1)),
        (b"NOO", Patience(quiet_s=0.1)),
        (b"DATA\r\nhalf a li", Patience(body_s=0.1)),
        (b"DATA\r\nhalf a li", Patience(quiet_s=0.1)),
    ],
)
def test_a_client_that_falls_silent_is_shown_out(content: bytes, patience: Patience) -> None:
    since = time.monotonic()

    assert shown_out(content, patience) == b"421 4.4.2 Too slow"
    assert time.monotonic() - since < 5


def test_a_client_that_drips_a_body_is_shown_out() -> None:
    async def drip() -> float:
        reader = asyncio.StreamReader()
        client = caller(reader, Patience(body_s=0.5))

        async def say() -> None:
            while True:
                reader.feed_data(b"x")
                await asyncio.sleep(0.02)

        saying, since = asyncio.create_task(say()), time.monotonic()
        with pytest.raises(ClientEndedError):
            async for _ in client.body():
                pass
        saying.cancel()
        return time.monotonic() - since

    assert 0.4 < asyncio.run(drip()) < 5


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"a\r", b"\nb\r\n"], False),
        ([b"a", b"\r\n"], False),
        ([b"a\r", b"b\r\n"], True),
        ([b"a\n", b"\r\n"], True),
        ([b"a\r\n", b"\nb"], True),
        ([b"a\r\nb\r"], True),
        ([b"\r\r\n"], True),
        ([], False),
    ],
)
def test_a_bare_end_is_found_across_pieces(pieces: list[bytes], expected: bool) -> None:
    spool = Spool(100)
    for piece in pieces:
        spool.add(piece)

    assert spool.has_bare_ends is expected
    spool.close()


def test_what_is_too_big_is_let_go_of_and_counted_on() -> None:
    spool = Spool(10)
    for _ in range(4):
        spool.add(b"12345")

    assert (spool.is_too_big, spool.size, spool.file.closed) == (True, 20, True)
    small = Spool(10)
    small.add(b"12345")
    small.file.seek(0)
    assert io.BytesIO(small.file.read()).getvalue() == b"12345"
    small.close()
