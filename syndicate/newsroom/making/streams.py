"""Streams: what a publication's alerts, digests and other mail have of their own as senders."""

import datetime as dt
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from syndicate import hosts, paces, settings
from syndicate.newsroom.making import acts, mail_domains, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import (
    Difference,
    Field,
    Kind,
    Shape,
    TakesEffect,
    Touched,
    Values,
)
from syndicate.newsroom.making.problems import Problem, Problems, quoted, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import sender_checks, streams
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sending import Stream

_MAIL, _READERS = TakesEffect.NEXT_MAIL, (Touched.READERS,)

KIND = Kind(
    "stream",
    "streams",
    (
        within.PUBLICATION,
        Field(
            "slug",
            "The mail that it is about; article is what readers email to others.",
            shape=Shape.CHOICE,
            choices=tuple(Stream),
            is_required=True,
            is_early=True,
            is_fixed=True,
            example="alert",
            called="stream",
        ),
        Field(
            "sender_name",
            "Who its mail says it is from.",
            instead="the newsletter's or the publication's",
            takes_effect=_MAIL,
            touches=_READERS,
            is_early=True,
            most=100,
            example="Courier alerts",
        ),
        Field(
            "sender_names",
            "The same in other languages.",
            shape=Shape.WORDS,
            takes_effect=_MAIL,
            touches=_READERS,
            example={"ar": "تنبيهات الساعي"},
        ),
        Field(
            "sender_address",
            "The address its mail comes from; its domain must let our mail server send.",
            shape=Shape.MAIL,
            instead="the publication's",
            takes_effect=_MAIL,
            touches=_READERS,
            is_early=True,
            example="alerts@alerts.news.example",
        ),
        Field(
            "reply_to",
            "Where readers' replies go.",
            shape=Shape.MAIL,
            instead="the publication's",
            takes_effect=_MAIL,
            touches=_READERS,
            example="desk@news.example",
        ),
        Field(
            "return_domain",
            "The domain that returned mail goes to; its mail server hands it on to us.",
            shape=Shape.HOST,
            instead="the domain of the sender address",
            takes_effect=_MAIL,
            is_early=True,
            example="returns.news.example",
        ),
        Field(
            "pool",
            "Which relays it leaves by: those with pool= and this name in SYNDICATE_RELAY_URL.",
            instead="the relays that are in no pool",
            most=40,
            example="alerts",
            called="pool of relays",
        ),
        Field(
            "pace",
            "How fast it leaves at most: messages a second (s, min, h or day), connections, or "
            "both.",
            instead="the settings' own",
            most=60,
            example="20/s 5",
        ),
        Field(
            "warm_up",
            "The first day of a new sender (UTC), and how many messages it sends on each of its "
            "first days; urgent mail is not held by it.",
            instead="the settings' own",
            most=2_000,
            example="2026-12-01 50 100 500 1000",
            called="warm-up",
        ),
    ),
)
_OPTIONAL = ("sender_address", "reply_to", "return_domain", "pool", "pace", "warm_up")


def _found(tx: Transaction, key: Key) -> MailStream:
    found = streams.find(tx, within.publication_of(tx, key).id, key.slug)
    if found is None:
        raise acts.unknown(KIND, key)
    return found


def _plain(tx: Transaction, row: MailStream) -> Values:
    return {
        "publication": within.slug_of(tx, row.publication_id),
        "slug": row.slug.value,
        "sender_name": row.sender_name or None,
        "sender_names": {key: str(text) for key, text in row.sender_names.items()},
        **{name: getattr(row, name) or None for name in _OPTIONAL},
    }


def _check(tx: Transaction, row: MailStream | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    slug = values.get("slug")
    if owner is not None and isinstance(slug, str):
        twin = streams.find(tx, owner.id, slug)
        if twin is not None and twin is not row:
            found["slug"] = taken(f"{owner.name} has a stream {slug} already; change that one.")
    return {**_unreadable(values), **found}


def _unreadable(values: Values) -> Problems:
    """What no mail can come back to; what is neither a pace, nor a warm-up, nor a pool."""
    found: dict[str, Problem] = {}
    pool, pace, warm_up = (values.get(name) for name in ("pool", "pace", "warm_up"))
    returns = values.get("return_domain")
    if isinstance(returns, str) and (":" in returns or hosts.is_address(returns)):
        found["return_domain"] = Problem(
            f"Mail cannot come back to {quoted(returns)}; write a domain alone, such as "
            "returns.news.example."
        )
    if isinstance(pool, str) and pool not in (known := _pools()):
        there = f"it names {', '.join(known)}" if known else "it names none yet"
        found["pool"] = Problem(
            f"No relay is in the pool {quoted(pool)}: write pool={pool} behind one in "
            f"SYNDICATE_RELAY_URL first; {there}."
        )
    if isinstance(pace, str) and not _is_read(paces.limit, pace):
        found["pace"] = Problem(
            f"{quoted(pace)} is no pace; write one such as 20/s, 5 (connections), or 20/s 5."
        )
    if isinstance(warm_up, str) and not _is_read(paces.warm_up, warm_up):
        found["warm_up"] = Problem(
            f"{quoted(warm_up)} is no warm-up; write its first day and the messages of each day, "
            "such as 2026-12-01 50 100 500."
        )
    return found


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _pools() -> list[str]:
    """The pools that the relays of this process are in."""
    said = settings.load().relay_url
    urls = said.get_secret_value().split() if said is not None else []
    options = [parse_qs(url.partition("?")[2]).get("pool", []) for url in urls]
    return sorted({pool for pools in options for pool in pools})


def _make(tx: Transaction, values: Values, _now: dt.datetime) -> MailStream:
    owner = within.owner_of(tx, values)
    row = MailStream(publication_id=owner.id, slug=Stream(str(values["slug"])), **_columns(values))
    streams.add(tx, row)
    sender_checks.forget(tx, owner.id)
    return row


def _write(tx: Transaction, row: MailStream, values: Values, _change: Changed) -> None:
    streams.change(tx, row, **_columns(values))
    sender_checks.forget(tx, row.publication_id)


def _columns(values: Values) -> dict[str, object]:
    """The row's columns but for its slug: where none may be empty, what stands in instead."""
    return {
        "sender_name": values["sender_name"] or "",
        "sender_names": values["sender_names"] or {},
        **{name: values[name] for name in _OPTIONAL},
    }


def _every(tx: Transaction, publication: str | None) -> Sequence[MailStream]:
    return within.every(tx, publication, streams.of)


def _barred(tx: Transaction, _row: MailStream | None, values: Values, actor: Actor) -> Problems:
    return mail_domains.barred(tx, within.owner(tx, values, {}), values, actor)


_STREAMS = Keeping(
    KIND,
    _found,
    _plain,
    _check,
    _make,
    _write,
    Permission.NEWSROOM,
    lambda row: row.publication_id,
    barred=_barred,
)


@verb(Permission.NEWSROOM)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> MailStream:
    """Give a stream of a publication something of its own; what is not said follows it.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.add(tx, _STREAMS, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a stream; what is made already goes out as it was. Safe to run twice.

    Raises:
        NotFoundError: the publication has nothing of its own for it.
        InvalidError: with a sentence for each field that is at fault.
    """
    return acts.change(tx, _STREAMS, key, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> None:
    """Let a stream follow its publication again.

    Raises:
        NotFoundError: the publication has nothing of its own for it.
    """
    row = acts.held(tx, _STREAMS, key, actor=actor)
    acts.record(tx, KIND, "retire", row, actor=actor, now=now, name=row.slug.value)
    sender_checks.forget(tx, row.publication_id)
    streams.remove(tx, row)


SHELF = Shelf(
    _STREAMS,
    _every,
    within.key_of,
    add,
    change,
    end,
    "Its mail has the publication's sender again; what is made already goes out as it was.",
)
