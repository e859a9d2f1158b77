"""What is done to a mailing, and to all mail, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError, UsageError
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


def _resent(name: str) -> Asked:
    return Asked(
        f"mailings resend {name} --what failed --yes",
        (f"/mailings/{name}/resend", {"what": ["failed"]}),
        (f"/mailings/{name}/resend", {"what": ["failed"]}),
    )


def held(step: str, scope: str, which: str) -> Asked:
    what = f"{scope}:{which}" if which else scope
    way = "" if step == "hold" else "/lift"
    return Asked(
        f"mailings {step} {scope} {which}",
        (f"/holds{way}", {"scope": scope, "which": which}),
        (f"/holds{way}", {"what": what}),
    )


DONE = (
    Done(
        "mail.steering.pause",
        _steered("pause", "{sending}"),
        ("mailing-pause", "mailing:{sending}"),
    ),
    Done(
        "mail.steering.resume",
        _steered("resume", "{paused}"),
        ("mailing-resume", "mailing:{paused}"),
    ),
    Done(
        "mail.steering.cancel",
        _steered("cancel", "{sending}"),
        ("mailing-cancel", "mailing:{sending}"),
    ),
    Done(
        "mail.steering.resend",
        _resent("{sending}"),
        ("mailing-resend", "mailing:{sending}"),
    ),
    Done(
        "mail.steering.tick_off",
        _steered("tick-off", "{sending}"),
        ("mailing-tick-off", "mailing:{sending}"),
    ),
    *(
        Done(
            f"mail.holding.{step}",
            held(step, scope, which),
            (what, subject),
            before=None if step == "hold" else held("hold", scope, which),
        )
        for step, what in (("hold", "hold-place"), ("unhold", "hold-lift"))
        for scope, which, subject in (
            ("mailing", "{sending}", "mailing:{sending}"),
            ("newsletter", "morning", "newsletter:{newsletter}"),
            ("issues", "", "issues"),
        )
    ),
    *(
        Done(
            "mail.steering.stop_everything",
            Asked(
                f"mailings stop-all {shell}",
                ("/installation/stop", {"why": why} if why else {}),
                ("/stop", {"why": why}),
            ),
            ("mail-stop", "installation"),
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
        ("mail-release", "installation"),
        before=Asked(api=("/installation/stop", {})),
    ),
    Done(
        "alarms.hearing.acknowledge",
        Asked(
            "alarms acknowledge {ring}",
            ("/alarms/{ring}/acknowledge", {}),
            ("/alarms/{ring}/acknowledge", {}),
        ),
        ("ring-acknowledge", "ring:{ring}"),
    ),
    Done(
        "alarms.hearing.ring_test",
        Asked("alarms test", ("/alarms/test", {}), ("/alarms/test", {})),
        ("ring-test", "ring:{next_ring}"),
        is_quiet_again=False,
    ),
)
NOES = (
    *(
        No(
            "alarms.hearing.acknowledge",
            Asked(
                f"alarms acknowledge {which}",
                (f"/alarms/{which}/acknowledge", {}),
                (f"/alarms/{which}/acknowledge", {}),
            ),
            error,
            sentence,
        )
        for which, error, sentence in (
            (NOBODY, NotFoundError, f"There is no ring {NOBODY}; see the list of alarms."),
            (
                "{past_ring}",
                RefusedError,
                "Ring {past_ring} is over: there is nothing to acknowledge.",
            ),
        )
    ),
    *(
        No(f"mail.holding.{step}", held(step, scope, which), error, sentence)
        for step in ("hold", "unhold")
        for scope, which, error, sentence in (
            ("mailing", str(NOBODY), NotFoundError, NO_MAILING),
            ("mailing", "²", NotFoundError, "There is no mailing ²; see the list of mailings."),
            (
                "publication",
                "gazette",
                NotFoundError,
                "There is no publication gazette; the list of publications shows all there are.",
            ),
            ("newsletter", "", UsageError, "Say which newsletter is meant."),
            (
                "issues",
                "morning",
                UsageError,
                "All digests and letters are held at once; do not name one of them.",
            ),
        )
    ),
    No(
        "mail.holding.hold",
        held("hold", "newsletter", "flash"),
        RefusedError,
        "Flash sends alerts, which only a stop of everything holds.",
    ),
    *(
        No(
            f"mail.steering.{step.replace('-', '_')}",
            _steered(step, str(NOBODY)),
            NotFoundError,
            NO_MAILING,
        )
        for step in ("pause", "resume", "cancel", "tick-off")
    ),
    No(
        "mail.steering.tick_off",
        _steered("tick-off", "{well}"),
        RefusedError,
        "Mailing {well} has nothing to tick off: none of its mails failed or is in doubt.",
    ),
    No(
        "mail.steering.resend",
        _resent(str(NOBODY)),
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
