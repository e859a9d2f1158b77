"""Whether SPF lets an address send for a domain, with the lookups that a receiver may make.

A term that holds a macro, and the withdrawn `ptr`, are not followed: where nothing else lets the
address through, it is then unknown whether they would.

Source: RFC 7208 4.6, 5 and 6.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

from syndicate.mail.sender.lines import Answer, Ask, addresses

MOST_LOOKUPS = 10  # RFC 7208 4.6.4
_MOST_VOIDS = 2  # the same: names that are not there
_MOST_HOSTS = 10  # of one `mx`
_DEEP = 12  # an include of an include …; the lookups end it before
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_KNOWN = _ASKING | {"all", "ip4", "ip6"}
_OUTCOMES: dict[str, "Outcome"] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Outcome = Literal["pass", "fail", "softfail", "neutral", "none", "broken", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Attributes:
        outcome: SPF's own word; "broken" is a permanent error, "unknown" a temporary one, or a
            term that is not followed here.
        why: what is broken or unknown, as a sentence.
        lookups: that it took.
    """

    outcome: Outcome
    why: str = ""
    lookups: int = 0


class _Stopped(Exception):  # noqa: N818 - it ends a walk and is no error of ours
    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome: Outcome = outcome
        self.why = why


def records(found: tuple[str, ...]) -> list[str]:
    """Those TXT records of a name that are SPF."""
    return [each for each in found if each.lower().split(" ", 1)[0] == "v=spf1"]


def check(domain: str, address: Address | None, ask: Ask) -> Verdict:
    """Whether an address may send for a domain.

    Args:
        domain: of the envelope sender, in ASCII.
        address: of the relay; None walks through all terms, to count the lookups.
        ask: asks DNS.
    """
    walk = _Walk(address, ask)
    try:
        outcome = walk.of(domain)
    except _Stopped as stopped:
        return Verdict(stopped.outcome, stopped.why, walk.lookups)
    if outcome != "pass" and walk.untold:
        why = f"It holds {walk.untold[0]}, which is not followed here."
        return Verdict("unknown", why, walk.lookups)
    return Verdict(outcome, lookups=walk.lookups)


@dataclass
class _Walk:
    """One evaluation, with its counts."""

    address: Address | None
    ask: Ask
    lookups: int = 0
    voids: int = 0
    untold: list[str] = field(default_factory=list)

    def of(self, domain: str, depth: int = 0) -> Outcome:
        found = self.ask("TXT", domain)
        if found.trouble:
            raise _Stopped("unknown", found.trouble)
        own = records(found.found)
        if len(own) > 1:
            raise _Stopped("broken", f"{domain} has {len(own)} SPF records; it can have only one.")
        if not own:
            return "none"
        if depth > _DEEP:
            raise _Stopped("broken", f"{domain} includes itself.")
        return self._terms(own[0].split()[1:], domain, depth)

    def _terms(self, terms: list[str], domain: str, depth: int) -> Outcome:
        redirect = ""
        for term in terms:
            name, equals, value = term.partition("=")
            if equals and name.replace("-", "").replace("_", "").isalnum():
                redirect = value if name.lower() == "redirect" else redirect
                continue
            sign = term[0] if term[0] in _OUTCOMES else "+"
            if self._matches(term.removeprefix(sign), domain, depth):
                return _OUTCOMES[sign]
        if not redirect:
            return "neutral"
        if self._is_untold(f"redirect={redirect}"):
            return "neutral"
        self._count()
        outcome = self.of(redirect, depth + 1)
        if outcome == "none":
            raise _Stopped("broken", f"{domain} redirects to {redirect}, which has no SPF record.")
        return outcome

    def _matches(self, term: str, domain: str, depth: int) -> bool:
        name = term.partition(":")[0].partition("/")[0].lower()
        if name not in _KNOWN:
            raise _Stopped("broken", f"{domain} holds {term}, which SPF does not know.")
        if name == "all":
            return self.address is not None
        if name in {"ip4", "ip6"}:
            return self._is_in(term.partition(":")[2], term, domain)
        self._count()
        if name == "ptr" or self._is_untold(term):
            self.untold.append(term)
            return False
        target = term.partition(":")[2].partition("/")[0] or domain
        if name == "include":
            return self._includes(target, domain, depth)
        if name == "exists":
            return bool(self._asked("A", target).found) and self.address is not None
        hosts = self._hosts(target) if name == "mx" else [target]
        lengths = term.partition("/")[2].partition("//")
        return any(self._leads_here(host, lengths[0], lengths[2]) for host in hosts)

    def _includes(self, target: str, domain: str, depth: int) -> bool:
        outcome = self.of(target, depth + 1)
        if outcome == "none":
            raise _Stopped("broken", f"{domain} includes {target}, which has no SPF record.")
        return outcome == "pass"

    def _hosts(self, target: str) -> list[str]:
        hosts = [each.partition(" ")[2] for each in self._asked("MX", target).found]
        if len(hosts) > _MOST_HOSTS:
            raise _Stopped("broken", f"{target} has {len(hosts)} MX; SPF takes {_MOST_HOSTS}.")
        return hosts

    def _leads_here(self, host: str, four: str, six: str) -> bool:
        if self.address is None:
            return False
        found = addresses(self.ask, host)
        self._note(found)
        length = four if self.address.version == 4 else six  # noqa: PLR2004 - the protocol's name
        return any(
            self.address in ipaddress.ip_network(f"{each}/{length}" if length else each, False)
            for each in found.found
            if ipaddress.ip_address(each).version == self.address.version
        )

    def _is_in(self, network: str, term: str, domain: str) -> bool:
        try:
            found = ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise _Stopped("broken", f"{domain} holds {term}, which is no network.") from error
        return self.address is not None and self.address in found

    def _is_untold(self, term: str) -> bool:
        if "%" in term:
            self.untold.append(term)
        return "%" in term

    def _asked(self, kind: str, name: str) -> Answer:
        found = self.ask(kind, name)
        self._note(found)
        return found

    def _note(self, found: Answer) -> None:
        if found.trouble:
            raise _Stopped("unknown", found.trouble)
        self.voids += not found.found
        if self.voids > _MOST_VOIDS:
            raise _Stopped("broken", f"More than {_MOST_VOIDS} of its names are not there.")

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            why = f"It takes more than {MOST_LOOKUPS} lookups, at which receivers give up."
            raise _Stopped("broken", why)
