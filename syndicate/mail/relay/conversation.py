"""One SMTP connection after its greeting: commands sent ahead, replies matched in order.

    MAIL RCPT DATA ──354──> body · MAIL RCPT DATA (of the next) ──250──> …

With PIPELINING the end of one message travels with the next envelope in one write, so a message
costs one round trip (RFC 2920). Without it each command waits for its reply. With BDAT there is no
354: envelope and body go at once. A result is given for every envelope that was taken:

    reply to the body           accepted, deferred, failed
    reply to MAIL, RCPT, DATA   deferred, failed
    connection lost after the last byte of a body was written    unknown
    connection lost before that                                  untried
    a reply that cannot be one to what was asked                 the connection is lost (`belief`)

A yes to a body counts once the next envelope, which went with it, has had as many replies as it
asked for: a relay that owed one more would have answered another question.

Source: RFC 5321 3.3 and 4.5.3.2, RFC 2920 3.1, RFC 3030.
"""

import enum
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from syndicate.errors import RelayError
from syndicate.mail.relay import belief, notices
from syndicate.mail.relay.belief import CLOSING, GO_ON, Step
from syndicate.mail.relay.greeting import Capabilities
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.replies import Reply, ReplyReader
from syndicate.mail.relay.supply import Envelope, Supply


class EnvelopeOutcome(enum.Enum):
    """What became of one envelope."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Result:
    """What became of the envelope with this key, and the reply that said so."""

    key: int
    outcome: EnvelopeOutcome
    code: int | None = None
    enhanced: str | None = None
    text: str = ""


@dataclass
class _Sending:
    """An envelope on its way."""

    envelope: Envelope
    refused: Reply | None = None  # the first step that said no
    body_end: int | None = None  # how far the stream is written when its last byte is


@dataclass(frozen=True)
class _Question:
    """What a reply is awaited to, and how far the stream is written when all of it is asked."""

    step: Step
    sending: _Sending
    end: int


Report = Callable[[Result], None]


class Conversation:
    """One connection.

    Args:
        sock: connected, greeted and logged in.
        offered: what the relay's EHLO offers.
        is_chunking: whether BDAT is wished, where it is offered.
        report: takes each result.
        patience: how long replies may take.
    """

    def __init__(
        self,
        sock: socket.socket,
        offered: Capabilities,
        *,
        is_chunking: bool,
        report: Report,
        patience: Patience,
    ) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.offered = offered
        self.is_chunking = is_chunking and offered.has_chunking
        self.report = report
        self.patience = patience
        self.is_open = True
        self._is_answered = False  # once at least
        self._is_told = False
        self._asked_at = time.monotonic()
        self.deadline = self._asked_at + patience.command_s
        self._reader = ReplyReader()
        self._out: deque[memoryview] = deque()
        self._written = 0  # bytes handed to the kernel so far
        self._queued = 0  # bytes queued so far, written or not
        self._awaited: deque[_Question] = deque()
        self._commands: deque[tuple[Step, _Sending, bytes]] = deque()  # without pipelining
        self._needs_reset = False
        self._is_ending = False
        self._held: Result | None = None  # a yes that counts with the next envelope's replies
        self.disbelief = ""  # why this relay is not believed, for whoever logs it

    @property
    def is_idle(self) -> bool:
        """Nothing is awaited: a next envelope may start."""
        return self.is_open and not self._awaited and not self._commands

    @property
    def wants_write(self) -> bool:
        """Bytes wait for the kernel."""
        return bool(self._out)

    def silence(self, now: float) -> Step | None:
        """What a reply has been awaited to for too long to say nothing of it; told once.

        Args:
            now: on the monotonic clock.
        """
        is_long = bool(self._awaited) and now - self._asked_at >= self.patience.told_s
        if self._is_told or not is_long:
            return None
        self._is_told = True
        return self._awaited[0].step

    def start(self, envelope: Envelope) -> None:
        """Begin an envelope on an idle connection."""
        self._begin(envelope, b"")
        self.flush()

    def flush(self) -> None:
        """Write what the kernel takes."""
        try:
            while self._out:
                sent = self.sock.send(self._out[0])
                self._written += sent
                if sent == len(self._out[0]):
                    self._out.popleft()
                else:
                    self._out[0] = self._out[0][sent:]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError as error:
            self.close(str(error))

    def receive(self, supply: Supply) -> None:
        """Read what arrived and go on; `supply` is asked when a next envelope can start."""
        try:
            while self.is_open:
                received = self.sock.recv(65536)
                if not received:
                    self.give_up("the relay hung up")
                    return
                for reply in self._reader.feed(received):
                    self._on_reply(reply, supply)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except (OSError, RelayError) as error:
            self.give_up(str(error))
        self.flush()

    def give_up(self, why: str) -> None:
        """Hang up on a relay that is silent, gone or says nonsense."""
        # With only DATA open, one reply is missing: nobody knows which of them was not given.
        is_one_short = bool(self._awaited) and self._awaited[0].step is Step.DATA
        self.close(why, is_one_short=is_one_short)

    def close(self, why: str, *, is_one_short: bool = False) -> None:
        """Hang up; every envelope that was taken and not answered is untried or unknown.

        Args:
            why: for the results.
            is_one_short: whether the last yes answered something else, as far as anybody knows.
        """
        if not self.is_open:
            return
        self.is_open = False
        self.sock.close()
        self._release(unless=why if is_one_short else None)
        lost = {id(each.sending): each.sending for each in self._awaited}
        lost.update({id(sending): sending for _, sending, _ in self._commands})
        self._awaited.clear()
        self._commands.clear()
        for sending in lost.values():
            if sending.refused is not None:
                self._report_refusal(sending, sending.refused)
                continue
            is_whole = sending.body_end is not None and self._written >= sending.body_end
            outcome = EnvelopeOutcome.UNKNOWN if is_whole else EnvelopeOutcome.UNTRIED
            self.report(Result(sending.envelope.key, outcome, text=why))

    def quit(self) -> None:
        """Say goodbye on an idle connection, without waiting for the answer."""
        if self.is_open:
            self._queue(b"QUIT\r\n")
            self.flush()
            self.is_open = False
            self.sock.close()

    def _begin(self, envelope: Envelope, before: bytes) -> None:
        """Queue an envelope's commands, in the same write as what goes before them."""
        sending = _Sending(envelope)
        commands = self._addressed(envelope)
        if self._needs_reset:
            commands.insert(0, (Step.RSET, b"RSET\r\n"))
            self._needs_reset = False
        if self.is_chunking:
            commands.append((Step.BODY, self._chunk(envelope)))
        else:
            commands.append((Step.DATA, b"DATA\r\n"))
        if self.offered.has_pipelining:
            end = self._queued + len(before)
            for step, command in commands:
                end += len(command)
                self._awaited.append(_Question(step, sending, end))
            self._queue(before + b"".join(command for _, command in commands))
            if self.is_chunking:
                sending.body_end = self._queued
        else:
            self._queue(before)
            self._commands.extend((step, sending, command) for step, command in commands)
            if not self._awaited:
                self._next_command()

    def _addressed(self, envelope: Envelope) -> list[tuple[Step, bytes]]:
        """MAIL and RCPT with the parameters that the relay offers."""
        parameter = b" SMTPUTF8" if envelope.is_utf8 else b""
        parameter += b" BODY=8BITMIME" if envelope.is_eight_bit else b""
        wish = b""
        if self.offered.has_dsn:
            parameter += notices.of_message(envelope.envelope_id)
            wish = notices.of_recipient(envelope.recipient)
        return [
            (Step.MAIL, b"MAIL FROM:<%b>%b\r\n" % (envelope.mail_from.encode(), parameter)),
            (Step.RCPT, b"RCPT TO:<%b>%b\r\n" % (envelope.recipient.encode(), wish)),
        ]

    def _chunk(self, envelope: Envelope) -> bytes:
        body = b"".join(envelope.message)
        return b"BDAT %d LAST\r\n" % len(body) + body

    def _next_command(self) -> None:
        if self._commands:
            step, sending, command = self._commands.popleft()
            self._queue(command)
            self._awaited.append(_Question(step, sending, self._queued))
            if step is Step.BODY:
                sending.body_end = self._queued

    def _queue(self, content: bytes) -> None:
        if content:
            self._out.append(memoryview(content))
            self._queued += len(content)
        self._wait_anew()

    def _wait_anew(self) -> None:
        """Start the clock for the reply that is awaited next."""
        is_body = bool(self._awaited) and self._awaited[0].step in (Step.BODY, Step.EMPTY)
        patience_s = self.patience.body_s if is_body else self.patience.command_s
        if not self._is_answered:
            patience_s = min(patience_s, self.patience.first_s)
        self._asked_at = time.monotonic()
        self.deadline = self._asked_at + patience_s

    def _on_reply(self, reply: Reply, supply: Supply) -> None:
        if not self._awaited:
            # Nothing was asked: a 421 on an idle connection, or noise (RFC 5321 3.8).
            self.disbelief = "" if reply.code == CLOSING else "it answered what nobody asked"
            self.close(reply.text)
            return
        asked = self._awaited[0]
        is_asked = self._written >= asked.end
        why = belief.doubt(asked.step, reply, is_asked=is_asked, is_chunking=self.is_chunking)
        if why is not None:
            self.disbelief = why
            self.close(why, is_one_short=belief.is_one_short(asked.step, reply))
            return
        self._awaited.popleft()
        self._is_answered = True
        self._wait_anew()
        # A relay that refuses what it has not all of would read the rest as commands.
        self._is_ending = reply.code == CLOSING or not is_asked
        if asked.step is not Step.RSET:
            self._on_step(asked.step, asked.sending, reply, supply)
        if self._is_ending:
            self.close(reply.text)
        elif not self._awaited:
            self._next_command()

    def _on_step(self, step: Step, sending: _Sending, reply: Reply, supply: Supply) -> None:
        if step is Step.BODY:
            self._report_body(sending, reply)
            self._go_on(supply)
        elif step is Step.EMPTY:
            self._report_refusal(sending, sending.refused or reply)
            self._go_on(supply)
        elif step is Step.DATA:
            self._on_data(sending, reply, supply)
        elif not reply.is_ok:
            sending.refused = sending.refused or reply
            self._drop_commands_of(sending, reply, supply)

    def _on_data(self, sending: _Sending, reply: Reply, supply: Supply) -> None:
        self._release()
        if reply.code == GO_ON and not supply.is_safe():
            # The lease is too short for a body: hang up, so that the relay drops the envelope.
            self._awaited.appendleft(_Question(Step.DATA, sending, self._queued))
            self.close("the lease ran short")
        elif reply.code == GO_ON and sending.refused is None:
            self._send_body(sending, supply)
        elif reply.code == GO_ON:
            # The relay wants a message although it refused its envelope: give it none.
            self._queue(b".\r\n")
            self._awaited.append(_Question(Step.EMPTY, sending, self._queued))
            self._needs_reset = True
        else:
            self._needs_reset = True
            self._report_refusal(sending, sending.refused or reply)
            self._go_on(supply)

    def _send_body(self, sending: _Sending, supply: Supply) -> None:
        body = b"".join((*sending.envelope.message, b".\r\n"))
        sending.body_end = self._queued + len(body)
        self._awaited.append(_Question(Step.BODY, sending, sending.body_end))
        following = supply.take() if self.offered.has_pipelining else None
        if following is None:
            self._queue(body)
        else:
            self._begin(following, body)

    def _drop_commands_of(self, sending: _Sending, reply: Reply, supply: Supply) -> None:
        """Without pipelining nothing of a refused envelope is under way: end it here."""
        if self.offered.has_pipelining:
            return
        self._commands.clear()
        self._needs_reset = True
        self._report_refusal(sending, reply)
        self._go_on(supply)

    def _go_on(self, supply: Supply) -> None:
        """Start the next envelope if the last one was not already sent ahead."""
        if self.is_idle and not self._is_ending:
            following = supply.take()
            if following is not None:
                self._begin(following, b"")

    def _report_body(self, sending: _Sending, reply: Reply) -> None:
        if sending.refused is not None and reply.is_ok:
            # Of BDAT: its recipient was refused, and the message taken all the same.
            self._report(sending, EnvelopeOutcome.UNKNOWN, reply)
            self._needs_reset = True
        elif not reply.is_ok:
            self._needs_reset = sending.refused is not None
            self._report_refusal(sending, sending.refused or reply)
        elif self._awaited:
            self._held = _result(sending, EnvelopeOutcome.ACCEPTED, reply)
        else:
            self._report(sending, EnvelopeOutcome.ACCEPTED, reply)

    def _release(self, unless: str | None = None) -> None:
        """Report the yes that was held back; as unknown where there is a reason to doubt it."""
        held, self._held = self._held, None
        if held is not None and unless is not None:
            held = Result(held.key, EnvelopeOutcome.UNKNOWN, text=unless)
        if held is not None:
            self.report(held)

    def _report_refusal(self, sending: _Sending, reply: Reply) -> None:
        outcome = EnvelopeOutcome.FAILED if reply.is_permanent else EnvelopeOutcome.DEFERRED
        if reply.code == CLOSING and sending.body_end is None:
            outcome = EnvelopeOutcome.UNTRIED
        self._report(sending, outcome, reply)

    def _report(self, sending: _Sending, outcome: EnvelopeOutcome, reply: Reply) -> None:
        self.report(_result(sending, outcome, reply))


def _result(sending: _Sending, outcome: EnvelopeOutcome, reply: Reply) -> Result:
    return Result(sending.envelope.key, outcome, reply.code, reply.enhanced, reply.text[:500])
