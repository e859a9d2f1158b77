"""The embedded mailbox: a small SMTP server on loopback that keeps every mail as a file.

    python -m syndicate.embedded.mailbox --port 0 --dir FOLDER

Before each 250 the message stands in one fsynced file under `messages/` and one line of
`accept.log` says so; many connections share one sync. It is a real relay to us in all but this:
nothing leaves it. `FOLDER/port` holds the port once it listens. Speaks PIPELINING, CHUNKING,
8BITMIME and SMTPUTF8. It is as strict as a good relay: a mail that is too big is refused by its
SIZE or while it comes, and one with a bare CR or LF as soon as it has come.

Source: RFC 5321, RFC 1870, RFC 2920, RFC 3030.
"""

import argparse
import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from syndicate.embedded.mailbox_files import Accepted, MailboxFolder
from syndicate.incoming import (
    PIECE,
    RECIPIENTS,
    Caller,
    ClientEndedError,
    Spool,
    declared_size,
)

MAX_MESSAGE_BYTES = 26_214_400
# What comes behind that is read to its end, to be answered, and no further than this.
ENDLESS_BYTES = 8 * MAX_MESSAGE_BYTES
# More than the workers of one machine open.
CONNECTIONS = 100
_CAPABILITIES = ("PIPELINING", f"SIZE {MAX_MESSAGE_BYTES}", "8BITMIME", "SMTPUTF8", "CHUNKING")


@dataclass
class _Transaction:
    """MAIL and RCPT of the message that is being taken."""

    mail_from: str | None = None
    recipients: tuple[str, ...] = ()
    chunks: Spool | None = None

    def clear(self) -> None:
        if self.chunks is not None:
            self.chunks.close()
        self.mail_from, self.recipients, self.chunks = None, (), None


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

    def __init__(self, caller: Caller, keeper: Keeper) -> None:
        self.caller = caller
        self.keeper = keeper
        self.transaction = _Transaction()

    async def run(self) -> None:
        """Talk until the client leaves, or costs too much."""
        self._say(220, "mailbox.invalid ESMTP")
        try:
            while await self._one_command():
                pass
        finally:
            self.transaction.clear()

    async def _one_command(self) -> bool:
        verb, _, argument = (await self.caller.command()).partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            self._say(221, "2.0.0 Bye")
            await self.caller.flush()
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
            self.transaction.clear()
            lines = ["mailbox.invalid", *_CAPABILITIES]
            self.caller.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")
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
        elif declared_size(argument) > MAX_MESSAGE_BYTES:
            self._say(552, "5.3.4 Too big")
        else:
            self.transaction.mail_from = address
            self._say(250, "2.1.0 OK")

    def _recipient(self, argument: str) -> None:
        address = _path(argument, "TO:")
        if self.transaction.mail_from is None or not address:
            self._say(503 if address else 501, "5.5.1 RCPT TO:<address> after MAIL")
        elif len(self.transaction.recipients) == RECIPIENTS:
            self._say(452, "4.5.3 Too many recipients")
        else:
            self.transaction.recipients += (address,)
            self._say(250, "2.1.5 OK")

    async def _data(self) -> None:
        if not self.transaction.recipients:
            self._say(503, "5.5.1 No recipients")
            return
        self._say(354, "Go on")
        spool = self.transaction.chunks = self._spool()
        await self._take(self.caller.body(), spool)
        await self._accept(spool)

    async def _chunk(self, argument: str) -> None:
        size_text, _, last = argument.partition(" ")
        if not size_text.isdecimal():
            self._say(501, "5.5.4 BDAT size [LAST]")
            return
        size = int(size_text)
        spool = self.transaction.chunks = self.transaction.chunks or self._spool()
        if spool.size + size > ENDLESS_BYTES:
            # What follows is no command: without reading it nothing more can be understood.
            await self.caller.show_out("552 5.3.4 Too big")
        await self._take(self.caller.exactly(size), spool)
        if not self.transaction.recipients:
            self._say(503, "5.5.1 No recipients")
        elif last.upper() == "LAST":
            await self._accept(spool)
        elif spool.is_too_big:
            self._say(552, "5.3.4 Too big")
        else:
            self._say(250, "2.0.0 OK")

    def _spool(self) -> Spool:
        return Spool(MAX_MESSAGE_BYTES, self.keeper.folder.messages)

    async def _take(self, pieces: AsyncIterator[bytes], spool: Spool) -> None:
        async for piece in pieces:
            spool.add(piece)
            if spool.size > ENDLESS_BYTES:
                await self.caller.show_out("552 5.3.4 Too big")

    async def _accept(self, spool: Spool) -> None:
        why = _refusal(spool)
        if why is not None:
            self.transaction.clear()
            self._say(*why)
            return
        mail_from, recipients = self.transaction.mail_from or "", self.transaction.recipients
        message = Accepted(mail_from, recipients, spool.file)
        try:
            await self.keeper.keep(message)
        except OSError as error:
            # A full disk is a relay's "later", not a lost reply: hung up on, nobody would know.
            self._say(452, f"4.3.1 Not kept: {error.strerror}")
            return
        finally:
            self.transaction.clear()
        self.caller.has_kept()
        self._say(250, f"2.0.0 Kept as {message.file}")

    def _say(self, code: int, text: str) -> None:
        self.caller.say(f"{code} {text}")


def _refusal(spool: Spool) -> tuple[int, str] | None:
    """Why a body is not kept; None where it is."""
    if spool.error is not None:
        return 452, f"4.3.1 Not kept: {spool.error.strerror}"
    if spool.is_too_big:
        return 552, "5.3.4 Too big"
    if spool.has_bare_ends:
        return 550, "5.5.2 Bare <CR> or <LF>"
    return None


class Door:
    """Takes connections, as many as one machine's workers open.

    Args:
        keeper: of what they bring.
    """

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.dialogues: set[asyncio.Task[None]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one client."""
        task = asyncio.current_task()
        if task is None or len(self.dialogues) >= CONNECTIONS:
            writer.write(b"421 4.3.2 Too many connections\r\n")
            writer.close()
            return
        self.dialogues.add(task)
        try:
            await Dialogue(Caller(reader, writer), self.keeper).run()
        except (ClientEndedError, ConnectionError):
            pass
        finally:
            self.dialogues.discard(task)
            writer.close()

    async def close(self) -> None:
        """Break off what goes on."""
        for task in self.dialogues:
            task.cancel()
        await asyncio.gather(*self.dialogues, return_exceptions=True)


async def serve(port: int, folder: MailboxFolder) -> None:
    """Serve until SIGTERM or SIGINT."""
    door = Door(Keeper(folder))
    server = await asyncio.start_server(door.talk, "127.0.0.1", port, limit=PIECE)
    # What the kernel holds for a client is handed over in one piece.
    server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
    folder.write_port(server.sockets[0].getsockname()[1])
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()
    await door.close()


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
