"""From whom a publication's mail comes: what is frozen with each mail beside its words."""

from dataclasses import dataclass

from syndicate import settings
from syndicate.mail.mime import headers, signers
from syndicate.mail.mime.signers import KeyName
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.publications import Publication


@dataclass(frozen=True)
class Sender:
    """From whom a mail comes.

    Attributes:
        address: in From.
        reply_to: normalised address that answers go to, with no name; "" for the sender's own.
        dkim: the key that signs it; None where we do not.
    """

    address: str
    reply_to: str = ""
    dkim: KeyName | None = None


def of(tx: Transaction, publication: Publication) -> Sender:
    """From whom a publication's mail comes that is made now.

    Args:
        tx: the open transaction.
        publication: in whose name.
    """
    address = publication.sender_address
    known = signers.read(tx, settings.load())
    return Sender(address, publication.reply_to or "", known.name_for(domain_of(address)))


def domain_of(address: str) -> str:
    """The domain of a sender's address, in ASCII.

    Raises:
        BadAddressError: the address cannot stand in a mail.
    """
    return headers.wire_address(address).rpartition("@")[2].lower()
