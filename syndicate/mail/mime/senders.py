"""From whom a publication's mail comes: what is frozen with each mail beside its words."""

from dataclasses import dataclass

from syndicate import settings
from syndicate.mail.mime import headers, signers
from syndicate.mail.mime.signers import KeyName
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import streams
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.streams import MailStream


@dataclass(frozen=True)
class Sender:
    """From whom a mail comes.

    Attributes:
        address: in From.
        reply_to: normalised address that answers go to, with no name; "" for the sender's own.
        dkim: the key that signs it; None where we do not.
        return_domain: that returned mail goes to and Message-IDs end in; "" for the address's.
        stream: what it has of its own, where it is of such a stream.
    """

    address: str
    reply_to: str = ""
    dkim: KeyName | None = None
    return_domain: str = ""
    stream: MailStream | None = None

    def name(self, language: str, otherwise: str) -> str:
        """The name in From, to readers of a language.

        Args:
            language: of the mail.
            otherwise: what it is where the stream has none of its own.
        """
        return (self.stream.name_in(language) if self.stream is not None else "") or otherwise


def of(tx: Transaction, publication: Publication, message: str) -> Sender:
    """From whom a publication's mail comes that is made now.

    Args:
        tx: the open transaction.
        publication: in whose name.
        message: its folder under templates/mail.
    """
    stream = streams.find(tx, publication.id, message)
    own = stream or publication
    address = own.sender_address or publication.sender_address
    known = signers.read(tx, settings.load())
    return Sender(
        address,
        own.reply_to or publication.reply_to or "",
        known.name_for(headers.domain_of(address)),
        (stream.return_domain if stream is not None else None) or "",
        stream,
    )
