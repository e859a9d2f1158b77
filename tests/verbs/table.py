"""Every verb, and how each face that offers it is asked: one row for each way of asking.

Words in braces are names of `tests.verbs.conftest.place`. A row says what stands in the audit then;
a refusal is asked for in the same words at each face, and answered in the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from syndicate.errors import NotFoundError, RefusedError, SyndicateError, UsageError
from syndicate.newsroom.verbs import Verb

Json = Mapping[str, Any]
FACES = ("cli", "api", "console")
NOBODY = 999_999  # no row has this id


@dataclass(frozen=True)
class Asked:
    """How the faces are asked for one thing; None where one does not offer it.

    Attributes:
        cli: a command line without `syndicate`.
        api: path behind /api/v1, and a body.
        console: path behind /console, and a form.
    """

    cli: str | None = None
    api: tuple[str, Json] | None = None
    console: tuple[str, Json] | None = None

    def faces(self) -> list[str]:
        return [face for face in FACES if getattr(self, face) is not None]


@dataclass(frozen=True)
class Done:
    """A verb that is done, and what the audit says of it.

    Attributes:
        verb: "articles.editing.kill", a module of `syndicate` and its name there.
        asked: how.
        audit: action and subject.
        is_quiet_again: asked again nothing changes; else it is another act each time.
        before: what the API was asked for before.
    """

    verb: str
    asked: Asked
    audit: tuple[str, str]
    is_quiet_again: bool = True
    before: Asked | None = None


@dataclass(frozen=True)
class No:
    """A verb that is refused: the sentence, and what kind of error it is."""

    verb: str
    asked: Asked
    error: type[SyndicateError]
    sentence: str


NO_ARTICLE = f"There is no article {NOBODY}; the list of articles shows all there are."
CORRECT = "articles.editing.correct"
EMBARGO = "articles.editing.embargo"
ALERT = "articles.editing.alert"
KILL = "articles.editing.kill"
TAKE_DOWN = "articles.editing.take_down"
SPLIT = "articles.splitting.split"
PUSH = "articles.receive_push.receive"
THEN = "2031-01-01T08:00:00Z"
STORY = {"id": "cms-1", "publication": "courier", "headline": "A bridge is opened"}

ARTICLES_DONE = (
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
ARTICLES_NO = (
    No(CORRECT, Asked(f"articles correct {NOBODY} --note x"), NotFoundError, NO_ARTICLE),
    No(
        CORRECT,
        Asked("articles correct {killed} --note x"),
        RefusedError,
        "Article {killed} is killed; only an article that readers can see is corrected.",
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
        "Article {killed} is killed; an embargo holds back what would be published, and nothing "
        "else.",
    ),
    No(
        EMBARGO,
        Asked(
            "articles embargo {report} --until 2025-11-30T08:00:00Z",
            ("/articles/{report}/embargo", {"until": "2025-11-30T08:00:00Z"}),
            ("/held/{report}", {"until": "2025-11-30T08:00:00Z"}),
        ),
        UsageError,
        "2025-11-30 08:00 UTC is over, so it would hold nothing back. Name a moment to come; or "
        "let the article out, if that is meant.",
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
        "Article {killed} is killed; nobody is told of it.",
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
    No(
        PUSH,
        Asked(api=("/articles", {**STORY, "publication": "gazette"})),
        NotFoundError,
        "There is no publication gazette.",
    ),
)

NO_MAILING = f"There is no mailing {NOBODY}; the list of mailings shows all there are."


def _steered(step: str, name: str) -> Asked:
    """One step of one mailing; at the shell and in the console a cancel is to be meant."""
    shell = {"cancel": " --yes"}.get(step, "")
    return Asked(
        f"mailings {step} {name}{shell}",
        (f"/mailings/{name}/{step}", {}),
        (f"/mailings/{name}/{step}", {"number": name}),
    )


MAILINGS_DONE = (
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
        for shell, why in (("", ""), ("'a bad night'", "a bad night"))
    ),
    Done(
        "mail.steering.release",
        Asked("mailings release --yes", ("/installation/release", {}), ("/release", {})),
        ("release", "installation"),
        before=Asked(api=("/installation/stop", {})),
    ),
)
MAILINGS_NO = (
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
        "Mailing {sending} is sending; only one that is paused or held can become sending.",
    ),
)

NO_SOURCE = f"There is no source {NOBODY}; the list of sources shows all there are."


def _source(step: str, name: str) -> Asked:
    path = f"/sources/{name}/{step}"
    return Asked(f"sources {step} {name}", (path, {}), (path, {}))


SOURCES_DONE = (
    Done("collect.steering.pause", _source("pause", "{own}"), ("paused", "source:{own}")),
    Done("collect.steering.resume", _source("resume", "{rested}"), ("active", "source:{rested}")),
    Done(
        "collect.steering.add",
        Asked("sources add https://new.example/feed --no-check"),
        ("added", "source:{next_source}"),
    ),
    Done(
        "collect.steering.add",
        Asked("sources add https://own.example/feed --no-check --name Renamed"),
        ("changed", "source:{own}"),
    ),
    Done(
        "collect.steering.add",
        Asked("sources add cms --kind push"),
        ("added", "source:{next_source}"),
    ),
    Done("collect.steering.remove", Asked("sources remove {own}"), ("removed", "source:{own}")),
    Done(
        "collect.steering.collect",
        Asked("collect run --source {served}"),
        ("collected", "source:{served}"),
    ),
)
SOURCES_NO = (
    *(
        No(f"collect.steering.{step}", _source(step, str(NOBODY)), NotFoundError, NO_SOURCE)
        for step in ("pause", "resume")
    ),
    No("collect.steering.remove", Asked(f"sources remove {NOBODY}"), NotFoundError, NO_SOURCE),
    No(
        "collect.steering.collect",
        Asked(f"collect run --source {NOBODY}"),
        NotFoundError,
        NO_SOURCE,
    ),
    No(
        "collect.steering.collect",
        Asked("collect run --source {pushed}"),
        RefusedError,
        "Source {pushed} is a CMS that sends its articles by itself; there is nothing to collect "
        "from it.",
    ),
    *(
        No(
            "collect.steering.add",
            Asked(f"sources add {option} --no-check"),
            UsageError,
            f"{address} is not an address; write it whole, as https://news.example/feed.xml.",
        )
        for address, option in (
            ("news.example", "news.example"),
            ("http://[", "http://["),
            ("ftp://a.example/", "ftp://a.example/"),
            ("sitemap", "https://a.example/ --compare sitemap"),
        )
    ),
    No(
        "collect.steering.add",
        Asked("sources add https://a.example/ --no-check --publication gazette"),
        NotFoundError,
        "There is no publication gazette.",
    ),
    No(
        "collect.steering.add",
        Asked("sources add https://a.example/ --no-check --section gardens"),
        NotFoundError,
        "The Courier has no section gardens.",
    ),
)

NO_FEED = "There is no feed nothing; the list of feeds shows those that are offered."
FEEDS_DONE = (
    Done(
        "feeds.steering.add",
        Asked("feeds add floods Floods --fits word=flood"),
        ("added", "feed:{next_feed}"),
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
FEEDS_NO = (
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
            Asked(f"feeds move everything {address}"),
            UsageError,
            f"{address} is not an address; write it whole, as https://news.example/feed.xml.",
        )
        for address in ("https://", "http://[", "feeds.example/all")
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

DONE = ARTICLES_DONE + MAILINGS_DONE + SOURCES_DONE + FEEDS_DONE
NOES = ARTICLES_NO + MAILINGS_NO + SOURCES_NO + FEEDS_NO


def called(name: str) -> Verb[..., object]:
    """The verb of a name."""
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"syndicate.{module}"), function)
    assert isinstance(found, Verb), name
    return found
