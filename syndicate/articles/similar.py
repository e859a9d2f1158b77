"""One story that two sources of a publication bring at two addresses: recognised by its likeness.

An address or a canonical link decides before (`decide`); this is for feeds that name neither. It is
careful, because two stories made one lose a story, and a double only looks bad: the same headline,
published within ten minutes, both texts of 48 words or more, nine tenths of them in the same order.
What a CMS pushes is never merged so: its own id says what it is.

Each merge is in the audit with its likeness; `syndicate articles split` undoes it.
"""

import datetime as dt
from collections.abc import Sequence

from syndicate import logs
from syndicate.articles.changes import text_change
from syndicate.articles.decide import Attach, Create
from syndicate.reading.text import plain, word_list
from syndicate.store.editing import similar
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act

log = logs.get(__name__)

WITHIN = dt.timedelta(minutes=10)
LEAST_WORDS = 48
LIKENESS = 0.9


def likeness(one: str, other: str) -> float:
    """How much of two plain texts is the same, 0 to 1; 0 when one is too short to tell by."""
    if min(len(word_list(one)), len(word_list(other))) < LEAST_WORDS:
        return 0.0
    return 1.0 - text_change(one, other)


def merged(
    tx: Transaction,
    publication_id: int,
    source_id: int,
    intents: Sequence[Create | Attach],
    *,
    now: dt.datetime,
) -> list[Create | Attach]:
    """Decisions on new entries, with those made one that another source has brought already.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: who brings the entries.
        intents: what was decided.
        now: aware UTC.
    """
    wanted = [
        (place, each.story.words.headline, each.published_at)
        for place, each in enumerate(intents)
        if isinstance(each, Create) and each.is_dated
    ]
    found = list(intents)
    taken: set[int] = set()
    candidates = similar.candidates(tx, publication_id, source_id, wanted, within=WITHIN)
    for place, article_id, body in candidates:
        each = found[place]
        if article_id in taken or not isinstance(each, Create):
            continue
        share = likeness(plain(body), plain(each.story.words.body_html))
        if share < LIKENESS:
            continue
        taken.add(article_id)
        found[place] = Attach(each.found, article_id, each.key)
        _tell(tx, source_id, article_id, share, now)
    return found


def _tell(tx: Transaction, source_id: int, article_id: int, share: float, now: dt.datetime) -> None:
    log.info("story_merged", source_id=source_id, article_id=article_id, likeness=round(share, 3))
    audit.record(
        tx,
        at=now,
        actor=f"source:{source_id}",
        action=Act.ARTICLE_MERGE,
        subject=f"article:{article_id}",
        likeness=round(share, 3),
    )
    message = (
        f"Stories of source {source_id} that another source brought before are merged with them, "
        "by headline, time and text; `syndicate articles show ID` says which, and "
        f"`syndicate articles split ID --source {source_id}` undoes it."
    )
    sources.notice_once(tx, source_id, kind="merged", message=message, now=now)
