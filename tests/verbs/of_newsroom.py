"""What is done to incidents, senders and tokens, at each face that offers it."""

from syndicate.errors import InvalidError, NotFoundError, RefusedError, UsageError
from syndicate.store.platform.tokens import ROLES, Permission
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_INCIDENT = f"There is no open incident {NOBODY}; perhaps it has been closed."


def _incident(step: str, name: str) -> Asked:
    path = f"/incidents/{name}/{step}"
    return Asked(f"bounces {step} {name}", (path, {}), (path, {}))


DONE = (
    Done(
        "breakers.steering.lift",
        Asked(
            "limits lift hub:day",
            ("/limits/lift", {"name": "hub:day"}),
            ("/limits/lift", {"name": "hub:day"}),
        ),
        ("limit-lift", "limit:hub:day"),
    ),
    Done(
        "newsroom.incidents.take",
        _incident("take", "{incident}"),
        ("incident-take", "incident:{incident}"),
    ),
    Done(
        "newsroom.incidents.close",
        _incident("close", "{incident}"),
        ("incident-close", "incident:{incident}"),
    ),
    Done(
        "newsroom.incidents.lift",
        Asked(
            "bounces lift {burst} --why asked",
            ("/incidents/{burst}/lift", {"why": "asked"}),
            ("/incidents/{burst}/lift", {"why": "asked"}),
        ),
        ("incident-lift", "incident:{burst}"),
        also=(("reader-lift", "address:{lost}"),),
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
        "mail.sender.steering.rotate",
        Asked(
            "senders rotate -p courier",
            ("/senders/courier/rotate", {}),
            ("/senders/courier/rotate", {}),
        ),
        ("sender-rotate", "publication:{publication}"),
    ),
    Done(
        "newsroom.tokens.add",
        Asked("tokens add cms --publication courier"),
        ("token-add", "token:{next_token}"),
        is_quiet_again=False,
    ),
    Done(
        "newsroom.tokens.add",
        Asked(
            api=("/tokens", {"name": "cms", "permissions": ["viewer"]}),
            console=("/tokens", {"name": "cms", "permission": "viewer"}),
        ),
        ("token-add", "token:{later_token}"),  # who asks has one too
        is_quiet_again=False,
    ),
    Done(
        "newsroom.making.tokens.change",
        Asked(
            "tokens set {token} --allow editor",
            ("/tokens/{token}", {"permissions": ["editor"]}),
            ("/tokens/{token}", {"permissions": "editor"}),
        ),
        ("token-change", "token:{token}"),
    ),
    Done(
        "newsroom.making.tokens.add",
        Asked("tokens add feeder --secret-file {secret}"),
        ("token-add", "token:{next_token}"),
    ),
    Done(
        "newsroom.making.tokens.end",
        Asked(
            "tokens revoke {token}",
            ("/tokens/{token}/revoke", {}),
            ("/tokens/{token}/revoke", {}),
        ),
        ("token-revoke", "token:{token}"),
    ),
)
NOES = (
    No(
        "breakers.steering.lift",
        Asked(
            "limits lift nothing",
            ("/limits/lift", {"name": "nothing"}),
            ("/limits/lift", {"name": "nothing"}),
        ),
        NotFoundError,
        "There is no limit nothing; `syndicate limits list` shows them all.",
    ),
    No(
        "newsroom.incidents.take",
        _incident("take", str(NOBODY)),
        NotFoundError,
        NO_INCIDENT,
    ),
    No(
        "newsroom.incidents.close",
        _incident("close", str(NOBODY)),
        NotFoundError,
        NO_INCIDENT,
    ),
    No(
        "newsroom.incidents.lift",
        Asked(
            "bounces lift {incident} --why asked",
            ("/incidents/{incident}/lift", {"why": "asked"}),
            ("/incidents/{incident}/lift", {"why": "asked"}),
        ),
        RefusedError,
        "Nobody is suppressed because of incident {incident}, so nothing was changed.",
    ),
    No(
        "newsroom.incidents.lift",
        Asked(
            "bounces lift {burst} --why ' '",
            ("/incidents/{burst}/lift", {"why": " "}),
            ("/incidents/{burst}/lift", {"why": " "}),
        ),
        UsageError,
        "Say why, in a few words: the reader's timeline and the audit keep it.",
    ),
    No(
        "newsroom.incidents.lift",
        Asked(
            f"bounces lift {NOBODY} --why asked",
            (f"/incidents/{NOBODY}/lift", {"why": "asked"}),
            (f"/incidents/{NOBODY}/lift", {"why": "asked"}),
        ),
        NotFoundError,
        f"There is no incident {NOBODY}; the list of incidents shows those there are.",
    ),
    No(
        "mail.sender.steering.check",
        Asked("senders check -p gone", ("/senders/gone/check", {}), ("/senders/gone/check", {})),
        NotFoundError,
        "There is no publication gone; the list of publications shows all there are.",
    ),
    No(
        "mail.sender.steering.rotate",
        Asked("senders rotate -p gone", ("/senders/gone/rotate", {}), ("/senders/gone/rotate", {})),
        NotFoundError,
        "There is no publication gone; the list of publications shows all there are.",
    ),
    No(
        "mail.sender.steering.rotate",
        Asked(
            "senders rotate -p courier --domain gone.example",
            ("/senders/courier/rotate", {"domain": "gone.example"}),
            ("/senders/courier/rotate", {"domain": "gone.example"}),
        ),
        UsageError,
        "The domain cannot be gone.example; choose one of courier.example.org.",
    ),
    No(
        "newsroom.making.tokens.change",
        Asked(
            "tokens set {token} --allow king",
            ("/tokens/{token}", {"permissions": ["king"]}),
            ("/tokens/{token}", {"permissions": "king"}),
        ),
        InvalidError,
        f"There is no permission or role king; the roles are {', '.join(ROLES)}, the permissions "
        f"{', '.join(Permission)}.",
    ),
    No(
        "newsroom.making.tokens.add",
        Asked("tokens add feeder --secret-file {file}"),
        UsageError,
        "{file} holds no secret that is hard to guess: 32 to 512 letters and digits on one line, "
        "such as `openssl rand -hex 32` prints.",
    ),
    No(
        "newsroom.making.tokens.end",
        Asked(
            f"tokens revoke {NOBODY}",
            (f"/tokens/{NOBODY}/revoke", {}),
            (f"/tokens/{NOBODY}/revoke", {}),
        ),
        NotFoundError,
        f"There is no token {NOBODY}; the list of tokens shows all there are.",
    ),
    No(
        "newsroom.tokens.add",
        Asked(
            "tokens add ' '",
            ("/tokens", {"name": " ", "permissions": ["viewer"]}),
            ("/tokens", {"name": " ", "permission": "viewer"}),
        ),
        UsageError,
        "A token needs a name: whose it is.",
    ),
    No(
        "newsroom.tokens.add",
        Asked("tokens add cms --role owner"),
        UsageError,
        "There is no role owner; it is one of viewer, editor, sender, admin, relay.",
    ),
    No(
        "newsroom.tokens.add",
        Asked(
            "tokens add cms --publication gazette",
            ("/tokens", {"name": "cms", "permissions": ["viewer"], "publication": "gazette"}),
            ("/tokens", {"name": "cms", "permission": "viewer", "publication": "gazette"}),
        ),
        NotFoundError,
        "There is no publication gazette; the list of publications shows all there are.",
    ),
    No(
        "newsroom.tokens.add",
        Asked(console=("/tokens", {"name": "cms", "permission": "viewer", "days": "soon"})),
        UsageError,
        "Write a number of days from 1 to 3650, or leave it empty.",
    ),
)
