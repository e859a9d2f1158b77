"""What is done to a source, at each face that offers it."""

from syndicate.errors import InvalidError, MissingError, NotFoundError, RefusedError, TakenError
from tests.verbs.asked import NOBODY, Asked, Done, No

NO_SOURCE = f"There is no source {NOBODY}; the list of sources shows all there are."


def _source(step: str, name: str) -> Asked:
    path = f"/sources/{name}/{step}"
    return Asked(f"sources {step} {name}", (path, {}), (path, {}))


# The site of the tests has it, and nobody has added it.
SECOND = {"publication": "courier", "url": "http://{origin}/second", "allow_origins": "{origin}"}
SECOND_FORM = {"url": "http://{origin}/second", "allow": "{origin}"}

DONE = (
    Done("collect.steering.pause", _source("pause", "{own}"), ("source-pause", "source:{own}")),
    Done(
        "collect.steering.resume",
        _source("resume", "{rested}"),
        ("source-resume", "source:{rested}"),
    ),
    Done("collect.steering.accept", _source("accept", "{own}"), ("source-accept", "source:{own}")),
    Done("collect.steering.drop", _source("drop", "{own}"), ("source-drop", "source:{own}")),
    Done(
        "collect.making.add",
        Asked(
            "sources add https://new.example/feed --no-check",
            ("/sources", SECOND),
            ("/sources/use", SECOND_FORM),
        ),
        ("source-add", "source:{next_source}"),
    ),
    Done(
        "collect.making.add",
        Asked("sources add cms --kind push", console=("/start/use", SECOND_FORM)),
        ("source-add", "source:{next_source}"),
    ),
    Done(
        "collect.making.add",
        Asked(console=("/newsroom/new/sources", SECOND)),
        ("source-add", "source:{next_source}"),
    ),
    Done(
        "collect.making.change",
        Asked(
            "sources set own --section world",
            ("PATCH /sources/own", {"section": "world"}),
            ("/newsroom/sources/own?publication=courier", {"section": "world"}),
        ),
        ("source-change", "source:{own}"),
    ),
    Done(
        "collect.making.change",
        Asked("sources add https://own.example/feed --no-check --name Renamed"),
        ("source-change", "source:{own}"),
    ),
    Done(
        "collect.making.end",
        Asked(
            "sources retire own",
            ("DELETE /sources/{own}", {}),
            ("/newsroom/sources/own/retire", {}),
        ),
        ("source-retire", "source:{own}"),
    ),
    Done(
        "collect.steering.remove", Asked("sources remove {own}"), ("source-remove", "source:{own}")
    ),
    Done(
        "collect.steering.collect",
        Asked("collect run --source {served}"),
        ("source-collect", "source:{served}"),
    ),
)
NOES = (
    *(
        No(f"collect.steering.{step}", _source(step, str(NOBODY)), NotFoundError, NO_SOURCE)
        for step in ("pause", "resume", "accept", "drop")
    ),
    *(
        No(
            f"collect.steering.{step}",
            _source(step, "{rested}"),
            RefusedError,
            "Nothing that rested sends waits for an answer; its notices say what it sent last.",
        )
        for step in ("accept", "drop")
    ),
    No("collect.steering.remove", Asked(f"sources remove {NOBODY}"), NotFoundError, NO_SOURCE),
    No(
        "collect.making.change",
        Asked(
            f"sources set {NOBODY} --name A",
            (f"PATCH /sources/{NOBODY}", {"name": "A"}),
            (f"/newsroom/sources/{NOBODY}", {"name": "A"}),
        ),
        NotFoundError,
        NO_SOURCE,
    ),
    No(
        "collect.making.end",
        Asked(f"sources retire {NOBODY}", (f"DELETE /sources/{NOBODY}", {})),
        NotFoundError,
        NO_SOURCE,
    ),
    No(
        "collect.making.add",
        Asked(api=("/sources", {**SECOND, "url": "https://own.example/feed"})),
        TakenError,
        "own has this address already; change that source instead.",
    ),
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
            "collect.making.add",
            Asked(f"sources add {option} --no-check"),
            InvalidError,
            f"{address} is not an address; write it in full, such as https://news.example.",
        )
        for address, option in (
            ("news.example", "news.example"),
            ("http://[", "http://["),
            ("ftp://a.example/", "ftp://a.example/"),
            ("sitemap", "https://a.example/ --compare sitemap"),
            ("https://a.example/\u202e", "https://a.example/\u202e"),
            ("https://a.example:99999/", "https://a.example:99999/"),
        )
    ),
    No(
        "collect.making.add",
        Asked("sources add ' ' --kind push"),
        InvalidError,
        "A source needs its url. Its whole address; for a CMS that sends its articles itself, any "
        "name.",
    ),
    No(
        "collect.making.add",
        Asked("sources add https://a.example/ --no-check --publication gazette"),
        NotFoundError,
        "There is no publication gazette; the list of publications shows all there are.",
    ),
    No(
        "collect.making.add",
        Asked(
            "sources add https://a.example/ --no-check --section gardens",
            ("/sources", {**SECOND, "section": "gardens"}),
        ),
        MissingError,
        "The Courier has no section gardens; make it first.",
    ),
)
