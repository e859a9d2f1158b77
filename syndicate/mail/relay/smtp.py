"""Sending many messages over several connections to one relay, in one thread, at wire speed.

A session keeps its connections between chunks. `send` gives every envelope a result, whatever the
relay does, and asks the caller for the lease's end all the while: no byte of a new message is
written with less than 10 s of lease, and when the lease cannot be renewed every socket is closed at
once.
"""

import selectors
import time
from collections.abc import Iterable
from typing import Self

from syndicate import logs
from syndicate.errors import RelayError
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.conversation import Conversation, EnvelopeOutcome, Report, Result
from syndicate.mail.relay.greeting import open_connection
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.supply import BatchLostError, Envelope, Renew, Supply

log = logs.get(__name__)

# How long the loop sleeps at most before it looks after the lease again.
POLL_S = 1.0
# Reopening is for relays that end a session after so many messages, not for dead ones: so many
# connections in a row may take nothing.
MAX_REOPENED = 3


class Session:
    """Several connections to one relay.

    Args:
        relay: where the mail goes.
        connections: how many at most; they open as envelopes need them.
        patience: how long replies may take.
        helo: the name that the relay is told; None finds one.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        connections: int = 4,
        patience: Patience | None = None,
        helo: str | None = None,
    ) -> None:
        self.relay = relay
        self.connections = connections
        self.patience = patience or Patience()
        self.helo = helo
        self.sender_domain = ""  # of the mail at hand; a connection keeps that of its first
        self._open: list[Conversation] = []
        self._report: Report = lambda _result: None
        self._reopened = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def limit(self, connections: int) -> None:
        """Allow so many connections from now on; what is open beyond them is closed."""
        self.connections = connections
        for conversation in self._open[connections:]:
            conversation.quit()
        del self._open[connections:]

    def close(self) -> None:
        """Say goodbye on every connection."""
        for conversation in self._open:
            conversation.quit()
        self._open = []

    def has_smtputf8(self) -> bool:
        """Whether the relay takes addresses beyond ASCII; opens a connection if there is none.

        Raises:
            RelayError: it cannot be reached.
        """
        return self._first().offered.has_smtputf8

    def has_eight_bit(self) -> bool:
        """Whether the relay takes bodies beyond ASCII; opens a connection if there is none.

        Raises:
            RelayError: it cannot be reached.
        """
        return self._first().offered.has_eight_bit

    def send(self, envelopes: Iterable[Envelope], report: Report, renew: Renew) -> None:
        """Send envelopes; report one result for each that was taken from the iterable.

        Args:
            envelopes: asked for one at a time, when a connection is free for it.
            report: called once per envelope, in any order.
            renew: called at least once a second; returns the lease's end on the steady clock.

        Raises:
            RelayError: the relay could not be reached at all; envelopes not reported are untried.
            LeaseLostError: `renew` raised it; every envelope under way was reported first.
        """
        self._report = report
        self._reopened = 0
        supply = Supply(envelopes, renew)
        self._first()
        try:
            self._loop(supply)
        except BatchLostError:
            self._drop("the lease was lost")
            raise
        for envelope in supply.rest():
            report(Result(envelope.key, EnvelopeOutcome.UNTRIED, text="not started"))

    def _loop(self, supply: Supply) -> None:
        with selectors.DefaultSelector() as selector:
            while True:
                supply.look_after_lease()
                self._start_idle(supply)
                busy = [one for one in self._open if one.is_open and not one.is_idle]
                if not busy:
                    return
                self._wait(selector, busy, supply)

    def _start_idle(self, supply: Supply) -> None:
        self._open = [one for one in self._open if one.is_open]
        for conversation in [one for one in self._open if one.is_idle]:
            envelope = supply.take()
            if envelope is None:
                return
            conversation.start(envelope)
        while len(self._open) < self.connections and supply.has_more():
            opened = self._opened()
            envelope = supply.take() if opened is not None else None
            if opened is None or envelope is None:
                return
            opened.start(envelope)
            # A relay may take a minute to greet: not for each connection out of one lease.
            supply.look_after_lease()

    def _wait(
        self, selector: selectors.BaseSelector, busy: list[Conversation], supply: Supply
    ) -> None:
        for conversation in busy:
            events = selectors.EVENT_READ
            if conversation.wants_write:
                events |= selectors.EVENT_WRITE
            selector.register(conversation.sock, events, conversation)
        ready = selector.select(POLL_S)
        for conversation in busy:
            selector.unregister(conversation.sock)
        # A worker that was stopped and wakes must not write before it has asked.
        supply.look_after_lease()
        for key, events in ready:
            self._serve(key.data, events, supply)
        now = time.monotonic()
        for conversation in [one for one in busy if one.is_open]:
            self._tell_silence(conversation, now)
            if now > conversation.deadline:
                conversation.give_up("the relay did not answer in time")

    def _serve(self, conversation: Conversation, events: int, supply: Supply) -> None:
        if events & selectors.EVENT_WRITE:
            conversation.flush()
        if events & selectors.EVENT_READ and conversation.is_open:
            conversation.receive(supply)
        if conversation.disbelief:
            why = conversation.disbelief
            log.warning("relay_not_believed", relay=self.relay.name, because=why)

    def _tell_silence(self, conversation: Conversation, now: float) -> None:
        step = conversation.silence(now)
        if step is not None:
            log.warning(
                "relay_fell_silent",
                relay=self.relay.name,
                after=step.value,
                waits_for_s=round(conversation.deadline - now),
            )

    def _first(self) -> Conversation:
        self._open = [one for one in self._open if one.is_open]
        if not self._open:
            self._open.append(self._connect())
        return self._open[0]

    def _opened(self) -> Conversation | None:
        """One more connection, or None when the relay gives no more and others carry on."""
        if not self._open and self._reopened >= MAX_REOPENED:
            return None
        self._reopened += 0 if self._open else 1
        try:
            conversation = self._connect()
        except RelayError as error:
            log.warning("relay_connection_refused", relay=self.relay.name, reason=str(error))
            return None
        self._open.append(conversation)
        return conversation

    def _connect(self) -> Conversation:
        sock, offered = open_connection(
            self.relay,
            helo=self.helo,
            sender_domain=self.sender_domain,
            patience=self.patience,
        )
        return Conversation(
            sock,
            offered,
            is_chunking=self.relay.is_chunking,
            report=self._on_result,
            patience=self.patience,
        )

    def _on_result(self, result: Result) -> None:
        if result.outcome is EnvelopeOutcome.ACCEPTED:
            # It ends sessions, and takes mail: as many as it wants.
            self._reopened = 0
        self._report(result)

    def _drop(self, why: str) -> None:
        for conversation in self._open:
            conversation.close(why)
        self._open = []
