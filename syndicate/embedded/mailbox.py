"""The embedded mailbox: a small SMTP server on loopback that keeps every mail as a file.

    python -m syndicate.embedded.mailbox --port 0 --dir FOLDER

Before each 250 the message stands in one fsynced file under `messages/` and one line of
`accept.log` says so; many connections share one sync. It is a real relay to us in all but this:
nothing leaves it. `FOLDER/port` holds the port once it listens. Speaks PIPELINING, CHUNKING,
8BITMIME and SMTPUTF8.

Source: RFC 5321, RFC 2920, RFC 3030.
"""

import argparse
import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from syndicate.embedded.mailbox_files import Accepted, MailboxFolder

MAX_MESSAGE_BYTES = 26_214_400
_CAPABILITIES = ("PIPELINING", f"SIZE {MAX_MESSAGE_BYTES}", "8BITMIME", "SMTPUTF8", "CHUNKING")
_END_OF_DATA = b"\r\n.\r\n"


@dataclass
class _Transaction:
    """MAIL and RCPT of the message that is being taken."""

    mail_from: str | None = None
    recipients: tuple[str, ...] = ()
    chunks: bytes = b""

    def clear(self) -> None:
        self.mail_from, self.recipients, self.chunks = None, (), b""


class Keeper:
    """Writes accepted messages to disk, as many as wait with one sync of the log."""

    def __init__(self, folder: MailboxFolder) -> None:
        self.folder = folder
        self._waiting: list[tuple[Accepted, asyncio.Future[None]]] = []
        self._is_writing = False

    async def keep(self, message: Accepted) -> None:
        """Return when the message is safe on disk.

        Raises:
            OSError: it could not be written, and is not there.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((message, done))
        if not self._is_writing:
            await self._write_all()
        await done

    async def _write_all(self) -> None:
        self._is_writing = True
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    await asyncio.to_thread(self.folder.keep, [message for message, _ in batch])
                except OSError as error:
                    for _, done in batch:
                        done.set_exception(error)
                    continue
                for _, done in batch:
                    done.set_result(None)
        finally:
            self._is_writing = False


class Dialogue:
    """One client's connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keeper: Keeper
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.keeper = keeper
        self.transaction = _Transaction()

    async def run(self) -> None:
        """Talk until the client leaves."""
        self._say(220, "mailbox.invalid ESMTP")
        try:
            while await self._one_command():
                # Replies to commands sent ahead go out together, when nothing more has arrived.
                if not self.reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001
                    await self.writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            return
        finally:
            self.writer.close()

    async def _one_command(self) -> bool:
        line = await self.reader.readuntil(b"\n")
        verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            self._say(221, "2.0.0 Bye")
            await self.writer.drain()
            return False
        if verb == "DATA":
            await self._data()
        elif verb == "BDAT":
            await self._chunk(argument)
        else:
            self._simple(verb, argument)
        return True

    def _simple(self, verb: str, argument: str) -> None:
        if verb == "EHLO":
            lines = ["mailbox.invalid", *_CAPABILITIES]
            self.writer.write(
                b"".join(b"250-%b\r\n" % line.encode() for line in lines[:-1])
                + b"250 %b\r\n" % lines[-1].encode()
            )
        elif verb == "MAIL":
            self._mail(argument)
        elif verb == "RCPT":
            self._recipient(argument)
        elif verb in ("HELO", "RSET", "NOOP"):
            self.transaction.clear()
            self._say(250, "2.0.0 OK")
        else:
            self._say(500, "5.5.2 Not known here")

    def _mail(self, argument: str) -> None:
        address = _path(argument, "FROM:")
        if self.transaction.mail_from is not None or address is None:
            self._say(503 if address is not None else 501, "5.5.1 MAIL FROM:<address> once")
            return
        self.transaction.mail_from = address
        self._say(250, "2.1.0 OK")

    def _recipient(self, argument: str) -> None:
        address = _path(argument, "TO:")
        if self.transaction.mail_from is None or not address:
            self._say(503 if address else 501, "5.5.1 RCPT TO:<address> after MAIL")
            return
        self.transaction.recipients += (address,)
        self._say(250, "2.1.5 OK")

    async def _data(self) -> None:
        if not self.transaction.recipients:
            self._say(503, "5.5.1 No recipients")
            return
        self._say(354, "Go on")
        await self.writer.drain()
        body = await self._until_dot()
        await self._accept(body)

    async def _until_dot(self) -> bytes:
        # An empty body's dot follows DATA's own line end.
        first = await self.reader.readexactly(3)
        if first == b".\r\n":
            return b""
        rest = await self.reader.readuntil(_END_OF_DATA)
        return (b"\r\n" + first + rest[:-3]).replace(b"\r\n.", b"\r\n")[2:]

    async def _chunk(self, argument: str) -> None:
        size_text, _, last = argument.partition(" ")
        if not size_text.isdecimal():
            self._say(501, "5.5.4 BDAT size [LAST]")
            return
        size = int(size_text)
        if len(self.transaction.chunks) + size > MAX_MESSAGE_BYTES:
            # What follows is no command: without reading it nothing more can be understood.
            self._say(552, "5.3.4 Too big")
            raise ConnectionAbortedError
        self.transaction.chunks += await self.reader.readexactly(size)
        if not self.transaction.recipients:
            self._say(503, "5.5.1 No recipients")
        elif last.upper() == "LAST":
            await self._accept(self.transaction.chunks)
        else:
            self._say(250, "2.0.0 OK")

    async def _accept(self, body: bytes) -> None:
        message = Accepted(self.transaction.mail_from or "", self.transaction.recipients, body)
        self.transaction.clear()
        try:
            await self.keeper.keep(message)
        except OSError as error:
            # A full disk is a relay's "later", not a lost reply: hung up on, nobody would know.
            self._say(452, f"4.3.1 Not kept: {error.strerror}")
            return
        self._say(250, f"2.0.0 Kept as {message.file}")

    def _say(self, code: int, text: str) -> None:
        self.writer.write(f"{code} {text}\r\n".encode())


async def serve(port: int, folder: MailboxFolder) -> None:
    """Serve until SIGTERM or SIGINT."""
    keeper = Keeper(folder)
    dialogues: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            dialogues.add(task)
            task.add_done_callback(dialogues.discard)
        await Dialogue(reader, writer, keeper).run()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=MAX_MESSAGE_BYTES)
    folder.write_port(server.sockets[0].getsockname()[1])
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()
    for task in dialogues:
        task.cancel()
    await asyncio.gather(*dialogues, return_exceptions=True)


def _path(argument: str, keyword: str) -> str | None:
    """The address in `FROM:<…>`; empty for the null sender, None when it is malformed."""
    if not argument.upper().startswith(keyword):
        return None
    rest = argument[len(keyword) :].strip()
    if not rest.startswith("<") or ">" not in rest:
        return None
    return rest[1 : rest.index(">")]


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="The embedded mailbox.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, MailboxFolder(arguments.dir)))


if __name__ == "__main__":
    main()
