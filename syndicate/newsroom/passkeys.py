"""Passkeys (WebAuthn): what a browser is asked for, and whether what it answers is an operator's.

    page ── options, a signed challenge ──> browser ── answer, the same challenge ──> here

A challenge is signed by us for one purpose, good for a quarter of an hour, and used once. A passkey
is bound to the host it was made at, and asks for the person too (a finger, a face, a PIN), so that
it is enough by itself.

Source: Web Authentication 7.1 (registration) and 7.2 (authentication).
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from syndicate import bounds, settings, signing
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.hosts import by_name, is_address
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit, notices, operators, passkeys, tokens
from syndicate.store.platform.notices import NoticeKind
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.passkeys import OperatorPasskey
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act

WITHIN = dt.timedelta(minutes=15)
MOST = 20  # of one operator
_MAX_NAME = 60
_CHALLENGE_BYTES = 32
_NEW, _IN = "passkey-new", "passkey-in"
_STALE = "This page is older than 15 minutes; try again now."


@dataclass(frozen=True)
class Host:
    """Where the console is open in the browser.

    Attributes:
        name: the relying party's id, a host name.
        origins: as the browser may call it.
    """

    name: str
    origins: Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What a page asks the browser for: its options as JSON, and our own sign on the challenge."""

    options: str
    challenge: str


@dataclass(frozen=True)
class Answer:
    """What comes back: the browser's credential as JSON, and the challenge as it was signed."""

    credential: str
    challenge: str


def host_of(header: str) -> Host | None:
    """The host of a request's `Host`, as passkeys know it; None where there can be none.

    A passkey belongs to a name, never to an IP address; browsers offer none on plain HTTP but on
    localhost.
    """
    try:
        name = (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return None
    if not name or is_address(name):
        return None
    return Host(name, [f"https://{header.lower()}", f"http://{header.lower()}"])


def named(header: str) -> Host:
    """The same, where passkeys must be possible.

    Raises:
        RefusedError: they are not; the sentence names what to open instead.
    """
    host = host_of(header)
    if host is None:
        raise RefusedError(nameless(header))
    return host


def nameless(header: str) -> str:
    """What to do where the console is open at an IP address, at which nobody has passkeys."""
    where = elsewhere(header)
    if where is not None:
        return (
            "A passkey belongs to a host name, not to an IP address: open the console at "
            f"{where}/console instead."
        )
    return (
        "A passkey belongs to a host name, not to an IP address: set SYNDICATE_PUBLIC_URL to an "
        "address with a host name, and open the console there."
    )


def elsewhere(header: str) -> str | None:
    """The address of this installation by a host name; None where nobody knows any.

    Args:
        header: a request's `Host`; an address of this machine itself is localhost too.
    """
    own = settings.load()
    known = [own.console_url()] if own.public_url else []
    for each in (*known, by_name(f"http://{header}")):
        if host_of(each.partition("://")[2].partition("/")[0]) is not None:
            return each
    return None


def ask_for_new(
    operator: Operator, known: Sequence[OperatorPasskey], host: Host, now: dt.datetime
) -> Asked:
    """Ask for a passkey that this operator does not have yet."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    options = generate_registration_options(
        rp_id=host.name,
        rp_name="Syndicate",
        user_id=f"operator:{operator.id}".encode(),
        user_name=operator.slug,
        user_display_name=operator.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(each.credential_id) for each in known],
    )
    return Asked(options_to_json(options), _signed(_NEW, operator.id, challenge, now))


def ask_for_any(host: Host, now: dt.datetime) -> Asked:
    """Ask whoever is there for a passkey that was made at this host."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    options = generate_authentication_options(
        rp_id=host.name,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Asked(options_to_json(options), _signed(_IN, 0, challenge, now))


@verb(Permission.READ)
def add(
    tx: Transaction, name: str, answer: Answer, host: Host, *, actor: Actor, now: dt.datetime
) -> OperatorPasskey:
    """Take a new passkey of the operator who asks.

    Raises:
        UsageError: it has no name, or what the browser answered is none for this page.
        RefusedError: whoever asks is no operator, or has enough of them.
    """
    operator_id = own(actor)
    if not bounds.text(name, "The name", most=_MAX_NAME).strip():
        raise UsageError("A passkey needs a name: the device that holds it.", field="name")
    if len(passkeys.of(tx, operator_id)) >= MOST:
        raise RefusedError(
            f"You have {MOST} passkeys, the most that one operator can have; remove one first."
        )
    challenge = _challenge(tx, _NEW, operator_id, answer.challenge, now)
    try:
        found = verify_registration_response(
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=host.name,
            expected_origin=list(host.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise UsageError(
            "The browser's answer is not a passkey for this console; try again."
        ) from error
    if passkeys.by_credential(tx, found.credential_id) is not None:
        raise RefusedError("This passkey is known already; sign in with it.")
    made = OperatorPasskey(
        operator_id=operator_id,
        name=name.strip(),
        host=host.name,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        created_at=now,
    )
    passkeys.add(tx, made)
    _record(tx, Act.PASSKEY_ADD, operator_id, actor, now)
    notices.note(tx, NoticeKind.PASSKEY, about=actor, what=made.name, now=now)
    return made


@verb(Permission.READ)
def remove(tx: Transaction, passkey_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Forget a passkey of the operator who asks.

    Raises:
        NotFoundError: they have none of this id.
        RefusedError: whoever asks is no operator.
    """
    operator_id = own(actor)
    if not passkeys.remove(tx, operator_id, passkey_id):
        raise NotFoundError("You have no such passkey; perhaps it was removed already.")
    _record(tx, Act.PASSKEY_REMOVE, operator_id, actor, now)


def whose(tx: Transaction, answer: Answer, host: Host, *, now: dt.datetime) -> Actor:
    """The operator whose passkey a browser answered with; its use is written down.

    Raises:
        RefusedError: it is nobody's here, or the page that asked is too old.
    """
    refused = RefusedError(
        "This passkey does not open this console. Sign in another way, or ask an operator."
    )
    challenge = _challenge(tx, _IN, 0, answer.challenge, now)
    try:
        raw_id = parse_authentication_credential_json(answer.credential).raw_id
        row = passkeys.by_credential(tx, raw_id)
        if row is None or row.host != host.name:
            raise refused
        found = verify_authentication_response(
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=host.name,
            expected_origin=list(host.origins),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise refused from error
    operator = operators.find(tx, row.operator_id)
    actor = operators.actor_of(tx, operator) if operator is not None else None
    if actor is None:
        raise refused
    passkeys.note_use(tx, row, sign_count=found.new_sign_count, now=now)
    return actor


def own(actor: Actor) -> int:
    """The id of the operator who asks.

    Raises:
        RefusedError: it is a token, or a link that names no operator.
    """
    if actor.operator_id is None:
        raise RefusedError(
            "You are not signed in as an operator; `syndicate console-link --operator SLUG` prints "
            "a link that signs one in."
        )
    return actor.operator_id


def _signed(purpose: str, operator_id: int, challenge: bytes, now: dt.datetime) -> str:
    payload = f"{operator_id}:{int(now.timestamp())}:{challenge.hex()}"
    return signing.sign(settings.load().key(), purpose, payload)


def _challenge(
    tx: Transaction, purpose: str, operator_id: int, signed: str, now: dt.datetime
) -> bytes:
    """The challenge that we signed for this, used up.

    Raises:
        RefusedError: it is another's, too old, or was used before.
    """
    try:
        payload = signing.verify(settings.load().key(), purpose, signed)
    except signing.BadTokenError as error:
        raise RefusedError(_STALE) from error
    whose_id, seconds, challenge = payload.split(":")
    asked_at = dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC)
    is_theirs = int(whose_id) == operator_id and now - asked_at <= WITHIN
    used = tokens.digest(signed)
    if not is_theirs or not tokens.use_once(tx, used, purpose=purpose, now=now):
        raise RefusedError(_STALE)
    return bytes.fromhex(challenge)


def _record(tx: Transaction, what: Act, operator_id: int, actor: Actor, now: dt.datetime) -> None:
    subject = f"operator:{operator_id}"
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject)
