"""Looking at a sender: how its mail leaves, what DNS says of that, and keeping it once a day.

    publication ──> Sending (settings, relays) ──> DNS ──> lines ──> rows

No transaction is open while DNS and relays are asked. Names that are kept for examples (RFC 2606,
RFC 6761) are asked for only at a resolver of one's own, which may know them.
"""

import datetime as dt
import ipaddress
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, replace

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from syndicate import logs, settings
from syndicate.addresses import is_inside
from syndicate.errors import SettingsError
from syndicate.mail.mime import signers
from syndicate.mail.mime.signers import Key, Signers
from syndicate.mail.pacing.routes import in_pool
from syndicate.mail.relay import addresses, banner
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.sender import lines as records
from syndicate.mail.sender import rules
from syndicate.mail.sender.dkim_key import OwnKey
from syndicate.mail.sender.lines import Ask, Line
from syndicate.mail.sender.resolver import Resolver
from syndicate.mail.sender.rules import Sending
from syndicate.mail.sending.allowed import RESERVED
from syndicate.newsroom.alignment import in_ascii, is_aligned
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications, sender_checks, streams
from syndicate.store.newsroom.streams import Origin
from syndicate.store.platform import audit
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import KeyState, RecordState, SenderRecord

log = logs.get(__name__)

ACTOR = "sender check"
RUN_S = 40.0  # a task's bound is 60 s, and one check takes 20 s at most
_SMTP = 25


def look(origins: Sequence[Origin], configured: Settings, known: Signers) -> list[Line]:
    """What a sender needs in DNS, what is there, and what to do.

    Args:
        origins: where a publication's mail comes from, its own address first.
        configured: the settings: relays, and which DNS to ask.
        known: the keys that sign.

    Raises:
        SettingsError: the relay's address cannot be used.
    """
    domains = [in_ascii(each.domain) for each in origins]
    domain = domains[0]
    if not domain:
        return rules.unasked("The sender's address has no domain.")
    if configured.dns_resolver is None and re.search(RESERVED, domain):
        return rules.unasked(
            f"{domain} is reserved for examples and belongs to nobody, so it is not looked up.",
            dict.fromkeys(
                key
                for each in filter(None, domains)
                for key in _keys(each, known)
                if key.state is KeyState.WAITING
            ),
        )
    ask = Resolver(configured.dns_resolver).ask
    ways = {each.pool: _way(each.pool, configured, ask) for each in origins}
    sendings = [
        replace(
            ways[origin.pool],
            domain=each,
            returns=in_ascii(origin.return_domain),
            keys=_keys(each, known),
            signs_as=_signs_as(each, known),
            is_signing=any(key.state is KeyState.IN_USE for key in known.keys),
        )
        for each, origin in zip(domains, origins, strict=True)
        if each
    ]
    return rules.table(sendings, ask)


def check_due(now: dt.datetime) -> int:
    """Look at every sender that was not looked at for a day; how many. Safe to run twice.

    Raises:
        SettingsError: the relay's address cannot be used.
    """
    ends_at = time.monotonic() + RUN_S
    with transaction() as tx:
        due = sender_checks.due(tx, now)
        known = signers.read(tx, settings.load())
        origins = {each.id: streams.origins(tx, each) for each in publications.all_publications(tx)}
    checked = 0
    for publication_id, address in due:
        if time.monotonic() > ends_at:  # upkeep asks again in ten minutes
            break
        found = look(origins[publication_id], settings.load(), known)
        with transaction() as tx:
            if publications.find(tx, publication_id) is not None:
                keep_lines(tx, publication_id, address, found, actor=ACTOR, now=now)
        checked += 1
    if checked:
        log.info("senders_checked", publications=checked)
    return checked


def keep_lines(
    tx: Transaction,
    publication_id: int,
    address: str,
    found: list[Line],
    *,
    actor: str,
    now: dt.datetime,
) -> None:
    """Write down what was found, in the place of what was found before.

    A key that waited, and is there as it is wanted, is in use from now on.
    """
    kept = [asdict(each) for each in found]
    sender_checks.keep(tx, publication_id, address, kept, now=now)
    for each in found:
        if each.record is not SenderRecord.DKIM or each.state is not RecordState.GOOD:
            continue
        selector, _, domain = each.about.partition(signers.BETWEEN)
        if dkim_keys.see(tx, domain, selector, now=now):
            subject, act = f"publication:{publication_id}", Act.SENDER_KEY
            audit.record(tx, at=now, actor=actor, action=act, subject=subject, key=each.about)


def _way(pool: str, configured: Settings, ask: Ask) -> Sending:
    """How mail leaves by a pool of relays, whoever it is from."""
    relays = tuple(in_pool(_relays(configured), pool))
    seen, hidden = _seen(relays, configured, ask)
    names = tuple(dict.fromkeys(name for each in relays if (name := banner.name_of(each))))
    unheard = "" if names else "No relay greets."
    return Sending("", addresses=seen, hidden=hidden, helo=names, unheard=unheard, pool=pool)


def _relays(configured: Settings) -> tuple[Relay, ...]:
    if configured.relay_url is None:
        return ()
    return addresses.parse_all(configured.relay_url.get_secret_value())


def _seen(relays: tuple[Relay, ...], configured: Settings, ask: Ask) -> tuple[tuple[str, ...], str]:
    """Addresses from which receivers get our mail, and where none is known why."""
    if configured.relay_addresses:
        return tuple(configured.relay_addresses), ""
    if not relays:
        return (), "No relay is set: the embedded mailbox sends nothing on."
    if others := [each for each in relays if each.user is not None or each.port != _SMTP]:
        return (), f"{others[0].name} takes our mail and sends it on from addresses of its own."
    found = [address for each in relays for address in _of_host(each.host, ask)]
    if not found:
        return (), f"{relays[0].name} has no address that receivers see."
    return tuple(dict.fromkeys(found)), ""


def _of_host(host: str, ask: Ask) -> list[str]:
    try:
        said: tuple[str, ...] = (str(ipaddress.ip_address(host)),)
    except ValueError:
        said = records.addresses(ask, host).found if "." in host else ()
    return [each for each in said if not is_inside(each)]


def _signs_as(domain: str, known: Signers) -> str | None:
    name = known.name_for(domain)
    return None if name is None else name.domain


def _keys(domain: str, known: Signers) -> tuple[OwnKey, ...]:
    """The key that signs a domain's mail, then the one that cannot, those that will or still do."""
    now, unusable = known.name_for(domain), known.unusable(domain)
    theirs = [
        each
        for each in known.keys
        if each.name in (now, unusable)
        or (
            each.state is not KeyState.IN_USE
            and is_aligned(domain, each.name.domain)
            # What such a key was to sign is signed by the one in its place.
            and (each.state is KeyState.WAITING or each.is_usable())
        )
    ]
    return tuple(_own_key(each) for each in sorted(theirs, key=lambda each: each.name != now))


def _own_key(of: Key) -> OwnKey:
    name = of.name.in_dns
    try:
        key = of.opened().key
    except SettingsError as error:
        return OwnKey(name, of.name.domain, "rsa", 0, (), of.state, str(error))
    public = key.public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, RSAPrivateKey):
        bare = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        return OwnKey(name, of.name.domain, "rsa", key.key_size, (spki, bare), of.state)
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return OwnKey(name, of.name.domain, "ed25519", 0, (raw,), of.state)
