"""Every key by name: what it protects, since when it is used, until when it is honoured.

    master  addresses  push:courier  dkim:courier.example  token:7  hub:12  setting:relay_url

`syndicate keys rotate NAME` takes these names. A key that somebody else gives us is a setting, and
is listed where it is set: whoever gave it changes it.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from syndicate import phrases
from syndicate.keys import sealing
from syndicate.newsroom.making import tokens as making
from syndicate.settings import FIELDS, Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import push_keys, sources, websub
from syndicate.store.newsroom import publications, streams
from syndicate.store.platform import master_keys, tokens
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.keys import KeyKind, MasterKeyState
from syndicate.vocabulary.sending import KeyState

PROTECTS: Mapping[KeyKind, str] = {
    KeyKind.MASTER: "links in mails and forms, names in returned mail, what is encrypted",
    KeyKind.ADDRESSES: "hashes by which addresses are known that left, bounced or were erased",
    KeyKind.PUSH: "articles that a CMS signs instead of carrying a token",
    KeyKind.DKIM: "mail in the name of a domain",
    KeyKind.TOKEN: "the HTTP API and the console, as far as its permissions go",
    KeyKind.HUB: "what a hub of others tells us of a source",
}
_AT_ITS_GIVER = "The one who gave it makes another; set that, and restart every process."
ROTATES: Mapping[KeyKind, str] = {
    KeyKind.MASTER: "`syndicate keys rotate master`, in the shell of who runs the machines",
    KeyKind.ADDRESSES: "Never: an address that was erased cannot be hashed anew.",
    KeyKind.PUSH: "`syndicate keys rotate NAME`: both are believed for a week",
    KeyKind.DKIM: "`syndicate keys rotate NAME`: it signs once DNS shows it",
    KeyKind.TOKEN: "`syndicate keys rotate NAME`: both open the same for a week",
    KeyKind.HUB: "`syndicate keys rotate NAME`, and by itself with each renewal",
    KeyKind.SETTING: _AT_ITS_GIVER,
}
# What others give us, by setting.
OF_SETTINGS: Mapping[str, str] = {
    "database_url": "everything in the database",
    "redis_url": "the queue of jobs, and rates that workers share",
    "relay_url": "sending mail through the relay",
    "operators_relay_url": "sending mail to operators",
    "bounce_mailbox_url": "the mailbox that returned mail goes to",
    "hook_postmark_password": "what Postmark tells of mail",
    "hook_mailgun_key": "what Mailgun tells of mail",
    "bell_webhooks": "telling others of what rings",
    "bell_webhook_key": "that what rings is told by us: two at once, the new one first",
    "bell_dead_man_url": "telling an outside watch that we live",
}


@dataclass(frozen=True)
class KeyLine:
    """A key, without its secret.

    Attributes:
        name: what `rotate` and `end` call it.
        kind: what it is.
        about: whose it is or which, for people.
        state: how far it is; empty where it is in use and nothing else.
        made_at: aware UTC, as the other moments; None where nobody knows.
        used_since: since when it is in use.
        used_at: last, as exactly as that is written down.
        ends_at: until when it is honoured; None for ever.
        protects: what whoever has it could read or do.
        rotates: how another takes its place.
        is_passing: whether one before it is still believed, which `end` ends; or it is that one.
    """

    name: str
    kind: KeyKind
    about: str = ""
    state: str = ""
    made_at: dt.datetime | None = None
    used_since: dt.datetime | None = None
    used_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    protects: str = ""
    rotates: str = ""
    is_passing: bool = False


def every(tx: Transaction, own: Settings, *, actor: Actor, now: dt.datetime) -> list[KeyLine]:
    """Every key that whoever asks could rotate, and those of the installation.

    Args:
        tx: the open transaction.
        own: of this process.
        actor: who asks.
        now: aware UTC; what was over by then is left out.
    """
    found: list[KeyLine] = []
    if actor.may(Permission.TOKENS):
        found += [*_master(tx, own), *_of_settings(own), *_of_a_file(own)]
    for each in (_pushing, _signing, _opening, _hubs):
        found += each(tx, lambda whose: actor.may(Permission.TOKENS, publication_id=whose), now)
    return found


def _line(name: str, kind: KeyKind, **said: object) -> KeyLine:
    plain = {"protects": PROTECTS.get(kind, ""), "rotates": ROTATES[kind]}
    return KeyLine(name, kind, **(plain | said))  # type: ignore[arg-type]


_May = Callable[[int | None], bool]


def _master(tx: Transaction, own: Settings) -> Iterator[KeyLine]:
    still = sealing.held(tx, own.key()).rows if own.master_key is not None else 0
    for row in master_keys.every(tx):
        state: str = row.state.value
        if row.state is MasterKeyState.HONOURED and still:
            state += f", {phrases.counted(still, 'row')} to be encrypted anew"
        yield _line(
            "master",
            KeyKind.MASTER,
            about=row.id,
            state=state,
            made_at=row.made_at,
            used_since=row.signs_at,
            used_at=row.used_at,
            ends_at=row.ends_at,
        )
    if (known := master_keys.addresses_id(tx)) is not None:
        yield _line("addresses", KeyKind.ADDRESSES, about=known)


def _of_settings(own: Settings) -> Iterator[KeyLine]:
    for name, protects in OF_SETTINGS.items():
        if name in FIELDS and getattr(own, name) is not None:
            yield _line(
                f"setting:{name}",
                KeyKind.SETTING,
                about=f"SYNDICATE_{name.upper()}",
                protects=protects,
            )


def _of_a_file(own: Settings) -> Iterator[KeyLine]:
    """The first key that signs mail."""
    if own.dkim_domain is not None:
        where = "of SYNDICATE_DKIM_KEY_FILE"
        yield _line(f"dkim:{own.dkim_domain}", KeyKind.DKIM, about=own.dkim_selector, state=where)


def _pushing(tx: Transaction, may: _May, now: dt.datetime) -> Iterator[KeyLine]:
    for each in publications.all_publications(tx):
        if not may(each.id):
            continue
        rows = [
            row for row in push_keys.of(tx, each.id) if row.ends_at is None or row.ends_at > now
        ]
        for row in rows:
            yield _line(
                f"push:{each.slug}",
                KeyKind.PUSH,
                about=each.name,
                state="" if row.ends_at is None else "honoured",
                is_passing=row.ends_at is not None,
                made_at=row.made_at,
                used_since=row.made_at,
                used_at=row.used_at,
                ends_at=row.ends_at,
            )
        if not rows:
            derived = "derived from the master key"
            yield _line(f"push:{each.slug}", KeyKind.PUSH, about=each.name, state=derived)


def _signing(tx: Transaction, may: _May, _now: dt.datetime) -> Iterator[KeyLine]:
    owners: dict[str, list[int]] = {}
    for each in publications.all_publications(tx):
        for origin in streams.origins(tx, each):
            owners.setdefault(origin.domain, []).append(each.id)
    for row in dkim_keys.every(tx):
        if not any(map(may, owners.get(row.domain, [None]))):
            continue
        yield _line(
            f"dkim:{row.domain}",
            KeyKind.DKIM,
            about=row.selector,
            state="" if row.state is KeyState.IN_USE else row.state.value,
            made_at=row.made_at,
            used_since=row.seen_at,
        )


def _opening(tx: Transaction, may: _May, now: dt.datetime) -> Iterator[KeyLine]:
    for row in tokens.all_tokens(tx):
        if not may(row.publication_id):
            continue
        former = row.former_until if row.former_until and row.former_until > now else None
        if former is None:
            state = "over" if row.expires_at is not None and row.expires_at <= now else ""
        else:
            state = f"the secret of before too, until {phrases.moment(former)}"
        yield _line(
            f"token:{row.id}",
            KeyKind.TOKEN,
            about=making.name_of(tx, row),
            state=state,
            made_at=row.created_at,
            used_since=row.secret_at or row.created_at,
            used_at=row.used_at,
            ends_at=row.expires_at,
            is_passing=former is not None,
        )


def _hubs(tx: Transaction, may: _May, _now: dt.datetime) -> Iterator[KeyLine]:
    for each in websub.open_ones(tx):
        source = sources.find(tx, each.source_id)
        if source is None or not may(source.publication_id):
            continue
        yield _line(
            f"hub:{each.source_id}",
            KeyKind.HUB,
            about=source.name,
            state="" if each.lease_until is not None else each.state.value,
            made_at=each.created_at,
            used_since=each.created_at,
            used_at=each.pushed_at,
            ends_at=each.lease_until,
        )
