"""What is done to a newsletter and its issues, at each face that offers it."""

from syndicate.errors import (
    BadAddressError,
    InvalidError,
    MissingError,
    NotFoundError,
    RefusedError,
    TakenError,
)
from tests.verbs.asked import NOBODY, Asked, Done, No

SLUG = (
    "A newsletter's slug is small letters, digits and hyphens, 80 at most: it is part of its "
    "address."
)
MAKING = "newsletters.making"
EVENING = {"publication": "courier", "name": "Evening", "sections": ["world"]}
SEND_NOW = "newsletters.steering.send_now"
NEW = "newsletters add evening --name Evening --publication courier"
NO_ISSUE = f"There is no issue {NOBODY}."
HELD = "issue:{held_digest}"


def decided(step: str, issue: str) -> Asked:
    """One decision about one issue; at the shell a drop is to be meant."""
    shell = {"drop": " --yes", "send": " --no-here"}.get(step, "")
    return Asked(
        f"issues {step} {issue}{shell}",
        (f"/issues/{issue}/{step}", {}),
        (f"/issues/{issue}/{step}", {}),
    )


def tested(issue: str, to: str) -> Asked:
    return Asked(
        f"issues test {issue} --to {to}",
        (f"/issues/{issue}/test", {"to": to}),
        (f"/issues/{issue}/test", {"to": to}),
    )


def first_test(to: str) -> Asked:
    """A test of what a newsletter's next issue would hold; the console's is of the first one."""
    return Asked(
        f"newsletters test morning {to}",
        ("/newsletters/morning/test", {"to": to}),
        ("/start/test", {"address": to}),
    )


DONE = (
    Done(
        SEND_NOW,
        Asked(
            "newsletters send morning --no-here",
            ("/newsletters/morning/run", {}),
            ("/newsletters/{newsletter}/run", {}),
        ),
        ("issue-run", "issue:{next_issue}"),
    ),
    Done(
        f"{MAKING}.add",
        Asked(
            NEW,
            api=("/newsletters", {**EVENING, "slug": "late"}),
            console=("/newsroom/new/newsletters", {**EVENING, "sections": "world", "slug": "late"}),
        ),
        ("newsletter-add", "newsletter:{next_newsletter}"),
    ),
    Done(
        f"{MAKING}.change",
        Asked(
            "newsletters set morning --size 20",
            ("PATCH /newsletters/morning", {"size": 20}),
            ("/newsroom/newsletters/morning", {"size": "20"}),
        ),
        ("newsletter-change", "newsletter:{newsletter}"),
    ),
    Done(
        f"{MAKING}.pause",
        Asked(
            "newsletters pause morning",
            ("/newsletters/morning/pause", {}),
            ("/newsletters/{newsletter}/pause", {}),
        ),
        ("newsletter-pause", "newsletter:{newsletter}"),
    ),
    Done(
        f"{MAKING}.resume",
        Asked(
            "newsletters resume rested",
            ("/newsletters/rested/resume", {}),
            ("/newsletters/{rested_letter}/resume", {}),
        ),
        ("newsletter-resume", "newsletter:{rested_letter}"),
    ),
    Done(
        f"{MAKING}.end",
        Asked(
            "newsletters retire morning --readers leave",
            ("/newsletters/morning/end", {"readers": "leave"}),
            ("/newsletters/{newsletter}/end", {"readers": "leave"}),
        ),
        ("newsletter-end", "newsletter:{newsletter}"),
    ),
    Done(
        f"{MAKING}.end",
        Asked(api=("DELETE /newsletters/morning", {})),
        ("newsletter-end", "newsletter:{newsletter}"),
    ),
    *(
        Done(
            f"newsletters.deciding.{step}", decided(step, "{held_digest}"), (f"issue-{step}", HELD)
        )
        for step in ("send", "merge", "drop")
    ),
    Done(
        "newsletters.specimen.send_test",
        tested("{held_digest}", "reader001@example.com"),
        ("test-send", HELD),
        is_quiet_again=False,
    ),
    Done(
        "newsletters.first_look.send_test",
        first_test("reader001@example.com"),
        ("test-send", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        "newsletters.first_look.send_test",
        Asked(console=("/newsletters/{newsletter}/test", {"address": "reader001@example.com"})),
        ("test-send", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        f"{MAKING}.add",
        Asked(console=("/start/newsletter", {"name": "Evening", "times": "18:00"})),
        ("newsletter-add", "newsletter:{next_newsletter}"),
    ),
)
NOES = (
    No(
        f"{MAKING}.add",
        Asked(
            api=("/newsletters", {**EVENING, "slug": "morning"}),
            console=("/newsroom/new/newsletters", {**EVENING, "slug": "morning"}),
        ),
        TakenError,
        "There is a newsletter morning already; choose another slug.",
    ),
    No(
        f"{MAKING}.change",
        Asked(
            "newsletters set morning --zone Mars/Base",
            ("PATCH /newsletters/morning", {"zone": "Mars/Base"}),
            ("/newsroom/newsletters/morning", {"zone": "Mars/Base"}),
        ),
        InvalidError,
        "There is no time zone Mars/Base; name one such as Europe/London.",
    ),
    *(
        No(
            f"{MAKING}.{step}",
            Asked(
                f"newsletters {shell} gone{option}",
                (f"/newsletters/gone/{step}", {"readers": "stay"} if option else {}),
                (f"/newsletters/{{gone_letter}}/{step}", {"readers": "stay"}),
            ),
            RefusedError,
            "Gone has ended; make another newsletter instead.",
        )
        for step, shell, option in (
            ("pause", "pause", ""),
            ("resume", "resume", ""),
            ("end", "retire", " --readers stay"),
        )
    ),
    No(
        "newsletters.first_look.send_test",
        first_test("nobody"),
        BadAddressError,
        "Mail cannot be sent to this address: An email address must have an @-sign.",
    ),
    No(
        SEND_NOW,
        Asked(
            "newsletters send flash --no-here",
            ("/newsletters/flash/run", {}),
            ("/newsletters/{flash}/run", {}),
        ),
        RefusedError,
        "Flash goes out whenever an article is sent as an alert, not at set times.",
    ),
    No(
        SEND_NOW,
        Asked(
            "newsletters send mute --no-here",
            ("/newsletters/mute/run", {}),
            ("/newsletters/{mute}/run", {}),
        ),
        RefusedError,
        "Mute has no language; name one.",
    ),
    No(
        SEND_NOW,
        Asked("newsletters send nothing --no-here", ("/newsletters/nothing/run", {})),
        NotFoundError,
        "There is no newsletter nothing; the list of newsletters shows all there are.",
    ),
    No(
        SEND_NOW,
        Asked(console=(f"/newsletters/{NOBODY}/run", {})),
        NotFoundError,
        f"There is no newsletter {NOBODY}; the list of newsletters shows all there are.",
    ),
    *(
        No(
            f"newsletters.deciding.{step}",
            decided(step, "{issue}"),
            RefusedError,
            f"Issue {{issue}} is done; only one that is {ready} can be {what}.",
        )
        for step, ready, what in (
            ("send", "held or empty", "sent"),
            ("merge", "held", "merged into the next"),
            ("drop", "held", "dropped"),
        )
    ),
    *(
        No(f"newsletters.deciding.{step}", decided(step, str(NOBODY)), NotFoundError, NO_ISSUE)
        for step in ("send", "merge", "drop")
    ),
    No(
        "newsletters.specimen.send_test",
        tested(str(NOBODY), "reader001@example.com"),
        NotFoundError,
        NO_ISSUE,
    ),
    No(
        "newsletters.specimen.send_test",
        tested("{held_digest}", "nobody"),
        BadAddressError,
        "Mail cannot be sent to this address: An email address must have an @-sign.",
    ),
    *(
        No(f"{MAKING}.add", Asked(line), error, sentence)
        for line, error, sentence in (
            (
                NEW.replace("evening", "morning"),
                TakenError,
                "There is a newsletter morning already; choose another slug.",
            ),
            (
                NEW.replace("courier", "gazette"),
                MissingError,
                "There is no publication gazette; the list of publications shows all there are.",
            ),
            (
                f"{NEW} --section gardens",
                MissingError,
                "No publication has a section gardens; make it first.",
            ),
            (
                NEW.replace("evening", "'Good evening'"),
                InvalidError,
                SLUG,
            ),
            (
                NEW.replace("Evening", "' '"),
                InvalidError,
                "A newsletter needs its name. As readers see it.",
            ),
            (
                f"{NEW} --language klingonish",
                InvalidError,
                "klingonish is not a language tag; write one such as en or ar.",
            ),
            (
                f"{NEW} --kind letter",
                InvalidError,
                "Evening is a letter, which cannot be sent yet; make a digest or an alert.",
            ),
        )
    ),
)
