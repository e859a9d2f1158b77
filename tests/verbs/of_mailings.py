"""What is done to a mailing, and to all mail, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_MAILING = f"There is no mailing {NOBODY}; see the list of mailings."


def _steered(step: str, name: str) -> Asked:
    """One step of one mailing; at the shell and in the console a cancel is to be meant."""
    shell = {"cancel": " --yes"}.get(step, "")
    return Asked(
        f"mailings {step} {name}{shell}",
        (f"/mailings/{name}/{step}", {}),
        (f"/mailings/{name}/{step}", {"number": name}),
    )


DONE = (
    Done("mail.steering.pause", _steered("pause", "{sending}"), ("paused", "mailing:{sending}")),
    Done("mail.steering.resume", _steered("resume", "{paused}"), ("sending", "mailing:{paused}")),
    Done(
        "mail.steering.cancel", _steered("cancel", "{sending}"), ("cancelled", "mailing:{sending}")
    ),
    Done(
        "mail.steering.resend",
        Asked("mailings resend {sending} --what failed --yes"),
        ("resend", "mailing:{sending}"),
    ),
    *(
        Done(
            "mail.steering.stop_everything",
            Asked(
                f"mailings stop-all {shell}",
                ("/installation/stop", {"why": why} if why else {}),
                ("/stop", {"why": why}),
            ),
            ("stop", "installation"),
        )
        for shell, why in (
            ("", ""),
            ("'a bad night'", "a bad night"),
            ("'a\udcff bad night'", "a\x01 bad night"),
        )
    ),
    Done(
        "mail.steering.release",
        Asked("mailings release --yes", ("/installation/release", {}), ("/release", {})),
        ("release", "installation"),
        before=Asked(api=("/installation/stop", {})),
    ),
)
NOES = (
    *(
        No(f"mail.steering.{step}", _steered(step, str(NOBODY)), NotFoundError, NO_MAILING)
        for step in ("pause", "resume", "cancel")
    ),
    No(
        "mail.steering.resend",
        Asked(f"mailings resend {NOBODY} --what failed --yes"),
        NotFoundError,
        NO_MAILING,
    ),
    No(
        "mail.steering.pause",
        _steered("pause", "{paused}"),
        RefusedError,
        "Mailing {paused} is paused; only one that is sending can become paused.",
    ),
    No(
        "mail.steering.resume",
        _steered("resume", "{sending}"),
        RefusedError,
        "Mailing {sending} is sending; only one that is paused can become sending.",
    ),
)
