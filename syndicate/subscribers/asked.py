"""What a sign-up chose, as its own link carries it to the confirmation.

    7:1780000000                   subscription 7, asked for then; what its row says is confirmed
    7:1780000000:en:12.15:ar       mails in English, two sections by their ids, stories in Arabic
    7:1780000000:en:-3:            all sections but one, stories in every language

So whoever asks for an address that somebody else has asked for changes nothing of what they chose:
the row keeps what was chosen first, and the link that is followed says what is confirmed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from syndicate.errors import UsageError
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Subscription
from syndicate.subscribers import offer
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState

# A link stands in one line of a mail, which has 998 bytes (`render.encode`), beside other text.
_LONGEST = 200
_BUT = "-"


@dataclass(frozen=True)
class Chosen:
    """What a sign-up chose.

    Attributes:
        language: of the mails' frame.
        sections: slugs; none means all.
        languages: of stories; none means all.
        carried: the same as a link carries it.
    """

    language: str
    sections: frozenset[str]
    languages: frozenset[str]
    carried: str


def in_form(
    tx: Transaction,
    newsletter: Newsletter,
    *,
    language: str,
    sections: Collection[str],
    languages: Collection[str],
) -> Chosen:
    """What a form says.

    Args:
        tx: the open transaction.
        newsletter: which is asked for.
        language: of the mails' frame.
        sections: slugs; none means all.
        languages: of stories; none means all.

    Raises:
        UsageError: the newsletter has no such section or language, or the sections are so many that
            no link can carry them.
    """
    offer.languages(newsletter, [language])
    kept = offer.sections(tx, newsletter, sections)
    tags = offer.languages(newsletter, languages)
    named = _named(tx, newsletter, kept)
    if len(named) > _LONGEST:
        raise UsageError(
            f"These are {len(kept)} sections, and a link cannot carry so many; choose fewer, or "
            "all of them."
        )
    return Chosen(language, kept, tags, f"{language}:{named}:{'.'.join(sorted(tags))}")


def in_link(
    tx: Transaction, subscription: Subscription, newsletter: Newsletter, carried: str
) -> Chosen | None:
    """What a link confirms beside the subscription itself, of what there still is.

    Who chose sections of which none is left gets all that there are.

    Args:
        tx: the open transaction.
        subscription: which the link is about.
        newsletter: of the subscription.
        carried: what the link carries; empty for nothing.

    Returns:
        None where the row says it: the link carries nothing, or the reader has the newsletter and
        chooses by other links.
    """
    if not carried or subscription.state is SubscriptionState.ACTIVE:
        return None
    language, named, tags = carried.split(":")
    ids = set(named.removeprefix(_BUT).split("."))
    offered = _offered(tx, newsletter)
    sections = {slug for slug, each in offered if each in ids}
    if named.startswith(_BUT):
        sections = {slug for slug, _ in offered} - sections
    languages = set(newsletter.languages).intersection(tags.split("."))
    return Chosen(
        language if language in newsletter.languages else subscription.language,
        offer.sections(tx, newsletter, sections),
        offer.languages(newsletter, languages),
        carried,
    )


def keep(tx: Transaction, subscription: Subscription, chosen: Chosen) -> None:
    """Have a subscription's row say what was chosen. Safe to run twice.

    Args:
        tx: the open transaction, which holds the row.
        subscription: whose.
        chosen: of its form or its link.
    """
    subscribers.choose(tx, subscription.id, ChoiceKind.SECTION, chosen.sections)
    subscribers.choose(tx, subscription.id, ChoiceKind.LANGUAGE, chosen.languages)
    paused_until = subscription.paused_until
    subscribers.prefer(tx, subscription, language=chosen.language, paused_until=paused_until)


def _named(tx: Transaction, newsletter: Newsletter, sections: Collection[str]) -> str:
    """Sections by their ids, or those that are not among them, whichever is shorter."""
    if not sections:
        return ""
    offered = _offered(tx, newsletter)
    these = ".".join(each for slug, each in offered if slug in sections)
    others = _BUT + ".".join(each for slug, each in offered if slug not in sections)
    return min(these, others, key=len)


def _offered(tx: Transaction, newsletter: Newsletter) -> list[tuple[str, str]]:
    """Slugs and ids; sections of two publications may share a slug."""
    return [(each.slug, str(each.id)) for each in newsletters.sections_to_choose(tx, newsletter)]
