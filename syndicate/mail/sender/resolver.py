"""The one door to DNS: asks, within a time, and says plainly when nobody answered.

What was answered is kept for as long as the resolver lives, which is one check. A server that has
not answered twice in a row is not asked again: a check must end while somebody waits for it.
"""

import time

import dns.exception
import dns.inet
import dns.name
import dns.rdata
import dns.rdatatype
import dns.resolver
import dns.reversename

from syndicate.hosts import DNS_PORT, address_and_port
from syndicate.mail.sender.lines import Answer

_QUESTION_S = 2.0  # for one question
_BUDGET_S = 12.0  # for all of one check
_GIVES_UP = 2  # questions in a row that were not answered
_NOT_THERE = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


class Resolver:
    """Asks one DNS server, or those of this machine.

    Args:
        server: address, or address:port; None takes this machine's.
        budget_s: after that many seconds nothing is asked any more.
    """

    def __init__(self, server: str | None = None, *, budget_s: float = _BUDGET_S) -> None:
        self._ends_at = time.monotonic() + budget_s
        self._answers: dict[tuple[str, str], Answer] = {}
        self._silent = 0
        self._name = server or "this machine's DNS"
        self._own = _configured(server)

    def ask(self, kind: str, name: str) -> Answer:
        """What stands at a name.

        Args:
            kind: "TXT", "MX", "A", "AAAA", or "PTR".
            name: in ASCII; for PTR an address.

        Returns:
            The records as text: a TXT whole, an MX as `10 mx.daily.example`.
        """
        key = (kind, name.lower())
        if key not in self._answers:
            self._answers[key] = self._asked(*key)
        return self._answers[key]

    def _asked(self, kind: str, name: str) -> Answer:
        left_s = self._ends_at - time.monotonic()
        if self._own is None:
            return Answer(trouble="This machine knows no DNS server.")
        if self._silent >= _GIVES_UP or left_s <= 0:
            return Answer(trouble=f"No answer from {self._name}.")
        try:
            found = self._own.resolve(
                _qname(kind, name), kind, search=False, lifetime=min(_QUESTION_S, left_s)
            )
        except _NOT_THERE:
            self._silent = 0
            return Answer()
        except dns.resolver.LifetimeTimeout:
            self._silent += 1
            return Answer(trouble=f"No answer from {self._name}.")
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Answer(trouble=f"{self._name} did not say: {type(error).__name__}.")
        self._silent = 0
        return Answer(tuple(sorted(_text(each) for each in found)))


def _configured(server: str | None) -> dns.resolver.Resolver | None:
    try:
        found = dns.resolver.Resolver(configure=server is None)
    except dns.resolver.NoResolverConfiguration:
        return None
    place = address_and_port(server, DNS_PORT) if server else None
    if place is not None:
        found.nameservers, found.port = [place[0]], place[1]
    return found if found.nameservers else None


def _qname(kind: str, name: str) -> dns.name.Name:
    return dns.reversename.from_address(name) if kind == "PTR" else dns.name.from_text(name)


def _text(record: dns.rdata.Rdata) -> str:
    if record.rdtype == dns.rdatatype.TXT:
        said = b"".join(getattr(record, "strings", ())).decode("utf-8", "replace")
    else:
        said = record.to_text().removesuffix(".")
    return "".join(each if each.isprintable() else " " for each in said).strip()
