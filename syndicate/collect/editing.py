"""An editor's word on an article that was collected: a correction with its note."""

import datetime as dt
from dataclasses import dataclass

from syndicate.collect.clean import clean
from syndicate.collect.text import visible_hash
from syndicate.errors import RefusedError, UsageError
from syndicate.store import changes
from syndicate.store.articles import Article, ArticleState, Change
from syndicate.store.session import Transaction

_DONE = frozenset({ArticleState.KILLED, ArticleState.TAKEN_DOWN})


@dataclass(frozen=True)
class Wording:
    """New words for an article; None keeps the old ones. The body is HTML and is cleaned here."""

    headline: str | None = None
    standfirst: str | None = None
    body: str | None = None


def correct(
    tx: Transaction, article: Article, wording: Wording, *, note: str, now: dt.datetime
) -> None:
    """Publish a correction of an article.

    Args:
        tx: the open transaction.
        article: the article.
        wording: what it says from now on.
        note: what readers are told was wrong.
        now: aware UTC.

    Raises:
        UsageError: the note is empty.
        RefusedError: the article was killed or taken down.
    """
    if not note.strip():
        raise UsageError("A correction needs a note that tells readers what was wrong.")
    if article.state in _DONE:
        raise RefusedError(
            f"Article {article.id} is {article.state.value.replace('_', ' ')}; "
            "only an article that readers can see is corrected.",
            article_id=article.id,
        )
    headline = " ".join((wording.headline or article.headline).split())
    standfirst = article.standfirst if wording.standfirst is None else wording.standfirst
    standfirst = " ".join(standfirst.split())
    body = article.body_html
    if wording.body is not None:
        body = clean(wording.body, base=article.url)
    columns = {
        "headline": headline,
        "standfirst": standfirst,
        "body_html": body,
        "visible_hash": visible_hash(
            headline=headline,
            standfirst=standfirst,
            authors=tuple(article.authors),
            body=body,
            picture=None,
        ),
    }
    changes.change(tx, article, Change.CORRECTION, columns, note=note.strip(), now=now)
