"""What operators do about senders: have DNS asked now and what was found kept; make a new key."""

import datetime as dt

from syndicate import settings
from syndicate.mail.mime import dkim, headers, sealed, signers
from syndicate.mail.mime.signers import KeyName
from syndicate.mail.sender import check as looking
from syndicate.newsroom import publications
from syndicate.newsroom.alignment import in_ascii
from syndicate.newsroom.making.problems import no_choice, quoted
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications as rows
from syndicate.store.newsroom import sender_checks, streams
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import KeyState, RecordState


@verb(Permission.STEER)
def check(slug: str, *, actor: Actor, now: dt.datetime) -> Sender:
    """Ask DNS about a publication's sender; each time another look, with its line in the audit.

    A key that waited for DNS, and is found there, is in use from now on.

    Args:
        slug: of the publication.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such publication.
        SettingsError: the relay's address cannot be used.
    """
    return _look(slug, Permission.STEER, actor=actor, now=now, is_asked=True)


@verb(Permission.NEWSROOM)
def rotate(slug: str, domain: str = "", *, actor: Actor, now: dt.datetime) -> Sender:
    """Make a new key that signs a publication's mail, once DNS shows it. Safe to run twice.

    Of its senders, streams included, those that nobody signs for get their first; where all have
    one, each gets another. A domain that is named gets its own, and no other does. While one waits
    for DNS no other of its domain is made. The key before it is kept until no mail that waits needs
    it.

    Args:
        slug: of the publication.
        domain: that mail of it comes from, or that signs it; "" as said above.
        actor: who asks.
        now: aware UTC.

    Returns:
        The sender, with the records of the new keys that are to be published.

    Raises:
        BadAddressError: the sender's address cannot stand in a mail.
        NotFoundError: there is no such publication.
        SettingsError: the relay's address cannot be used.
        UsageError: the domain is none of the publication's.
    """
    with transaction() as tx:
        wanted = _wanted(tx, _own(tx, slug, actor), domain)
    made = {each: dkim.new_key() for each in wanted}  # it takes a moment
    with transaction() as tx:
        rows.hold(tx)
        publication = _own(tx, slug, actor)
        names = [
            _keep_key(tx, each, made[each], now)
            for each in _wanted(tx, publication, domain)
            if each in made
        ]
        if names:
            subject, act = f"publication:{publication.id}", Act.SENDER_ROTATE
            said = " ".join(each.in_dns for each in names)
            audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, key=said)
    return _look(slug, Permission.NEWSROOM, actor=actor, now=now, is_asked=False)


def _own(tx: Transaction, slug: str, actor: Actor) -> Publication:
    publication = publications.named(tx, slug)
    allow(actor, Permission.NEWSROOM, publication_id=publication.id)
    return publication


def domains(tx: Transaction, publication: Publication) -> list[str]:
    """Those that a publication's mail comes from, in ASCII, its own first: what keys are for."""
    own = (in_ascii(each.domain) for each in streams.origins(tx, publication))
    return list(dict.fromkeys(filter(None, own)))


def _wanted(tx: Transaction, publication: Publication, domain: str) -> list[str]:
    """Domains that are to have a new key, and for which none waits yet."""
    known = signers.read(tx, settings.load())
    own = [headers.domain_of(each.address) for each in streams.origins(tx, publication)]
    names = {each: known.name_for(each) for each in own}
    unsigned = [each for each, name in names.items() if name is None]
    unusable = [name.domain for name in map(known.unusable, own) if name is not None]
    signed = [name.domain for name in names.values() if name is not None]
    waiting = {
        each.name.domain
        for each in known.keys
        if each.state is KeyState.WAITING and each.is_usable()
    }
    wanted = [*unsigned, *unusable] or signed
    if domain:
        wanted = [in_ascii(domain.strip())]
        if wanted[0] not in (choices := dict.fromkeys([*own, *signed])):
            raise no_choice("domain", quoted(domain), choices)
    return [each for each in dict.fromkeys(wanted) if each not in waiting]


def _keep_key(tx: Transaction, domain: str, pem: bytes, now: dt.datetime) -> KeyName:
    configured = settings.load()
    known = signers.read(tx, configured)
    if (unusable := dkim_keys.waiting(tx, domain)) is not None:
        dkim_keys.give_up(tx, unusable, now=now)
    own = {each.name.selector for each in known.keys if each.name.domain == domain}
    name = KeyName(domain, _selector(now, own | dkim_keys.selectors(tx, domain)))
    hidden = sealed.seal(configured.key(), name.in_dns, pem)
    dkim_keys.add(tx, name.domain, name.selector, hidden, now=now)
    return name


def _selector(now: dt.datetime, taken: set[str]) -> str:
    """The day, so that people see how old a key is: `s20261130`, `s20261130-2`."""
    first, number = f"s{now:%Y%m%d}", 1
    while (name := first if number == 1 else f"{first}-{number}") in taken:
        number += 1
    return name


def _look(
    slug: str, needs: Permission, *, actor: Actor, now: dt.datetime, is_asked: bool
) -> Sender:
    with transaction() as tx:
        publication = publications.named(tx, slug)
        allow(actor, needs, publication_id=publication.id)
        address, origins = publication.sender_address, streams.origins(tx, publication)
        known = signers.read(tx, settings.load())
    found = looking.look(origins, settings.load(), known)
    with transaction() as tx:
        publication = publications.named(tx, slug)
        looking.keep_lines(tx, publication.id, address, found, actor=actor.name, now=now)
        if is_asked:
            subject, act = f"publication:{publication.id}", Act.SENDER_CHECK
            wrong = [each.record.value for each in found if each.state is RecordState.WRONG]
            detail = {"wrong": " ".join(dict.fromkeys(wrong))} if wrong else {}
            audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, **detail)
        return next(each for each in sender_checks.every(tx) if each.slug == publication.slug)
