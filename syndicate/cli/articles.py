"""`syndicate articles`: find, correct, hold, split, kill and take down articles."""

import datetime as dt
import sys
from typing import Annotated, Any

import typer

from syndicate import bounds, clock, phrases
from syndicate.articles import editing, featuring, splitting
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import OutOfBoundsError, UsageError
from syndicate.reading.records import Words
from syndicate.store.content import articles
from syndicate.store.content.articles import Article
from syndicate.store.editing import splitting as splitting_rows
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.articles import ArticleState

Id = Annotated[int, typer.Argument(help="The article's id.")]
app = typer.Typer(no_args_is_help=True)
_TIMES = frozenset({"published", "updated"})


@app.command(name="list")
def list_(
    *,
    state: Annotated[
        str | None, typer.Option(help=f"Only {', '.join(ArticleState)}.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    before: Annotated[
        int | None, typer.Option(help="Only those older than the article of this id.")
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="Only those whose embargo cannot be read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List articles, newest first, whatever their state."""
    wanted = None if state is None else one_of(ArticleState, state, "state")
    with transaction() as tx:
        found = articles.listed(tx, state=wanted, only_held=held, before_id=before, limit=limit)
    if as_json:
        print_json({"articles": [summary(each) for each in found]})
        return
    table = Table("id", "state", "access", "rev", "published", "headline")
    for each in found:
        published = phrases.moment(each.published_at) if each.is_dated else "no date: held"
        state_shown = "held" if each.is_held else each.state.value
        table.add_row(
            *(str(each.id), state_shown, each.access.value, str(each.revision)),
            *(published, each.headline[:90]),
        )
    Terminal().print(table)


@app.command()
def show(article_id: Id, *, as_json: AsJson = False) -> None:
    """Show an article with its revisions."""
    with transaction() as tx:
        found = editing.find(tx, article_id)
        words = Words.of(found)
        revisions = articles.revisions_of(tx, article_id)
        tags = articles.tags_of(tx, [article_id]).get(article_id, [])
        carried = _sources(tx, article_id)
        zone = publications.zone_of(tx, found.publication_id)
    shown = {
        **summary(found),
        **{name: said for name, said in vars(words).items() if name != "body_html"},
        "body": words.body_html,
        "tags": tags,
        "sources": carried,
        "revisions": [
            {
                "number": each.number,
                "change": each.change.value,
                "is_material": each.is_material,
                "note": each.note,
                "headline": each.headline,
                "at": clock.iso(each.created_at),
            }
            for each in revisions
        ],
    }
    if as_json:
        print_json(shown)
        return
    for name in ("id", "state", "access", "kind", "url", "published", "updated", "headline"):
        said = phrases.moment(getattr(found, f"{name}_at"), zone) if name in _TIMES else shown[name]
        sys.stdout.write(f"{name:<10} {said}\n")
    for each in revisions:
        note = f": {each.note}" if each.note else ""
        sys.stdout.write(
            f"  {each.number}. {each.change.value}, {phrases.moment(each.created_at, zone)}{note}\n"
        )
    for number, source in enumerate(carried):
        is_again = number and source["id"] == carried[0]["id"]
        entry = f", entry {source['entry']}" if is_again else ""
        sys.stdout.write(f"  source {source['id']}{entry}: {source['reason']}\n")


@app.command()
def correct(
    article_id: Id,
    *,
    note: Annotated[str, typer.Option(help="What was wrong, for readers.")],
    headline: Annotated[str | None, typer.Option(help="The new headline.")] = None,
    standfirst: Annotated[str | None, typer.Option(help="The new standfirst.")] = None,
    body: Annotated[str | None, typer.Option(help="The new body, in HTML.")] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a correction: a revision with a note, everywhere the article appears."""
    wording = editing.Wording(headline, standfirst, body)
    with transaction() as tx:
        is_news = editing.correct(
            tx, article_id, wording, note=note, actor=actor(), now=clock.now()
        )
    _done(article_id, "corrected", is_news=is_news, as_json=as_json)


@app.command()
def embargo(
    article_id: Id,
    *,
    until: Annotated[
        str | None, typer.Option(help="When it ends, with the zone: 2026-11-30T08:00:00Z.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Publish the article now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold an article back until a given time, or publish it; also one with an unread embargo."""
    if (until is None) is not lift:
        raise UsageError(
            "Say when the embargo ends with --until, or publish the article with --lift."
        )
    moment = _moment(until, "The end of the embargo") if until is not None else None
    with transaction() as tx:
        is_news = editing.embargo(tx, article_id, moment, actor=actor(), now=clock.now())
        zone = publications.zone_of(tx, editing.find(tx, article_id).publication_id)
    what = "published" if moment is None else f"held back until {phrases.moment(moment, zone)}"
    _done(article_id, what, is_news=is_news, as_json=as_json)


@app.command()
def split(
    article_id: Id,
    *,
    source: Annotated[
        str, typer.Option(help="Slug or id of the source whose story is a different one.")
    ],
    entry: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of its entry that is a different story, as `show` has it; those that came "
            "later go with it. Needed for a source that speaks for the article.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Undo a merge: what a source brings as part of this article becomes an article of its own."""
    with transaction() as tx:
        made = splitting.split(tx, article_id, source, entry=entry, actor=actor(), now=clock.now())
    if as_json:
        print_json({"article_id": made, "split_from": article_id})
    else:
        sys.stdout.write(f"What source {source} brings is now article {made}.\n")


@app.command()
def alert(article_id: Id, *, as_json: AsJson = False) -> None:
    """Send an article immediately to the readers of alerts; once only."""
    with transaction() as tx:
        is_news = editing.alert(tx, article_id, actor=actor(), now=clock.now())
    what = "is to be sent as an alert" if is_news else "was already to be sent as an alert"
    _tell(article_id, what, as_json=as_json)


@app.command()
def feature(
    article_id: Id,
    *,
    teaser: Annotated[
        str, typer.Option(help="What the list says; its headline without one.", show_default=False)
    ] = "",
    until: Annotated[
        str | None, typer.Option(help="When it leaves the list: 2026-11-30T08:00:00Z.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put an article first in its publication's featured list."""
    moment = _moment(until, "The end of the pick") if until is not None else None
    with transaction() as tx:
        is_news = featuring.feature(
            tx, article_id, teaser=teaser, until=moment, actor=actor(), now=clock.now()
        )
    _done(article_id, "featured", is_news=is_news, as_json=as_json)


@app.command()
def unfeature(article_id: Id, *, as_json: AsJson = False) -> None:
    """Take an article out of its publication's featured list; no page brings it back."""
    with transaction() as tx:
        is_news = featuring.unfeature(tx, article_id, actor=actor(), now=clock.now())
    what = "is no longer featured" if is_news else "was not featured; nothing changed"
    _tell(article_id, what, as_json=as_json)


@app.command()
def kill(
    article_id: Id,
    *,
    note: Annotated[str, typer.Option(help="Why, for the newsroom.")] = "",
    as_json: AsJson = False,
) -> None:
    """Withdraw an article; its text is kept but no longer shown."""
    with transaction() as tx:
        is_news = editing.kill(tx, article_id, note=note, actor=actor(), now=clock.now())
    _done(article_id, "killed", is_news=is_news, as_json=as_json)


@app.command()
def takedown(
    article_id: Id,
    *,
    reason: Annotated[
        str, typer.Option(help="On what grounds; required, and kept in the audit.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Remove an article and every copy of it for good."""
    with transaction() as tx:
        is_news = editing.take_down(tx, article_id, reason=reason, actor=actor(), now=clock.now())
    _done(article_id, "taken down", is_news=is_news, as_json=as_json)


def summary(article: Article) -> dict[str, Any]:
    """An article as `--json` lists it."""
    return {
        "id": article.id,
        "publication_id": article.publication_id,
        "state": article.state.value,
        "access": article.access.value,
        "kind": article.kind.value,
        "revision": article.revision,
        "url": article.url,
        "headline": article.headline,
        "published": clock.iso(article.published_at),
        "updated": clock.iso(article.updated_at),
        "embargo_until": clock.iso(article.embargo_until) if article.embargo_until else None,
        "is_held": article.is_held,
        "is_dated": article.is_dated,
        "is_backlog": article.is_backlog,
    }


def _sources(tx: Transaction, article_id: int) -> list[dict[str, Any]]:
    """Who brings an article, the one that speaks for it first, and why they are held for one."""
    merges = audit.of(tx, subject=f"article:{article_id}", action=Act.ARTICLE_MERGE)
    likeness = {
        each.actor: said
        for each in merges
        if isinstance(said := each.detail.get("likeness"), int | float)
    }
    renamed = {each.detail.get("entry") for each in merges}
    found: list[dict[str, Any]] = []
    for each in splitting_rows.carried_by(tx, article_id):
        share = likeness.get(f"source:{each.source_id}")
        reason = "same address" if found else "brought it first"
        if each.id in renamed:
            reason = "same story under another identity"
        elif found and share is not None:
            reason = f"same headline, {share:.0%} of the words"
        found.append({"id": each.source_id, "entry": each.id, "link": each.link, "reason": reason})
    return found


def _moment(text: str, what: str) -> dt.datetime:
    try:
        return bounds.moment(dt.datetime.fromisoformat(text), what)
    except ValueError as error:
        if isinstance(error, OutOfBoundsError):
            raise
        raise UsageError(
            f"{text} is not a time; write it with its zone, such as 2026-11-30T08:00:00Z."
        ) from error


def _done(article_id: int, what: str, *, is_news: bool, as_json: bool) -> None:
    now = f"{what}; its feeds are being rebuilt" if is_news else f"already {what}; nothing changed"
    _tell(article_id, f"is {now}", as_json=as_json)


def _tell(article_id: int, what: str, *, as_json: bool) -> None:
    with transaction() as tx:
        found = editing.find(tx, article_id)
    if as_json:
        print_json(summary(found))
    else:
        sys.stdout.write(f"Article {article_id} {what}.\n")
