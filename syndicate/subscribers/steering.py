"""What operators do to a newsletter's readers as a whole: bring a file of them in, give one out."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from syndicate.newsroom import newsletters
from syndicate.newsroom.verbs import allow, let_in, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.subscribers import transfer
from syndicate.subscribers.transfer import AS_IT_STANDS, Foreseen, How, Imported
from syndicate.vocabulary.acts import Act


@verb(Permission.IMPORT)
def bring_in(  # noqa: PLR0913 - what, where to, on what grounds, who and when
    lines: Iterable[str],
    slug: str,
    *,
    wording: str,
    origin: str,
    left: Mapping[str, Sequence[str]] = MappingProxyType({}),
    how: How = AS_IT_STANDS,
    actor: Actor,
    now: dt.datetime,
) -> Imported:
    """Bring a file's readers in, as `transfer.import_csv` does. Safe to run twice.

    Its line in the audit is written with the first readers and counts them as they come, so that
    an import that was cut off has one too.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
        UsageError: wording, origin or file cannot be used; nothing was stored.
    """
    with transaction() as tx:
        subject = _subject(tx, slug, Permission.IMPORT, actor)
    written: list[int] = []

    def note(tx: Transaction, so_far: Imported, refused: int) -> None:
        counts = {
            "added": so_far.added,
            "known": so_far.known,
            "left": so_far.left,
            "refused": refused,
        }
        if so_far.ended:
            counts["ended"] = so_far.ended
        if not written:
            act = Act.NEWSLETTER_IMPORT
            begun = audit.begin(tx, at=now, actor=actor.name, action=act, subject=subject)
            written.append(begun)
        audit.amend(tx, written[0], **counts)

    done = transfer.import_csv(
        lines,
        slug,
        wording=wording,
        origin=origin,
        now=now,
        left=left,
        how=how,
        note=note,
    )
    with transaction() as tx:
        note(tx, done, len(done.refused))
    return done


def foresee(
    lines: Iterable[str],
    slug: str,
    *,
    left: Mapping[str, Sequence[str]] = MappingProxyType({}),
    how: How = AS_IT_STANDS,
    actor: Actor,
    now: dt.datetime,
) -> Foreseen:
    """What `bring_in` would do with a file, for whoever may do it. Stores nothing.

    Raises:
        NotAllowedError: the actor may not import there.
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
        UsageError: the file cannot be used.
    """
    let_in(actor, Permission.IMPORT)
    with transaction() as tx:
        _subject(tx, slug, Permission.IMPORT, actor)
    return transfer.foresee(lines, slug, now=now, left=left, how=how)


@verb(Permission.EXPORT)
def give_out(slug: str, *, actor: Actor, now: dt.datetime) -> Iterator[str]:
    """A newsletter's readers, as `transfer.export_csv` tells them; written down before the first.

    Raises:
        NotFoundError: there is no such newsletter.
    """
    with transaction() as tx:
        subject = _subject(tx, slug, Permission.EXPORT, actor)
        act = Act.NEWSLETTER_EXPORT
        audit.record(tx, at=now, actor=actor.name, action=act, subject=subject)
    return transfer.export_csv(slug)


def _subject(tx: Transaction, slug: str, permission: Permission, actor: Actor) -> str:
    """How the audit calls a newsletter, for whoever may do this with its readers."""
    found = newsletters.named(tx, slug)
    allow(actor, permission, publication_id=found.publication_id, newsletter_id=found.id)
    return f"newsletter:{found.id}"
