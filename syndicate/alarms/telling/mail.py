"""Mails rings to people, past the ledger: no stop, hold or window of mail touches it.

It goes by the operators' own relay where one is set, as all mail to operators. The people are those
of `SYNDICATE_BELL_MAIL`, else every operator who may add operators. The same telling has the same
Message-ID at each try. A key that cannot sign is no reason to say nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndicate.alarms.telling import words
from syndicate.alarms.telling.ring import Telling
from syndicate.alarms.telling.webhooks import Tried
from syndicate.errors import RelayError, SettingsError, SyndicateError
from syndicate.mail import to_operators
from syndicate.mail.mime import signers
from syndicate.mail.mime.signers import Signers
from syndicate.mail.relay import addresses
from syndicate.mail.relay.conversation import EnvelopeOutcome, Result
from syndicate.mail.relay.supply import Envelope
from syndicate.mail.sending import allowed
from syndicate.mail.to_operators import House, Letter
from syndicate.redaction import without_addresses
from syndicate.render.email import render
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import operators
from syndicate.store.platform.tokens import Grant, Permission
from syndicate.translations import LANGUAGES  # alarms speak the first on every face

# A reply that was lost: it has probably arrived.
_TAKEN = frozenset({EnvelopeOutcome.ACCEPTED, EnvelopeOutcome.UNKNOWN})


@dataclass(frozen=True)
class Post:
    """Whom rings are mailed to, and in whose name.

    Attributes:
        people: name and address of each, by the hearer that rows know them by.
        houses: who writes of a ring, by its publication; None: of the installation's.
        keys: that sign.
    """

    people: Mapping[str, tuple[str, str]]
    houses: Mapping[str | None, House]
    keys: Signers

    def house(self, publication: str | None) -> House:
        """Who writes of a ring of this publication."""
        return self.houses.get(publication, self.houses[None])


def read(tx: Transaction, configured: Settings) -> Post:
    """Everything that is in rows of the mails to write."""
    every = publications.all_publications(tx)
    houses: dict[str | None, House] = {
        each.slug: to_operators.house_of([each], LANGUAGES[0], configured) for each in every
    }
    houses[None] = to_operators.house_of(every, LANGUAGES[0], configured)
    return Post(_people(tx, configured), houses, signers.read(tx, configured))


def blind(configured: Settings) -> Post:
    """The same where no row can be read: whom the settings name, in this host's name, unsigned."""
    people = {f"mail:{each.strip().lower()}": ("", each.strip()) for each in configured.bell_mail}
    return Post(people, {None: to_operators.house_of([], LANGUAGES[0], configured)}, Signers())


def _people(tx: Transaction, configured: Settings) -> Mapping[str, tuple[str, str]]:
    may = allowed.here(tx, configured)
    if configured.bell_mail:
        named = dict.fromkeys(each.strip() for each in configured.bell_mail)
        return {f"mail:{each.lower()}": ("", each) for each in named if may.has(each)}
    staff = [each for each in operators.every(tx) if each.retired_at is None]
    held = operators.grants_of(tx, [each.id for each in staff])
    leading = (each for each in staff if Grant(Permission.OPERATORS) in held[each.id])
    return {
        f"mail:operator:{each.slug}": (each.name, each.address)
        for each in leading
        if may.has(each.address)
    }


def tell(
    post: Post,
    configured: Settings,
    owed: Sequence[tuple[str, Telling]],
    within_s: float,
) -> Mapping[tuple[str, Telling], Tried]:
    """Mail these, oldest first, over one connection for each house that writes.

    Args:
        post: from `read`.
        configured: the settings.
        owed: (hearer, telling) pairs.
        within_s: what is not begun after so many seconds waits for the next round.

    Returns:
        What became of each that was tried.
    """
    found: dict[tuple[str, Telling], Tried] = {}
    try:
        relay = addresses.to_operators(configured)
    except SettingsError as error:
        return {owed[0]: Tried(str(error))}
    for house in dict.fromkeys(post.house(telling.ring.publication) for _, telling in owed):
        letters, theirs = _letters(post, house, owed, found)
        results = list[Result]()
        why = ""
        try:
            if letters:
                helo = configured.relay_helo
                to_operators.send(
                    relay, house, letters, results.append, helo=helo, within_s=within_s
                )
        except RelayError as error:
            why = str(error)
        tried = (each for each in results if each.outcome is not EnvelopeOutcome.UNTRIED)
        found |= {theirs[each.key]: _tried(each) for each in tried}
        if why:
            return dict.fromkeys(theirs, Tried(why)) | found
    return found


def _letters(
    post: Post,
    house: House,
    owed: Sequence[tuple[str, Telling]],
    found: dict[tuple[str, Telling], Tried],
) -> tuple[list[Envelope], list[tuple[str, Telling]]]:
    """The letters of a house, and whose each is by its key; what cannot be written is told."""
    letters, theirs = list[Envelope](), list[tuple[str, Telling]]()
    signer = post.keys.of(house.domain)
    for hearer, telling in owed:
        if post.house(telling.ring.publication) != house:
            continue
        try:
            letter = _letter(telling, house)
            to = post.people[hearer]
            letters.append(to_operators.envelope(len(theirs), letter, house, to, signer))
        except SyndicateError as error:
            found[hearer, telling] = Tried(str(error), is_final=True)
        else:
            theirs.append((hearer, telling))
    return letters, theirs


def _letter(telling: Telling, house: House) -> Letter:
    context = {
        "subject": words.subject(telling),
        "headline": words.headline(telling),
        "text": telling.ring.text,
        "facts": words.facts(telling),
        "links": words.links(telling),
        "publication": {"name": house.name, "postal_address": house.postal_address},
    }
    return Letter(telling.name, render("ring", LANGUAGES[0], context), telling.ring.began_at)


def _tried(result: Result) -> Tried:
    if result.outcome in _TAKEN:
        return Tried()
    is_final = result.outcome is EnvelopeOutcome.FAILED
    return Tried(f"the relay said: {without_addresses(result.text)}", is_final=is_final)
