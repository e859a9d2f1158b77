"""Whose domains mail may come from: who edits one publication cannot send in another one's name.

Mail is signed with the key of its sender's domain or organisation, and receivers remember both. So
whoever cannot edit the whole installation has a choice of what is their publication's own:

    a domain that its mail comes from or goes back to, or one below it, unless that is another's
    any other of an organisation that neither another publication has, nor a key that is not theirs

Source: RFC 7489 3.1, docs/decisions/0040-each-sender-has-its-own-key.md.
"""

from collections.abc import Iterator

from syndicate import settings
from syndicate.newsroom.alignment import in_ascii, is_within, organisation
from syndicate.newsroom.making.fields import Values
from syndicate.newsroom.making.problems import Problem, Problems, quoted
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications, streams
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import dkim_keys

_FIELDS = ("sender_address", "return_domain")


def barred(tx: Transaction, owner: Publication | None, values: Values, actor: Actor) -> Problems:
    """What an actor wants mail to come from or go back to that is not theirs to choose.

    Args:
        tx: the open transaction.
        owner: whose mail it is.
        values: of the publication, or of one of its streams.
        actor: who asks.
    """
    if owner is None or actor.may(Permission.NEWSROOM):
        return {}
    own = list(_domains(tx, owner))
    others = {
        domain
        for each in publications.all_publications(tx)
        if each.id != owner.id
        for domain in _domains(tx, each)
    }
    keys = _keys(tx)
    found: dict[str, Problem] = {}
    nearby = f"{own[0]} or one below it" if own else "a domain of this publication's own"
    for name in _FIELDS:
        domain = in_ascii(str(values.get(name) or "").rpartition("@")[2])
        if domain and not _is_theirs(domain, set(own), others, keys):
            found[name] = Problem(
                f"The domain {quoted(domain)} is another sender's; choose {nearby}, or ask "
                "somebody who can edit the whole installation."
            )
    return found


def _is_theirs(domain: str, own: set[str], others: set[str], keys: set[str]) -> bool:
    above = [each for each in own | others if is_within(domain, each)]
    if above and max(above, key=len) in own:
        return True
    whole = organisation(domain)
    if whole in {organisation(each) for each in others}:
        return False
    return whole in {organisation(each) for each in own} or whole not in keys


def _domains(tx: Transaction, publication: Publication) -> Iterator[str]:
    """Those that a publication's mail comes from, its own first, and goes back to."""
    for each in streams.origins(tx, publication):
        yield from filter(None, map(in_ascii, (each.domain, each.return_domain)))


def _keys(tx: Transaction) -> set[str]:
    """The organisations that have keys."""
    first = settings.load().dkim_domain
    rows = [each.domain for each in dkim_keys.every(tx)]
    return {organisation(each) for each in [*rows, *filter(None, [first and first.lower()])]}
