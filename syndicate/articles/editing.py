"""Editing by hand: the verbs that correct, hold back, let out, alert, kill or take down an article.

Each is a verb: one rule and one line in the audit, whether it came by shell, API or console.
"""

import datetime as dt
from dataclasses import dataclass

from syndicate import bounds, phrases
from syndicate.articles.story import MAX_HEADLINE, MAX_STANDFIRST, standfirst_of
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.newsroom.verbs import allow, verb
from syndicate.reading.clean import clean
from syndicate.reading.dates import iso
from syndicate.reading.encoding import legal, tidy
from syndicate.reading.records import Words
from syndicate.store.composition import alerts
from syndicate.store.content import articles, pictures
from syndicate.store.content.articles import Article
from syndicate.store.editing import changes, embargoes
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState, Change

MAX_REASON = 1_000  # characters that an editor may give as a reason, or tell readers in a note
MAX_BODY = 1_000_000  # characters of HTML


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
            ("body", self.body, MAX_BODY),
        ):
            if text is not None and len(tidy(text)) > most:
                raise UsageError(
                    f"This {what} has {len(tidy(text))} characters; {most} is the most there is "
                    "room for. Shorten it."
                )


def find(tx: Transaction, article_id: int) -> Article:
    """The article of this id, whatever its state.

    Raises:
        NotFoundError: there is none.
    """
    return _known(article_id, articles.find(tx, article_id))


def lock(tx: Transaction, article_id: int) -> Article:
    """The article of this id as it stands, which nobody else changes before the commit.

    Raises:
        NotFoundError: there is none.
    """
    return _known(article_id, articles.lock(tx, article_id))


def in_hand(tx: Transaction, article_id: int, actor: Actor) -> Article:
    """The article of this id, locked, for whoever may change it.

    Raises:
        NotFoundError: there is none.
        NotAllowedError: the actor may change no article of its publication.
    """
    article = lock(tx, article_id)
    allow(actor, Permission.ARTICLES, publication_id=article.publication_id)
    return article


@verb(Permission.ARTICLES)
def embargo(
    tx: Transaction,
    article_id: int,
    until: dt.datetime | None,
    *,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Hold an article back until a moment, or let it out. Safe to run twice.

    Args:
        tx: the open transaction.
        article_id: of one that is live, embargoed or held.
        until: aware UTC and to come; None lets it out at once.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such article.
        RefusedError: the article was withdrawn, or its newsroom still calls it a draft.
        UsageError: the moment has come already: a mistyped year must not publish an article.
    """
    if until is not None and until <= now:
        raise UsageError(
            f"{phrases.moment(until)} is in the past, so it would hold nothing back. Give a "
            "time in the future, or publish the article."
        )
    article = in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone() or article.state is ArticleState.DRAFT:
        raise RefusedError(
            f"Article {article.id} is {named(article)}; only what would be published can be held "
            "back.",
            article_id=article.id,
        )
    is_news = embargoes.set_end(tx, article.id, until or now, now=now)
    if is_news:
        record(tx, Act.ARTICLE_EMBARGO, article_id, actor=actor, now=now, until=iso(until or now))
    return is_news


@verb(Permission.ARTICLES)
def alert(tx: Transaction, article_id: int, *, actor: Actor, now: dt.datetime) -> bool:
    """Tell an article at once to the readers of alerts; under an embargo, at its end.

    Safe to run twice: it is told once.

    Returns:
        Whether anything changed: False where it was told, or is about to be.

    Raises:
        NotFoundError: there is no such article.
        RefusedError: it was killed or taken down.
    """
    article = in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone():
        raise RefusedError(
            f"Article {article_id} is {named(article)}; no alert is sent for it.",
            article_id=article_id,
        )
    is_news = bool(alerts.ask(tx, [article_id], now=now))
    if is_news:
        record(tx, Act.ARTICLE_ALERT, article_id, actor=actor, now=now)
    return is_news


@verb(Permission.ARTICLES)
def kill(tx: Transaction, article_id: int, *, note: str, actor: Actor, now: dt.datetime) -> bool:
    """Withdraw an article; its text is kept but no longer shown. Safe to run twice.

    Args:
        tx: the open transaction.
        article_id: which.
        note: why, for the newsroom; it stands with the article's revisions. May be empty.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such article.
        OutOfBoundsError: the note cannot be kept.
    """
    said = tidy(bounds.text(note, "The note", most=MAX_REASON))
    is_news = changes.kill(tx, in_hand(tx, article_id, actor), note=said or None, now=now)
    if is_news:
        record(tx, Act.ARTICLE_KILL, article_id, actor=actor, now=now)
    return is_news


@verb(Permission.ARTICLES)
def take_down(
    tx: Transaction, article_id: int, *, reason: str, actor: Actor, now: dt.datetime
) -> bool:
    """Remove an article and every copy of it for good. Safe to run twice.

    Args:
        tx: the open transaction.
        article_id: which.
        reason: on what grounds, without the words that go; kept in the audit for good.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such article.
        UsageError: there is no reason, or it cannot be kept.
    """
    said = tidy(bounds.text(reason, "The reason", most=MAX_REASON))
    if not said:
        raise UsageError(
            "A takedown needs a reason: say on what grounds the article is removed; "
            "the audit keeps it."
        )
    is_news = changes.take_down(tx, in_hand(tx, article_id, actor), now=now)
    if is_news:
        record(tx, Act.ARTICLE_TAKEDOWN, article_id, actor=actor, now=now, reason=said)
    return is_news


@verb(Permission.ARTICLES)
def correct(
    tx: Transaction,
    article_id: int,
    wording: Wording,
    *,
    note: str,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Publish a correction of an article. Safe to run twice: what is said already is no news.

    Args:
        tx: the open transaction.
        article_id: which.
        wording: what it says from now on.
        note: what readers are told was wrong.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything is published.

    Raises:
        NotFoundError: there is no such article.
        UsageError: the note is empty, or cannot be kept.
        RefusedError: the article was killed or taken down.
    """
    note = bounds.text(tidy(note), "The note", most=MAX_REASON)
    if not note:
        raise UsageError("A correction needs a note that tells readers what was wrong.")
    article = in_hand(tx, article_id, actor)
    if article.state in ArticleState.gone():
        raise RefusedError(
            f"Article {article.id} is {named(article)}; "
            "only an article that readers can see is corrected.",
            article_id=article.id,
        )
    words = _words(article, wording)
    is_same = words == _words(article, Wording())
    if is_same and note in {each.note for each in articles.revisions_of(tx, article.id)}:
        return False
    seen = words.hash(pictures.lead_of(tx, article.id))
    columns = {**vars(words), "visible_hash": seen}
    changes.change(tx, article, Change.CORRECTION, columns, note=note, now=now)
    record(tx, Act.ARTICLE_CORRECT, article_id, actor=actor, now=now)
    return True


def record(
    tx: Transaction,
    what: Act,
    article_id: int,
    *,
    actor: Actor,
    now: dt.datetime,
    **detail: str,
) -> None:
    """Write down what was done to an article."""
    subject = f"article:{article_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)


def _known(article_id: int, found: Article | None) -> Article:
    if found is None:
        raise NotFoundError(
            f"There is no article {article_id}; see the list of articles.",
            article_id=article_id,
        )
    return found


def _words(article: Article, wording: Wording) -> Words:
    """What the article says from then on; a standfirst that was taken from the body follows it."""
    body = article.body_html
    if wording.body is not None:
        body = clean(legal(wording.body), base=article.url)
    standfirst = wording.standfirst
    if standfirst is None:
        is_derived = article.standfirst == standfirst_of(article.body_html)
        standfirst = standfirst_of(body) if is_derived else article.standfirst
    headline = article.headline if wording.headline is None else tidy(wording.headline)
    return Words.of(article, headline=headline, standfirst=tidy(standfirst), body_html=body)


def named(article: Article) -> str:
    """The state of an article as it stands in a sentence: `killed`, `a draft`."""
    said = article.state.value.replace("_", " ")
    return "a draft" if article.state is ArticleState.DRAFT else said
