"""What a publication's CMS signs its pushes with: keys of its own, else one that is derived.

The derived one needs no row, and falls with the master key that it comes from. So a rotation of the
master key first gives the keys in use rows of their own: no CMS has to be told of it.
"""

import datetime as dt
import secrets

from syndicate import encryption, settings
from syndicate.errors import SettingsError
from syndicate.master_key import MasterKey, derive_key
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import push_keys
from syndicate.store.intake.push_keys import PushKey
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication

PURPOSE = "push"
_SEALED = "push key"
_BYTES = 32


def secret_of(tx: Transaction, publication: Publication, now: dt.datetime) -> bytes:
    """The key that a publication's CMS is to sign with.

    Raises:
        SettingsError: the master key that it is encrypted under is gone.
    """
    rows = push_keys.of(tx, publication.id)
    row = next((each for each in rows if _is_usable(each, now)), None)
    return derived(publication.slug)[0] if row is None else opened(row)


def derived(slug: str) -> list[bytes]:
    """The keys that are derived for a slug, of each master key that is believed."""
    return [derive_key(each, f"{PURPOSE}:{slug}") for each in settings.load().key()]


def believed(
    tx: Transaction, publication: Publication, slug: str, now: dt.datetime
) -> list[tuple[bytes, PushKey | None]]:
    """The keys that a signature may be made with, each with its row if it has one.

    Args:
        tx: the open transaction.
        publication: whose.
        slug: that was named: perhaps one that the publication had before.
        now: aware UTC.

    Raises:
        SettingsError: the master key that one is encrypted under is gone.
    """
    rows = push_keys.of(tx, publication.id)
    if not rows:
        return [(each, None) for each in derived(slug)]
    return [(opened(each), each) for each in rows if _is_usable(each, now)]


def opened(row: PushKey) -> bytes:
    """The key of a row.

    Raises:
        SettingsError: the master key that it is encrypted under is gone.
    """
    try:
        return encryption.decrypt(settings.load().key(), _SEALED, row.sealed, about=about(row))
    except BadTokenError as error:
        raise SettingsError(
            f"The push key of publication {row.publication_id} was made with another master key "
            "than this one, and cannot be used."
        ) from error


def about(row: PushKey) -> bytes:
    """What a row's key is bound to."""
    return str(row.publication_id).encode()


def renewed(key: MasterKey, row: PushKey) -> bytes | None:
    """A row's key under the master key that signs; None where it is.

    Raises:
        BadTokenError: the master key that it is encrypted under is gone.
    """
    return encryption.renewed(key, _SEALED, row.sealed, about=about(row))


def rotate(
    tx: Transaction, publication: Publication, *, ends_at: dt.datetime, now: dt.datetime
) -> bytes:
    """Make a publication a new key; those before it are believed until their end."""
    keep_derived(tx, now, of=publication)
    push_keys.end_others(tx, publication.id, ends_at)
    secret = secrets.token_bytes(_BYTES)
    _keep(tx, publication.id, secret, now)
    return secret


def keep_derived(tx: Transaction, now: dt.datetime, *, of: Publication | None = None) -> None:
    """Give derived keys rows, those of slugs that a publication had before too. Safe to run twice.

    Args:
        tx: the open transaction.
        now: aware UTC.
        of: the publication; None for all of them.
    """
    for each in publications.all_publications(tx) if of is None else [of]:
        if push_keys.of(tx, each.id):
            continue
        for slug in (*publications.former_slugs(tx, each.id), each.slug):
            _keep(tx, each.id, derived(slug)[0], now)


def _keep(tx: Transaction, publication_id: int, secret: bytes, now: dt.datetime) -> None:
    about_it = str(publication_id).encode()
    hidden = encryption.encrypt(settings.load().key(), _SEALED, secret, about=about_it)
    push_keys.add(tx, publication_id, hidden, ends_at=None, now=now)


def _is_usable(row: PushKey, now: dt.datetime) -> bool:
    return row.ends_at is None or row.ends_at > now
