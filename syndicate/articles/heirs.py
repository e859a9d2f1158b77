"""A story that its own feed gives another identity and address: it goes on as the one it was.

A site moves to another domain, writes a session into its addresses, or mends a slip in a headline
and its slug with it. The old entry is in the document no more, a new one was published at the same
time, and either headline and path are the same, or the text is, and the headline but for a slip.
It is careful, because two stories made one lose a story.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from syndicate.articles import moved
from syndicate.articles.identity import Identified
from syndicate.reading.text import is_article_url, plain, word_list
from syndicate.store.editing import heirs
from syndicate.store.editing.heirs import Left
from syndicate.store.ground.session import Transaction

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
) -> list[tuple[Identified, int]]:
    """(entry, article id) of entries that are new in a document and go on as another's story.

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


def _one_to_one(pairs: Sequence[tuple[Identified, Left]]) -> list[tuple[Identified, int]]:
    """Of what fits several, nothing: nobody knows which."""
    by_entry: dict[bytes, set[int]] = {}
    by_article: dict[int, set[bytes]] = {}
    for each, before in pairs:
        by_entry.setdefault(each.stem, set()).add(before.article_id)
        by_article.setdefault(before.article_id, set()).add(each.stem)
    known = {each.stem: each for each, _ in pairs}
    return [
        (known[stem], article_id)
        for stem, ids in by_entry.items()
        if len(ids) == 1 and len(by_article[article_id := next(iter(ids))]) == 1
    ]
