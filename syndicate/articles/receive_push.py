"""Articles that a CMS sends by itself, stored the same way as those of any other source.

The CMS's own id is the identity of an article. A push is the whole article, not a patch: what it
does not say, the article does not have.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import uris
from syndicate.articles import editing, store_found
from syndicate.articles.decide import Facts, written_date
from syndicate.articles.identity import Identified, KnownEntry, identify
from syndicate.articles.story import entry_hash
from syndicate.errors import UsageError
from syndicate.languages import normalised
from syndicate.newsroom.verbs import allow, verb
from syndicate.reading.clean import absolute_url, clean
from syndicate.reading.encoding import legal, tidy
from syndicate.reading.names import listed
from syndicate.reading.records import Entry, PictureIn
from syndicate.reading.text import fingerprint
from syndicate.store.composition import alerts
from syndicate.store.content import articles, pictures
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import source_changes, source_leases, sources
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sources import SourceKind

MAX_BATCH = 100
_NEWS = {"created": Act.ARTICLE_CREATE, "changed": Act.ARTICLE_CHANGE}
_RIGHTS = ("channels", "rights_until")


@dataclass(frozen=True)
class PushResult:
    """What became of one article.

    Attributes:
        id: as the CMS named it.
        outcome: created, changed, unchanged or ignored (withdrawn before it ever came).
    """

    id: str
    article_id: int | None
    outcome: str
    state: str | None
    revision: int | None


@verb(Permission.ARTICLES)
def receive(
    tx: Transaction,
    publication: Publication,
    entries: Sequence[Entry],
    *,
    actor: Actor,
    now: dt.datetime,
) -> list[PushResult]:
    """Store what a CMS sent. Safe to run twice: the second time nothing changes.

    Each article that is new or changed is a line of its own in the audit.

    Args:
        tx: the open transaction.
        publication: whose articles they are.
        entries: one for each article, with the CMS's id as guid.
        actor: who sent it.
        now: aware UTC.

    Returns:
        What became of each, in order.

    Raises:
        UsageError: too many at once, one id twice, or one without id or headline.
    """
    allow(actor, Permission.ARTICLES, publication_id=publication.id)
    ids = [each.guid or "" for each in entries]
    if len(ids) > MAX_BATCH:
        raise UsageError(f"{len(ids)} articles are too many at once; send {MAX_BATCH} at most.")
    if len(set(ids)) != len(ids):
        raise UsageError("This batch contains one id twice; send each article once.")
    if not all(each.title for each in entries):
        raise UsageError("An article needs a headline that readers see.")
    if not all(map(str.strip, ids)):
        raise UsageError("An article needs an id: the one by which its CMS knows it.")
    source = _in_use(tx, source_of(tx, publication), now)
    found = identify(entries)
    before = _rows(tx, source.id, found)
    stored = store_found.store(tx, _place(tx, source, publication), found, now=now)
    after = _rows(tx, source.id, found)
    told = [after[each.stem] for each in found if each.entry.is_alert and each.stem in after]
    if told:
        alerts.ask(tx, told, now=now)
    current = {row.id: row for row in articles.by_ids(tx, set(after.values()))}
    pushed = [_outcome(each, before, after, current, stored.article_ids) for each in found]
    for each in pushed:
        if each.outcome in _NEWS and each.article_id is not None:
            editing.record(tx, _NEWS[each.outcome], each.article_id, actor=actor, now=now)
    return pushed


def stored_times(
    tx: Transaction, publication: Publication, entries: Sequence[Entry]
) -> dict[str, set[dt.datetime]]:
    """Times of articles that are there already: saying one again brings nothing in.

    Returns:
        By the CMS's id: those in its rows, and all of a push that says what the last one said.
    """
    found = identify(entries)
    pairs = store_found.known(tx, source_of(tx, publication).id, found)
    rows = pictures.times_of(tx, {before.article_id for _, before in pairs if before is not None})
    return {
        each.entry.guid or "": rows.get(before.article_id, set()) | _said_before(each, before)
        for each, before in pairs
        if before is not None
    }


def _said_before(each: Identified, before: KnownEntry) -> set[dt.datetime]:
    """Times of an entry that the last push of it said too."""
    entry = each.entry
    if not store_found.is_changed(each, before) or before.entry_hash == entry_hash(entry):
        ends = (picture.rights_until for picture in entry.pictures)
        return {at for at in (entry.published, entry.updated, *ends) if at is not None}
    is_dated_so = before.raw_published == written_date(entry)
    return {entry.published} if entry.published is not None and is_dated_so else set()


def source_of(tx: Transaction, publication: Publication) -> Source:
    """The push source of a publication, made when it is first needed."""
    url = f"push:{publication.slug}"
    found = sources.by_url(tx, publication.id, url)
    return found or sources.add(tx, publication.id, SourceKind.PUSH, url, "CMS push")


def entry_of(said: dict[str, Any]) -> Entry:
    """An article as a CMS says it, as an entry: cleaned, tidy, without what no page can hold.

    Args:
        said: validated already, and nothing but what was sent; keys as in docs/api.md.
    """
    link = uris.without_user(said.get("url") or "") or None
    shown = tuple(
        _picture(each, url)
        for each in said.get("pictures", ())
        if (url := absolute_url(each.get("url"), link))
    )
    return Entry(
        title=tidy(said["headline"]),
        link=link,
        guid=legal(said["id"]),
        authors=listed(said.get("authors", ())),
        published=said.get("published_at"),
        updated=said.get("updated_at"),
        summary=tidy(said.get("standfirst", "")),
        content=clean(legal(said.get("body_html", "")), base=link),
        language=normalised(said.get("language")),
        tags=tuple(tidy(tag) for tag in said.get("tags", ())),
        pictures=shown,
        kind=said.get("kind"),
        access=said.get("access"),
        state=said.get("state"),
        change=said.get("change"),
        note=tidy(said.get("note") or "") or None,
        embargo_until=said.get("embargo_until"),
        keeps_embargo="embargo_until" not in said,
        section=said.get("section"),
        is_alert=bool(said.get("alert")),
        said=_fingerprint(said).hex(),
    )


def _picture(said: dict[str, Any], url: str) -> PictureIn:
    channels = said.get("channels")
    return PictureIn(
        **{
            **said,
            "url": url,
            "channels": tuple(channels) if channels is not None else None,
            "keeps": tuple(name for name in _RIGHTS if name not in said),
        }
    )


def _fingerprint(said: dict[str, Any]) -> bytes:
    return fingerprint(json.dumps(said, sort_keys=True, default=str))


def _in_use(tx: Transaction, source: Source, now: dt.datetime) -> Source:
    """A push source, taken into use again where it was retired: its CMS sends all the same."""
    if source.retired_at is not None:
        message = f"{source.name} is in use again: its CMS has sent something."
        source_changes.bring_back(tx, source, message=message, now=now)
    return source


def _rows(tx: Transaction, source_id: int, found: Sequence[Identified]) -> dict[bytes, int]:
    pairs = store_found.known(tx, source_id, found)
    return {each.stem: known.article_id for each, known in pairs if known is not None}


def _place(tx: Transaction, source: Source, publication: Publication) -> store_found.Place:
    sections = source_leases.sections_by_word(tx, [publication.id]).get(publication.id, {})
    facts = Facts(
        source_id=source.id,
        language=publication.language,
        section_id=source.section_id,
        sections=sections,
        is_first_connect=False,
        is_pushed=True,
        spoken=source_leases.languages_of(tx, publication.id),
    )
    return store_found.Place(publication.id, source_leases.authority_of(publication), facts)


def _outcome(
    each: Identified,
    before: dict[bytes, int],
    after: dict[bytes, int],
    current: dict[int, articles.Article],
    touched: Sequence[int],
) -> PushResult:
    article_id = after.get(each.stem)
    if article_id is None:
        return PushResult(each.entry.guid or "", None, "ignored", None, None)
    outcome = "unchanged"
    if article_id in touched:
        outcome = "changed" if each.stem in before else "created"
    row = current[article_id]
    return PushResult(each.entry.guid or "", article_id, outcome, row.state.value, row.revision)
