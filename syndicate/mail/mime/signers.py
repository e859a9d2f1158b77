"""Who signs which mail: the key whose domain is that of From, or its owner's.

    SYNDICATE_DKIM_*  ─┐
    rows (dkim_key)   ─┴─> Signers ─ name_for(From's domain) ─> frozen with a mail ─> signer

A mail is signed with the key that was frozen with it, so that a retry has the same bytes; what
older code froze names none, and is signed as it was then, by the settings' key. A key that cannot
be opened gives way to the next that fits. Where none fits From, a mail is not signed: another
owner's name proves nothing (RFC 7489 3.1.1); the sender check says so, and an alarm rings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syndicate import logs
from syndicate.errors import SettingsError
from syndicate.mail.mime import dkim, sealed
from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.headers import domain_of
from syndicate.newsroom.alignment import is_aligned, is_within
from syndicate.render.encode import EIGHT_BIT
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.sending import dkim_keys
from syndicate.store.sending.dkim_keys import DkimKey
from syndicate.vocabulary.sending import KeyState

log = logs.get(__name__)

BETWEEN = "._domainkey."  # selector and domain (RFC 6376 3.6.2.1)


@dataclass(frozen=True)
class KeyName:
    """What receivers find a key by.

    Attributes:
        domain: that signs, in ASCII.
        selector: of the key.
    """

    domain: str
    selector: str

    @property
    def in_dns(self) -> str:
        """Where its record stands: `s1._domainkey.daily.example`."""
        return f"{self.selector}{BETWEEN}{self.domain}"

    def as_json(self) -> dict[str, str]:
        """As it is frozen with a mail."""
        return {"domain": self.domain, "selector": self.selector}


@dataclass(frozen=True)
class Key:
    """A key of ours.

    Attributes:
        name: what receivers find it by.
        state: how far it is; the key of the settings is in use.
        opened: the key itself. Raises SettingsError.
        is_usable: whether it can be opened, as far as that is known without doing so.
    """

    name: KeyName
    state: KeyState
    opened: Callable[[], Signer]
    is_usable: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Signers:
    """Every key that signs, or will.

    Attributes:
        keys: the settings' first, then those of rows, oldest first.
        first: the settings' one, which signs what older code froze; None without one.
    """

    keys: tuple[Key, ...] = ()
    first: Key | None = None
    _found: dict[KeyName, Signer | None] = field(default_factory=dict, compare=False)

    def name_for(self, domain: str) -> KeyName | None:
        """The key that signs what is made now; None where none fits.

        One that cannot be opened is named where there is no other: it may be opened again.

        Args:
            domain: of the From address, in ASCII.
        """
        fitting = self._fitting(domain)
        usable = (each for each in fitting if each.is_usable())
        found = next(usable, None) or next(iter(fitting), None)
        return None if found is None else found.name

    def unusable(self, domain: str) -> KeyName | None:
        """The key that would sign what is made now, if it could be opened."""
        first = next(iter(self._fitting(domain)), None)
        return None if first is None or first.is_usable() else first.name

    def of(self, domain: str) -> Signer | None:
        """Who signs a mail that is made and sent now; None where nobody does."""
        signers = (self._signer(each.name) for each in self._fitting(domain))
        return next(filter(None, signers), None)

    def frozen(self, headers: Mapping[str, Any]) -> Signer | None:
        """Who signs a mail that was frozen; None where nobody does.

        Args:
            headers: of its frame.
        """
        domain = domain_of(str(headers["from_address"])) if "from_address" in headers else ""
        if "dkim" not in headers:
            older = None if self.first is None else self._signer(self.first.name)
            # What is 8bit was frozen where the relay signs, and may be changed on its way.
            is_open = EIGHT_BIT not in (headers.get("html_encoding"), headers.get("text_encoding"))
            return older or (self.of(domain) if is_open else None)
        said = headers["dkim"]
        if said is None:
            return None
        name = KeyName(str(said["domain"]), str(said["selector"]))
        is_ours = not domain or is_aligned(domain, name.domain)
        # A key that is gone signs nothing: the mail goes out with the one that is in its place.
        found = (self._signer(name) if is_ours else None) or self.of(domain or name.domain)
        if found is None:
            log.warning("mail_not_signed", key=name.in_dns, reason="No key that fits is usable.")
        return found

    @property
    def states(self) -> list[tuple[KeyName, KeyState]]:
        """The keys, and how far each is."""
        return [(each.name, each.state) for each in self.keys]

    def _fitting(self, domain: str) -> list[Key]:
        """Those in use for a domain, the nearest first; of one name, rows before the settings."""
        fitting = [
            each
            for each in self.keys
            if each.state is KeyState.IN_USE and is_aligned(domain, each.name.domain)
        ]
        return sorted(
            fitting,
            key=lambda each: (_nearness(domain, each.name.domain), each is not self.first),
            reverse=True,
        )

    def _signer(self, name: KeyName) -> Signer | None:
        if name not in self._found:
            key = next((each for each in self.keys if each.name == name), None)
            self._found[name] = None if key is None else _opened(key)
        return self._found[name]


def fresh(tx: Transaction, configured: Settings, known: Signers) -> Signers:
    """The keys of this moment: those that are known, opened ones too, where they are the same."""
    found = read(tx, configured)
    return known if found.states == known.states else found


def read(tx: Transaction, configured: Settings) -> Signers:
    """The keys of this installation; none is opened yet. Each name is one key's alone."""
    kept = tuple(_of_row(each, configured) for each in dkim_keys.every(tx))
    own = _of_settings(configured)
    if own is None:
        return Signers(kept)
    return Signers((own, *(each for each in kept if each.name != own.name)), own)


def require_own(configured: Settings) -> None:
    """Stop a process that sends where the key of the settings cannot be used. Reads its file.

    Raises:
        SettingsError: it cannot be used.
    """
    own = _of_settings(configured)
    if own is not None and configured.dkim_key_file is not None:
        own.opened()


def _of_settings(configured: Settings) -> Key | None:
    if configured.dkim_domain is None:
        return None
    name = KeyName(configured.dkim_domain.lower(), configured.dkim_selector)

    def opened() -> Signer:
        if configured.dkim_key_file is None:
            raise SettingsError("SYNDICATE_DKIM_KEY_FILE is empty, so nothing is signed.")
        return dkim.load(name.domain, name.selector, configured.dkim_key_file)

    return Key(name, KeyState.IN_USE, opened)


def _of_row(row: DkimKey, configured: Settings) -> Key:
    name, hidden = KeyName(row.domain, row.selector), row.sealed or b""

    def opened() -> Signer:
        pem = sealed.unseal(configured.key(), name.in_dns, hidden)
        return dkim.read(name.domain, name.selector, pem)

    def is_usable() -> bool:
        if configured.master_key is None:  # of a process that sends nothing
            return True
        try:
            sealed.unseal(configured.key(), name.in_dns, hidden)
        except SettingsError:
            return False
        return True

    return Key(name, row.state, opened, is_usable)


def _opened(key: Key) -> Signer | None:
    try:
        return key.opened()
    except SettingsError as error:
        log.warning("mail_not_signed", key=key.name.in_dns, reason=str(error))
        return None


def _nearness(domain: str, signs_as: str) -> tuple[bool, int]:
    """A key of the domain itself first, then those above it, then the owner's others."""
    is_above = is_within(domain, signs_as)
    return is_above, len(signs_as) if is_above else 0
