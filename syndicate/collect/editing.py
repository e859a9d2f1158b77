"""An editor's word on an article that was collected: a correction with its note."""

import datetime as dt

from syndicate.collect.clean import clean
from syndicate.collect.text import visible_hash
from syndicate.errors import RefusedError, UsageError
from syndicate.store import changes
from syndicate.store.articles import Article, ArticleState, Change
from syndicate.store.session import Transaction

_DONE = frozenset({ArticleState.KILLED, ArticleState.TAKEN_DOWN})


def correct(
    tx: Transaction,
    article: Article,
    *,
    note: str,
    headline: str | None = None,
    standfirst: str | None = None,
    body: str | None = None,
    now: dt.datetime,
) -> None:
    """Publish a correction of an article.

    Args:
        tx: the open transaction.
        article: the article.
        note: what readers are told was wrong.
        headline: plain text, or None to keep it.
        standfirst: plain text, or None to keep it.
        body: HTML, cleaned here; or None to keep it.
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
    new_headline = " ".join((headline or article.headline).split())
    new_standfirst = " ".join(
        (standfirst if standfirst is not None else article.standfirst).split()
    )
    new_body = clean(body, base=article.url) if body is not None else article.body_html
    columns = {
        "headline": new_headline,
        "standfirst": new_standfirst,
        "body_html": new_body,
        "visible_hash": visible_hash(
            headline=new_headline,
            standfirst=new_standfirst,
            authors=tuple(article.authors),
            body=new_body,
            picture=None,
        ),
    }
    changes.change(tx, article, Change.CORRECTION, columns, note=note.strip(), now=now)
