"""What operators do to a newsletter: make one, and send the slot of now."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from syndicate import bounds, slugs
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.languages import normalised
from syndicate.newsletters import kinds, run, schedule, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsroom import newsletters as chosen
from syndicate.newsroom import publications as brands
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.newsletters import EmptyRule, NewsletterKind

_MAX_SLUG, _MAX_LANGUAGE, _MAX_NAME, _MAX_DESCRIPTION = 80, 35, 200, 1_000
T = TypeVar("T")
_EIGHT = ("08:00",)  # readers' breakfast, where nobody says when


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A newsletter as it is asked for.

    Attributes:
        publication: slug of the one that it comes from.
        name: as readers see it.
        description: one sentence for the sign-up page.
        sections: slugs that it draws from, in every publication; translations share a slug.
        languages: that it comes in, the fallback first; empty means the publication's.
        times: local, "HH:MM"; days: 1 Monday to 7; empty means 08:00 and every day.
        zone: IANA name; None means the publication's.
        when_empty: what an issue without stories does.
    """

    slug: str
    publication: str
    name: str
    kind: NewsletterKind = NewsletterKind.DIGEST
    description: str = ""
    sections: Sequence[str] = ()
    languages: Sequence[str] = ()
    times: Sequence[str] = ()
    days: Sequence[int] = ()
    zone: str | None = None
    when_empty: EmptyRule = EmptyRule.SKIP


@verb(Permission.NEWSLETTERS)
def add(tx: Transaction, wanted: Wanted, *, actor: Actor, now: dt.datetime) -> Newsletter:
    """Make a newsletter.

    Raises:
        NotFoundError: there is no such publication, or none that has such a section.
        UsageError: slug, name, language, time, day or zone cannot be used.
        RefusedError: the slug is taken, or nothing opens issues of this kind.
    """
    _check(wanted)
    owner = brands.named(tx, wanted.publication)
    allow(actor, Permission.NEWSLETTERS, publication_id=owner.id)
    row = Newsletter(
        slug=wanted.slug,
        kind=wanted.kind,
        name=wanted.name,
        description=wanted.description,
        publication_id=owner.id,
        languages=_once(_language(each) for each in wanted.languages) or [owner.language],
        zone=wanted.zone or owner.zone,
        schedule={
            "times": _once(wanted.times or _EIGHT),
            "days": _once(wanted.days or schedule.EVERY_DAY),
        },
        empty_rule=wanted.when_empty,
        created_at=now,
    )
    timetable.read_schedule(row)
    made = newsletters.add(tx, row, section_ids=_section_ids(tx, wanted.sections))
    _record(tx, "added", f"newsletter:{made.id}", actor, now)
    return made


@verb(Permission.RUN)
def send_now(
    newsletter_id: int, offer: Offer = Offer.SLOT, *, actor: Actor, now: dt.datetime
) -> int:
    """Open the issue of the slot that is now, or of the last one before now; or of what is new.

    The issue of a slot that was empty or held is composed again; one that was sent is left alone.

    Args:
        newsletter_id: whose.
        offer: the slot, or what is new since the last issue.
        actor: who asks.
        now: aware UTC.

    Returns:
        The issue's id.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has no slots or no language, nothing is new, or it or all mail is held.
        UsageError: its schedule cannot be read.
    """
    with transaction() as tx:
        newsletter = chosen.numbered(tx, newsletter_id)
        _allow_to_run(newsletter, actor)
        issue_id, is_news = run.open_now(tx, newsletter, offer, now)
        if is_news:
            _record(tx, "run", f"issue:{issue_id}", actor, now)
        return issue_id


def _allow_to_run(newsletter: Newsletter, actor: Actor) -> None:
    whose = {"publication_id": newsletter.publication_id, "newsletter_id": newsletter.id}
    allow(actor, Permission.RUN, **whose)


def _check(wanted: Wanted) -> None:
    slugs.check(wanted.slug, "newsletter", most=_MAX_SLUG)
    if not bounds.text(wanted.name, "The name", most=_MAX_NAME).strip():
        raise UsageError("A newsletter needs a name that readers see.")
    bounds.text(wanted.description, "The description", most=_MAX_DESCRIPTION)
    if wanted.kind not in kinds.OFFERED:
        raise RefusedError(kinds.not_yet(wanted.name, wanted.kind))


def _language(said: str) -> str:
    tag = normalised(said)
    if tag is None or len(tag) > _MAX_LANGUAGE:
        raise UsageError(f"{said[:40]} is not a language; write its tag, such as en or ar.")
    return tag


def _once(said: Iterable[T]) -> list[T]:
    """What was said, each once, in its order."""
    return list(dict.fromkeys(said))


def _section_ids(tx: Transaction, slugs: Sequence[str]) -> list[int]:
    """The sections of these slugs in every publication: translations share a slug."""
    every = [
        section
        for publication in publications.all_publications(tx)
        for section in publications.sections_of(tx, publication.id)
    ]
    missing = set(slugs) - {section.slug for section in every}
    if missing:
        raise NotFoundError(f"No publication has a section {min(missing)}.")
    return [section.id for section in every if section.slug in slugs]


def _record(tx: Transaction, what: str, subject: str, actor: Actor, now: dt.datetime) -> None:
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
