"""Every error that Syndicate raises on purpose, drawn as one tree, for whoever catches one.

    SyndicateError                 exit 1
    ├── UsageError                 exit 2   the caller asked for something that cannot be asked for
    │   ├── SettingsError                   a setting is unknown, missing or malformed
    │   ├── OutOfBoundsError                a value that no row can keep
    │   ├── SpentFormError                  a public form's stamp is no longer good; a new one is
    │   └── InvalidError                    fields that cannot be used; `fields` has a sentence each
    ├── NotFoundError              exit 3   a named thing (row, host, file) does not exist
    │   ├── UnknownHostError                a host name does not resolve
    │   ├── ForgottenError                  what a true link was made for is kept no more
    │   │   └── SpecimenLinkError           a link of a test mail, which is nobody's
    │   └── MissingError                    a field names a thing that is not there; `fields`
    ├── RefusedError               exit 4   the request is clear, and the answer is no
    │   ├── NotAllowedError                 who asks does not have the permission for it
    │   ├── TakenError                      a field says what another row has already; `fields`
    │   ├── NotAFeedError                   a source answered with something that is no feed
    │   ├── RobotsError                     a host's robots.txt does not let us read a page
    │   ├── BlockedAddressError             an outbound connection to an address that is not allowed
    │   ├── PortInUseError                  another program listens there
    │   ├── OtherPostgresVersionError       a data folder was written by another PostgreSQL version
    │   ├── SecondStackError                another supervisor holds the data folder
    │   ├── SchemaTooNewError               the database is ahead of the code
    │   └── CapReachedError                 a cap that guards mail is used up
    ├── PartialError               exit 5   some of it was done, the message says what was not
    ├── TemporaryError             exit 1   trying again later may succeed
    │   ├── FetchError                      the other side did not answer, or answered with an error
    │   └── RelayError                      the relay could not be reached or hung up
    │       └── NameRefusedError            the relay does not take the name that we greet it with
    └── PermanentError             exit 1   trying again will not help
        ├── OversizeError                   a document is over its cap
        ├── UnrenderableError               a mail cannot be made of what it was to say
        └── BadAddressError                 an e-mail address that cannot be mailed

Temporary or permanent is chosen where the cause is seen. A message says what, which and what next;
ids travel as attributes, so that no caller parses a message.
"""

from typing import Any, ClassVar

# What a value that nobody thought of makes our own code raise. Whatever reads many rows catches it,
# says which row it was, and goes on: one bad row costs itself, never the others.
BAD_ROW: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class SyndicateError(Exception):
    """Base of everything that Syndicate raises on purpose.

    Args:
        message: one sentence that says what, which and what next.
        **ids: what the message is about (`source_id=3`, `url="…"`), readable as `error.ids`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **ids: Any) -> None:
        super().__init__(message)
        self.ids = ids


class UsageError(SyndicateError):
    """The caller asked for something that cannot be asked for."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown, missing or malformed."""


class SpentFormError(UsageError):
    """A public form's stamp is no longer good; the form is shown again with one that is."""


class OutOfBoundsError(UsageError, ValueError):
    """A value that no row can keep; a ValueError too, as whoever validates fields expects."""


class InvalidError(UsageError):
    """Fields of a thing that cannot be used; `ids["fields"]` has one sentence for each."""


class NotFoundError(SyndicateError):
    """A named thing does not exist."""

    exit_code = 3


class UnknownHostError(NotFoundError):
    """A host name does not resolve."""


class ForgottenError(NotFoundError):
    """What a true link was made for is kept no more: a reader was erased, or a row is gone."""


class SpecimenLinkError(ForgottenError):
    """A link of a test mail or a preview, which is nobody's; `ids["purpose"]` says which one."""


class MissingError(NotFoundError):
    """A field names a thing that is not there; `ids["fields"]` has one sentence for each."""


class RefusedError(SyndicateError):
    """The request is clear, and the answer is no."""

    exit_code = 4


class NotAllowedError(RefusedError):
    """Who asks does not have the permission that this needs."""


class TakenError(RefusedError):
    """A field says what another row has already; `ids["fields"]` has one sentence for each."""


class NotAFeedError(RefusedError):
    """A source answered with something that is no feed."""


class RobotsError(RefusedError):
    """A host's robots.txt does not let us read a page."""


class BlockedAddressError(RefusedError):
    """An outbound connection to an address that is not allowed."""


class PortInUseError(RefusedError):
    """Another program listens on the port."""


class OtherPostgresVersionError(RefusedError):
    """The data folder was written by another PostgreSQL version."""


class SecondStackError(RefusedError):
    """Another supervisor holds the data folder."""


class SchemaTooNewError(RefusedError):
    """The database is ahead of the code."""


class CapReachedError(RefusedError):
    """A cap that guards mail is used up."""


class PartialError(SyndicateError):
    """Some of it was done; the message says what was not."""

    exit_code = 5


class TemporaryError(SyndicateError):
    """Trying again later may succeed."""


class FetchError(TemporaryError):
    """The other side did not answer, or answered with an error."""


class RelayError(TemporaryError):
    """The relay could not be reached, or hung up."""


class NameRefusedError(RelayError):
    """The relay answers, and does not take the name that it was told in EHLO."""


class PermanentError(SyndicateError):
    """Trying again will not help."""


class OversizeError(PermanentError):
    """A document is over its cap."""


class UnrenderableError(PermanentError):
    """A mail cannot be made of what it was to say."""


class BadAddressError(PermanentError):
    """An e-mail address that cannot be mailed."""
