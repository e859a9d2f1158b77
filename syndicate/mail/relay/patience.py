"""How long a relay is waited for: at its greeting, and for each reply afterwards."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds.

    RFC 5321 4.5.3.2 asks a client for five minutes at most steps. A bulk sender has other relays to
    try, and a whole greeting must stay well within a lease of 120 s.

    Attributes:
        greeting_s: all of the greeting: connecting, encryption, EHLO and logging in, however its
            pieces are spread.
        step_s: each reply of the greeting.
        first_s: the first reply behind it, where that is less: a relay that greets and then falls
            silent would take nobody's mail.
        command_s: to MAIL, RCPT and DATA (RFC 5321 4.5.3.2.2 to .4).
        body_s: to the end of a body (RFC 5321 4.5.3.2.6).
        told_s: so long a silence stands in the log.
    """

    greeting_s: float = 60.0
    step_s: float = 30.0
    first_s: float = 300.0
    command_s: float = 300.0
    body_s: float = 600.0
    told_s: float = 10.0
