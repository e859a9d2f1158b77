"""What is done to a feed and its partners, at each face that offers it."""

from syndicate.errors import (
    InvalidError,
    MissingError,
    NotFoundError,
    RefusedError,
    TakenError,
    UsageError,
)
from tests.verbs.asked import Asked, Done, Json, No

MAKING = "feeds.making"
OF_COURIER = "?publication=courier"
NEW = {"publication": "courier", "slug": "floods", "title": "Floods", "words": ["flood"]}


def _both(path: str, said: Json) -> tuple[tuple[str, Json], tuple[str, Json]]:
    """The API and the console are asked alike."""
    return (path, said), (path, said)


NO_FEED = "There is no feed nothing; the list of feeds shows those that are offered."
DONE = (
    Done(
        f"{MAKING}.add",
        Asked(
            "feeds add floods Floods --fits word=flood --publication courier",
            ("/feeds", NEW),
            ("/newsroom/new/feeds", NEW | {"words": "flood"}),
        ),
        ("feed-add", "feed:{next_feed}"),
    ),
    Done(
        f"{MAKING}.change",
        Asked(
            "feeds set floods-old --title Rivers --word river --word rain",
            ("PATCH /feeds/floods-old", {"title": "Rivers", "words": ["river", "rain"]}),
            (
                f"/newsroom/feeds/floods-old{OF_COURIER}",
                {"title": "Rivers", "words": "river\nrain"},
            ),
        ),
        ("feed-change", "feed:{floods}"),
    ),
    Done(
        f"{MAKING}.end",
        Asked(
            "feeds retire floods-old",
            ("DELETE /feeds/floods-old", {}),
            (f"/newsroom/feeds/floods-old/retire{OF_COURIER}", {}),
        ),
        ("feed-retire", "feed:{floods}"),
    ),
    Done(
        "feeds.steering.build_anew",
        Asked("feeds publish --all", ("/feeds/build", {}), ("/feeds/build", {})),
        ("feed-build", "feeds"),
        is_quiet_again=False,
    ),
    Done(
        "feeds.steering.move",
        Asked(
            "feeds move floods-old everything",
            *_both("/feeds/floods-old/move", {"to": "everything"}),
        ),
        ("feed-move", "feed:{floods}"),
    ),
    Done(
        "feeds.steering.add_partner",
        Asked(
            "feeds partner Aggregator",
            ("/partners", {"name": "Aggregator"}),
            ("/feeds/partners", {"name": "Aggregator"}),
        ),
        ("partner-add", "partner:{next_partner}"),
    ),
    Done(
        "feeds.steering.revoke_partner",
        Asked(
            "feeds partner Reader --revoke",
            ("/partners/revoke", {"name": "Reader"}),
            ("/feeds/partners/revoke", {"name": "Reader"}),
        ),
        ("partner-revoke", "partner:{partner}"),
    ),
)
NOES = (
    No(
        f"{MAKING}.add",
        Asked(
            "feeds add x ' ' --fits word=x --publication courier", ("/feeds", {**NEW, "title": " "})
        ),
        InvalidError,
        "A feed needs its title. What readers see.",
    ),
    No(
        f"{MAKING}.add",
        Asked(
            "feeds add floods-old X --fits word=x --publication courier",
            ("/feeds", {**NEW, "slug": "floods-old"}),
        ),
        TakenError,
        "There is a feed floods-old already; choose another slug.",
    ),
    No(
        f"{MAKING}.add",
        Asked(
            "feeds add floods Old --word flood --publication courier",
            ("/feeds", {**NEW, "title": "Old"}),
        ),
        TakenError,
        "The feed floods-old of The Courier has this title already; choose another one.",
    ),
    *(
        No(
            f"{MAKING}.add",
            Asked(
                f"feeds add '{slug}' X --fits word=x --publication courier",
                ("/feeds", {**NEW, "slug": slug}),
            ),
            InvalidError,
            "A feed's slug is small letters, digits and hyphens, 75 at most: it is part of its "
            "address.",
        )
        for slug in ("Not a slug", "x" * 76)
    ),
    No(
        f"{MAKING}.add",
        Asked(
            "feeds add x X --fits word=x --publication gazette",
            ("/feeds", {**NEW, "publication": "gazette"}),
        ),
        MissingError,
        "There is no publication gazette; the list of publications shows all there are.",
    ),
    No(
        f"{MAKING}.add",
        Asked(
            "feeds add x X --fits section=games --publication courier",
            ("/feeds", {**NEW, "sections": ["games"]}),
            ("/newsroom/new/feeds", NEW | {"sections": "games"}),
        ),
        MissingError,
        "The Courier has no section games; make it first.",
    ),
    No(
        f"{MAKING}.change",
        Asked(
            "feeds set floods-old --word ''",
            ("PATCH /feeds/floods-old", {"words": []}),
            (f"/newsroom/feeds/floods-old{OF_COURIER}", {"words": ""}),
        ),
        InvalidError,
        "The rule of a feed names at least one of sections, tags, authors, languages, kinds and "
        "words.",
    ),
    No(
        f"{MAKING}.change",
        Asked(
            "feeds set everything --title All",
            ("PATCH /feeds/everything", {"title": "All"}),
            (f"/newsroom/feeds/everything{OF_COURIER}", {"title": "All"}),
        ),
        RefusedError,
        "The feed everything follows from the newsroom itself (everything) and has no rule to "
        "change; make one by a rule beside it.",
    ),
    No(
        f"{MAKING}.end",
        Asked("feeds retire nothing", ("DELETE /feeds/nothing", {})),
        NotFoundError,
        NO_FEED,
    ),
    No(
        "feeds.steering.move",
        Asked("feeds move nothing everything", *_both("/feeds/nothing/move", {"to": "everything"})),
        NotFoundError,
        NO_FEED,
    ),
    No(
        "feeds.steering.move",
        Asked("feeds move everything nothing", *_both("/feeds/everything/move", {"to": "nothing"})),
        NotFoundError,
        NO_FEED,
    ),
    No(
        "feeds.steering.move",
        Asked(
            "feeds move everything everything",
            *_both("/feeds/everything/move", {"to": "everything"}),
        ),
        RefusedError,
        "The feed everything is not offered itself, or is the same one; name one that is in the "
        "list of feeds, or a whole address.",
    ),
    *(
        No(
            "feeds.steering.move",
            Asked(
                f"feeds move everything '{address}'",
                *_both("/feeds/everything/move", {"to": address}),
            ),
            UsageError,
            f"{address} is not an address; write it in full, such as https://news.example.",
        )
        for address in (
            *("https://", "http://[", "feeds.example/all"),
            *("https://feeds.example/all ", "https://feeds.example/a\nb", "https://f.example:0/"),
        )
    ),
    No(
        "feeds.steering.revoke_partner",
        Asked(
            "feeds partner Nobody --revoke",
            ("/partners/revoke", {"name": "Nobody"}),
            ("/feeds/partners/revoke", {"name": "Nobody"}),
        ),
        NotFoundError,
        "There is no partner Nobody.",
    ),
    No(
        "feeds.steering.add_partner",
        Asked(
            "feeds partner ' '", ("/partners", {"name": " "}), ("/feeds/partners", {"name": " "})
        ),
        UsageError,
        "A partner needs a name.",
    ),
)
