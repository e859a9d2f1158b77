"""What is done to a newsletter's readers, at each face that offers it."""

from syndicate.errors import BadAddressError, NotFoundError, RefusedError, UsageError
from tests.verbs.asked import NOBODY, Asked, Done, No

CSV = b"address\nreader007@example.com\n"
IMPORT = "subscribers import {file} -n morning --wording agreed --origin lists"
PATH = "/newsletters/morning/subscribers?wording=agreed&origin=lists"
FORM = {
    "newsletter": "morning",
    "wording": "agreed",
    "origin": "lists",
    "pasted": CSV.decode(),
}
NO_WORDING = "An import needs the wording that its readers agreed to: it is proof of their consent."
NO_ORIGIN = "An import needs its origin, where the file comes from: it is proof of consent too."
NO_SUCH = "There is no newsletter nothing; the list of newsletters shows all there are."
LOOK = "subscribers.readers.look"
WHY = "subscribers.readers.why"
COPY, RESEND = "subscribers.care.copy", "subscribers.care.resend"
LISTED = "subscribers.suppressions.listed"
ADD, LIFT = "subscribers.suppressions.add", "subscribers.suppressions.lift"
FRIEND = {"address": "reader044@example.com", "of": "article", "why": "asked"}
COMING, DATA = "newsletters.reader_copy.coming", "subscribers.own_data.give_out"
READER = "reader001@example.com"
NO_READER = f"There is no reader {NOBODY} of yours; find one by address."
NO_ADDRESS = "No reader of yours has this address; check how it is spelled, and search again."
DONE = (
    Done(
        LOOK,
        Asked(
            f"subscribers show {READER}",
            ("/subscribers/find", {"address": READER}),
            ("/readers", {"address": READER}),
        ),
        ("reader-look", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        LOOK,
        Asked(
            "subscribers show {subscriber}",
            ("/subscribers/{subscriber}", None),
            ("/readers/{subscriber}", None),
        ),
        ("reader-look", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        WHY,
        Asked(
            f"subscribers why {READER} {{issue}}",
            ("/subscribers/{subscriber}/issues/{issue}", None),
            ("/readers/{subscriber}/issues/{issue}", None),
        ),
        ("reader-why", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.steering.bring_in",
        Asked(IMPORT, (PATH, CSV), ("/lists", FORM)),
        ("newsletter-import", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.steering.give_out",
        Asked(
            "subscribers export -n morning",
            ("/newsletters/morning/subscribers/export", {}),
            ("/lists/export", {"newsletter": "morning"}),
        ),
        ("newsletter-export", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.erase.erase",
        Asked(
            f"subscribers erase {READER} --yes",
            ("/subscribers/{subscriber}/erase", {"address": READER}),
            ("/readers/{subscriber}/erase", {"address": READER}),
        ),
        ("reader-erase", "subscriber:{subscriber}"),
    ),
    Done(
        COPY,
        Asked(
            f"subscribers copy {READER} {{own_issue}}",
            ("/subscribers/{subscriber}/issues/{own_issue}/copy", None),
            ("/readers/{subscriber}/issues/{own_issue}/copy", None),
        ),
        ("reader-copy", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        COMING,
        Asked(
            f"subscribers copy {READER} --next morning",
            ("/subscribers/{subscriber}/newsletters/morning/copy", None),
            ("/readers/{subscriber}/newsletters/morning/copy", None),
        ),
        ("reader-copy", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        RESEND,
        Asked(
            f"subscribers resend {READER} {{own_issue}}",
            ("/subscribers/{subscriber}/issues/{own_issue}/resend", {}),
            ("/readers/{subscriber}/issues/{own_issue}/resend", {}),
        ),
        ("reader-resend", "subscriber:{subscriber}"),
    ),
    Done(
        ADD,
        Asked(
            f"subscribers suppress {READER} --why asked",
            ("/subscribers/{subscriber}/suppress", {"why": "asked"}),
            ("/readers/{subscriber}/suppress", {"why": "asked"}),
        ),
        ("reader-suppress", "subscriber:{subscriber}"),
    ),
    Done(
        LIFT,
        Asked(
            f"subscribers lift {READER} --why asked -n morning",
            ("/subscribers/{subscriber}/lift", {"why": "asked", "newsletter": "morning"}),
            ("/readers/{subscriber}/lift", {"why": "asked", "newsletter": "morning"}),
        ),
        ("reader-lift", "subscriber:{subscriber}"),
        before=Asked(
            api=("/subscribers/{subscriber}/suppress", {"why": "asked", "newsletter": "morning"})
        ),
    ),
    Done(
        LISTED,
        Asked("suppressions list", ("/suppressions", None), ("/suppressions", None)),
        ("reader-look", "suppressions"),
        is_quiet_again=False,
    ),
    Done(
        LISTED,
        Asked(
            "suppressions list --address reader044@example.com",
            ("/suppressions/find", {"address": "reader044@example.com"}),
            ("/suppressions/find", {"address": "reader044@example.com"}),
        ),
        ("reader-look", "suppressions"),
        is_quiet_again=False,
    ),
    Done(
        ADD,
        Asked(
            f"suppressions add {READER} --why asked",
            ("/suppressions", {"address": READER, "why": "asked"}),
            ("/suppressions", {"address": READER, "why": "asked"}),
        ),
        ("reader-suppress", "subscriber:{subscriber}"),
    ),
    Done(
        LIFT,
        Asked(
            "suppressions lift reader044@example.com --of article --why asked",
            ("/suppressions/lift", FRIEND),
            ("/suppressions/lift", FRIEND),
        ),
        ("reader-lift", "{stranger}"),
        before=Asked(api=("/suppressions", FRIEND)),
    ),
    Done(
        DATA,
        Asked(
            f"subscribers data {READER}",
            ("/subscribers/{subscriber}/export", {}),
            ("/readers/{subscriber}/export", {"form": "csv"}),
        ),
        ("reader-export", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
)
NOES = (
    No(
        "subscribers.steering.bring_in",
        Asked(
            IMPORT.replace("morning", "gone"),
            (PATH.replace("morning", "gone"), CSV),
            ("/lists", FORM | {"newsletter": "gone"}),
        ),
        RefusedError,
        "Gone has ended, so nobody was imported; import into a newsletter that is still sent.",
    ),
    No(
        COPY,
        Asked(
            f"subscribers copy {READER} {NOBODY}",
            (f"/subscribers/{{subscriber}}/issues/{NOBODY}/copy", None),
            (f"/readers/{{subscriber}}/issues/{NOBODY}/copy", None),
        ),
        NotFoundError,
        f"Reader {{subscriber}} has no copy of issue {NOBODY}; the reader's timeline says why.",
    ),
    No(
        COMING,
        Asked(
            f"subscribers copy {READER} --next flash",
            ("/subscribers/{subscriber}/newsletters/flash/copy", None),
            ("/readers/{subscriber}/newsletters/flash/copy", None),
        ),
        RefusedError,
        "Flash goes out whenever an article is sent as an alert, not at set times.",
    ),
    No(
        RESEND,
        Asked(
            f"subscribers resend {READER} {{issue}}",
            ("/subscribers/{subscriber}/issues/{issue}/resend", {}),
            ("/readers/{subscriber}/issues/{issue}/resend", {}),
        ),
        RefusedError,
        "This copy cannot be sent again now: mailing {paused} is paused, and the copy is failed.",
    ),
    No(
        ADD,
        Asked(
            f"subscribers suppress {READER} --why ' '",
            ("/subscribers/{subscriber}/suppress", {"why": " "}),
            ("/readers/{subscriber}/suppress", {"why": " "}),
        ),
        UsageError,
        "Say why, in a few words: the reader's timeline and the audit keep it.",
    ),
    No(
        LIFT,
        Asked(
            f"subscribers lift {READER} --why asked",
            ("/subscribers/{subscriber}/lift", {"why": "asked"}),
            ("/readers/{subscriber}/lift", {"why": "asked"}),
        ),
        RefusedError,
        "This address has no suppression of all mail, so nothing was changed; the list of "
        "suppressions shows those that it has.",
    ),
    No(
        ADD,
        Asked(
            "suppressions add reader044@example.com --why asked --of nothing",
            ("/suppressions", FRIEND | {"of": "nothing"}),
            ("/suppressions", FRIEND | {"of": "nothing"}),
        ),
        UsageError,
        "There is no mail called nothing; say *, article, confirmation, feedback, test, import, or "
        "newsletter:SLUG.",
    ),
    No(
        LISTED,
        Asked(
            "suppressions list --address reader",
            ("/suppressions/find", {"address": "reader"}),
            ("/suppressions/find", {"address": "reader"}),
        ),
        BadAddressError,
        "Mail cannot be sent to this address: An email address must have an @-sign.",
    ),
    No(
        LIFT,
        Asked(
            "suppressions lift reader044@example.com --of article --why asked",
            ("/suppressions/lift", FRIEND),
            ("/suppressions/lift", FRIEND),
        ),
        RefusedError,
        "This address has no suppression of articles that visitors email, so nothing was changed; "
        "the list of suppressions shows those that it has.",
    ),
    No(
        DATA,
        Asked(
            f"subscribers data {NOBODY}",
            (f"/subscribers/{NOBODY}/export", {}),
            (f"/readers/{NOBODY}/export", {}),
        ),
        NotFoundError,
        NO_READER,
    ),
    No(
        "subscribers.erase.erase",
        Asked(
            api=("/subscribers/{subscriber}/erase", {"address": "reader"}),
            console=("/readers/{subscriber}/erase", {"address": "reader"}),
        ),
        UsageError,
        "Nothing was erased. To erase this reader for good, type their address.",
    ),
    No(
        LOOK,
        Asked(
            "subscribers show reader002@example.com",
            ("/subscribers/find", {"address": "reader002@example.com"}),
            ("/readers", {"address": "reader002@example.com"}),
        ),
        NotFoundError,
        NO_ADDRESS,
    ),
    No(
        LOOK,
        Asked(
            f"subscribers show {NOBODY}",
            (f"/subscribers/{NOBODY}", None),
            (f"/readers/{NOBODY}", None),
        ),
        NotFoundError,
        NO_READER,
    ),
    No(
        WHY,
        Asked(
            f"subscribers why {READER} {NOBODY}",
            (f"/subscribers/{{subscriber}}/issues/{NOBODY}", None),
            (f"/readers/{{subscriber}}/issues/{NOBODY}", None),
        ),
        NotFoundError,
        f"There is no issue {NOBODY}; the newsletter's list of issues shows them all.",
    ),
    *(
        No(
            "subscribers.steering.bring_in",
            Asked(
                IMPORT.replace(was, f"'{now}'"),
                (PATH.replace(f"={was}", f"={now.replace(' ', '%20')}"), CSV),
            ),
            UsageError,
            sentence,
        )
        for was, now, sentence in (
            ("agreed", "", NO_WORDING),
            ("agreed", "  ", NO_WORDING),
            ("agreed", "x" * 2001, "The wording is longer than 2,000 characters; shorten it."),
            ("lists", "", NO_ORIGIN),
            ("lists", " ", NO_ORIGIN),
            ("lists", "x" * 201, "The origin is longer than 200 characters; shorten it."),
        )
    ),
    No(
        "subscribers.steering.bring_in",
        Asked(
            IMPORT.replace("morning", "nothing"),
            (PATH.replace("morning", "nothing"), CSV),
            ("/lists", FORM | {"newsletter": "nothing"}),
        ),
        NotFoundError,
        NO_SUCH,
    ),
    No(
        "subscribers.steering.give_out",
        Asked(
            "subscribers export -n nothing",
            ("/newsletters/nothing/subscribers/export", {}),
            ("/lists/export", {"newsletter": "nothing"}),
        ),
        NotFoundError,
        NO_SUCH,
    ),
    No(
        "subscribers.erase.erase",
        Asked("subscribers erase reader002@example.com --yes"),
        NotFoundError,
        "No subscriber has this address; nothing was changed.",
    ),
)
