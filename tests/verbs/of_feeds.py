"""What is done to a feed and its partners, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError, UsageError
from tests.verbs.asked import Asked, Done, No

NO_FEED = "There is no feed nothing; the list of feeds shows those that are offered."
DONE = (
    Done(
        "feeds.steering.add",
        Asked("feeds add floods Floods --fits word=flood"),
        ("added", "feed:{next_feed}"),
    ),
    Done(
        "feeds.steering.build_anew",
        Asked("feeds publish --all"),
        ("built anew", "feeds"),
        is_quiet_again=False,
    ),
    Done("feeds.steering.retire", Asked("feeds retire floods-old"), ("retired", "feed:{floods}")),
    Done(
        "feeds.steering.move", Asked("feeds move floods-old everything"), ("moved", "feed:{floods}")
    ),
    Done(
        "feeds.steering.add_partner",
        Asked("feeds partner Aggregator"),
        ("added", "partner:{next_partner}"),
    ),
    Done(
        "feeds.steering.revoke_partner",
        Asked("feeds partner Reader --revoke"),
        ("revoked", "partner:{partner}"),
    ),
)
NOES = (
    No(
        "feeds.steering.add",
        Asked("feeds add x ' ' --fits word=x"),
        UsageError,
        "A feed needs a title that readers see.",
    ),
    No(
        "feeds.steering.add",
        Asked("feeds add floods-old X --fits word=x"),
        RefusedError,
        "There is a feed floods-old already; choose another slug.",
    ),
    *(
        No(
            "feeds.steering.add",
            Asked(f"feeds add '{slug}' X --fits word=x"),
            UsageError,
            "A feed's slug is small letters, digits and hyphens, 75 at most: it is part of its "
            "address.",
        )
        for slug in ("Not a slug", "x" * 76)
    ),
    No(
        "feeds.steering.add",
        Asked("feeds add x X --fits word=x --publication gazette"),
        NotFoundError,
        "There is no publication gazette.",
    ),
    No("feeds.steering.retire", Asked("feeds retire nothing"), NotFoundError, NO_FEED),
    No("feeds.steering.move", Asked("feeds move nothing everything"), NotFoundError, NO_FEED),
    No("feeds.steering.move", Asked("feeds move everything nothing"), NotFoundError, NO_FEED),
    No(
        "feeds.steering.move",
        Asked("feeds move everything everything"),
        RefusedError,
        "The feed everything is not offered itself, or is the same one; name one that is in the "
        "list of feeds, or a whole address.",
    ),
    *(
        No(
            "feeds.steering.move",
            Asked(f"feeds move everything '{address}'"),
            UsageError,
            f"{address} is not an address; write it whole, as https://news.example/feed.xml.",
        )
        for address in (
            *("https://", "http://[", "feeds.example/all"),
            *("https://feeds.example/all ", "https://feeds.example/a\nb", "https://f.example:0/"),
        )
    ),
    No(
        "feeds.steering.revoke_partner",
        Asked("feeds partner Nobody --revoke"),
        NotFoundError,
        "There is no partner Nobody.",
    ),
    No(
        "feeds.steering.add_partner",
        Asked("feeds partner ' '"),
        UsageError,
        "A partner needs a name.",
    ),
)
