"""What each line of the sender check says: pure, over what DNS answers to questions handed in."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from syndicate.hosts import HOST_NAME
from syndicate.mail.sender import dkim_key, dmarc, spf
from syndicate.mail.sender.dkim_key import OwnKey
from syndicate.mail.sender.lines import Ask, Line, addresses, shown, txt
from syndicate.mail.sender.spf import Verdict
from syndicate.vocabulary.sending import RecordState, SenderRecord

_AGAIN = "Ask again when DNS answers."
_NAME_THEM = "Set SYNDICATE_RELAY_ADDRESSES to the addresses from which it sends."


@dataclass(frozen=True)
class Sending:
    """How a domain's mail leaves us.

    Attributes:
        domain: of the sender, in ASCII: in From.
        keys: what we sign with, or will; none where the relay signs.
        signs_as: the domain of those that sign its mail now; None where none does.
        is_signing: whether we sign mail of any domain.
        addresses: from which relays send to receivers.
        hidden: why none is known, as a sentence; empty where one is.
        helo: names that relays call themselves.
        unheard: why none is known, as a sentence.
        returns: the domain that returned mail goes to; empty for the sender's.
        pool: of the relays by which it leaves; empty where any does that is in none.
        beside: other ways of mail that goes back to the same domain, whose SPF record is one.
    """

    domain: str
    keys: tuple[OwnKey, ...] = ()
    signs_as: str | None = None
    is_signing: bool = False
    addresses: tuple[str, ...] = ()
    hidden: str = ""
    helo: tuple[str, ...] = ()
    unheard: str = ""
    returns: str = ""
    pool: str = ""
    beside: tuple["Sending", ...] = ()

    @property
    def returned_to(self) -> str:
        """The domain that returned mail goes to, which SPF is asked about."""
        return self.returns or self.domain


def table(ways: Sequence[Sending], ask: Ask) -> list[Line]:
    """The whole table of a publication.

    Args:
        ways: how its mail leaves: from its own address first, then that of its streams.
        ask: asks DNS.
    """
    first, *others = (
        replace(
            each,
            beside=tuple(
                other
                for other in ways
                if other.returned_to == each.returned_to and other.pool != each.pool
            ),
        )
        for each in ways
    )
    return [*lines(first, ask), *more(first, others, ask)]


def lines(sending: Sending, ask: Ask) -> list[Line]:
    """Every line of the table, in its order.

    Args:
        sending: how the mail leaves.
        ask: asks DNS.
    """
    return [
        _spf(sending, ask),
        *_dkim(sending, ask),
        dmarc.line(sending.domain, sending.signs_as, ask),
        _mx(sending, ask),
        _reverse(sending, ask),
        _helo(sending, ask),
    ]


def more(first: Sending, others: Sequence[Sending], ask: Ask) -> list[Line]:
    """What else is needed where mail comes from several domains; nothing is told twice.

    Args:
        first: of which the table tells.
        others: of whose mail something is different.
        ask: asks DNS.
    """
    found: list[Line] = []
    senders, returns, ways = {first.domain}, {first.returned_to}, [first.addresses]
    told = {key.name for key in first.keys}
    for each in others:
        if each.domain not in senders:
            signs = [line for line in _dkim(each, ask) if line.about not in told]
            policy = dmarc.line(each.domain, each.signs_as, ask)
            found += [replace(line, about=line.about or each.domain) for line in (*signs, policy)]
        if each.returned_to not in returns:
            back = (_spf(each, ask), _mx(each, ask))
            found += [replace(line, about=each.returned_to) for line in back]
        if each.addresses not in ways:
            leaving = (_reverse(each, ask), _helo(each, ask))
            found += [replace(line, about=each.pool or each.domain) for line in leaving]
        ways.append(each.addresses)
        senders.add(each.domain)
        returns.add(each.returned_to)
        told |= {key.name for key in each.keys}
    return found


def unasked(why: str, keys: Iterable[OwnKey] = ()) -> list[Line]:
    """Every line where nothing was asked.

    Args:
        why: a sentence.
        keys: that are to stand there.
    """
    return [
        line
        for each in SenderRecord
        for line in (
            [dkim_key.unasked(key, why) for key in keys if each is SenderRecord.DKIM]
            or [Line(each, RecordState.UNKNOWN, "", why)]
        )
    ]


def _spf(sending: Sending, ask: Ask) -> Line:
    terms = " ".join(map(_term, _pool_of(sending))) or "include:…"
    wanted = txt(sending.returned_to, f"v=spf1 {terms} -all")
    answer = ask("TXT", sending.returned_to)
    own = spf.records(answer.found)
    if answer.trouble:
        return Line(SenderRecord.SPF, RecordState.UNKNOWN, wanted, answer.trouble, _AGAIN)
    if not own:
        do = f"Publish the record at {sending.returned_to}."
        return Line(SenderRecord.SPF, RecordState.WRONG, wanted, "nothing", do)
    state, do = _authorised(sending, ask)
    return Line(SenderRecord.SPF, state, wanted, shown(own), do)


def _authorised(sending: Sending, ask: Ask) -> tuple[RecordState, str]:
    """Whether every relay may send, and what to do."""
    whole = spf.check(sending.returned_to, None, ask)
    if whole.outcome == "broken":
        return RecordState.WRONG, f"{whole.why} Receivers follow no part of it: mend the record."
    senders = _pool_of(sending)
    verdicts = {
        each: spf.check(sending.returned_to, ipaddress.ip_address(each), ask) for each in senders
    }
    left_out = [each for each, verdict in verdicts.items() if _is_refused(verdict)]
    untold = [each.why for each in (whole, *verdicts.values()) if each.outcome == "unknown"]
    if left_out:
        terms = " ".join(_term(each) for each in left_out)
        pools = dict.fromkeys(filter(None, (senders[each] for each in left_out)))
        whose = f": mail by the pool {', '.join(pools)} comes from there" if pools else ""
        return RecordState.WRONG, f"Add {terms} to the record, before its “all”{whose}."
    for each in (sending, *sending.beside):
        if not each.addresses:
            whose = f"Of the pool {each.pool}: " if each.pool else ""
            return RecordState.UNKNOWN, f"{whose}{each.hidden} {_NAME_THEM}"
    if any(each.outcome != "pass" for each in verdicts.values()):
        return RecordState.UNKNOWN, f"{untold[0]} {_AGAIN}"
    return RecordState.GOOD, ""


def _pool_of(sending: Sending) -> dict[str, str]:
    """Each address from which mail comes that goes back to the same domain, with its pool."""
    found: dict[str, str] = {}
    for each in (sending, *sending.beside):
        for address in each.addresses:
            found.setdefault(address, each.pool)
    return found


def _is_refused(verdict: Verdict) -> bool:
    return verdict.outcome not in {"pass", "unknown"}


def _term(address: str) -> str:
    return f"ip6:{address}" if ":" in address else f"ip4:{address}"


def _dkim(sending: Sending, ask: Ask) -> list[Line]:
    told = [dkim_key.line(key, ask("TXT", key.name)) for key in sending.keys]
    return told if sending.signs_as is not None else [_unsigned(sending), *told]


def _unsigned(sending: Sending) -> Line:
    """Mail of this domain is not signed by us: its relay does it, or nobody."""
    if sending.is_signing:
        return Line(
            SenderRecord.DKIM,
            RecordState.WRONG,
            f"SELECTOR._domainkey.{sending.domain}: a key of this domain or its owner's",
            f"None of our keys is; mail from {sending.domain} is not signed.",
            "Make one with `syndicate senders rotate -p PUBLICATION` or at /console/senders, and "
            "publish its record.",
        )
    return Line(
        SenderRecord.DKIM,
        RecordState.UNKNOWN,
        f"SELECTOR._domainkey.{sending.domain}: the key of the relay that signs",
        "Syndicate does not sign: SYNDICATE_DKIM_DOMAIN is empty.",
        "If the relay signs, look at its key there; else make one with `syndicate senders "
        "rotate -p PUBLICATION`, or set SYNDICATE_DKIM_DOMAIN and SYNDICATE_DKIM_KEY_FILE.",
    )


def _mx(sending: Sending, ask: Ask) -> Line:
    wanted = f"{sending.returned_to} MX 10 HOST, which takes returned mail"
    answer = ask("MX", sending.returned_to)
    if answer.trouble:
        return Line(SenderRecord.MX, RecordState.UNKNOWN, wanted, answer.trouble, _AGAIN)
    hosts = [each.partition(" ")[2] for each in answer.found]
    if not hosts:
        do = "Publish an MX: without one nothing comes back, and receivers can refuse the sender."
        return Line(SenderRecord.MX, RecordState.WRONG, wanted, "nothing", do)
    if "" in hosts:
        do = "Name a host: “0 .” says that the domain takes no mail, so receivers refuse its mail."
        return Line(SenderRecord.MX, RecordState.WRONG, wanted, "0 .", do)
    found = {host: addresses(ask, host) for host in hosts}
    if any(each.found for each in found.values()):
        return Line(SenderRecord.MX, RecordState.GOOD, wanted, shown(answer.found))
    if untold := [each.trouble for each in found.values() if each.trouble]:
        return Line(SenderRecord.MX, RecordState.UNKNOWN, wanted, untold[0], _AGAIN)
    do = f"Give {hosts[0]} an address: no MX of the domain has one."
    return Line(SenderRecord.MX, RecordState.WRONG, wanted, shown(answer.found), do)


def _reverse(sending: Sending, ask: Ask) -> Line:
    wanted = "each address of the relay has a name, and the name leads back to it"
    if not sending.addresses:
        return Line(SenderRecord.REVERSE, RecordState.UNKNOWN, wanted, sending.hidden, _NAME_THEM)
    told, wrong, untold = [], [], []
    for address in sending.addresses:
        answer = ask("PTR", address)
        names = [name for name in answer.found if address in addresses(ask, name).found]
        told.append(f"{address} {' '.join(answer.found) or answer.trouble or 'no name'}")
        if answer.trouble:
            untold.append(address)
        elif not names:
            wrong.append(address)
    if wrong:
        do = f"Ask the provider of {wrong[0]} to enter its name, and give that name the address."
        return Line(SenderRecord.REVERSE, RecordState.WRONG, wanted, shown(told), do)
    state = RecordState.UNKNOWN if untold else RecordState.GOOD
    return Line(SenderRecord.REVERSE, state, wanted, shown(told), _AGAIN if untold else "")


def _helo(sending: Sending, ask: Ask) -> Line:
    wanted = "the name that the relay calls itself leads to its address"
    if not sending.helo or not sending.addresses:
        found = shown(sending.helo) or sending.unheard or sending.hidden
        do = _NAME_THEM if sending.helo else "`syndicate doctor --only relay` says why."
        return Line(SenderRecord.HELO, RecordState.UNKNOWN, wanted, found, do)
    for name in sending.helo:
        if not HOST_NAME.fullmatch(name.lower()):
            do = "Set the relay's name to a host name that DNS knows (Postfix: myhostname)."
            return Line(SenderRecord.HELO, RecordState.WRONG, wanted, name, do)
        answer = addresses(ask, name)
        if answer.trouble:
            return Line(SenderRecord.HELO, RecordState.UNKNOWN, wanted, answer.trouble, _AGAIN)
        if not set(answer.found) & set(sending.addresses):
            found = f"{name} {' '.join(answer.found) or 'no address'}"
            do = f"Give {name} the address {sending.addresses[0]}, or the relay another name."
            return Line(SenderRecord.HELO, RecordState.WRONG, wanted, found, do)
    return Line(
        SenderRecord.HELO, RecordState.GOOD, wanted, shown(sending.helo), _other(sending, ask)
    )


def _other(sending: Sending, ask: Ask) -> str:
    """What would be better where an address has another name than the one in HELO."""
    names = {name for each in sending.addresses for name in ask("PTR", each).found}
    if not names or names & set(sending.helo):
        return ""
    return f"Nothing needs doing; some receivers prefer a relay that calls itself {min(names)}."
