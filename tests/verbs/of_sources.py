"""What is done to a source, at each face that offers it."""

from syndicate.errors import NotFoundError, RefusedError, UsageError
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_SOURCE = f"There is no source {NOBODY}; the list of sources shows all there are."


def _source(step: str, name: str) -> Asked:
    path = f"/sources/{name}/{step}"
    return Asked(f"sources {step} {name}", (path, {}), (path, {}))


DONE = (
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
        Asked(
            console=(
                "/sources/use",
                {"url": "http://{origin}/feed", "allow": "{origin}", "name": "Renamed"},
            )
        ),
        ("changed", "source:{served}"),
    ),
    Done(
        "collect.steering.add",
        Asked(
            console=(
                "/start/use",
                {"url": "http://{origin}/feed", "allow": "{origin}", "name": "Begun"},
            )
        ),
        ("changed", "source:{served}"),
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
NOES = (
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
            ("https://a.example/ ", "'https://a.example/ '"),
            ("https://a.example/\u202e", "https://a.example/\u202e"),
            ("https://a.example:99999/", "https://a.example:99999/"),
        )
    ),
    No(
        "collect.steering.add",
        Asked("sources add ' ' --kind push"),
        UsageError,
        "A source needs an address, or a name of its own where a CMS sends to it.",
    ),
    No(
        "collect.steering.add",
        Asked("sources add https://a.example/ --no-check --section ''"),
        NotFoundError,
        "The Courier has no section .",
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
