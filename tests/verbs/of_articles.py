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
FEATURE = "articles.featuring.feature"
UNFEATURE = "articles.featuring.unfeature"
PUSH = "articles.receive_push.receive"
THEN = "2031-01-01T08:00:00Z"
STORY = {"id": "cms-1", "publication": "courier", "headline": "A bridge is opened"}

DONE = (
    Done(
        CORRECT,
        Asked(
            "articles correct {report} --headline New --note 'It was five.'",
            ("/articles/{report}/correct", {"headline": "New", "note": "It was five."}),
            ("/articles/{report}/correct", {"headline": "New", "note": "It was five."}),
        ),
        ("article-correct", "article:{report}"),
    ),
    Done(
        EMBARGO,
        Asked(
            f"articles embargo {{report}} --until {THEN}",
            ("/articles/{report}/embargo", {"until": THEN}),
            ("/held/{report}", {"until": THEN}),
        ),
        ("article-embargo", "article:{report}"),
    ),
    Done(
        EMBARGO,
        Asked(
            "articles embargo {embargoed} --lift",
            ("/articles/{embargoed}/embargo", {"until": None}),
            ("/held/{embargoed}", {"lift": "yes"}),
        ),
        ("article-embargo", "article:{embargoed}"),
    ),
    Done(
        ALERT,
        Asked(
            "articles alert {report}",
            ("/articles/{report}/alert", {}),
            ("/articles/{report}/alert", {}),
        ),
        ("article-alert", "article:{report}"),
    ),
    Done(
        KILL,
        Asked(
            "articles kill {report} --note 'A hoax.'",
            ("/articles/{report}/kill", {"note": "A hoax."}),
            ("/articles/{report}/kill", {"note": "A hoax."}),
        ),
        ("article-kill", "article:{report}"),
    ),
    Done(
        TAKE_DOWN,
        Asked(
            "articles takedown {report} --reason 'An order.'",
            ("/articles/{report}/takedown", {"reason": "An order."}),
            ("/articles/{report}/takedown", {"reason": "An order."}),
        ),
        ("article-takedown", "article:{report}"),
    ),
    Done(
        SPLIT,
        Asked(
            "articles split {report} --source {wire}",
            ("/articles/{report}/split", {"source_id": "{wire}"}),
            ("/articles/{report}/split", {"source": "{wire}"}),
        ),
        ("article-split", "article:{report}"),
    ),
    Done(
        FEATURE,
        Asked(
            "articles feature {report} --teaser 'The bridge'",
            ("/articles/{report}/feature", {"teaser": "The bridge"}),
            ("/articles/{report}/feature", {"teaser": "The bridge"}),
        ),
        ("article-feature", "article:{report}"),
    ),
    Done(
        UNFEATURE,
        Asked(
            "articles unfeature {report}",
            ("/articles/{report}/unfeature", {}),
            ("/articles/{report}/unfeature", {}),
        ),
        ("article-unfeature", "article:{report}"),
        before=Asked(api=("/articles/{report}/feature", {})),
    ),
    Done(PUSH, Asked(api=("/articles", STORY)), ("article-create", "article:{next_article}")),
)
NOES = (
    No(
        CORRECT,
        Asked(
            f"articles correct {NOBODY} --note x",
            (f"/articles/{NOBODY}/correct", {"note": "x"}),
            (f"/articles/{NOBODY}/correct", {"note": "x"}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        CORRECT,
        Asked(
            "articles correct {killed} --note x",
            ("/articles/{killed}/correct", {"note": "x"}),
            ("/articles/{killed}/correct", {"note": "x"}),
        ),
        RefusedError,
        "Article {killed} is killed; only an article that readers can see is corrected.",
    ),
    No(
        CORRECT,
        Asked(
            f"articles correct {{report}} --note '{'x' * 1001}'",
            ("/articles/{report}/correct", {"note": "x" * 1001}),
            ("/articles/{report}/correct", {"note": "x" * 1001}),
        ),
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
        "30 Nov 2025 08:00 UTC is in the past, so it would hold nothing back. Give a time in the "
        "future, or publish the article.",
    ),
    No(
        ALERT,
        Asked(
            f"articles alert {NOBODY}",
            (f"/articles/{NOBODY}/alert", {}),
            (f"/articles/{NOBODY}/alert", {}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        ALERT,
        Asked(
            "articles alert {killed}",
            ("/articles/{killed}/alert", {}),
            ("/articles/{killed}/alert", {}),
        ),
        RefusedError,
        "Article {killed} is killed; no alert is sent for it.",
    ),
    No(
        KILL,
        Asked(
            f"articles kill {NOBODY}",
            (f"/articles/{NOBODY}/kill", {}),
            (f"/articles/{NOBODY}/kill", {}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    No(
        KILL,
        Asked(
            f"articles kill {{report}} --note '{'x' * 1001}'",
            ("/articles/{report}/kill", {"note": "x" * 1001}),
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
            (f"/articles/{NOBODY}/takedown", {"reason": "x"}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    *(
        No(
            TAKE_DOWN,
            Asked(
                f"articles takedown {{report}}{option}",
                ("/articles/{report}/takedown", body),
                ("/articles/{report}/takedown", body),
            ),
            UsageError,
            "A takedown needs a reason: say on what grounds the article is removed; the audit "
            "keeps it.",
        )
        for option, body in (("", {}), (" --reason ' '", {"reason": " "}))
    ),
    No(
        SPLIT,
        Asked(
            f"articles split {{report}} --source {{own}} --entry {NOBODY}",
            ("/articles/{report}/split", {"source_id": "{own}", "entry": NOBODY}),
            ("/articles/{report}/split", {"source": "{own}", "entry": NOBODY}),
        ),
        NotFoundError,
        f"Entry {NOBODY} of source {{own}} is not part of article {{report}}; "
        "`syndicate articles show {report}` says which are.",
    ),
    No(
        SPLIT,
        Asked(
            f"articles split {NOBODY} --source 1",
            (f"/articles/{NOBODY}/split", {"source_id": 1}),
            (f"/articles/{NOBODY}/split", {"source": 1}),
        ),
        NotFoundError,
        NO_ARTICLE,
    ),
    *(
        No(
            verb,
            Asked(
                f"articles {name} {NOBODY}",
                (f"/articles/{NOBODY}/{name}", {}),
                (f"/articles/{NOBODY}/{name}", {}),
            ),
            NotFoundError,
            NO_ARTICLE,
        )
        for verb, name in ((FEATURE, "feature"), (UNFEATURE, "unfeature"))
    ),
    No(
        FEATURE,
        Asked(
            "articles feature {killed}",
            ("/articles/{killed}/feature", {}),
            ("/articles/{killed}/feature", {}),
        ),
        RefusedError,
        "Article {killed} is killed; only what readers can see, or will see, is featured.",
    ),
    No(
        FEATURE,
        Asked(
            "articles feature {report} --until 2025-11-30T08:00:00Z",
            ("/articles/{report}/feature", {"until": "2025-11-30T08:00:00Z"}),
            ("/articles/{report}/feature", {"until": "2025-11-30T08:00:00Z"}),
        ),
        UsageError,
        "30 Nov 2025 08:00 UTC is in the past; give the time in the future until which to feature "
        "the article, or none.",
    ),
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
        "There is no publication gazette; the list of publications shows all there are.",
    ),
)
