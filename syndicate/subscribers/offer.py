"""What a newsletter lets readers choose from, and what they may therefore have chosen.

Choosing everything is kept as no choice at all, so that a section which joins a newsletter later
reaches those who wanted all of it.
"""

from collections.abc import Collection

from syndicate.errors import UsageError
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter


def sections(tx: Transaction, newsletter: Newsletter, chosen: Collection[str]) -> frozenset[str]:
    """The slugs to keep of those that a reader chose; none means all.

    Raises:
        UsageError: the newsletter has no such section.
    """
    offered = {section.slug for section in newsletters.sections_to_choose(tx, newsletter)}
    return _kept(chosen, offered, "section", newsletter.slug)


def languages(newsletter: Newsletter, chosen: Collection[str]) -> frozenset[str]:
    """The language tags to keep of those that a reader chose; none means all.

    Raises:
        UsageError: the newsletter has no such language.
    """
    return _kept(chosen, set(newsletter.languages), "language", newsletter.slug)


def _kept(chosen: Collection[str], offered: set[str], kind: str, slug: str) -> frozenset[str]:
    unknown = set(chosen) - offered
    if unknown:
        raise UsageError(
            f"The newsletter {slug} has no {kind} {min(unknown)}; it has "
            f"{', '.join(sorted(offered)) or 'none'}."
        )
    return frozenset() if set(chosen) == offered else frozenset(chosen)
