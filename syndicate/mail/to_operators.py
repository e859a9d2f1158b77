"""Mail to operators about the console itself; *stop everything* does not touch it.

It goes by a relay of its own where one is set (`SYNDICATE_OPERATORS_RELAY_URL`), past the ledger
with its lanes and brakes. A mail that no relay took, or that one put off, is tried again after five
minutes, for two days; then an alarm says so. One that was refused for good is over, and so is one
whose reply was lost: it has probably arrived. Only a worker that dies between sending and noting it
tells twice, with the same Message-ID.

Source: RFC 5322 3.6; RFC 3834 5 (Auto-Submitted).
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import urlsplit

from syndicate import logs, settings, signing
from syndicate.errors import BadAddressError, RelayError, UnrenderableError
from syndicate.hosts import is_address
from syndicate.languages import primary
from syndicate.mail.mime import headers, signers
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.relay import addresses, our_name
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.patience import Patience
from syndicate.mail.relay.smtp import Session
from syndicate.mail.relay.supply import Envelope
from syndicate.mail.sending import allowed, deliver
from syndicate.newsroom import brand
from syndicate.render.email import Rendered, render
from syndicate.render.merge import Content, merge
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform import notices, operators
from syndicate.store.platform.notices import NoticeKind, OperatorNotice
from syndicate.store.platform.operators import Operator
from syndicate.translations import LANGUAGES, say

log = logs.get(__name__)

# Of a relay that answers slowly; what is not begun within a job's time waits for the next.
_PATIENCE = Patience(command_s=20.0, body_s=30.0)
_OVER = frozenset({EnvelopeOutcome.ACCEPTED, EnvelopeOutcome.FAILED, EnvelopeOutcome.UNKNOWN})


@dataclass(frozen=True)
class House:
    """In whose name an operator is told: their publication's, or this host's.

    It is the first of those that they work for; who works for all of them, for the first of all.
    """

    name: str
    from_name: str
    address: str
    postal_address: str

    @property
    def domain(self) -> str:
        """Of its address."""
        return headers.domain_of(self.address)


def tell(now: dt.datetime) -> int:
    """Send what operators have not been told yet. Safe to run twice, or at once.

    Returns:
        How many mails a relay took.

    Raises:
        SettingsError: no relay is set, or its address or the DKIM key cannot be used.
    """
    configured = settings.load()
    with transaction() as tx:
        may = allowed.here(tx, configured)
        found = [each for each in notices.claim(tx, now) if may.has(each[1].address)]
        if not found:
            return 0
        houses = _houses(tx, [operator for _, operator in found], configured)
        names = operators.names(tx)
        signing_keys = signers.read(tx, configured)
    signers.require_own(configured)
    relay = addresses.to_operators(configured)
    results: list[Result] = []
    for house in sorted(set(houses.values()), key=lambda each: each.address):
        theirs = [each for each in found if houses[each[1].id] == house]
        letters = list(_envelopes(theirs, house, names, signing_keys.of(house.domain)))
        results += _sent(relay, configured, house, letters)
    over = [each for each in results if each.outcome in _OVER]
    for each in results:
        if each.outcome is not EnvelopeOutcome.ACCEPTED:
            said = {"notice": each.key, "outcome": each.outcome.value, "reply": each.text}
            log.warning("operator_not_told", relay=relay.name, **said)
    with transaction() as tx:
        notices.settle(tx, [each.key for each in over], now=now)
    return sum(each.outcome is EnvelopeOutcome.ACCEPTED for each in over)


def _houses(tx: Transaction, told: Sequence[Operator], configured: Settings) -> Mapping[int, House]:
    """In whose name each operator is told, by their id."""
    every = publications.all_publications(tx)
    owners = {each.id: each.publication_id for each in newsletters.every(tx)}
    held = operators.grants_of(tx, {each.id for each in told})
    found: dict[int, House] = {}
    for each in told:
        at_home = {
            grant.publication_id or owners.get(grant.newsletter_id or 0) for grant in held[each.id]
        }
        own = [one for one in every if one.id in at_home] if None not in at_home else every
        found[each.id] = house_of(own or every, _language_of(each), configured)
    return found


def house_of(of: Sequence[Publication], language: str, configured: Settings) -> House:
    """The first of these publications as who writes; this host where there is none."""
    host = urlsplit(configured.base_url()).hostname or "localhost"
    if not of:
        domain = our_name.literal(host) if is_address(host) else host  # RFC 5321 4.1.3
        return House("Syndicate", "Syndicate", f"syndicate@{domain}", host)
    first = of[0]
    name = first.name_in(language)
    address = brand.postal_address(first, language) or host
    return House(name, f"Syndicate, {name}", first.sender_address, address)


def _language_of(operator: Operator) -> str:
    """The first of their languages that we have words in."""
    return next((each for each in operator.languages if primary(each) in LANGUAGES), LANGUAGES[0])


def _envelopes(
    found: Sequence[tuple[OperatorNotice, Operator]],
    house: House,
    names: Mapping[str, str],
    signer: Signer | None,
) -> Iterator[Envelope]:
    for notice, operator in found:
        try:
            who = names.get(notice.who) or notice.who.partition(":")[2] or notice.who
            yield _envelope(notice, operator, house, who, signer)
        except (BadAddressError, UnrenderableError) as error:
            log.warning("operator_not_told", notice=notice.id, reason=str(error))


def _envelope(
    notice: OperatorNotice,
    to: Operator,
    house: House,
    who: str,
    signer: Signer | None,
) -> Envelope:
    """The mail of a notice; the same bytes at each try, unless somebody was renamed."""
    configured, language = settings.load(), _language_of(to)
    context = {
        "said": _said(notice, who, language),
        "is_own": notice.is_own,
        "at": notice.at,
        "zone": to.zone,
        "console": f"{configured.console_url()}/console",
        "publication": {"name": house.name, "postal_address": house.postal_address},
    }
    letter = Letter(f"notice{notice.id}", render("notice", language, context), notice.at)
    return envelope(notice.id, letter, house, (to.name, to.address), signer)


@dataclass(frozen=True)
class Letter:
    """A mail to an operator.

    Attributes:
        name: what its Message-ID is made from: the same at each try.
        rendered: what it says.
        at: what its Date says, aware UTC.
    """

    name: str
    rendered: Rendered
    at: dt.datetime


def envelope(
    key: int, letter: Letter, house: House, to: tuple[str, str], signer: Signer | None
) -> Envelope:
    """A letter as a relay takes it.

    Args:
        key: what its result is known by.
        letter: what is said.
        house: in whose name.
        to: name and address; a name may be "".
        signer: of the house's domain.

    Raises:
        BadAddressError: an address cannot stand in a mail.
    """
    content = Content.load(letter.rendered.blocks)
    seal = signing.seal(settings.load().key(), "message-id", letter.name)[:16]
    fields = [
        headers.mailbox("From", house.from_name, house.address),
        headers.mailbox("To", *to),
        headers.unstructured("Subject", letter.rendered.subject),
        headers.plain("Date", format_datetime(letter.at)),
        headers.plain("Message-ID", f"<{letter.name}.{seal}@{house.domain}>"),
        b"MIME-Version: 1.0\r\n",
        headers.plain(
            "Content-Type", f'multipart/alternative; boundary="{content.headers["boundary"]}"'
        ),
        headers.plain("Content-Language", letter.rendered.language),
        b"Auto-Submitted: auto-generated\r\n",
    ]
    body = merge(content, 0, {})
    if signer is not None:
        fields.append(signer.sign(fields, body, at=int(letter.at.timestamp())))
    recipient = headers.wire_address(to[1])
    return Envelope(
        key=key,
        mail_from=headers.wire_address(house.address),
        recipient=recipient,
        message=(*fields, b"\r\n", *body),
        is_utf8=not recipient.isascii(),
    )


def _said(notice: OperatorNotice, who: str, language: str) -> str:
    """What happened, in one line."""
    return say(
        language,
        {
            NoticeKind.LINK: "%(who)s signed in to the console with a one-time link",
            NoticeKind.CODE: "%(who)s signed in to the console with a recovery code",
            NoticeKind.PASSKEY: "%(who)s has a new passkey for the console: %(what)s",
        }[NoticeKind(notice.kind)],
        who=who,
        what=notice.what,
    )


def _sent(
    relay: Relay, configured: Settings, house: House, envelopes: Sequence[Envelope]
) -> list[Result]:
    """What became of each that the relay was told of; the others wait."""
    results: list[Result] = []
    try:
        send(relay, house, envelopes, results.append, helo=configured.relay_helo)
    except RelayError as error:
        log.warning("operators_not_told", relay=relay.name, reason=str(error))
    return results


def send(
    relay: Relay,
    house: House,
    envelopes: Sequence[Envelope],
    settle: Callable[[Result], None],
    *,
    helo: str | None,
    within_s: float = deliver.RUN_S,
) -> None:
    """Give letters to a relay, over one connection; what is not begun in time waits.

    Raises:
        RelayError: it does not answer, or hangs up; what was settled before stands.
    """
    ends_at = time.monotonic() + within_s
    with Session(relay, connections=1, patience=_PATIENCE, helo=helo) as session:
        session.sender_domain = house.domain
        session.send(envelopes, settle, lambda: ends_at)
