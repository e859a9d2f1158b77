"""The featured box: a publication's list of picks, and the articles that its links lead to."""

import datetime as dt
from collections.abc import Sequence

from syndicate.reading.text import key_of, normal_url
from syndicate.store.content import featured
from syndicate.store.ground.session import Transaction


def keep(
    tx: Transaction, publication_id: int, picks: Sequence[tuple[str, str]], *, now: dt.datetime
) -> list[int]:
    """Keep the list as it stands on a page, and find the articles of picks old and new.

    A pick may be seen before its article is collected: it is looked for again at every store.

    Args:
        tx: the open transaction.
        publication_id: whose list.
        picks: (teaser, url) pairs of the page that was read; none means that no page was.
        now: aware UTC.

    Returns:
        Ids of the articles that feeds have to be told of.
    """
    is_changed = bool(picks) and featured.replace(tx, publication_id, picks, now=now)
    keys = {url: key_of(normal_url(url)) for url in featured.unlinked(tx, publication_id)}
    found = featured.link(tx, publication_id, keys) if keys else []
    return featured.articles_of(tx, publication_id) if is_changed else found
