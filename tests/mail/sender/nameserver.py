"""A little DNS server on loopback, with the names that a test gives it."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from syndicate.mail.sender.lines import Answer, Ask

Zone = dict[tuple[str, str], list[str]]


class Nameserver:
    """Answers from a zone by type and name, and counts what it was asked.

    Attributes:
        zone: records as a zone file writes them, by (type, name).
        broken: names that get SERVFAIL.
        silent: names that get no answer.
        asked: (type, name) of all questions.
    """

    def __init__(self) -> None:
        self.zone: Zone = {}
        self.broken: set[str] = set()
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self._socket.getsockname())

    def hold(self, kind: str, name: str, *records: str) -> None:
        self.zone[kind, name] = [f'"{each}"' if kind == "TXT" else each for each in records]

    def serve(self) -> None:
        while True:
            try:
                received, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            with suppress(dns.exception.DNSException):
                if answer := self._answer(dns.message.from_wire(received)):
                    self._socket.sendto(answer.to_wire(), sender)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        asked = query.question[0]
        kind = dns.rdatatype.to_text(asked.rdtype)
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append((kind, name))
        if name in self.silent or "*" in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records := self.zone.get((kind, name)):
            answer.answer = [dns.rrset.from_text_list(asked.name, 60, "IN", kind, records)]
        elif not any(held == name for _, held in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@contextmanager
def running() -> Iterator[Nameserver]:
    server = Nameserver()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(5)


def zone_of(held: Mapping[tuple[str, str], tuple[str, ...]], *silent: str) -> Ask:
    """Asks a zone without a network, for rules that are pure."""

    def ask(kind: str, name: str) -> Answer:
        if name in silent:
            return Answer(trouble="No answer from DNS.")
        return Answer(held.get((kind, name), ()))

    return ask
