"""The link that opens the embedded mailbox: its key is the installation's, and no one else has it.

The mailbox holds other people's mails, and links by which operators sign in. That a request comes
from this machine proves little: a proxy on this machine passes on what the world asks. So whoever
opens it shows a key too, which `syndicate up` prints.
"""

from syndicate import settings, signing

PATH = "/mailbox"
_PURPOSE = "mailbox-viewer"
# Half of a seal is as much as any token has.
_LENGTH = 32


def link(base_url: str) -> str:
    """The address to open in a browser of this machine.

    Args:
        base_url: of the web server, or "" for a path.
    """
    key = signing.seal(settings.load().key(), _PURPOSE, PATH)[:_LENGTH]
    return f"{base_url}{PATH}?key={key}"


def fits(key: str) -> bool:
    """Whether a key is of such a link, by the master key of now or one before it."""
    seals = signing.seals(settings.load().key(), _PURPOSE, PATH)
    return signing.is_one_of(key.encode(), (each[:_LENGTH].encode() for each in seals))
