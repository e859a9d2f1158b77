"""What is done to a newsletter's readers, at each face that offers it."""

from syndicate.errors import NotFoundError, UsageError
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
NO_SUCH = "There is no newsletter nothing; there are: morning, flash, mute."
LOOK = "subscribers.readers.look"
WHY = "subscribers.readers.why"
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
        ("reader.look", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        LOOK,
        Asked(
            "subscribers show {subscriber}",
            ("/subscribers/{subscriber}", None),
            ("/readers/{subscriber}", None),
        ),
        ("reader.look", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        WHY,
        Asked(
            f"subscribers why {READER} {{issue}}",
            ("/subscribers/{subscriber}/issues/{issue}", None),
            ("/readers/{subscriber}/issues/{issue}", None),
        ),
        ("reader.why", "subscriber:{subscriber}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.steering.bring_in",
        Asked(IMPORT, (PATH, CSV), ("/lists", FORM)),
        ("import", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.steering.give_out",
        Asked(
            "subscribers export -n morning",
            ("/newsletters/morning/subscribers/export", {}),
            ("/lists/export", {"newsletter": "morning"}),
        ),
        ("export", "newsletter:{newsletter}"),
        is_quiet_again=False,
    ),
    Done(
        "subscribers.erase.erase",
        Asked("subscribers erase reader001@example.com --yes"),
        ("erased", "subscriber:{subscriber}"),
    ),
)
NOES = (
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
        f"There is no issue {NOBODY}; `syndicate newsletters issues` lists what there is.",
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
