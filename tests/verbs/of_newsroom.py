"""What is done to incidents, senders and tokens, at each face that offers it."""

from syndicate.errors import NotFoundError, UsageError
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_INCIDENT = f"There is no open incident {NOBODY}; perhaps it has been closed."
DONE = (
    Done(
        "newsroom.incidents.take",
        Asked(console=("/incidents/{incident}/take", {})),
        ("taken", "incident:{incident}"),
    ),
    Done(
        "newsroom.incidents.close",
        Asked("bounces close {incident}", console=("/incidents/{incident}/close", {})),
        ("closed", "incident:{incident}"),
    ),
    Done(
        "mail.sender.steering.check",
        Asked(
            "senders check -p courier",
            ("/senders/courier/check", {}),
            ("/senders/courier/check", {}),
        ),
        ("sender-check", "publication:{publication}"),
        is_quiet_again=False,
    ),
    Done(
        "newsroom.tokens.add",
        Asked("tokens add cms"),
        ("token-add", "token:{next_token}"),
        is_quiet_again=False,
    ),
    Done(
        "newsroom.tokens.revoke", Asked("tokens revoke {token}"), ("token-revoke", "token:{token}")
    ),
)
NOES = (
    No(
        "newsroom.incidents.take",
        Asked(console=(f"/incidents/{NOBODY}/take", {})),
        NotFoundError,
        NO_INCIDENT,
    ),
    No(
        "newsroom.incidents.close",
        Asked(f"bounces close {NOBODY}", console=(f"/incidents/{NOBODY}/close", {})),
        NotFoundError,
        NO_INCIDENT,
    ),
    No(
        "mail.sender.steering.check",
        Asked("senders check -p gone", ("/senders/gone/check", {}), ("/senders/gone/check", {})),
        NotFoundError,
        "There is no publication gone.",
    ),
    No(
        "newsroom.tokens.revoke",
        Asked(f"tokens revoke {NOBODY}"),
        NotFoundError,
        f"There is no token {NOBODY}; the list of tokens shows all there are.",
    ),
    No(
        "newsroom.tokens.add",
        Asked("tokens add ' '"),
        UsageError,
        "A token needs a name: whose it is.",
    ),
    No(
        "newsroom.tokens.add",
        Asked("tokens add cms --role owner"),
        UsageError,
        "There is no role owner; it is one of viewer, editor, sender, admin, relay.",
    ),
)
