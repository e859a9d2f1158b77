"""A story that its own feed gives another identity and address: it goes on as the one it was.

A site moves to another domain, writes a session into its addresses, or mends a slip in a headline
and its slug with it. The old entry is in the document no more, a new one was published at the same
time, and either headline and path are the same, or the text is, and the headline but for a slip.
It is careful, because two stories made one lose a story.

The first few identities of a story are each in the audit; `syndicate articles split` undoes one
that was none of its. Where every poll brings another, the row of an old one is turned into it, and
nobody is told again.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any

from syndicate.articles import moved
from syndicate.articles.identity import Identified
from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import is_article_url, key_of, normal_url, plain, word_list
from syndicate.store.editing import article_rows, bulk_articles, heirs
from syndicate.store.editing.heirs import Left, Spare
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act

WITHIN = dt.timedelta(minutes=10)
# More that are new at once are no stories that were renamed.
MOST_NEW = 50
LEAST_WORDS = 6
_SLIP = 0.75  # likeness of two words of which one mends the other
_LONGEST_WORD = 60  # letters: likeness takes time with the square of them, and longer is no word


def found(
    tx: Transaction,
    publication_id: int,
    source_id: int,
    fresh: Sequence[Identified],
    *,
    stems: Collection[bytes],
) -> list[tuple[Identified, Left]]:
    """Entries that are new in a document and go on as a story of before, each with that story.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: whose document.
        fresh: its entries that are recognised by no identity.
        stems: of all entries of the document.
    """
    if len(fresh) > MOST_NEW:
        return []
    wanted = [
        (place, each.entry.published)
        for place, each in enumerate(fresh)
        if each.entry.published is not None and each.entry.link and each.entry.title
    ]
    near = heirs.left(tx, publication_id, source_id, wanted, stems=stems, within=WITHIN)
    pairs = [(fresh[each.place], each) for each in near if is_heir(fresh[each.place], each)]
    return _one_to_one(pairs)


def carry(
    tx: Transaction,
    publication_id: int,
    source_id: int,
    going_on: Sequence[tuple[Identified, Left, dict[str, Any]]],
    *,
    stems: Collection[bytes],
    now: dt.datetime,
) -> frozenset[int]:
    """Write down the identities under which stories go on, in rows of their own while they are few.

    Args:
        tx: the open transaction.
        publication_id: whose articles.
        source_id: whose document.
        going_on: entries, what `found` has for each, and its columns of `article_source`.
        stems: of all entries of the document.
        now: aware UTC.

    Returns:
        Ids of the articles whose new identity took the place of an older one.
    """
    ids = [before.article_id for _, before, _ in going_on]
    spare = heirs.spare(tx, source_id, ids, stems=stems)
    rows = [columns | {"article_id": before.article_id} for _, before, columns in going_on]
    article_rows.attach(tx, [each for each in rows if each["article_id"] not in spare], now)
    turned = [(spare[each["article_id"]], each) for each in rows if each["article_id"] in spare]
    heirs.turn(tx, [{**each, "id": old.row_id} for old, each in turned], now)
    links = [
        (before.article_id, publication_id, _links(each, is_turned=before.article_id in spare))
        for each, before, _ in going_on
    ]
    bulk_articles.add_links(tx, links)
    if spare:
        _forget(tx, publication_id, list(spare.values()))
    return frozenset(spare)


def tell(
    tx: Transaction,
    source_id: int,
    renamed: Sequence[tuple[Identified, Left, int]],
    *,
    turned: Collection[int],
    now: dt.datetime,
) -> None:
    """A notice of stories that go on under another identity, and a line of each in the audit.

    Args:
        tx: the open transaction.
        source_id: whose document.
        renamed: entries, what `found` has for each, and their rows of `article_source`.
        turned: articles of which enough was told before.
        now: aware UTC.
    """
    for each, before, row_id in renamed:
        # Without the address: one that changes with each poll is told once, and not each time.
        message = (
            f"“{each.entry.title[:MAX_SAID]}” has another identity and address now. It goes on as "
            f"the story that it was. If it is a different one, `syndicate articles show "
            f"{before.article_id}` names the entry to split off."
        )
        sources.notice_once(tx, source_id, kind="renamed", message=message, now=now)
        if before.article_id not in turned:
            audit.record(
                tx,
                at=now,
                actor=f"source:{source_id}",
                action=Act.ARTICLE_MERGE,
                subject=f"article:{before.article_id}",
                entry=row_id,
                revision=before.revision,
            )


def _links(each: Identified, *, is_turned: bool) -> Sequence[str]:
    """Addresses to note: of an identity that will be turned again, the one that goes with it."""
    own = key_of(normal_url(each.entry.link or ""))
    return [link for link in each.links if not is_turned or link == own]


def _forget(tx: Transaction, publication_id: int, turned: Sequence[Spare]) -> None:
    """Addresses of identities that were turned lead nowhere, but for those that others have."""
    ids = [each.article_id for each in turned]
    kept = {key_of(normal_url(link)) for link in heirs.addresses(tx, ids)}
    gone = {key_of(normal_url(each.link)) for each in turned if each.link} - kept
    heirs.forget(tx, publication_id, ids, gone)


def is_heir(each: Identified, before: Left) -> bool:
    """Whether an entry is the story of before."""
    entry = each.entry
    same_title = word_list(entry.title) == word_list(before.title)
    if same_title and _is_same_page(before.link, entry.link or ""):
        return True
    if not same_title and not is_mended(before.title, entry.title):
        return False
    text = word_list(plain(entry.content))
    return len(text) >= LEAST_WORDS and text == word_list(plain(before.body_html))


def is_mended(before: str, now: str) -> bool:
    """Whether one headline is the other but for slips in a word or two; numbers are no slips."""
    old, new = word_list(before), word_list(now)
    other = [(was, word) for was, word in zip(old, new, strict=False) if was != word]
    if len(old) != len(new) or not 0 < len(other) <= 2 or len(other) * 2 > len(old):  # noqa: PLR2004
        return False
    return all(
        not any(map(str.isdigit, was + word))
        and max(len(was), len(word)) <= _LONGEST_WORD
        and SequenceMatcher(None, was, word, autojunk=False).ratio() > _SLIP
        for was, word in other
    )


def _is_same_page(before: str, link: str) -> bool:
    """Whether addresses lead to one page, which is not the front of a site."""
    return is_article_url(link) and moved.page_name(before) == moved.page_name(link)


def _one_to_one(pairs: Sequence[tuple[Identified, Left]]) -> list[tuple[Identified, Left]]:
    """Of what fits several, nothing: nobody knows which."""
    by_entry: dict[bytes, set[int]] = {}
    by_article: dict[int, set[bytes]] = {}
    for each, before in pairs:
        by_entry.setdefault(each.stem, set()).add(before.article_id)
        by_article.setdefault(before.article_id, set()).add(each.stem)
    known = {each.stem: (each, before) for each, before in pairs}
    return [
        known[stem]
        for stem, ids in by_entry.items()
        if len(ids) == 1 and len(by_article[next(iter(ids))]) == 1
    ]
