"""Takes returned mails from a mail server over LMTP: one answer a recipient, each after its event.

    LHLO · MAIL · RCPT to a name that we sealed · DATA · 250 when it is kept, 451 when it cannot be

What cannot be kept now stays in the mail server's queue and comes again: nothing is lost while the
database is away, and what comes twice adds nothing. A longer mail than LARGEST is cut, because a
report stands at its head; it is held in a file until its turn comes, and one that is longer than
ENDLESS is refused. A bare LF ends a line of a mail and never the mail. No dependency: the one kept
library for this side of SMTP has had no release since May 2024 and gives one answer for all
recipients.

Source: RFC 2033; RFC 5321 4.5.3 (limits); RFC 1870, RFC 2920, RFC 2034, RFC 6531.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from syndicate import logs
from syndicate.bounces.doors.intake import IntakeOutcome
from syndicate.bounces.doors.place import LARGEST
from syndicate.bounces.keeping import verp
from syndicate.errors import SyndicateError
from syndicate.incoming import (
    PIECE,
    RECIPIENTS,
    Caller,
    ClientEndedError,
    Spool,
    declared_size,
)
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import DatabaseDownError

log = logs.get(__name__)

ENDLESS = 50_000_000  # bytes after which a mail is refused; nobody listens to eight times as many
CONNECTIONS = 20
AT_ONCE = 4  # mails, each with a database connection
STOP_S = 10.0
_PATH = re.compile(r"(?i)\s*(FROM|TO):\s*<([^<>]*)>.*")
_ABILITIES = ("PIPELINING", "ENHANCEDSTATUSCODES", f"SIZE {ENDLESS}", "8BITMIME", "SMTPUTF8")
_LATER = "451 4.3.0 Not just now; come again"

# Takes a raw mail and says what became of it.
Take = Callable[[bytes], IntakeOutcome]


@dataclass(frozen=True)
class Reception:
    """Who takes mail in, for whom, and where it goes when nobody understands it.

    Attributes:
        take: keeps a mail.
        key: of the seals on our names.
        others: further addresses whose mail is taken, in lower case: of a feedback loop, say.
        put_aside: gets what was not understood.
    """

    take: Take
    key: MasterKey
    others: Collection[str] = ()
    put_aside: Callable[[bytes], object] | None = None

    def is_known(self, address: str) -> bool:
        """Whether mail to this address is taken."""
        is_named = verp.find(address, self.key) is not None or self.is_for_leaving(address)
        return is_named or address.lower() in self.others

    def is_for_leaving(self, address: str) -> bool:
        """Whether it is the address by which a subscription is ended."""
        return verp.leaving(address, self.key) is not None


@dataclass
class _Envelope:
    has_sender: bool = False
    is_of_nobody: bool = False  # MAIL FROM:<>
    recipients: list[str] = field(default_factory=list)


class _Dialogue:
    """One client's connection."""

    def __init__(self, caller: Caller, desk: Reception, turns: asyncio.Semaphore) -> None:
        self.caller = caller
        self.desk = desk
        self.turns = turns
        self.envelope = _Envelope()

    async def run(self) -> None:
        """Talk until the client leaves, says nothing for five minutes, or costs too much."""
        self._say("220 syndicate LMTP")
        while True:
            verb, _, rest = (await self.caller.command()).partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 2.0.0 Bye")
                await self.caller.flush()
                return
            if verb.upper() == "DATA":
                await self._data()
            else:
                self._simple(verb.upper(), rest)

    def _simple(self, verb: str, rest: str) -> None:
        if verb == "LHLO":
            self.envelope = _Envelope()
            lines = ["syndicate", *_ABILITIES]
            self._say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")
        elif verb == "MAIL":
            self._mail(rest)
        elif verb == "RCPT":
            self._recipient(rest)
        elif verb in ("RSET", "NOOP"):
            if verb == "RSET":
                self.envelope = _Envelope()
            self._say("250 2.0.0 OK")
        else:
            # HELO and EHLO too: RFC 2033 4.1 wants that nobody takes this for SMTP.
            self._say("500 5.5.1 This is LMTP")

    def _mail(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        if found is None or found[1].upper() != "FROM":
            self._say("501 5.5.4 MAIL FROM:<address>")
        elif self.envelope.has_sender:
            self._say("503 5.5.1 One sender only")
        elif declared_size(rest) > ENDLESS:
            self._say("552 5.3.4 Too big")
        else:
            # Whoever it says it is from: a report's sender is empty, a complaint's is not.
            self.envelope.has_sender = True
            self.envelope.is_of_nobody = not found[2].strip()
            self._say("250 2.1.0 OK")

    def _recipient(self, rest: str) -> None:
        found = _PATH.fullmatch(rest)
        if found is None or found[1].upper() != "TO":
            self._say("501 5.5.4 RCPT TO:<address>")
        elif not self.envelope.has_sender:
            self._say("503 5.5.1 MAIL first")
        elif len(self.envelope.recipients) == RECIPIENTS:
            self._say("452 4.5.3 Too many recipients")
        elif not self.desk.is_known(found[2]):
            self._say("550 5.1.1 No name of ours")
        else:
            self.envelope.recipients.append(found[2])
            self._say("250 2.1.5 OK")

    async def _data(self) -> None:
        recipients, is_of_nobody = self.envelope.recipients, self.envelope.is_of_nobody
        if not recipients:
            self._say("503 5.5.1 No recipients")
            return
        self._say("354 Go on")
        spool = Spool(LARGEST)
        try:
            is_whole = await self._keep(spool)
            for recipient in recipients:
                # Nobody leaves by what a mail server or a program for somebody who is away sends.
                is_marked = is_of_nobody and self.desk.is_for_leaving(recipient)
                mark = b"Return-Path: <>\r\n" if is_marked else b""
                self._say(await self._answer(recipient, mark, spool, is_whole=is_whole))
        finally:
            spool.close()
        self.envelope = _Envelope()
        self.caller.has_kept()

    async def _keep(self, spool: Spool) -> bool:
        """Hold a mail without its dots, cut at LARGEST; it is read to its end all the same.

        Returns:
            False where it is endless.
        """
        size = 0
        async for piece in self.caller.body():
            size += len(piece)
            if size > 8 * ENDLESS:
                await self.caller.show_out("552 5.3.4 Too big")
            if spool.size < LARGEST:
                spool.add(piece[: LARGEST - spool.size])
        return size <= ENDLESS

    async def _answer(self, recipient: str, mark: bytes, spool: Spool, *, is_whole: bool) -> str:
        if not is_whole:
            return "552 5.3.4 Too big"
        if spool.error is not None:
            log.warning("returned_mail_not_kept", fault=type(spool.error).__name__)
            return _LATER
        async with self.turns:
            spool.file.seek(0)
            told = mark + spool.file.read()
            return await asyncio.to_thread(answer_to, self.desk, recipient, told)

    def _say(self, *lines: str) -> None:
        self.caller.say(*lines)


def answer_to(desk: Reception, recipient: str, body: bytes) -> str:
    """Keep a mail for one recipient; the reply is what the mail server may rely on."""
    # In front of everything that the mail itself may say: whom it was really sent to.
    named = recipient.encode("utf-8", "replace").translate(None, b"\r\n")
    raw = b"Delivered-To: " + named + b"\r\n" + body
    try:
        outcome = desk.take(raw)
        if outcome is IntakeOutcome.STRANGE and desk.put_aside is not None:
            desk.put_aside(raw)
    except (DatabaseDownError, SyndicateError, OSError) as error:
        log.warning("returned_mail_not_kept", fault=type(error).__name__)
        return _LATER
    if outcome is IntakeOutcome.UNREADABLE:
        # A fault of ours: in the queue it waits for the version that can read it.
        return "451 4.3.5 Cannot be read; come again"
    return "250 2.0.0 Kept" if outcome is IntakeOutcome.KEPT else "250 2.0.0 No report; put aside"


async def serve(listener: socket.socket, desk: Reception, stop: asyncio.Event) -> None:
    """Take mail until told to stop; what is in hand then is kept and answered first.

    Args:
        listener: open, TCP or Unix.
        desk: who takes mail in.
        stop: set from the same loop.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(talks) >= CONNECTIONS:
            writer.write(b"421 4.3.2 Too many connections; come again\r\n")
            writer.close()
            return
        talks.add(task)
        try:
            await _Dialogue(Caller(reader, writer), desk, turns).run()
        except (ClientEndedError, ConnectionError) as error:
            log.info("lmtp_client_left", because=str(error))
        finally:
            talks.discard(task)
            writer.close()

    # start_server takes a Unix socket as well.
    server = await asyncio.start_server(talk, sock=listener, limit=PIECE)
    await stop.wait()
    server.close()
    if talks:
        _, waiting = await asyncio.wait(talks, timeout=STOP_S)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
