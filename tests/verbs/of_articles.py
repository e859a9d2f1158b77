"""What is done to an article, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError, UsageError
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_ARTICLE = f"There is no article {NOBODY}; see the list of articles."
CORRECT = "articles.editing.correct"
EMBARGO = "articles.editing.embargo"
ALERT = "articles.editing.alert"
KILL = "articles.editing.kill"
TAKE_DOWN = "articles.editing.take_down"
SPLIT = "articles.splitting.split"
PUSH = "articles.receive_push.receive"
THEN = "2031-01-01T08:00:00Z"
STORY = {"id": "cms-1", "publication": "courier", "headline": "A bridge is opened"}

DONE = (
    Done(
        CORRECT,
        Asked("articles correct {report} --headline New --note 'It was five.'"),
        ("article.correct", "article:{report}"),
    ),
    Done(
        EMBARGO,
        Asked(
            f"articles embargo {{report}} --until {THEN}",
            ("/articles/{report}/embargo", {"until": THEN}),
            ("/held/{report}", {"until": THEN}),
        ),
        ("article.embargo", "article:{report}"),
    ),
    Done(
        EMBARGO,
        Asked(
            "articles embargo {embargoed} --lift",
            ("/articles/{embargoed}/embargo", {"until": None}),
            ("/held/{embargoed}", {"lift": "yes"}),
        ),
        ("article.embargo", "article:{embargoed}"),
    ),
    Done(
        ALERT,
        Asked("articles alert {report}", ("/articles/{report}/alert", {})),
        ("article.alert", "article:{report}"),
    ),
    Done(
        KILL,
        Asked(
            "articles kill {report} --note 'A hoax.'",
            ("/articles/{report}/kill", {"note": "A hoax."}),
        ),
        ("article.kill", "article:{report}"),
    ),
    Done(
        TAKE_DOWN,
        Asked(
            "articles takedown {report} --reason 'An order.'",
            ("/articles/{report}/takedown", {"reason": "An order."}),
        ),
        ("article.takedown", "article:{report}"),
    ),
    Done(
        SPLIT,
        Asked("articles split {report} --source {wire}"),
        ("article.split", "article:{report}"),
    ),
    Done(PUSH, Asked(api=("/articles", STORY)), ("article.push.created", "article:{next_article}")),
)
NOES = (
    No(CORRECT, Asked(f"articles correct {NOBODY} --note x"), NotFoundError, NO_ARTICLE),
    No(
        CORRECT,
        Asked("articles correct {killed} --note x"),
        RefusedError,
        "Article {killed} is killed; only an article that readers can see is corrected.",
    ),
    No(
        CORRECT,
        Asked(f"articles correct {{report}} --note '{'x' * 1001}'"),
        UsageError,
        "The note is longer than 1,000 characters; shorten it.",
    ),
    No(
        EMBARGO,
        Asked(
            f"articles embargo {NOBODY} --lift",
            (f"/articles/{NOBODY}/embargo", {"until": None}),
            (f"/held/{NOBODY}", {"lift": "yes"}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        EMBARGO,
        Asked(
            "articles embargo {killed} --lift",
            ("/articles/{killed}/embargo", {"until": None}),
            ("/held/{killed}", {"lift": "yes"}),
        ),
        RefusedError,
        "Article {killed} is killed; only what would be published can be held back.",
    ),
    No(
        EMBARGO,
        Asked(
            "articles embargo {report} --until 2025-11-30T08:00:00Z",
            ("/articles/{report}/embargo", {"until": "2025-11-30T08:00:00Z"}),
            ("/held/{report}", {"until": "2025-11-30T08:00:00Z"}),
        ),
        UsageError,
        "2025-11-30 08:00 UTC is in the past, so it would hold nothing back. Give a time in the "
        "future, or publish the article.",
    ),
    No(
        ALERT,
        Asked(f"articles alert {NOBODY}", (f"/articles/{NOBODY}/alert", {})),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        ALERT,
        Asked("articles alert {killed}", ("/articles/{killed}/alert", {})),
        RefusedError,
        "Article {killed} is killed; no alert is sent for it.",
    ),
    No(
        KILL,
        Asked(f"articles kill {NOBODY}", (f"/articles/{NOBODY}/kill", {})),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        KILL,
        Asked(
            f"articles kill {{report}} --note '{'x' * 1001}'",
            ("/articles/{report}/kill", {"note": "x" * 1001}),
        ),
        UsageError,
        "The note is longer than 1,000 characters; shorten it.",
    ),
    No(
        TAKE_DOWN,
        Asked(
            f"articles takedown {NOBODY} --reason x",
            (f"/articles/{NOBODY}/takedown", {"reason": "x"}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    *(
        No(
            TAKE_DOWN,
            Asked(f"articles takedown {{report}}{option}", ("/articles/{report}/takedown", body)),
            UsageError,
            "A takedown needs a reason: say on what grounds the article is removed; the audit "
            "keeps it.",
        )
        for option, body in (("", {}), (" --reason ' '", {"reason": " "}))
    ),
    No(SPLIT, Asked(f"articles split {NOBODY} --source 1"), NotFoundError, NO_ARTICLE),
    *(
        No(PUSH, Asked(api=("/articles", STORY | said)), UsageError, sentence)
        for said, sentence in (
            ({"headline": " \u001b"}, "An article needs a headline that readers see."),
            ({"id": " "}, "An article needs an id: the one by which its CMS knows it."),
        )
    ),
    No(
        PUSH,
        Asked(api=("/articles", {**STORY, "publication": "gazette"})),
        NotFoundError,
        "There is no publication gazette.",
    ),
)
