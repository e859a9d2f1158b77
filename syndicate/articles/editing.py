"""An editor's word on an article that was collected: a correction with its note, an embargo."""

import datetime as dt
from dataclasses import dataclass

from syndicate.articles.story import MAX_HEADLINE, MAX_STANDFIRST, standfirst_of
from syndicate.errors import RefusedError, UsageError
from syndicate.reading.clean import clean
from syndicate.reading.encoding import legal
from syndicate.reading.text import visible_hash
from syndicate.store.content import articles, pictures
from syndicate.store.content.articles import Article, ArticleState, Change
from syndicate.store.editing import changes, embargoes
from syndicate.store.ground.session import Transaction

_DONE = frozenset({ArticleState.KILLED, ArticleState.TAKEN_DOWN})


@dataclass(frozen=True)
class Wording:
    """New words for an article; None keeps the old ones. The body is HTML and is cleaned here."""

    headline: str | None = None
    standfirst: str | None = None
    body: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no article can have.

        Raises:
            UsageError: an empty headline, or words beyond what an article holds.
        """
        if self.headline is not None and not tidy(self.headline):
            raise UsageError("An article needs a headline; leave it out to keep the one it has.")
        for what, text, most in (
            ("headline", self.headline, MAX_HEADLINE),
            ("standfirst", self.standfirst, MAX_STANDFIRST),
        ):
            if text is not None and len(tidy(text)) > most:
                raise UsageError(
                    f"This {what} has {len(tidy(text))} characters; {most} is the most there is "
                    "room for. Shorten it."
                )


def embargo(
    tx: Transaction, article: Article, until: dt.datetime | None, *, now: dt.datetime
) -> bool:
    """Hold an article back until a moment, or let it out. Safe to run twice.

    Args:
        tx: the open transaction.
        article: live, embargoed or held.
        until: aware UTC and to come; None lets it out at once.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        RefusedError: the article was withdrawn, or its newsroom still calls it a draft.
        UsageError: the moment has come already: a mistyped year must not publish an article.
    """
    if until is not None and until <= now:
        raise UsageError(
            f"{until:%Y-%m-%d %H:%M} UTC is over, so it would hold nothing back. Name a moment to "
            "come; or let the article out, if that is meant."
        )
    if article.state in _DONE or article.state is ArticleState.DRAFT:
        raise RefusedError(
            f"Article {article.id} is {_named(article)}; an embargo holds back what would be "
            "published, and nothing else.",
            article_id=article.id,
        )
    return embargoes.set_end(tx, article.id, now if until is None else until, now=now)


def correct(
    tx: Transaction, article: Article, wording: Wording, *, note: str, now: dt.datetime
) -> bool:
    """Publish a correction of an article. Safe to run twice: what is said already is no news.

    Args:
        tx: the open transaction.
        article: the article.
        wording: what it says from now on.
        note: what readers are told was wrong.
        now: aware UTC.

    Returns:
        Whether anything is published.

    Raises:
        UsageError: the note is empty.
        RefusedError: the article was killed or taken down.
    """
    note = tidy(note)
    if not note:
        raise UsageError("A correction needs a note that tells readers what was wrong.")
    if article.state in _DONE:
        raise RefusedError(
            f"Article {article.id} is {_named(article)}; "
            "only an article that readers can see is corrected.",
            article_id=article.id,
        )
    words = _words(article, wording)
    is_same = words == _words(article, Wording())
    if is_same and note in {each.note for each in articles.revisions_of(tx, article.id)}:
        return False
    lead = pictures.lead_of(tx, article.id)
    seen = visible_hash(**words, authors=tuple(article.authors), picture=lead)
    columns = {
        "headline": words["headline"],
        "standfirst": words["standfirst"],
        "body_html": words["body"],
        "visible_hash": seen,
    }
    changes.change(tx, article, Change.CORRECTION, columns, note=note, now=now)
    return True


def tidy(text: str) -> str:
    """What an editor typed as one line, without what no document can hold."""
    return " ".join(legal(text).split())


def _words(article: Article, wording: Wording) -> dict[str, str]:
    """Headline, standfirst and body; a standfirst that was taken from the body follows it."""
    body = article.body_html
    if wording.body is not None:
        body = clean(legal(wording.body), base=article.url)
    standfirst = wording.standfirst
    if standfirst is None:
        is_derived = article.standfirst == standfirst_of(article.body_html)
        standfirst = standfirst_of(body) if is_derived else article.standfirst
    return {
        "headline": article.headline if wording.headline is None else tidy(wording.headline),
        "standfirst": tidy(standfirst),
        "body": body,
    }


def _named(article: Article) -> str:
    """The state of an article as it stands in a sentence."""
    said = article.state.value.replace("_", " ")
    return "a draft" if article.state is ArticleState.DRAFT else said
