"""What must be encrypted on the way to a relay, and who must vouch for it.

    relay              mail                                      password
    this machine       encrypted where that is offered           encrypted
    any other one      encrypted, with a certificate that is     the same
                       vouched for

`?starttls=offered` or `never` behind a relay's address, or `SYNDICATE_RELAY_TLS` for all that say
nothing, lets mail go in clear; a password goes in clear by `password=clear` alone, and where it is
set the certificate is looked at whatever else is said. A network that takes STARTTLS out of what a
relay offers stops the mail, and does not read it.

Source: RFC 3207 4.1 and 6; RFC 8314 3.3; RFC 7435; docs/decisions/0045-mail-leaves-encrypted.md.
"""

import ssl
from dataclasses import dataclass

from syndicate.errors import RelayError
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.our_name import is_loopback


@dataclass(frozen=True)
class Rule:
    """What one connection demands.

    Attributes:
        wants_tls: STARTTLS is used where it is offered.
        needs_tls: nothing is sent without it.
        needs_proof: the certificate must be vouched for.
    """

    wants_tls: bool
    needs_tls: bool
    needs_proof: bool

    def context(self) -> ssl.SSLContext:
        """For a connection by this rule; `SSL_CERT_FILE` names an authority of one's own."""
        context = ssl.create_default_context()
        if not self.needs_proof:
            # Opportunistic: encryption without proof beats none (RFC 7435).
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def rule(relay: Relay, *, is_here: bool) -> Rule:
    """The rule for a relay.

    Args:
        relay: with what its address says.
        is_here: whether it is this machine.
    """
    word = relay.starttls or ("offered" if is_here else "required")
    has_secret = relay.user is not None and not relay.is_secret_clear
    return Rule(
        wants_tls=word != "never" or has_secret,
        needs_tls=word == "required",
        needs_proof=relay.is_tls or word == "required" or (has_secret and not is_here),
    )


def is_here(ours: str, theirs: str) -> bool:
    """Whether a connection stays on this machine.

    Args:
        ours: the address that it comes from.
        theirs: the address that it goes to.
    """
    return ours == theirs or is_loopback(theirs)


def not_offered(relay: Relay) -> RelayError:
    """That a relay offers no encryption, and must."""
    return RelayError(
        f"The relay {relay.name} offers no STARTTLS, so no mail goes to it: switch it on there, "
        "use smtps://, find out what takes it away in between, or, where nobody can listen on the "
        "way, write ?starttls=offered behind its address."
    )


def not_vouched_for(relay: Relay, error: ssl.SSLCertVerificationError) -> RelayError:
    """That nobody vouches for a relay's certificate."""
    return RelayError(
        f"Nobody vouches for the certificate of the relay {relay.name} ({error.verify_message}), "
        "so no mail goes to it: correct the certificate or the name in SYNDICATE_RELAY_URL, or "
        "name the authority that signed it in SSL_CERT_FILE."
    )


def not_in_clear(relay: Relay) -> RelayError:
    """That a password would go in clear."""
    return RelayError(
        f"The relay {relay.name} offers no encryption, so its password is not sent: switch "
        "STARTTLS on there or use smtps://; password=clear behind its address sends it for anyone "
        "on the way to read."
    )
