"""What operators do to a source besides its fields: pause, resume, remove it, collect from it.

A source is named by its id or its slug, which is never only digits.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from syndicate.collect import run, websub
from syndicate.collect.run import Collected
from syndicate.errors import RefusedError
from syndicate.newsroom.sources import in_use, named, unknown
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import held_documents, sources
from syndicate.store.intake.sources import Source
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sources import SourceState


@verb(Permission.SOURCES)
def pause(source: int | str, *, actor: Actor, now: dt.datetime) -> bool:
    """Stop polling a source until it is resumed. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
    """
    return _set(source, SourceState.PAUSED, Act.SOURCE_PAUSE, actor, now)


@verb(Permission.SOURCES)
def resume(source: int | str, *, actor: Actor, now: dt.datetime) -> bool:
    """Poll a source again, immediately, whatever it did before. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
    """
    return _set(source, SourceState.ACTIVE, Act.SOURCE_RESUME, actor, now)


@verb(Permission.SOURCES)
def accept(source: int | str, *, actor: Actor, now: dt.datetime) -> bool:
    """Take what a source changes in all its stories at once, with its next poll, which is due now.

    Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
        RefusedError: nothing of it is held.
    """
    return _answer(source, Act.SOURCE_ACCEPT, actor, now)


@verb(Permission.SOURCES)
def drop(source: int | str, *, actor: Actor, now: dt.datetime) -> bool:
    """Take nothing of a document that is held: what stands stays, and its next one is judged anew.

    Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such source.
        RefusedError: nothing of it is held.
    """
    return _answer(source, Act.SOURCE_DROP, actor, now)


@verb(Permission.SOURCES)
def remove(source: int | str, *, actor: Actor, now: dt.datetime) -> int:
    """Forget a source, and leave its hubs; what it brought stays.

    Returns:
        The id that it had.

    Raises:
        NotFoundError: there is no such source.
    """
    with transaction() as tx:
        found = named(tx, source)
        allow(actor, Permission.SOURCES, publication_id=found.publication_id)
        source_id, name = found.id, found.name
    websub.leave(source_id)
    with transaction() as tx:
        if not sources.remove(tx, source_id):
            raise unknown(source)
        _record(tx, Act.SOURCE_REMOVE, source_id, actor, now, name=name)
        return source_id


@verb(Permission.SOURCES)
def collect(which: Sequence[int | str] | None, *, actor: Actor, now: dt.datetime) -> Collected:
    """Collect from sources now, whether or not they are due.

    Args:
        which: ids or slugs; None means all that are not at rest.
        actor: who asks; written down when it brought anything.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such source.
        RefusedError: nobody can ask one of them, for its CMS sends what it has.
    """
    with transaction() as tx:
        if which is None:
            allow(actor, Permission.SOURCES)
        found = [_in_hand(tx, each, actor) for each in which or ()]
        for each in found:
            if not each.kind.is_fetched:
                raise RefusedError(
                    f"Source {each.id} is a CMS that sends its articles by itself; there is "
                    "nothing to collect from it.",
                    source_id=each.id,
                )
    source_ids = None if which is None else [each.id for each in found]
    done = run.collect_now(source_ids, now)
    if done.articles or done.revisions:
        brought = {"articles": done.articles, "revisions": done.revisions}
        subject = "sources"
        if source_ids is not None and len(source_ids) == 1:
            subject = f"source:{source_ids[0]}"
        with transaction() as tx:
            audit.record(
                tx, at=now, actor=actor.name, action=Act.SOURCE_COLLECT, subject=subject, **brought
            )
    return done


def _set(source: int | str, state: SourceState, act: Act, actor: Actor, now: dt.datetime) -> bool:
    with transaction() as tx:
        found = _in_hand(tx, source, actor)
        source_id = found.id
        message = f"{found.name} was {act.words}."
        is_news = sources.set_state(tx, source_id, state, message=message, now=now)
        if is_news:
            _record(tx, act, source_id, actor, now)
        return is_news


def _answer(source: int | str, act: Act, actor: Actor, now: dt.datetime) -> bool:
    with transaction() as tx:
        found = _in_hand(tx, source, actor)
        is_news = held_documents.answer(tx, found.id, is_let_in=act is Act.SOURCE_ACCEPT, now=now)
        if is_news is None:
            raise RefusedError(
                f"Nothing that {found.name} sends waits for an answer; its notices say what it "
                "sent last.",
                source_id=found.id,
            )
        if is_news:
            _record(tx, act, found.id, actor, now)
        return is_news


def _in_hand(tx: Transaction, source: int | str, actor: Actor) -> Source:
    """A source in use, for whoever may steer it."""
    found = in_use(tx, source)
    allow(actor, Permission.SOURCES, publication_id=found.publication_id)
    return found


def _record(
    tx: Transaction, what: Act, source_id: int, actor: Actor, now: dt.datetime, **detail: Any
) -> None:
    subject = f"source:{source_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
