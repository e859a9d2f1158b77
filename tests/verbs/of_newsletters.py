"""What is done to a newsletter and its issues, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError, UsageError
from tests.verbs.asked import NOBODY, Asked, Done, No

SLUG = (
    "A newsletter's slug is small letters, digits and hyphens, 80 at most: it is part of its "
    "address."
)
SEND_NOW = "newsletters.steering.send_now"
NEW = "newsletters add evening --name Evening --publication courier"
DONE = (
    Done(
        SEND_NOW,
        Asked(
            "newsletters send morning --no-here",
            ("/newsletters/morning/run", {}),
            ("/newsletters/{newsletter}/run", {}),
        ),
        ("run", "issue:{next_issue}"),
    ),
    Done("newsletters.steering.add", Asked(NEW), ("added", "newsletter:{next_newsletter}")),
    Done(
        "newsletters.steering.release",
        Asked("newsletters release {held_alert}"),
        ("released", "issue:{held_alert}"),
    ),
)
NOES = (
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
        "There is no newsletter nothing; there are: morning, flash, mute.",
    ),
    No(
        SEND_NOW,
        Asked(console=(f"/newsletters/{NOBODY}/run", {})),
        NotFoundError,
        f"There is no newsletter {NOBODY}; the list of newsletters shows all there are.",
    ),
    No(
        "newsletters.steering.release",
        Asked("newsletters release {issue}"),
        RefusedError,
        "Issue {issue} is not a held alert; only a held alert can be released.",
    ),
    No(
        "newsletters.steering.release",
        Asked(f"newsletters release {NOBODY}"),
        NotFoundError,
        f"There is no issue {NOBODY}.",
    ),
    *(
        No("newsletters.steering.add", Asked(line), error, sentence)
        for line, error, sentence in (
            (
                NEW.replace("evening", "morning"),
                RefusedError,
                "There is a newsletter morning already; choose another slug.",
            ),
            (
                NEW.replace("courier", "gazette"),
                NotFoundError,
                "There is no publication gazette.",
            ),
            (f"{NEW} --section gardens", NotFoundError, "No publication has a section gardens."),
            (
                NEW.replace("evening", "'Good evening'"),
                UsageError,
                SLUG,
            ),
            (
                NEW.replace("Evening", "' '"),
                UsageError,
                "A newsletter needs a name that readers see.",
            ),
            (
                f"{NEW} --language 'old english'",
                UsageError,
                "old english is not a language; write its tag, such as en or ar.",
            ),
            (
                f"{NEW} --kind letter",
                RefusedError,
                "Evening is a letter, which cannot be sent yet; make a digest or an alert.",
            ),
        )
    ),
)
